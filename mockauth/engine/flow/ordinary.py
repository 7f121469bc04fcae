"""The ordinary flow: what ChatGPT does from the address of a plugin to the refreshed token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from mockauth.browser.landing import Landing
from mockauth.chatgpt.api import document_request
from mockauth.chatgpt.authorize import authorization_request, read_callback
from mockauth.chatgpt.client import Client, declared_encoding
from mockauth.chatgpt.placement import in_basic_header
from mockauth.chatgpt.token import read_token
from mockauth.checks.record import LOGGED_IN, PROOF
from mockauth.engine.events import Event, Noted, StepStarted
from mockauth.engine.target.action import missing_credentials, read_action
from mockauth.engine.target.discovery import fetch_manifest, fetch_openapi
from mockauth.engine.target.target import Subject
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import HttpAuth, NoAuth, OAuth
from mockauth.manifest.editor import EditorForm
from mockauth.manifest.plugin import read_manifest
from mockauth.wire import Request
from mockauth.wire.message import Encoding, first
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, origin
from mockauth.wire.words import say

Place = Callable[[Request, Step], Request]
POSTED = say("token.post-auth-accepted")
VERIFIER = "mockauth-diagnoses-whether-a-code-challenge-is-wanted"


def ordinary_flow(
    subject: Subject, target: str, wanted_operation: str, form: EditorForm | None = None
) -> Iterator[Event]:
    """Go through the whole protocol once, as ChatGPT would; everything is in the trace.

    `form` is what a GPT Action has in place of a manifest.

    Raises:
        NothingJudged: the target cannot be reached, or the login cannot be done.
        UsageError: credentials are missing.
    """
    if subject.profile.has_manifest:
        yield from _read_plugin(subject, target, wanted_operation)
    else:
        yield from read_action(subject, form or EditorForm(), target, wanted_operation)
    if subject.auth is None:
        return
    if isinstance(subject.auth, NoAuth):
        yield StepStarted(say("call the API"))
        if subject.operation:
            subject.call(None)
        return
    _require_credentials(subject)
    if isinstance(subject.auth, HttpAuth):
        yield StepStarted(say("call the API"))
        if subject.operation:
            _call(subject, subject.given.token.reveal())
        return
    yield from sign_in(subject)


def _read_plugin(subject: Subject, target: str, wanted_operation: str) -> Iterator[Event]:
    yield StepStarted(say("read the manifest"))
    fetch_manifest(subject, target)
    if subject.manifest is None or subject.auth is None:
        return
    yield StepStarted(say("read the OpenAPI document"))
    fetch_openapi(subject, wanted_operation)
    if subject.manifest.text("logo_url").startswith("http"):
        logo = subject.url_map(subject.manifest.text("logo_url"))
        if origin(logo) == subject.url_map.target:
            subject.driver.send(document_request(logo), "asset")


def _require_credentials(subject: Subject) -> None:
    kind = subject.auth.type if subject.auth else ""
    missing = missing_credentials(kind, subject.given)
    if missing:
        raise UsageError(f"auth type {kind} needs " + " and ".join(missing))


def sign_in(subject: Subject) -> Iterator[Event]:
    """Authorize at client_url, exchange at authorization_url, call the API, refresh, call again.

    The client is built to post its secret, so that a probe can alter it; where the GPT editor
    says Basic, the driver moves it into the header.
    """
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
    )
    if subject.profile.client_auth == "basic":
        subject.driver.place = _by_basic
    yield StepStarted(say("authorize and sign in"))
    code = _authorize(subject)
    if not code:
        return
    yield StepStarted(say("exchange the code at the token endpoint"))
    subject.take(read_token(subject.exchange(code).response))
    if subject.grant.problem:
        note = _other_encodings(subject)
        if note:
            yield Noted(note)
    if not subject.grant.access_token:
        return
    if subject.operation:
        yield StepStarted(say("call the API"))
        _call(subject, subject.grant.access_token)
    if subject.grant.refresh_token:
        yield StepStarted(say("refresh the token"))
        again = read_token(subject.refresh(subject.grant.refresh_token).response)
        if again.access_token:
            kept = again.refresh_token or subject.grant.refresh_token
            subject.take(replace(again, refresh_token=kept))
            if subject.operation:
                subject.call(again.access_token)
    if subject.profile.client_auth == "basic":
        yield StepStarted(POSTED)
        _try_post(subject)


def _authorize(subject: Subject) -> str:
    landing, code = _ask(subject)
    if landing.outcome == "error_page" and _uses_other_host(subject):
        landing, code = _ask(subject)
    if landing.outcome == "stuck":
        _give_up(landing)
    if not code:
        with subject.during("fallback", LOGGED_IN):
            _, code = _ask(subject)
    return code or _diagnose(subject)


def _ask(subject: Subject) -> tuple[Landing, str]:
    """One login; where it ended, and the code or ""."""
    assert subject.client is not None  # noqa: S101 - set by sign_in
    pending = subject.pending()
    landing = subject.authorize(authorization_request(subject.client, pending))
    callback = read_callback(landing.params, pending, state_required=False)
    return landing, callback.code if landing.left else ""


def _uses_other_host(subject: Subject) -> bool:
    """Go over to another callback of an Action when that one is accepted.

    ChatGPT uses chat.openai.com and chatgpt.com; a server that knows one of them is not broken.
    """
    assert subject.client is not None  # noqa: S101 - set by sign_in
    refused, client = subject.client.redirect_uri, subject.client
    for uri in subject.given.redirect_uris:
        if uri == refused:
            continue
        subject.client = replace(client, redirect_uri=uri)
        with subject.during("fallback", f"the callback at {hostname(uri)}"):
            _, code = _ask(subject)
        if code:
            subject.given = replace(subject.given, redirect_uri=uri)
            subject.url_map.notes.append(
                say("{} was refused; the run goes on with {}", refused, uri)
            )
            return True
    subject.client = client
    return False


def _give_up(landing: Landing) -> None:
    """End the run where the login itself, not the service, is what stopped it."""
    if landing.hint.startswith("a login page; give"):
        raise UsageError(f"{landing.url.partition('?')[0]} is {landing.hint}")
    if "circle" in landing.hint or "reloads" in landing.hint or landing.page is None:
        return
    if landing.page.response is None:
        return
    seen = "; ".join(landing.forms) or say("no form")
    filled = ", ".join(landing.filled) or say("nothing")
    raise NothingJudged(
        say(
            "the login failed: {}. Forms on the page: {}. Filled in: {}. It says: "
            "{!r:.160}. Try other --username and --password, or --login follow with "
            "a server that approves by itself.",
            landing.describe(),
            seen,
            filled,
            landing.snippet,
        )
    )


def _diagnose(subject: Subject) -> str:
    """After a refusal at authorize, find out what helps: one change at a time, all recorded.

    Gives a code where the run can go on: with a PKCE challenge, which ChatGPT does not send.
    """
    assert subject.client is not None  # noqa: S101 - set by sign_in
    usual = subject.client
    for what in (PROOF, "no scope parameter", "a slash after the callback"):
        pending = subject.pending()
        subject.client = replace(usual, verifier=VERIFIER) if what == PROOF else usual
        request = authorization_request(subject.client, pending)
        if what == "no scope parameter":
            request = _without(request, "scope")
        elif what != PROOF:
            slashed = pending.redirect_uri + "/"
            request = replace(
                request,
                query=tuple((k, slashed if k == "redirect_uri" else v) for k, v in request.query),
            )
        with subject.during("fallback", what):
            landing = subject.authorize(request, (pending.redirect_uri, pending.redirect_uri + "/"))
        code = first(landing.params, "code") or "" if landing.left else ""
        if code and what == PROOF:
            subject.url_map.notes.append(
                say(
                    "the server demands a PKCE challenge, which ChatGPT does not send and "
                    "would have stopped at; the run goes on with one"
                )
            )
            return code
        subject.client = usual
        if code:
            return ""
    return ""


def _without(request: Request, name: str) -> Request:
    return replace(request, query=tuple(pair for pair in request.query if pair[0] != name))


def _other_encodings(subject: Subject) -> str:
    """Try what ChatGPT would not, so that the run can go on; say what the endpoint takes."""
    assert subject.client is not None  # noqa: S101 - set by sign_in
    usual = subject.driver.place
    swapped: Encoding = "form" if subject.client.encoding == "json" else "json"
    other = (_as_built, "credentials in the body") if usual is _by_basic else BY_BASIC
    tries: tuple[tuple[Encoding, Place, str], ...] = (
        (swapped, usual, f"a {swapped} body"),
        ("form", *other),
    )
    for encoding, place, what in tries:
        client = replace(subject.client, encoding=encoding)
        subject.driver.place = place
        with subject.during("fallback", what):
            code = subject.fresh_code(client=client)
            grant = read_token(subject.exchange(code, client).response) if code else None
        if grant is not None and grant.access_token:
            subject.client = client
            subject.take(grant)
            plugin = subject.profile.has_manifest
            declares = say("{the_manifest} declares") if plugin else say("the GPT editor is set to")
            return say(
                "the token endpoint ({authorization_url}) took {} and refused what {}; the run "
                "goes on with {}, ChatGPT "
                "would have stopped",
                what,
                declares,
                what,
            )
    subject.driver.place = usual
    return ""


def _try_post(subject: Subject) -> None:
    """The method that was not chosen in the GPT editor: one exchange, judged as advice."""
    usual = subject.driver.place
    with subject.during("altered", POSTED):
        with subject.during("supply"):
            code = subject.fresh_code()
        subject.driver.place = _as_built
        if code:
            subject.exchange(code)
        subject.driver.place = usual


def _as_built(request: Request, step: Step) -> Request:
    return request


def _by_basic(request: Request, step: Step) -> Request:
    return in_basic_header(request) if step in ("token", "refresh", "endpoint") else request


BY_BASIC = (_by_basic, "a Basic header")


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


def _call(subject: Subject, token: str) -> None:
    """Call the API; where it refuses, once more without ChatGPT's own headers."""
    if not subject.call(token).answer.ok:
        subject.call_plainly(token)
