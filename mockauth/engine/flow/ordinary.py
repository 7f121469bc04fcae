"""The ordinary flow: what ChatGPT does from the address of a plugin to the refreshed token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mockauth.chatgpt.client import Client, declared_encoding
from mockauth.chatgpt.token import read_token
from mockauth.engine.events import Event, StepStarted
from mockauth.engine.flow.fallbacks import (
    by_basic,
    other_encoding,
    raw_again,
    try_post,
)
from mockauth.engine.flow.mcp import mcp_flow
from mockauth.engine.flow.passes import authorize_user, call_api, refresh_once
from mockauth.engine.target import requests, tokens
from mockauth.engine.target.action import InHeader, missing_credentials, read_action
from mockauth.engine.target.discovery import (
    fetch_manifest,
    fetch_openapi,
    fetch_shown,
    with_manifest,
)
from mockauth.engine.target.operations import choose
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.errors import UsageError
from mockauth.manifest.auth import HttpAuth, NoAuth, OAuth
from mockauth.manifest.editor import EditorForm
from mockauth.manifest.plugin import read_manifest
from mockauth.profiles import MCP
from mockauth.wire.url import origin
from mockauth.wire.words import own, say

POSTED = "token.post-auth-accepted"
"""The check that the last exchange of a Basic client is for."""


def ordinary_flow(
    subject: Subject,
    target: str,
    wanted_operation: str,
    form: EditorForm | None = None,
    revision: str = "auto",
) -> Iterator[Event]:
    """Go through the whole protocol once, as ChatGPT would; everything is in the trace.

    `form` is what a GPT Action has in place of a manifest, `revision` that of MCP to speak.

    Raises:
        NothingJudged: the target cannot be reached, or the login cannot be done.
        UsageError: credentials are missing.
    """
    if subject.target.profile.name == MCP.name:
        yield from mcp_flow(subject, target, wanted_operation, revision)
        return
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
        call_api(subject, subject.target.given.token.reveal())
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
    code = yield from authorize_user(subject)
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
        call_api(subject, subject.grant.access_token)
    if subject.grant.refresh_token:
        yield StepStarted(say("refresh the token"))
        refresh_once(subject)
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
