"""The ordinary flow: what ChatGPT does from the address of a plugin to the refreshed token."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

from mockauth.chatgpt.client import Client, declared_encoding
from mockauth.chatgpt.token import read_token
from mockauth.checks.refusal import says_error
from mockauth.engine.events import Event, Noted, StepStarted
from mockauth.engine.flow.fallbacks import (
    ask_for_code,
    ask_for_host,
    by_basic,
    diagnose,
    give_up,
    note_dropped,
    note_unsendable,
    other_callback,
    other_encoding,
    raw_again,
    try_post,
)
from mockauth.engine.target import requests, tokens
from mockauth.engine.target.action import InHeader, missing_credentials, read_action
from mockauth.engine.target.discovery import (
    WALLS,
    fetch_manifest,
    fetch_openapi,
    fetch_shown,
    with_manifest,
)
from mockauth.engine.target.operations import choose, without_token
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.errors import UsageError
from mockauth.manifest.auth import HttpAuth, NoAuth, OAuth
from mockauth.manifest.editor import EditorForm
from mockauth.manifest.plugin import read_manifest
from mockauth.wire.trace import Fallback
from mockauth.wire.url import origin
from mockauth.wire.words import own, say

POSTED = "token.post-auth-accepted"
"""The check that the last exchange of a Basic client is for."""


def ordinary_flow(
    subject: Subject, target: str, wanted_operation: str, form: EditorForm | None = None
) -> Iterator[Event]:
    """Go through the whole protocol once, as ChatGPT would; everything is in the trace.

    `form` is what a GPT Action has in place of a manifest.

    Raises:
        NothingJudged: the target cannot be reached, or the login cannot be done.
        UsageError: credentials are missing.
    """
    if subject.target.profile.has_manifest:
        yield from _read_plugin(subject, target, wanted_operation)
    else:
        form = form or EditorForm()
        subject.target = yield from read_action(subject, form, target, wanted_operation)
        place_credentials(subject)
    auth = subject.target.auth
    if auth is None:
        return
    if not isinstance(auth, NoAuth):
        _require_credentials(subject.target)
    if not wanted_operation:
        subject.target = choose(subject)
    if isinstance(auth, OAuth):
        yield from sign_in(subject, auth)
        return
    yield StepStarted(say("call the API"))
    if isinstance(auth, HttpAuth):
        _call(subject, subject.target.given.token.reveal())
    elif subject.target.operation:
        requests.call(subject, subject.target.operation, None)


def _read_plugin(subject: Subject, target: str, wanted_operation: str) -> Iterator[Event]:
    yield StepStarted(say("read the manifest"))
    manifest = fetch_manifest(subject, target)
    if manifest is None:
        return
    subject.target = with_manifest(subject.target, manifest)
    yield StepStarted(say("read the OpenAPI document"))
    subject.target = fetch_openapi(subject, wanted_operation)
    fetch_shown(subject, manifest)


def place_credentials(subject: Subject) -> None:
    """From here on the secret and the key travel where the GPT editor says: a Basic header, or a
    header with a name of its own."""
    auth = subject.target.auth
    if isinstance(auth, OAuth) and subject.target.profile.client_auth == "basic":
        subject.driver.place = by_basic
    elif isinstance(auth, HttpAuth) and auth.header:
        subject.driver.place = InHeader(auth.header, subject.driver.secrets)


def _require_credentials(target: Target) -> None:
    kind = target.auth.type if target.auth else ""
    missing = missing_credentials(kind, target.given)
    if missing:
        raise UsageError(f"auth type {kind} needs " + " and ".join(missing))


def sign_in(subject: Subject, auth: OAuth) -> Iterator[Event]:
    """Authorize at client_url, exchange at authorization_url, call the API, refresh, call again.

    The client is built to post its secret, so that a probe can alter it; where the GPT editor
    says Basic, the driver moves it into the header.
    """
    basic = subject.target.profile.client_auth == "basic"
    subject.target = replace(subject.target, client=installed_client(subject.target, auth))
    place_credentials(subject)
    yield StepStarted(say("authorize and sign in"))
    code = yield from _authorize(subject)
    if not code:
        return
    yield StepStarted(say("exchange the code at the token endpoint"))
    tokens.keep(subject, read_token(requests.exchange(subject, code).response))
    if subject.grant.problem and basic:
        yield from raw_again(subject)
    if subject.grant.problem:
        yield from other_encoding(subject)
    if not subject.grant.access_token:
        return
    if subject.target.operation:
        yield StepStarted(say("call the API"))
        _call(subject, subject.grant.access_token)
    if subject.grant.refresh_token:
        yield StepStarted(say("refresh the token"))
        _refresh(subject)
    if basic:
        yield StepStarted(own(POSTED))
        try_post(subject, POSTED)


def installed_client(target: Target, auth: OAuth) -> Client:
    """The client as it is installed, its endpoints mapped to the server under test."""
    declared = target.profile.token_encoding == "declared"
    return Client(
        auth=replace(
            auth,
            client_url=target.url_map(auth.client_url),
            authorization_url=target.url_map(auth.authorization_url),
        ),
        id=target.given.client_id,
        secret=target.given.client_secret,
        redirect_uri=target.given.redirect_uri,
        encoding=declared_encoding(auth.authorization_content_type) if declared else "form",
    )


def _authorize(subject: Subject) -> Generator[Event, None, str]:
    """The code of the ordinary login, or of what the run goes on with; "" for none."""
    landing, code = ask_for_code(subject)
    if landing.outcome == "error_page":
        refused = subject.target.oauth_client.redirect_uri
        accepted = other_callback(subject)
        if accepted:
            yield Noted(say("{} was refused; the run goes on with {}", refused, accepted))
            landing, code = ask_for_code(subject)
    subject.target = replace(subject.target, login=landing)
    if code and landing.pressed:
        yield Noted(say("signed in by pressing {}", landing.way))
    if not code:
        note_dropped(subject)
        note_unsendable(subject, landing)
    elif landing.stopped_by:
        subject.target = replace(subject.target, stopped_by=landing.stopped_by)
    if subject.target.dropped or subject.target.unsendable:
        return ""
    if landing.reason == "may-not-visit":
        ask_for_host(subject, landing)
    if landing.outcome == "stuck":
        give_up(subject, landing)
    if not code:
        with subject.during("fallback", fallback=Fallback.LOGGED_IN):
            _, code = ask_for_code(subject)
    return code or (yield from diagnose(subject))


def _call(subject: Subject, token: str) -> None:
    """Call the API; where it refuses, look for the cause: ChatGPT's own headers, its User-Agent, or
    a refusal that only stands in the body."""
    operation = subject.target.operation
    if operation is None:
        return
    answer = requests.call(subject, operation, token).answer
    if answer.ok:
        if says_error(answer):
            subject.once(without_token)
        return
    plain = requests.call_plainly(subject, operation, token).answer
    if plain.status in WALLS:
        requests.call_as_browser(subject, operation, token)


def _refresh(subject: Subject) -> None:
    """Refresh, and call the API with the new token."""
    refresh_token = subject.grant.refresh_token
    again = read_token(requests.refresh(subject, refresh_token).response)
    if not again.access_token:
        return
    tokens.keep(subject, replace(again, refresh_token=again.refresh_token or refresh_token))
    if subject.target.operation:
        requests.call(subject, subject.target.operation, again.access_token)


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
