"""The token endpoint (authorization_url): does the exchange work, and how does it refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.record import token_errors
from mockauth.checks.registry import check
from mockauth.wire import Exchange

AT = "/auth/authorization_url"
REGISTERED = {
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
    "unsupported_grant_type", "invalid_scope", "invalid_target", "invalid_dpop_proof",
    "slow_down", "temporarily_unavailable", "server_error",
}  # fmt: skip
HTTP_STATUSES = {400, 401, 404, 405, 413, 415, 429}


def _exchange(evidence: Evidence) -> Exchange:
    last = evidence.trace.last("token")
    if last is None:
        raise Blocked("there was no code to exchange (see authorize.request-accepted)")
    return last


def shown(exchange: Exchange) -> str:
    """What ChatGPT prints when the exchange gives no token."""
    error = exchange.answer.members.get("error")
    data = f"{{'error': {error!r}}}" if error else exchange.outcome
    url = exchange.request.url
    status = exchange.answer.status
    return f"Missing access token, received {status} from {url}: response_data={data}"


def _fallback(evidence: Evidence) -> str:
    for exchange in evidence.trace.select("token", purpose="fallback"):
        if exchange.answer.ok and "access_token" in exchange.answer.members:
            return exchange.probe
    return ""


@check(
    "token.exchange-works", "MMM", refs=("RFC6749-4.1.3", "OAI-plugin-auth"), auth=("oauth",),
    shows='"Missing access token, received N from URL: response_data=…"',
    why="Without a token nobody is signed in.",
    fix="Answer ChatGPT's POST with 200 and access_token in a JSON object.",
)  # fmt: skip
def exchange_works(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token endpoint answers ChatGPT's POST with a token."""
    last = _exchange(evidence)
    token = last.answer.members.get("access_token")
    if last.answer.ok and isinstance(token, str) and token:
        yield Seen(actual=last.outcome, exchanges=(last.n,))
        return
    helped = _fallback(evidence)
    fix = f"It accepts {helped}: see token.declared-content-type-accepted." if helped else ""
    yield Finding(expected="200 with access_token", actual=shown(last), fix=fix, at=AT,
                  exchanges=(last.n,))  # fmt: skip


@check(
    "token.declared-content-type-accepted", "M--",
    refs=("OAI-plugin-auth", "ruvnet/Bot-Generator-Bot#2"), auth=("oauth",), practice=True,
    shows="login fails, token endpoint logs 400, 415, 500",
    why="ChatGPT sends what authorization_content_type says, and nothing else.",
    fix="Change authorization_content_type, or what the endpoint reads.",
)  # fmt: skip
def declared_content_type(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token endpoint reads the declared authorization_content_type."""
    last = _exchange(evidence)
    declared = last.request.encoding
    if last.answer.ok and "access_token" in last.answer.members:
        yield Seen(actual=f"a {declared} body was read", exchanges=(last.n,))
        return
    helped = _fallback(evidence)
    if not helped or "body" not in helped:
        raise Blocked("no encoding was accepted (see token.exchange-works)")
    yield Finding(
        expected=f"the manifest says {declared}: a {declared} body is read",
        actual=f"{last.outcome}; the endpoint understands {helped}",
        at="/auth/authorization_content_type",
        exchanges=(last.n,),
    )


@check(
    "token.no-browser-needed", "MMM", refs=("OAI-plugin-auth",), auth=("oauth",), practice=True,
    shows="works with curl, not in ChatGPT",
    why="ChatGPT's server has no cookies and no form token.",
    fix="Exempt the token endpoint (authorization_url) from CSRF protection and sessions.",
)  # fmt: skip
def no_browser_needed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The exchange needs no cookie, Origin or CSRF token."""
    last = _exchange(evidence)
    text = last.answer.text[:5000].lower()
    if last.answer.status in (403, 419) and ("csrf" in text or "forbidden" in text):
        yield Finding(expected="no form protection", actual=last.outcome, at=AT,
                      exchanges=(last.n,))  # fmt: skip
    else:
        yield Seen(actual=last.outcome, exchanges=(last.n,))


@check(
    "token.no-redirect", "MMM", refs=("RFC6749-5.1",), auth=("oauth",), practice=True,
    shows="works with curl, not in ChatGPT",
    why="A redirect drops the body of the POST.",
    fix="Answer at exactly the address in authorization_url; mind the slash at its end.",
)  # fmt: skip
def no_redirect(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token endpoint does not redirect."""
    last = _exchange(evidence)
    if 300 <= last.answer.status < 400:
        yield Finding(expected="an answer", actual=last.outcome, at=AT, exchanges=(last.n,))
    else:
        yield Seen(actual=last.outcome, exchanges=(last.n,))


@check(
    "token.post-auth-accepted", "MMS", refs=("RFC6749-2.3.1", "OAI-plugin-auth"), auth=("oauth",),
    shows="`invalid_client`",
    why="ChatGPT sends client_id and client_secret in the body.",
    fix="Accept client_secret in the body (client_secret_post).",
)  # fmt: skip
def post_auth_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Client credentials in the body are accepted."""
    last = _exchange(evidence)
    if last.answer.ok and "access_token" in last.answer.members:
        yield Seen(actual=last.outcome, exchanges=(last.n,))
    elif "Basic" in _fallback(evidence):
        yield Finding(expected="credentials in the body", at=AT, exchanges=(last.n,),
                      actual="only a Basic header is accepted")  # fmt: skip
    elif _fallback(evidence):
        yield Seen(actual=f"accepted in {_fallback(evidence)}", exchanges=(last.n,))
    else:
        raise Blocked("no exchange worked (see token.exchange-works)")


@check(
    "token.error-is-json", "MMM", refs=("RFC6749-5.2",), auth=("oauth",),
    why="ChatGPT reads `error` from JSON; a page tells it nothing.",
    fix="Answer refusals with a JSON object that has `error`.",
)  # fmt: skip
def error_is_json(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Refusals of the token endpoint are JSON objects with `error`."""
    for exchange in _oauth_errors(evidence):
        is_json = "json" in exchange.answer.media_type
        if is_json and isinstance(exchange.answer.members.get("error"), str):
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
        else:
            # JSON under another type: a correct server does so on one path.
            parsed = isinstance(exchange.answer.members.get("error"), str)
            yield Finding(expected="a JSON object with error", actual=exchange.outcome, at=AT,
                          exchanges=(exchange.n,), tolerated=parsed)  # fmt: skip


def _oauth_errors(evidence: Evidence) -> list[Exchange]:
    """Refusals that OAuth itself speaks for: HTTP's own (405, 415 …) and crashes left out."""
    found = [
        e
        for e in token_errors(evidence)
        if e.answer.status not in (404, 405, 413, 415, 429)
        and e.answer.status < 500
        and e.request.method == "POST"
    ]
    if not found:
        raise Blocked("no refusal of the token endpoint was seen")
    return found


@check(
    "token.error-code-registered", "MMM", refs=("RFC6749-5.2",), auth=("oauth",),
    why="Clients act on the registered values.", fix="Use the value that RFC 6749 names.",
)  # fmt: skip
def error_code_registered(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`error` at the token endpoint is one of the registered values."""
    for exchange in _oauth_errors(evidence):
        error = exchange.answer.members.get("error")
        if isinstance(error, str) and error not in REGISTERED:
            yield Finding(expected="a registered value, such as invalid_grant", actual=error[:60],
                          at=AT, exchanges=(exchange.n,))  # fmt: skip
        elif isinstance(error, str):
            yield Seen(actual=error, exchanges=(exchange.n,))


@check(
    "token.error-status-400-or-401", "MMM", refs=("RFC6749-5.2",), auth=("oauth",),
    why="Other statuses read as an outage.",
    fix="Answer 400, or 401 for client authentication.",
)  # fmt: skip
def error_status(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Refusals of the token endpoint have status 400 or 401."""
    for exchange in token_errors(evidence):
        status = exchange.answer.status
        if status >= 500 and exchange.probe not in ("", "token.malformed-body-is-4xx"):
            yield Finding(expected="400 or 401", actual=exchange.outcome, at=AT,
                          exchanges=(exchange.n,))  # fmt: skip
        elif status in HTTP_STATUSES or status < 400:
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
        else:
            yield Finding(expected="400 or 401", actual=exchange.outcome, at=AT,
                          exchanges=(exchange.n,))  # fmt: skip


@check(
    "token.error-not-200", "MMM", refs=("RFC6749-5.2",), auth=("oauth",),
    why="ChatGPT takes a 200 for success.", fix="Answer refusals with 400 or 401.",
)  # fmt: skip
def error_not_200(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An answer with `error` is no 2xx."""
    for exchange in token_errors(evidence):
        if exchange.answer.ok:
            yield Finding(expected="400 or 401", actual=f"{exchange.outcome} with error", at=AT,
                          exchanges=(exchange.n,))  # fmt: skip
        else:
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))


@check(
    "token.client-error-is-invalid-client", "MMM", refs=("RFC6749-5.2",), auth=("oauth",),
    why="It tells the developer that the secret is wrong, not the code.",
    fix="Answer a wrong or missing client secret with invalid_client.",
)  # fmt: skip
def client_error(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A wrong or missing client secret is answered with invalid_client."""
    for probe in ("token.wrong-secret-refused", "token.missing-secret-refused"):
        for exchange in evidence.trace.select("token", purpose="altered", probe=probe):
            answer = exchange.answer
            if answer.ok or answer.status >= 500 or "error" not in answer.members:
                continue
            if answer.members["error"] == "invalid_client" and answer.status in (400, 401):
                yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
            else:
                actual = f"{exchange.outcome}, error {str(answer.members['error'])[:60]}"
                yield Finding(expected="400 or 401 with invalid_client", actual=actual, at=AT,
                              exchanges=(exchange.n,))  # fmt: skip


GRANT_PROBES = (
    "token.code-unknown-refused", "token.code-single-use", "token.code-bound-to-client",
    "token.redirect-must-match",
)  # fmt: skip


@check(
    "token.invalid-grant-code", "MMM", refs=("RFC6749-5.2",), auth=("oauth",),
    why="It tells the client that the code is dead and a new login is needed.",
    fix="Answer an unknown, used or foreign code and a wrong redirect_uri with invalid_grant.",
)  # fmt: skip
def invalid_grant(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A code that cannot be redeemed is answered with invalid_grant."""
    for exchange in evidence.trace.select("token", purpose="altered"):
        error = exchange.answer.members.get("error")
        if exchange.probe not in GRANT_PROBES or exchange.answer.ok or not isinstance(error, str):
            continue
        # A wrong redirect_uri is invalid_request at several correct servers.
        allowed = {"invalid_grant", "invalid_client" if "client" in exchange.probe else ""}
        tolerated = exchange.probe == "token.redirect-must-match" and error == "invalid_request"
        if error in allowed or tolerated:
            yield Seen(actual=error, exchanges=(exchange.n,))
        else:
            yield Finding(expected="invalid_grant", actual=error[:60], at=AT,
                          exchanges=(exchange.n,))  # fmt: skip


@check(
    "token.no-secret-echoed", "MMM", refs=("RFC9700-4.2.4",), auth=("oauth",), practice=True,
    why="What is echoed ends up in logs and error pages.",
    fix="Do not repeat request values in answers.",
)  # fmt: skip
def no_secret_echoed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No answer repeats the client secret or the password."""
    given = evidence.given
    secrets = [s.reveal() for s in (given.client_secret, given.password) if len(s.reveal()) > 5]
    looked = 0
    for exchange in evidence.trace:
        if exchange.response is None:
            continue
        looked += 1
        text = exchange.answer.text + repr(exchange.answer.headers)
        if any(re.search(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", text) for secret in secrets):
            yield Finding(expected="no secret", actual="a secret stands in the answer",
                          at=exchange.request.url, exchanges=(exchange.n,))  # fmt: skip
    if not looked:
        raise NotApplicable("nothing was answered")
    yield Seen(actual=f"{looked} answers read")
