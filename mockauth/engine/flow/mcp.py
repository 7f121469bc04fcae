"""The ordinary flow of an MCP server: what ChatGPT does from the address of an endpoint to a call with
the refreshed token."""

from __future__ import annotations

import secrets
from collections.abc import Generator, Iterator
from dataclasses import replace

from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import read_token
from mockauth.engine.events import Event, Noted, StepStarted
from mockauth.engine.flow.basic_header import choose_basic
from mockauth.engine.flow.fallbacks import without_resource_at_token
from mockauth.engine.flow.own_document import (
    Trial,
    be_document_client,
    can_fetch,
    leads_to_token,
    offers_document,
    tried_documents,
    why_not,
)
from mockauth.engine.flow.passes import authorize_user, call_api, refresh_once
from mockauth.engine.flow.revisions import ask_for_others
from mockauth.engine.flow.step_up import step_up
from mockauth.engine.target import mcp, requests, tokens
from mockauth.engine.target.client_document import SIGNED
from mockauth.engine.target.discovery import declare
from mockauth.engine.target.registration import Registration, keep, register
from mockauth.engine.target.subject import Subject
from mockauth.manifest.auth import NoAuth, OAuth
from mockauth.manifest.mcp import OFFLINE, Document, McpService, method_of_given
from mockauth.profiles.mcp import (
    ASSUMED,
    REVISIONS,
    Revision,
    with_public_client,
    with_revision,
    with_signing_client,
)
from mockauth.wire.message import FORM
from mockauth.wire.url import origin
from mockauth.wire.words import own, say


def mcp_flow(subject: Subject, target: str, tool: str, revision: str) -> Iterator[Event]:
    """Go through the whole protocol once, as ChatGPT would; everything is in the trace.

    Raises:
        NothingJudged: the target cannot be reached, or the login cannot be done.
    """
    subject.target = replace(subject.target, mcp=McpService(url=target, wanted=revision))
    _judge_by(subject, mcp.judged_by(subject))
    yield StepStarted(say("open the MCP endpoint without a token"))
    mcp.open_without_token(subject)
    yield StepStarted(say("read the metadata of the resource and of the authorization server"))
    if revision != REVISIONS[0]:
        mcp.find_resource(subject)
    mcp.find_server(subject)
    yield from _sign_in(subject, tool)
    yield from _summary(subject)


def _judge_by(subject: Subject, revision: str) -> None:
    known: Revision = next((one for one in REVISIONS if one == revision), ASSUMED)
    subject.target = replace(subject.target, profile=with_revision(subject.target.profile, known))


def _sign_in(subject: Subject, tool: str) -> Iterator[Event]:
    service = mcp.service_of(subject)
    auth = _auth_of(subject)
    if auth is None:
        if service.is_open:
            subject.target = replace(subject.target, auth=NoAuth())
        yield from _converse(subject, None, tool)
        ask_for_others(subject, None)
        return
    subject.target = replace(subject.target, auth=auth)
    yield from _registered(subject, auth)
    if not subject.target.given.client_id:
        return
    subject.target = replace(subject.target, client=_client(subject, auth))
    choose_basic(subject)
    if not subject.target.oauth_client.sends_secret:
        signs = subject.target.auth_method == SIGNED
        altered = with_signing_client if signs else with_public_client
        subject.target = replace(subject.target, profile=altered(subject.target.profile))
    yield StepStarted(say("authorize and sign in"))
    code = yield from authorize_user(subject)
    if not code:
        return
    yield StepStarted(say("exchange the code at the token endpoint"))
    tokens.keep(subject, read_token(requests.exchange(subject, code).response))
    if not subject.grant.access_token:
        yield from without_resource_at_token(subject)
    if not subject.grant.access_token:
        return
    yield from _converse(subject, subject.grant.access_token, tool)
    yield from step_up(subject, lambda: _converse(subject, subject.grant.access_token, tool))
    ask_for_others(subject, subject.grant.access_token)
    if subject.grant.refresh_token:
        yield StepStarted(say("refresh the token"))
        refresh_once(subject)


def _auth_of(subject: Subject) -> OAuth | None:
    """The endpoints, from the metadata or, before 2025-06-18, from the paths that every server had."""
    service, target = mcp.service_of(subject), subject.target
    server = service.server
    if server is None:
        if service.wanted != REVISIONS[0] or service.is_open:
            return None
        root = origin(service.url)
        server = Document(
            url="",
            data={
                "authorization_endpoint": f"{root}/authorize",
                "token_endpoint": f"{root}/token",
                "registration_endpoint": f"{root}/register",
                "token_endpoint_auth_methods_supported": ["none"],
            },
        )
        mcp.learn(subject, servers=(server,))
    endpoints = [
        server.text(name)
        for name in ("authorization_endpoint", "token_endpoint", "registration_endpoint")
    ]
    if not (endpoints[0] and endpoints[1]):
        return None
    declare(target, *filter(None, endpoints), server.text("jwks_uri"))
    return OAuth(
        client_url=endpoints[0],
        authorization_url=endpoints[1],
        authorization_content_type=FORM,
        scope=_scope(service),
    )


def _scope(service: McpService) -> str:
    """What is asked for; `offline_access` only where the authorization server lists it."""
    server = service.server
    listed = (server.texts("scopes_supported") if server else None) or ()
    asked = service.scope.split()
    offline = [OFFLINE] if OFFLINE in listed and OFFLINE not in asked else []
    return " ".join([*asked, *offline])


def _registered(subject: Subject, auth: OAuth) -> Iterator[Event]:
    """A client id, in ChatGPT's order: the developer's, a document's where the server offers that, a
    registration's (MCP 2025-11-25, client registration approaches)."""
    service, given = mcp.service_of(subject), subject.target.given
    callback = mcp.callback_of(subject)
    subject.target = replace(subject.target, given=replace(given, redirect_uri=callback))
    if given.client_id:
        mcp.learn(subject, way="given")
        subject.target = replace(
            subject.target, auth_method=method_of_given(service.server, given.client_secret)
        )
        return
    trial = yield from _tried(subject, auth)
    made: Registration | None = None
    if service.server is not None and service.server.text("registration_endpoint"):
        yield StepStarted(say("register a client"))
        made = register(subject, callback)
    if trial is not None and not (trial.document.key and made and made.secret):
        be_document_client(subject, trial)
    elif made is not None:
        # A client with a secret shows more than one that signs.
        keep(subject, made)
    if offers_document(service) and mcp.service_of(subject).way != "document":
        yield Noted(why_not(subject))


def _tried(subject: Subject, auth: OAuth) -> Generator[Event, None, Trial | None]:
    """A sign-in by a document that led to a token."""
    if not (offers_document(mcp.service_of(subject)) and can_fetch(subject)):
        return None
    yield StepStarted(say("sign in by a client ID metadata document"))
    subject.target = replace(subject.target, client=_client(subject, auth))
    trial = subject.once(tried_documents)
    works = leads_to_token(subject, trial)
    # Nobody is a client before there is an id.
    subject.target = replace(subject.target, client=None)
    return trial if works else None


def _client(subject: Subject, auth: OAuth) -> Client:
    target, service = subject.target, mcp.service_of(subject)
    return Client(
        auth=replace(
            auth,
            client_url=target.url_map(auth.client_url),
            authorization_url=target.url_map(auth.authorization_url),
        ),
        id=target.given.client_id,
        secret=target.given.client_secret,
        redirect_uri=target.given.redirect_uri,
        encoding="form",
        verifier=secrets.token_urlsafe(48),
        resource="" if service.wanted == REVISIONS[0] else service.resource_id,
        sends_secret=bool(target.given.client_secret) and target.auth_method != "none",
        sends_empty_scope=False,
    )


def _converse(subject: Subject, token: str | None, tool: str) -> Iterator[Event]:
    """Agree on a revision and list the tools, which is the call that probes repeat."""
    yield StepStarted(say("speak to the MCP server"))
    mcp.agree(subject, token)
    service = mcp.service_of(subject)
    if service.revision:
        _judge_by(subject, service.revision)
    subject.target = replace(subject.target, base_url=origin(service.url))
    mcp.choose_operation(subject, tool)
    if token is None:
        return
    if tool:
        with subject.during("supply"):
            mcp.list_tools(subject, token)
    call_api(subject, token)
    last = subject.driver.trace.last("api")
    if last is not None:
        mcp.keep_tools(subject, last.answer)


def _summary(subject: Subject) -> Iterator[Event]:
    """Which revision the verdict is by."""
    service = mcp.service_of(subject)
    if service.revision:
        yield Noted(say("judged by MCP {}, which the server agreed on", service.revision))
        return
    yield Noted(
        say(
            "no revision of MCP could be agreed on; judged by {}",
            own(mcp.judged_by(subject)),
        )
    )


def find_out(subject: Subject, url: str) -> McpService:
    """What an MCP server and its authorization server say of themselves, without signing in.

    Raises:
        NothingJudged: nothing answers there.
    """
    subject.target = replace(subject.target, mcp=McpService(url=url))
    _judge_by(subject, ASSUMED)
    mcp.open_without_token(subject)
    mcp.find_resource(subject)
    mcp.find_server(subject)
    subject.target = replace(subject.target, auth=_auth_of(subject))
    return mcp.service_of(subject)


def resume(subject: Subject, service: McpService, method: str, verifier: str) -> None:
    """Go on with a server that was found before: nothing is asked. `verifier` is the PKCE verifier of
    the login (RFC 7636), `method` how the client authenticates at the token endpoint."""
    subject.target = replace(subject.target, mcp=service, auth_method=method)
    _judge_by(subject, service.revision or ASSUMED)
    auth = _auth_of(subject)
    subject.target = replace(subject.target, auth=auth, base_url=origin(service.url))
    if auth is not None and subject.target.given.client_id:
        client = replace(_client(subject, auth), verifier=verifier)
        subject.target = replace(subject.target, client=client)
