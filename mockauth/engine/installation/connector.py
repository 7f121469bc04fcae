"""An MCP connector: added by the address of its endpoint, found out, registered with, and used. The
requests and what reads their answers are those of a run."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockauth.chatgpt import mcp as messages
from mockauth.chatgpt.mcp import Message
from mockauth.engine.flow.mcp import find_out
from mockauth.engine.flow.own_document import offers_document
from mockauth.engine.installation.arrival import Arrival
from mockauth.engine.installation.dealings import World, dealing
from mockauth.engine.installation.installation import NO_SECRET, Connection, Installation, Phase
from mockauth.engine.installation.setup import judged
from mockauth.engine.installation.use import refresh
from mockauth.engine.target import mcp
from mockauth.engine.target.registration import register
from mockauth.engine.target.sample_request import sample
from mockauth.engine.target.subject import Subject
from mockauth.errors import NothingJudged
from mockauth.manifest.mcp import McpService, method_of_given
from mockauth.wire import Exchange, Secret
from mockauth.wire.rpc import error_of
from mockauth.wire.url import origin
from mockauth.wire.words import Words, render, say

TODAY = "https://chatgpt.com"
"""Where connectors come back in production."""
STABLE = "/connector_platform_oauth_redirect"
"""ChatGPT's callback of every server that promises `iss` (RFC 9207)."""
OF_ONE = "/connector/oauth/{}"
"""The callback of one connector."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of a message to the server. `problem` says why there is no answer to go on with."""

    exchange: Mapping[str, Any] | None = None
    """The last one, masked."""
    tools: tuple[Mapping[str, Any], ...] = ()
    problem: Words | str = ""
    is_refused: bool = False
    """The token was refused."""
    is_refreshed: bool = False
    """The token was refused, and refreshed."""


REFUSED = say("The server refused the token with status 401.")
WANTS_SIGN_IN = say(
    "The server answered 401: it wants a token now, and none was sent. Find out again what it asks for."
)
Ask = Callable[[Subject, str | None], Told]
"""Sends one message with a token, or without one."""


def add(
    world: World,
    person: str,
    url: str,
    base: str,
    *,
    client_id: str = "",
    client_secret: str = "",
) -> Installation:
    """Find out what is at `url`, and register a client there; `base` is where these pages are. A
    client that is given is used as it is."""
    new = Installation(
        id=secrets.token_hex(8),
        owner=person,
        target=url,
        profile="mcp",
        client_id=client_id,
        client_secret=Secret(client_secret, "client_secret"),
        # The verifiers of its logins are made of it, so that no login has to keep one.
        service_token=Secret(secrets.token_urlsafe(32), "PKCE key"),
    )
    world.keeper.keep(new)
    return read_again(world, new, base)


def read_again(world: World, installation: Installation, base: str) -> Installation:
    """Find out once more what the server says; a client is registered where there is none, or where
    the known one has another callback. What users have ends with the client that it was given to."""
    with dealing(world, installation, installation.owner) as subject:
        read = judged(subject, _read(subject, installation, base))
    if _has_moved(installation, read) or installation.client_id not in ("", read.client_id):
        world.keeper.disconnect_all(read.id)
    world.keeper.keep(read)
    known = world.keeper.connection(read.id, read.owner)
    if read.phase is Phase.READY and read.kind == "none" and known is None:
        world.keeper.connect(Connection(installation=read.id, person=read.owner))
    return read


def at_home(world: World, installation: Installation, base: str) -> Installation:
    """The installation with a client that knows the callback at `base`: a server takes no other, and
    the pages may be at another port or name than when it was registered."""
    callback = base + callback_path(installation)
    if installation.registered_uri in ("", callback):
        return installation
    return read_again(world, installation, base)


def _has_moved(before: Installation, now: Installation) -> bool:
    """Whether what was kept of users is for another server: a secret goes to nobody but its own."""
    if not now.kind:
        return False
    return before.kind not in ("", now.kind) or _issuer(before) not in ("", _issuer(now))


def _issuer(installation: Installation) -> str:
    server = installation.mcp.server if installation.mcp else None
    return server.text("issuer") if server else ""


def callback_path(installation: Installation) -> str:
    """The path of the callback that ChatGPT uses for this server."""
    server = installation.mcp.server if installation.mcp else None
    is_stable = server is not None and server.promises_issuer
    return STABLE if is_stable else OF_ONE.format(installation.id)


def has_document_way(installation: Installation) -> bool:
    """Whether ChatGPT would sign in by its client ID metadata document (MCP 2025-11-25), which these
    pages publish none of."""
    is_given = bool(installation.client_id) and not installation.is_registered
    return installation.mcp is not None and offers_document(installation.mcp) and not is_given


def verifier_of(installation: Installation, state: str) -> str:
    """The PKCE verifier of the login with that state (RFC 7636 section 4.1)."""
    key = installation.service_token.reveal().encode()
    digest = hmac.digest(key, state.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def wrong_issuer(installation: Installation, issuer: str | None) -> Arrival | None:
    """Why the `iss` of a callback is to be refused (RFC 9207 section 2.4, MCP 2026-07-28)."""
    server = installation.mcp.server if installation.mcp else None
    if server is None or issuer == server.text("issuer"):
        return None
    if issuer:
        return Arrival.WRONG_ISSUER
    return Arrival.NO_ISSUER if server.promises_issuer else None


def tools_of(world: World, installation: Installation, connection: Connection) -> Told:
    """The tools, as the server lists them now."""

    def listed(subject: Subject, token: str | None) -> Told:
        exchange = _tell(subject, messages.LIST_TOOLS, None, token)
        mcp.keep_tools(subject, exchange.answer)
        service = mcp.service_of(subject)
        world.keeper.keep(replace(installation, mcp=service))
        return replace(_told(world, subject, exchange), tools=service.tools)

    return _asked(world, installation, connection, listed)


def arguments_of(tool: Mapping[str, Any]) -> str:
    """Arguments that fit the schema of a tool as far as types go, as JSON."""
    schema = tool.get("inputSchema")
    found = sample(schema, schema) if isinstance(schema, dict) else {}
    return json.dumps(found if isinstance(found, dict) else {}, indent=1)


def call_tool(
    world: World, installation: Installation, connection: Connection, name: str, typed: str
) -> Told:
    """Call a tool with the arguments that were typed in, a JSON object."""
    try:
        arguments = json.loads(typed or "{}")
    except (ValueError, RecursionError):
        return Told(problem=say("The arguments are no JSON."))
    if not isinstance(arguments, dict):
        return Told(problem=say("The arguments are no JSON object."))

    def called(subject: Subject, token: str | None) -> Told:
        params = {"name": name, "arguments": arguments}
        return _told(world, subject, _tell(subject, messages.CALL_TOOL, params, token))

    return _asked(world, installation, connection, called)


def _asked(world: World, installation: Installation, connection: Connection, ask: Ask) -> Told:
    """Ask in a new conversation. Where the token is refused, it is refreshed, and asked once more."""
    told = _ask(world, installation, connection, ask)
    if not (told.is_refused and connection.refresh_token):
        return told
    if not refresh(world, installation, connection).is_refreshed:
        return told
    renewed = world.keeper.connection(installation.id, connection.person) or connection
    return replace(_ask(world, installation, renewed, ask), is_refreshed=True)


def _ask(world: World, installation: Installation, connection: Connection, ask: Ask) -> Told:
    with dealing(world, installation, connection.person, connection) as subject:
        token = connection.access_token.reveal() or None
        mcp.agree(subject, token)
        return ask(subject, token)


def _tell(
    subject: Subject, method: str, params: Mapping[str, Any] | None, token: str | None
) -> Exchange:
    service = mcp.service_of(subject)
    message = Message(
        method=method,
        params=params,
        id=7,
        revision=service.revision,
        session=service.session,
        token=token,
    )
    return subject.driver.send(messages.rpc_request(service.url, message), "api")


def _told(world: World, subject: Subject, exchange: Exchange) -> Told:
    shown = world.mask(exchange, subject.driver.secrets, subject.target.profile.name)
    refused = exchange.answer.status == 401
    return Told(exchange=shown, problem=_problem(exchange), is_refused=refused)


def _problem(exchange: Exchange) -> Words | str:
    answer = exchange.response
    if answer is None:
        return say("No answer: {}", exchange.error)
    if answer.status == 401:
        return REFUSED if exchange.request.header("Authorization") else WANTS_SIGN_IN
    error = error_of(answer)
    if error:
        return say("The server answered with error {}: {}", error.get("code"), error.get("message"))
    if messages.tool_failed(answer):
        return say("The tool ran, and says that it failed.")
    return "" if answer.ok else say("The server answered with status {}.", answer.status)


def _read(subject: Subject, before: Installation, base: str) -> Installation:
    try:
        service = find_out(subject, before.target)
    except NothingJudged as reason:
        return replace(before, phase=Phase.UNREADABLE, stopped=_rendered(subject, *reason.lines))
    resource = service.resource
    name = resource.text("resource_name") if resource else ""
    found = replace(
        before, mcp=service, name=name or origin(service.url).partition("://")[2], stopped=""
    )
    if subject.target.auth is None:
        return _without_sign_in(subject, found, service)
    is_elsewhere = before.registered_uri not in ("", base + callback_path(found))
    has_moved = _has_moved(before, replace(found, kind="oauth"))
    needs_new = before.is_registered and (is_elsewhere or has_moved)
    client = _registered(subject, _without_client(found) if needs_new else found, base)
    if client.client_id:
        return replace(client, kind="oauth", phase=Phase.READY)
    why = say("no client could be registered, and none was given")
    if found.client_id and not has_moved:
        # The known one still works where these pages were: nobody loses it by a look from elsewhere.
        why = say(
            "no client could be registered for these pages; the one there is comes back to {}",
            found.registered_uri,
        )
        return replace(found, phase=Phase.UNREADABLE, stopped=_rendered(subject, why))
    return replace(client, phase=Phase.UNREADABLE, stopped=_rendered(subject, why))


def _without_client(found: Installation) -> Installation:
    bare = replace(found, client_id="", client_secret=NO_SECRET, auth_method="")
    return replace(bare, is_registered=False, registered_uri="")


def _without_sign_in(subject: Subject, found: Installation, service: McpService) -> Installation:
    if service.is_open:
        return replace(found, kind="none", phase=Phase.READY)
    why = _rendered(subject, say("MCP server {} does not implement OAuth", service.url))
    return replace(found, kind="", phase=Phase.UNREADABLE, stopped=why)


def _registered(subject: Subject, found: Installation, base: str) -> Installation:
    """The installation with a client: the one that is given or known, else a new one."""
    service = mcp.service_of(subject)
    if found.client_id:
        is_dynamic = found.is_registered
        given = method_of_given(service.server, found.client_secret)
        method = found.auth_method if is_dynamic else given
        known = mcp.learn(subject, way="dynamic" if is_dynamic else "given")
        return replace(found, mcp=known, auth_method=method)
    server = service.server
    if server is None or not server.text("registration_endpoint"):
        return found
    callback = base + callback_path(found)
    made = register(subject, callback)
    if made is None:
        return found
    return replace(
        found,
        mcp=mcp.learn(subject, way="dynamic"),
        client_id=made.client_id,
        client_secret=made.secret,
        auth_method=made.method,
        is_registered=True,
        registered_uri=callback,
    )


def _rendered(subject: Subject, *lines: str) -> str:
    return " ".join(render(line, subject.driver.secrets, profile="mcp") for line in lines)
