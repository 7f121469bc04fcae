"""The ordinary flow: what ChatGPT does from the address of a plugin to the refreshed token."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mockauth.browser.landing import Landing
from mockauth.chatgpt.api import document_request
from mockauth.chatgpt.authorize import authorization_request, read_callback
from mockauth.chatgpt.client import Client, declared_encoding
from mockauth.chatgpt.token import read_token
from mockauth.engine.events import Event, Noted, StepStarted
from mockauth.engine.subject import Subject
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import HttpAuth, NoAuth, OAuth
from mockauth.manifest.domains import root_domain
from mockauth.manifest.openapi import read_openapi
from mockauth.manifest.plugin import WELL_KNOWN, Manifest, read_manifest
from mockauth.wire import Exchange, Request
from mockauth.wire.message import Encoding
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, join, origin

MOST_REDIRECTS = 5
VERIFIER = "mockauth-diagnoses-whether-a-code-challenge-is-wanted"


def ordinary_flow(subject: Subject, target: str, wanted_operation: str) -> Iterator[Event]:
    """Go through the whole protocol once, as ChatGPT would; everything is in the trace.

    Raises:
        NothingJudged: the target cannot be reached, or the login cannot be done.
        UsageError: credentials are missing.
    """
    yield StepStarted("read the manifest")
    fetch_manifest(subject, target)
    if subject.manifest is None or subject.auth is None:
        return
    yield StepStarted("read the OpenAPI document")
    fetch_openapi(subject, wanted_operation)
    if subject.manifest.text("logo_url").startswith("http"):
        logo = subject.url_map(subject.manifest.text("logo_url"))
        if origin(logo) == subject.url_map.target:
            subject.driver.send(document_request(logo), "asset")
    if isinstance(subject.auth, NoAuth):
        yield StepStarted("call the API")
        if subject.operation:
            subject.call(None)
        return
    _require_credentials(subject)
    if isinstance(subject.auth, HttpAuth):
        yield StepStarted("call the API")
        if subject.operation:
            subject.call(subject.given.token.reveal())
        return
    yield from sign_in(subject)


def fetch_manifest(subject: Subject, target: str) -> None:
    """Read the manifest from a file, its own URL, or the well-known place of a site.

    Raises:
        NothingJudged: nothing answers there.
    """
    if not target.startswith(("http://", "https://")):
        subject.manifest = read_manifest(Path(target).read_bytes(), target)
    else:
        url = target if target.endswith(".json") else join(target, WELL_KNOWN)
        last = _fetch(subject, url, "manifest")
        if last.response is None and "timed out" not in last.error:
            raise NothingJudged(f"{url} cannot be reached: {last.error}")
        if last.response is not None and last.response.ok:
            subject.manifest = read_manifest(last.response.body, last.request.target)
    if subject.manifest is not None:
        subject.auth = subject.manifest.auth
        _declare(subject, subject.manifest)


def _declare(subject: Subject, manifest: Manifest) -> None:
    """The hosts that may mean the server under test: those that the manifest names."""
    urls = [manifest.api_url or "", manifest.text("logo_url")]
    if isinstance(subject.auth, OAuth):
        urls += [subject.auth.client_url, subject.auth.authorization_url]
    subject.url_map.declared |= {hostname(url) for url in urls if hostname(url)}


def _fetch(subject: Subject, url: str, step: Step) -> Exchange:
    exchange = subject.driver.send(document_request(url), step)
    for _ in range(MOST_REDIRECTS):
        if not exchange.answer.is_redirect:
            break
        url = join(url, exchange.answer.header("Location") or "")
        exchange = subject.driver.send(document_request(subject.url_map(url)), step)
    return exchange


def fetch_openapi(subject: Subject, wanted: str) -> None:
    """Read the OpenAPI document and choose the operation to call.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    manifest = subject.manifest
    if manifest is None or manifest.api_url is None:
        return
    url = manifest.api_url
    if not url.startswith(("http://", "https://")):
        url = join(subject.url_map.target + "/", url.lstrip("./"))
    last = _fetch(subject, subject.url_map(url), "openapi")
    if last.response is None or not last.response.ok:
        return
    # The document speaks of the addresses it was published at, before any mapping.
    subject.openapi = read_openapi(last.response.body, url)
    subject.url_map.declared |= {hostname(server) for server in subject.openapi.servers}
    root = root_domain(manifest.url or url)
    subject.base_url = subject.url_map(subject.openapi.base_url(root) or subject.url_map.target)
    subject.base_url = subject.base_url.rstrip("/")
    subject.operation = subject.openapi.operation(wanted)
    if wanted and subject.operation is None:
        known = ", ".join(operation.id for operation in subject.openapi.operations[:20])
        raise UsageError(f"--operation {wanted}: not in the OpenAPI document, which has {known}")


def _require_credentials(subject: Subject) -> None:
    given = subject.given
    missing = []
    if isinstance(subject.auth, HttpAuth) and not given.token:
        missing.append("--token (MOCKAUTH_TOKEN): the token that is pasted into ChatGPT")
    if isinstance(subject.auth, OAuth):
        if not given.client_id:
            missing.append("--client-id (MOCKAUTH_CLIENT_ID): a string of your own choosing")
        if not given.client_secret:
            missing.append("--client-secret (MOCKAUTH_CLIENT_SECRET): likewise")
    if missing:
        kind = subject.auth.type if subject.auth else ""
        raise UsageError(f"auth type {kind} needs " + " and ".join(missing))


def sign_in(subject: Subject) -> Iterator[Event]:
    """Authorize at client_url, exchange at authorization_url, call the API, refresh, call again."""
    auth = subject.auth
    if not isinstance(auth, OAuth):
        return
    mapped = replace(
        auth,
        client_url=subject.url_map(auth.client_url),
        authorization_url=subject.url_map(auth.authorization_url),
    )
    declared = subject.profile.token_encoding == "declared"
    encoding = declared_encoding(auth.authorization_content_type) if declared else "form"
    subject.client = Client(
        auth=mapped,
        id=subject.given.client_id,
        secret=subject.given.client_secret,
        redirect_uri=subject.given.redirect_uri,
        encoding=encoding,
        method=subject.profile.client_auth,
    )
    yield StepStarted("authorize at client_url and sign in")
    code = _authorize(subject)
    if not code:
        return
    yield StepStarted("exchange the code at the token endpoint (authorization_url)")
    subject.grant = read_token(subject.exchange(code).response)
    if subject.grant.problem:
        note = _other_encodings(subject)
        if note:
            yield Noted(note)
    if not subject.grant.access_token:
        return
    if subject.operation:
        yield StepStarted("call the API")
        subject.call(subject.grant.access_token)
    if subject.grant.refresh_token:
        yield StepStarted("refresh the token")
        again = read_token(subject.refresh(subject.grant.refresh_token).response)
        if again.access_token:
            kept = again.refresh_token or subject.grant.refresh_token
            subject.grant = replace(again, refresh_token=kept)
            if subject.operation:
                subject.call(again.access_token)


def _authorize(subject: Subject) -> str:
    assert subject.client is not None  # noqa: S101 - set by sign_in
    pending = subject.pending()
    landing = subject.authorize(authorization_request(subject.client, pending))
    if landing.outcome == "stuck":
        _give_up(landing)
    callback = read_callback(landing.params, pending, state_required=False)
    if landing.left and callback.code:
        return callback.code
    _diagnose(subject)
    return ""


def _give_up(landing: Landing) -> None:
    """End the run where the login itself, not the service, is what stopped it."""
    if landing.hint.startswith("a login page; give"):
        raise UsageError(f"{landing.url.partition('?')[0]} is {landing.hint}")
    if "circle" in landing.hint or "reloads" in landing.hint or landing.page is None:
        return
    if landing.page.response is None:
        return
    seen = "; ".join(landing.forms) or "no form"
    filled = ", ".join(landing.filled) or "nothing"
    raise NothingJudged(
        f"the login failed: {landing.describe()}. Forms on the page: {seen}. Filled in: {filled}. "
        f"It says: {landing.snippet[:160]!r}. Try other --username and --password, or --login "
        "follow with a server that approves by itself."
    )


def _diagnose(subject: Subject) -> None:
    """After a refusal at authorize, find out what helps: one change at a time, all recorded."""
    assert subject.client is not None  # noqa: S101 - set by sign_in
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    pkce = (("code_challenge", challenge), ("code_challenge_method", "S256"))
    for what in ("a PKCE code_challenge", "no scope parameter", "a slash after the callback"):
        pending = subject.pending()
        request = authorization_request(subject.client, pending)
        if what == "a PKCE code_challenge":
            request = replace(request, query=(*request.query, *pkce))
        elif what == "no scope parameter":
            request = _without(request, "scope")
        else:
            slashed = pending.redirect_uri + "/"
            request = replace(
                request,
                query=tuple((k, slashed if k == "redirect_uri" else v) for k, v in request.query),
            )
        with subject.during("fallback", what):
            landing = subject.authorize(request, (pending.redirect_uri, pending.redirect_uri + "/"))
        if landing.left and any(name == "code" for name, _ in landing.params):
            return


def _without(request: Request, name: str) -> Request:
    return replace(request, query=tuple(pair for pair in request.query if pair[0] != name))


def _other_encodings(subject: Subject) -> str:
    """Try what ChatGPT would not, so that the run can go on; say what the endpoint takes."""
    assert subject.client is not None  # noqa: S101 - set by sign_in
    other: Encoding = "form" if subject.client.encoding == "json" else "json"
    tries = (
        (replace(subject.client, encoding=other), f"a {other} body"),
        (replace(subject.client, encoding="form", method="basic"), "a Basic header"),
    )
    for client, what in tries:
        with subject.during("fallback", what):
            code = subject.fresh_code(client=client)
            grant = read_token(subject.exchange(code, client).response) if code else None
        if grant is not None and grant.access_token:
            subject.client, subject.grant = client, grant
            return (
                f"the token endpoint (authorization_url) took {what} and refused what the manifest "
                f"declares; the run goes on with {what}, ChatGPT would have stopped"
            )
    return ""


def target_origin(target: str) -> str:
    """The origin of the server under test; for a manifest file, that of its api.url.

    Raises:
        UsageError: the target is neither a URL nor a file.
    """
    if target.startswith(("http://", "https://")):
        return origin(target)
    path = Path(target)
    if not path.is_file():
        raise UsageError(
            f"{target}: neither a URL nor a file; give a site such as http://localhost:3333, "
            "a manifest URL, or the path of a manifest"
        )
    manifest = read_manifest(path.read_bytes(), target)
    base = origin(manifest.api_url or "")
    if not base:
        raise UsageError(f"{target}: api.url names no host, so there is no server to check")
    return base
