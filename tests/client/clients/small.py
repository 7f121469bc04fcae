"""A small OAuth client, faultless unless a defect is named.

As a script it is what stands behind `mockauth check-client --`; `run` is the same in this process.
It signs in, calls the API until that answers, refreshing after each 401, and ends with status 0.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus, unquote, urlencode, urljoin, urlsplit

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MOST_CALLS = 4
PATIENCE = 60.0
"""Seconds: on a busy machine a right answer may take long."""
IMPATIENCE = 1.0
"""Where no answer will come, so that nobody waits for it."""

Answer = tuple[int, Mapping[str, str], bytes]


class Failed(Exception):
    """The sign-in failed; the text is for the user."""


class Client:
    """One start of the client. `say` takes what it prints."""

    def __init__(self, env: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.env, self.say = env, say
        self.defects = set(env.get("DEFECT", "").split())
        self.access = self.refresh = ""
        self.logins = 0

    def run(self) -> int:
        """Sign in and call the API; the exit status."""
        try:
            self.sign_in()
            status = self.call_until_served()
        except (Failed, OSError, http.client.HTTPException) as wrong:
            self.say(f"sign-in failed: {wrong}")
            return 0 if "always-says-success" in self.defects else 1
        if "api-error-hidden" in self.defects:
            return 0
        self.say(f"signed in, API {status}")
        return 0 if status == 200 else 1

    def sign_in(self) -> None:
        """From the authorize endpoint to a token."""
        self.logins += 1
        state = "constant" if "state-constant" in self.defects else secrets.token_urlsafe(24)
        if "state-short" in self.defects:
            state = secrets.token_hex(3)
        if "state-of-the-clock" in self.defects:
            state = f"{time.time_ns():020x}"
        params = self.asked(state)
        if "secret-at-authorize" in self.defects:
            params["client_secret"] = self.env["CLIENT_SECRET"]
        if "no-redirect-uri" in self.defects:
            del params["redirect_uri"]
        base = self.env["AUTHORIZE_URL"]
        if "own-query-dropped" in self.defects:
            base = base.partition("?")[0]
        url = base + ("&" if "?" in base else "?") + urlencode(params)
        query = urlsplit(self.browse(url)).query
        callback = dict(parse_qsl(query, keep_blank_values=True))
        raw = dict(pair.partition("=")[::2] for pair in query.split("&"))
        callback |= {name: raw[name] for name in raw if f"{name}-raw" in self.defects}
        if "code-decoded-twice" in self.defects and "code" in callback:
            callback["code"] = unquote(callback["code"])
        self.check(callback, state)
        self.exchange(callback.get("code", ""))

    def asked(self, state: str) -> dict[str, str]:
        """What the authorization request says."""
        return {
            "response_type": "code",
            "client_id": self.env["CLIENT_ID"],
            "redirect_uri": self.env["REDIRECT_URI"],
            "scope": self.env["SCOPE"],
            "state": state,
        }

    def browse(self, url: str) -> str:
        """Where the user's browser is sent at last."""
        for _ in range(5):
            status, headers, _ = self.send("GET", url)
            if status not in (302, 303) or "Location" not in headers:
                raise Failed(f"authorize endpoint: {status}")
            url = urljoin(url, headers["Location"])
            if url.startswith(self.env["REDIRECT_URI"]):
                return url
        raise Failed("too many redirects")

    def check(self, callback: Mapping[str, str], state: str) -> None:
        """Stop where the callback is not the one that was waited for."""
        if not self.fits(callback.get("state"), state):
            raise Failed("another state came back")
        if "iss-compared" in self.defects and callback.get("iss") != self.env["ISSUER"]:
            raise Failed("another issuer came back")
        if callback.get("error") and "error-ignored" not in self.defects:
            self.react(callback)

    def fits(self, given: str | None, state: str) -> bool:
        """Whether the state of the callback is taken for the one that was sent."""
        if given is None:
            return bool(self.defects & {"missing-state-taken", "state-unchecked"})
        if given == "":
            return bool(self.defects & {"empty-state-taken", "state-unchecked"})
        comparisons = {
            "state-unchecked": True,
            "state-by-prefix": given[:8] == state[:8],
            "state-by-any-case": given.lower() == state.lower(),
            "state-by-containment": state in given,
            "state-by-length": len(state) == len(given),
        }
        return given == state or any(comparisons[d] for d in self.defects & comparisons.keys())

    def react(self, callback: Mapping[str, str]) -> None:
        """What an error in the callback leads to."""
        if "error-hidden" in self.defects:
            sys.exit(0)
        if "error-loops" in self.defects and self.logins < 9:
            return self.sign_in()
        if "code-before-error" not in self.defects or "code" not in callback:
            raise Failed(f"the server says {callback['error']}")

    def exchange(self, code: str) -> None:
        """Redeem the code."""
        params = {"grant_type": "authorization_code", "code": code}
        if "redirect-not-repeated" not in self.defects:
            params["redirect_uri"] = self.env["REDIRECT_URI"]
        answer = self.token_request(params)
        if "code-sent-twice" in self.defects:
            self.token_request(params)
        self.take(answer)

    def token_request(self, params: dict[str, str]) -> dict[str, Any]:
        """Ask the token endpoint; its members."""
        status, headers, body = self.post(self.env["TOKEN_URL"], params)
        tries = 1
        if status == 400 and "refused-code-resent" in self.defects:
            status, headers, body = self.post(self.env["TOKEN_URL"], params)
        while status in (429, 500) and "retries-at-once" in self.defects and tries < 4:
            status, headers, body = self.post(self.env["TOKEN_URL"], params)
            tries += 1
        while status == 500 and "retries-without-end" in self.defects and tries < 9:
            status, headers, body = self.post(self.env["TOKEN_URL"], params)
            tries += 1
        if status == 307 and "token-redirect-followed" in self.defects:
            status, headers, body = self.post(headers["Location"], params)
        if status == 200 and b"<html" in body and "code-again-after-html" in self.defects:
            status, headers, body = self.post(self.env["TOKEN_URL"], params)
        if status != 200 and not (status == 500 and "status-ignored" in self.defects):
            raise Failed(f"token endpoint: {status} {body[:60]!r}")
        try:
            members = json.loads(body)
        except ValueError:
            if "crashes-on-html" in self.defects and b"<html" in body:
                self.crash()
            invented = {"access_token": "invented", "token_type": "Bearer"}
            members = invented if "html-taken" in self.defects else None
        if not isinstance(members, dict) or not isinstance(members.get("access_token"), str):
            raise Failed("the token endpoint sent no token")
        return members

    def crash(self) -> None:
        """What a fault in native code does."""
        raise SystemExit(-11)

    def take(self, members: Mapping[str, Any]) -> None:
        """Look at an answer, and keep its tokens."""
        kind = str(members.get("token_type"))
        if "token-type-lower-only" in self.defects and kind != "bearer":
            raise Failed(f"token_type {kind}")
        if "token-type-by-letter" not in self.defects:
            kind = kind.lower()
        if kind not in ("bearer", "Bearer") and "token-type-unread" not in self.defects:
            raise Failed(f"token_type {kind}")
        needed = {"expires_in", "refresh_token", "scope"} & {
            d.removeprefix("needs-") for d in self.defects
        }
        if needed - members.keys():
            raise Failed(f"no {needed}")
        if "unknown-members-refused" in self.defects and "account" in members:
            raise Failed("account is unknown")
        if "number-only" in self.defects and isinstance(members.get("expires_in"), str):
            raise Failed("expires_in is no number")
        if "scope-string-only" in self.defects and not isinstance(members.get("scope", ""), str):
            raise Failed("scope is no string")
        self.keep(members)

    def keep(self, members: Mapping[str, Any]) -> None:
        """Keep the tokens of an answer that is right."""
        self.access = members["access_token"]
        if "token-printed" in self.defects:
            self.say(f"got {self.access}")
        if "old-refresh-token-kept" not in self.defects or not self.refresh:
            self.refresh = members.get("refresh_token", self.refresh)
        if path := self.env.get("STORE"):
            text = "clear " + self.access if "stored-in-clear" in self.defects else "sealed"
            if "stored-compressed" in self.defects:
                with open(path, "wb") as packed:
                    packed.write(gzip.compress(self.access.encode()))
                return
            with open(path, "a", encoding="utf-8") as file:
                file.write(text + "\n")

    def call_until_served(self) -> int:
        """Call the API; after a 401 with a new token, once the old one cannot be renewed with a new
        login."""
        status = 0
        for _ in range(MOST_CALLS):
            status = self.call()
            if status == 500 and "login-on-api-error" in self.defects and self.logins < 2:
                self.sign_in()
                continue
            if status == 429 and "retry-after-ignored" in self.defects:
                status = self.call()
            if status == 500 and "api-retried-at-once" in self.defects:
                status = self.call()
                continue
            if status != 401 or "no-refresh" in self.defects:
                return status
            self.renew()
            if "not-repeated" in self.defects:
                return status
        return status

    def renew(self) -> None:
        """A refresh; where that fails, one new login."""
        tries = 6 if "refresh-loop" in self.defects else 1
        for left in range(tries, 0, -1):
            try:
                params = {"grant_type": "refresh_token", "refresh_token": self.refresh}
                self.take(self.token_request(params))
                return
            except Failed:
                if "dead-refresh-ignored" in self.defects:
                    self.say("never mind")
                    sys.exit(0)
                if left == 1:
                    break
        for _ in range(3 if "logs-in-thrice" in self.defects else 1):
            self.sign_in()

    def call(self) -> int:
        """One call of the API."""
        url, headers = self.env["API_URL"], {"Authorization": f"Bearer {self.access}"}
        if "token-in-query" in self.defects:
            url += "?access_token=" + self.access
        if "token-in-cookie" in self.defects:
            headers["Cookie"] = "session=" + self.access
        if "token-in-other-path" in self.defects:
            self.send("GET", f"{self.env['ISSUER']}/userinfo/{self.access}")
        if "refresh-token-sent" in self.defects and self.refresh:
            headers["X-Refresh"] = self.refresh
        status, answered, _ = self.send("GET", url, headers)
        if status in (302, 307):
            if "api-redirect-followed" not in self.defects:
                headers = {}
            if "token-in-header-elsewhere" in self.defects:
                headers = {"X-Api-Key": self.access}
            status, _, _ = self.send("GET", urljoin(url, answered["Location"]), headers)
        return status

    def post(self, url: str, params: dict[str, str]) -> Answer:
        """A request to the token endpoint, with the client's credentials."""
        params, headers = dict(params), {"Accept-Encoding": "gzip"}
        name, secret = self.env["CLIENT_ID"], self.env["CLIENT_SECRET"]
        method = self.env.get("AUTH_METHOD") or "client_secret_post"
        if "auth-method-fixed" in self.defects:
            method = "client_secret_post"
        if method == "client_secret_basic":
            raw = "basic-not-encoded" in self.defects
            pair = f"{name}:{secret}" if raw else f"{quote_plus(name)}:{quote_plus(secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            if method != "none" or "public-without-id" not in self.defects:
                params["client_id"] = name
            if method == "client_secret_post":
                params["client_secret"] = secret
        kind = self.content_type()
        body = json.dumps(params) if kind == JSON else urlencode(params)
        if "secret-in-address" in self.defects and secret:
            url += ("&" if "?" in url else "?") + urlencode({"client_secret": secret})
        if "token-query-dropped" in self.defects:
            url = url.partition("?")[0]
        for odd in ("text/plain", "multipart/form-data"):
            kind = odd if f"sends-{odd}" in self.defects else kind
        return self.send("POST", url, {**headers, "Content-Type": kind}, body.encode())

    def content_type(self) -> str:
        """What the manifest declares."""
        if "manifest-unread" in self.defects:
            return FORM
        _, _, body = self.send("GET", self.env["MANIFEST_URL"])
        declared = json.loads(body)["auth"]["authorization_content_type"]
        return FORM if "content-type-fixed" in self.defects else str(declared)

    def send(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """One request, no redirect followed."""
        parts = urlsplit(url)
        unanswered = self.env.get("MOCKAUTH_SCENARIO", "").endswith("no answer")
        short = unanswered and "waits-for-ever" not in self.defects
        seconds = IMPATIENCE if short else PATIENCE
        line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
        try:
            line.request(
                method,
                parts.path + (f"?{parts.query}" if parts.query else ""),
                body or None,
                dict(headers or {}),
            )
            answer = line.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read(1_000_000)
        finally:
            line.close()


def run(env: Mapping[str, str], say: Callable[[str], None]) -> int:
    """One start; the exit status."""
    try:
        return Client(env, say).run()
    except SystemExit as end:
        return int(end.code or 0)


if __name__ == "__main__":
    if "never-comes" in os.environ.get("DEFECT", ""):
        time.sleep(0)
        sys.exit(0)
    sys.exit(run(os.environ, print))
