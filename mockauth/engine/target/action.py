"""A GPT Action, as far as its sign-in: no manifest, an OpenAPI document and the editor's form."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from mockauth.chatgpt.placement import in_own_header
from mockauth.checks.evidence import Given
from mockauth.engine.events import Event, Noted, StepStarted
from mockauth.engine.http.secrets_seen import SHORTEST_CREDENTIALS
from mockauth.engine.target.discovery import WEB, declare, fetch, with_openapi
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import Auth, HttpAuth
from mockauth.manifest.editor import EditorForm, Kind, fill
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.profiles.action import with_custom_header, with_exchange
from mockauth.wire import Request
from mockauth.wire.secret import Secrets
from mockauth.wire.trace import Step
from mockauth.wire.url import join, origin, split, without_query
from mockauth.wire.words import say

SUFFIXES = (".json", ".yaml", ".yml")
DOCUMENT_PATHS = ("/openapi.json", "/openapi.yaml")
"""Where a document is looked for below the root of an API."""


def read_action(
    subject: Subject, form: EditorForm, target: str, wanted: str
) -> Generator[Event, None, Target]:
    """Import the OpenAPI document as the GPT editor does, and fill in the editor's form; what is
    known then.

    Raises:
        NothingJudged: no document can be had.
        UsageError: options are missing or contradict each other; all of them are named at once.
    """
    yield StepStarted(say("read the OpenAPI document"))
    openapi = import_document(subject, form, target)
    filled = fill(form, openapi, _likely(subject.target.given))
    missing = [*filled.missing, *missing_credentials(filled.kind, subject.target.given)]
    if missing:
        what = f"an Action with auth {filled.kind}" if filled.kind else "an Action"
        noted = f" ({'; '.join(filled.notes)})" if filled.notes else ""
        raise UsageError(f"{what} needs " + "; and ".join(missing) + noted)
    for note in filled.notes:
        yield Noted(note)
    return with_editor(subject.target, form, filled.auth, openapi, wanted)


def with_editor(
    target: Target, form: EditorForm, auth: Auth | None, openapi: OpenApi, wanted: str
) -> Target:
    """What is known once the document was imported and the editor's form filled in.

    Raises:
        UsageError: the operation that was asked for is not in the document.
    """
    known = replace(target, auth=auth, profile=with_exchange(target.profile, form.token_exchange))
    declare(known, *openapi.servers)
    # ChatGPT calls the first server of an imported document, whatever its domain.
    base = openapi.base
    if not base.startswith(WEB):
        base = join(target.url_map.target + "/", base)
    if isinstance(auth, HttpAuth) and auth.header:
        known = replace(known, profile=with_custom_header(known.profile))
    return with_openapi(known, openapi, base, wanted)


def missing_credentials(kind: str, given: Given) -> list[str]:
    """A sentence for each credential that auth type `kind` needs and that was not given."""
    missing = []
    if kind in ("service_http", "user_http") and not given.token:
        missing.append("--token (MOCKAUTH_TOKEN): the token that is pasted into ChatGPT")
    if kind == "oauth":
        if not given.client_id:
            missing.append("--client-id (MOCKAUTH_CLIENT_ID): a client that your server knows")
        if not given.client_secret:
            missing.append("--client-secret (MOCKAUTH_CLIENT_SECRET): the secret of that client")
    return missing


def action_origin(form: EditorForm, target: str) -> str:
    """The origin of the server under test; for a document in a file, that of its first server.

    Raises:
        UsageError: the target is neither a URL nor a file, or names no server.
    """
    if target.startswith(WEB):
        return origin(target)
    base = origin(next(iter(_from_file(target, "TARGET").servers), ""))
    if not base:
        raise UsageError(
            f"{target}: servers[0].url names no host, so there is no server to check; give the "
            f"root of the API as TARGET and the document as --openapi {target}"
        )
    return base


class InHeader:
    """Places the API key of every call in a header of its own.

    What a probe made of the key is registered: unlike Authorization, reports do not mask a header
    of that name whatever it holds.
    """

    def __init__(self, name: str, secrets: Secrets) -> None:
        self.name = name
        self.secrets = secrets

    def __call__(self, request: Request, step: Step) -> Request:
        if step not in ("api", "endpoint"):
            return request
        placed = in_own_header(request, self.name)
        key = placed.header(self.name) or ""
        if len(key) >= SHORTEST_CREDENTIALS:
            self.secrets.add(key, "API key")
        return placed


def _likely(given: Given) -> Kind | None:
    """The auth type that the credentials at hand speak for."""
    if bool(given.client_id) == bool(given.token):
        return None
    return "oauth" if given.client_id else "service_http"


def import_document(subject: Subject, form: EditorForm, target: str) -> OpenApi:
    """The OpenAPI document that the form names, or that is found at the target.

    Raises:
        NothingJudged: there is none.
        UsageError: a file that cannot be read.
    """
    chosen = form.openapi or (target if _names_document(target) else "")
    if chosen and not chosen.startswith(WEB):
        return _from_file(chosen, "--openapi" if form.openapi else "TARGET")
    if chosen:
        declare(subject.target, chosen)
    root = without_query(target).rstrip("/")
    urls = [chosen] if chosen else [root + place for place in DOCUMENT_PATHS]
    if not chosen and (split(root) is not None and urls[0] != origin(root) + DOCUMENT_PATHS[0]):
        urls = [target, *urls]  # a path may be the document's own, such as /v3/api-docs
    seen = []
    for url in urls:
        last = fetch(subject, subject.target.url_map(url), "openapi")
        if last.response is None and last.trouble != "timed-out":
            raise NothingJudged(say("{} cannot be reached: {}", url, last.error))
        if last.answer.ok:
            openapi = read_openapi(last.answer.body, url)
            if chosen or "openapi" in (openapi.data or {}):
                return openapi
        seen.append(f"{url}: {last.outcome}")
    raise NothingJudged(
        say(
            "no OpenAPI document was found ({}); give its URL or path with --openapi",
            "; ".join(seen),
        )
    )


def _names_document(target: str) -> bool:
    return not target.startswith(WEB) or without_query(target).lower().endswith(SUFFIXES)


def _from_file(path: str, option: str) -> OpenApi:
    try:
        return read_openapi(Path(path).read_bytes(), path)
    except OSError as wrong:
        raise UsageError(
            f"{option} {path}: {(wrong.strerror or 'cannot be read').lower()}; give the root of an "
            "API such as http://localhost:3333, or the URL or path of an OpenAPI document"
        ) from wrong
