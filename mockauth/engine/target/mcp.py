"""An MCP server and its authorization server: found, registered with, and spoken to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mockauth.chatgpt import mcp
from mockauth.chatgpt.mcp import Message
from mockauth.checks.header import challenges
from mockauth.checks.mcp_tool import is_protected, is_safe, name_of
from mockauth.engine.target.discovery import WEB, declare
from mockauth.engine.target.subject import Subject
from mockauth.errors import NothingJudged
from mockauth.manifest.mcp import (
    Document,
    McpService,
    methods_of,
    resource_urls,
    server_urls,
    wrong_server_urls,
)
from mockauth.manifest.openapi import Operation
from mockauth.profiles.mcp import ASSUMED, REVISIONS, STATELESS
from mockauth.wire import Exchange, Secret
from mockauth.wire.message import Response, first
from mockauth.wire.url import join, origin, split
from mockauth.wire.words import say

MOST_REDIRECTS = 3
MOST_TOOLS = 200
MODERN_ERRORS = (-32020, -32021, -32022)
"""JSON-RPC errors that only a server of 2026-07-28 gives."""
ASKED_METHODS = ("none", "client_secret_post", "client_secret_basic")
"""The methods that a registration asks for, the preferred one first."""


def service_of(subject: Subject) -> McpService:
    """What is known of the MCP server.

    Raises:
        NothingJudged: the target is none.
    """
    service = subject.target.mcp
    if service is None:
        raise NothingJudged(say("the target is not checked as an MCP server"))
    return service


def learn(subject: Subject, **facts: Any) -> McpService:
    """Keep what was found out of the MCP server."""
    service = replace(service_of(subject), **facts)
    subject.target = replace(subject.target, mcp=service)
    return service


def judged_by(subject: Subject) -> str:
    """The revision whose levels count; "" where the target is no MCP server."""
    service = subject.target.mcp
    if service is None:
        return ""
    return service.revision or (service.wanted if service.wanted != "auto" else ASSUMED)


def tell(subject: Subject, message: Message) -> Exchange:
    """Send one message of a conversation."""
    request = mcp.rpc_request(service_of(subject).url, message)
    return subject.driver.send(request, "rpc")


def open_without_token(subject: Subject) -> Exchange:
    """Ask as somebody who has not signed in, and keep the challenge.

    Raises:
        NothingJudged: nothing answers there.
    """
    service = service_of(subject)
    exchange = tell(subject, mcp.opening(_first_revision(service.wanted)))
    if exchange.response is None and exchange.trouble != "timed-out":
        raise NothingJudged(say("{} cannot be reached: {}", service.url, exchange.error))
    if exchange.answer.status != 401 and service.wanted == "auto":
        legacy = tell(subject, mcp.opening(REVISIONS[-2]))
        exchange = legacy if not _is_modern(exchange.answer) else exchange
    bearer = [c.params for c in challenges(exchange.answer) if c.scheme == "bearer"]
    named = [params for params in bearer if first(params, "resource_metadata")]
    learn(
        subject,
        challenge=(*named, *bearer, None)[0],
        opened=exchange.n,
        is_open=mcp.result_of(exchange.answer) is not None,
    )
    return exchange


def looks_like_mcp(answer: Response) -> bool:
    """Whether an answer to an opening message is that of an MCP server."""
    if mcp.read_message(answer).get("jsonrpc") == "2.0":
        return True
    return answer.status == 401 and any(
        first(challenge.params, "resource_metadata") for challenge in challenges(answer)
    )


def _first_revision(wanted: str) -> str:
    return STATELESS if wanted == "auto" else wanted


def _is_modern(answer: Response) -> bool:
    return mcp.error_of(answer).get("code") in MODERN_ERRORS or mcp.result_of(answer) is not None


def find_resource(subject: Subject) -> None:
    """Read the metadata of the resource: where the challenge says, with the path, at the root. All
    of them are asked: ChatGPT asks the root, too."""
    service = service_of(subject)
    named = first(service.challenge or (), "resource_metadata") or ""
    urls = (*([join(service.url, named)] if named else ()), *resource_urls(service.url))
    found, asked = _documents(subject, ((url, service.url) for url in urls), _is_resource)
    learn(subject, resources=found, asked_resources=asked)


def find_server(subject: Subject) -> None:
    """Read the metadata of the authorization servers that the resource names, or of the target
    itself where it names none; the first one that has any counts."""
    service = service_of(subject)
    named = service.resource.texts("authorization_servers") if service.resource else None
    issuers = named or (origin(service.url),)
    declare(subject.target, *issuers)
    asked: tuple[int, ...] = ()
    for issuer in issuers:
        pairs = [(url, issuer) for url in server_urls(issuer)]
        found, more = _documents(subject, pairs, _is_server)
        asked = (*asked, *more)
        if found:
            learn(subject, servers=found, asked_servers=asked)
            _find_keys(subject, found[0].text("jwks_uri"))
            return
    learn(subject, asked_servers=asked)
    for issuer in issuers:
        found, _ = _documents(subject, [(u, issuer) for u in wrong_server_urls(issuer)], _is_server)
        if found:
            # The run goes on with it, so that one mistake does not hide the others.
            learn(subject, servers=(replace(found[0], is_misplaced=True),))
            return


def _find_keys(subject: Subject, url: str) -> None:
    if url.startswith(WEB):
        learn(subject, asked_keys=fetch_metadata(subject, url).n)


def _documents(
    subject: Subject,
    places: Iterable[tuple[str, str]],
    is_one: Callable[[Mapping[str, Any]], bool],
) -> tuple[tuple[Document, ...], tuple[int, ...]]:
    found: list[Document] = []
    asked: list[int] = []
    for url, built_from in dict(places).items():
        exchange = fetch_metadata(subject, url)
        asked.append(exchange.n)
        if exchange.answer.ok and is_one(exchange.answer.members):
            members = exchange.answer.members
            document = Document(url=url, data=members, exchange=exchange.n, built_from=built_from)
            found.append(document)
    return tuple(found), tuple(asked)


def fetch_metadata(subject: Subject, url: str) -> Exchange:
    """Ask for a document and follow its redirects; the last answer."""
    exchange = subject.driver.send(_metadata(subject, url), "metadata")
    for _ in range(MOST_REDIRECTS):
        if not exchange.answer.is_redirect:
            break
        url = join(url, exchange.answer.header("Location") or "")
        exchange = subject.driver.send(_metadata(subject, url), "metadata")
    return exchange


def _metadata(subject: Subject, url: str) -> Any:
    if url.startswith(WEB):
        declare(subject.target, url)
    return mcp.metadata_request(subject.target.url_map(url))


def _is_resource(members: Mapping[str, Any]) -> bool:
    return "resource" in members or "authorization_servers" in members


def _is_server(members: Mapping[str, Any]) -> bool:
    return "issuer" in members or "authorization_endpoint" in members


def callback_of(subject: Subject) -> str:
    """The callback that ChatGPT uses today: one for all where the server says that it sends `iss`
    (RFC 9207), else one with an id of its own."""
    uris = subject.target.given.redirect_uris
    server = service_of(subject).server
    stable = server is not None and server.says("authorization_response_iss_parameter_supported")
    return uris[0] if stable or len(uris) == 1 else uris[1]


def register(subject: Subject, callback: str) -> bool:
    """Register a client as ChatGPT does, and keep its credentials; False where none came."""
    service = service_of(subject)
    server = service.server
    url = server.text("registration_endpoint") if server else ""
    method = method_to_ask(methods_of(server))
    request = mcp.registration_request(
        subject.target.url_map(url), (callback,), method, service.scope
    )
    answer = subject.driver.send(request, "register").answer
    return keep_registration(subject, answer, method)


def register_second(subject: Subject) -> bool:
    """Register one more client, whose callback has a query, and keep it as the second client; False where
    it cannot be had."""
    server, target = service_of(subject).server, subject.target
    url = server.text("registration_endpoint") if server else ""
    if not url or target.given.other_client_id:
        return False
    method = target.auth_method or method_to_ask(methods_of(server))
    uri = f"{target.given.redirect_uri}-2?second=1"
    scope = service_of(subject).scope
    request = mcp.registration_request(target.url_map(url), (uri,), method, scope)
    with subject.during("supply"):
        came = subject.driver.send(request, "register").answer
    client_id, secret = came.members.get("client_id"), came.members.get("client_secret")
    if not came.ok or not isinstance(client_id, str) or not client_id:
        return False
    if client_id == target.given.client_id:  # see registration.distinct-ids
        return False
    subject.driver.secrets.publish(client_id, uri)
    value = Secret(secret if isinstance(secret, str) else "", "client_secret")
    given = replace(
        target.given, other_client_id=client_id, other_client_secret=value, other_redirect_uri=uri
    )
    subject.target = replace(target, given=given)
    return True


def method_to_ask(listed: tuple[str, ...]) -> str:
    """The authentication method that ChatGPT asks for, of those that the server lists."""
    return next((method for method in ASKED_METHODS if method in listed), "none")


def keep_registration(subject: Subject, answer: Response, asked: str) -> bool:
    """Keep the credentials of a registration answer; False where it has no client id."""
    client_id = answer.members.get("client_id")
    if not answer.ok or not isinstance(client_id, str) or not client_id:
        return False
    secret = answer.members.get("client_secret")
    known = isinstance(secret, str) and answer.members.get("token_endpoint_auth_method") != "none"
    value = Secret(str(secret) if known else "", "client_secret")
    subject.driver.secrets.publish(client_id)
    if known:
        subject.driver.secrets.add(value.reveal(), "client secret")
        subject.driver.secrets.add_basic(client_id, value.reveal(), "credentials")
    given = replace(subject.target.given, client_id=client_id, client_secret=value)
    subject.target = replace(subject.target, given=given)
    told = answer.members.get("token_endpoint_auth_method")
    learn(subject, way="dynamic")
    subject.target = replace(subject.target, auth_method=told if isinstance(told, str) else asked)
    return True


def agree(subject: Subject, token: str | None) -> None:
    """Find out which revisions the server speaks, and begin a conversation in the newest one, or in
    the one that is wanted."""
    service = service_of(subject)
    served = _discovered(subject, token) if service.wanted in ("auto", STATELESS) else ()
    if STATELESS in served:
        learn(subject, revision=STATELESS, served=served)
    elif service.wanted != STATELESS:
        wanted = REVISIONS[-2] if service.wanted == "auto" else service.wanted
        _initialize(subject, wanted, token)


def _discovered(subject: Subject, token: str | None) -> tuple[str, ...]:
    opening = replace(mcp.opening(STATELESS), token=token)
    result = mcp.result_of(tell(subject, opening).answer)
    versions = result.get("supportedVersions") if result else None
    named = [v for v in versions if isinstance(v, str)] if isinstance(versions, list) else []
    return tuple(named) or ((STATELESS,) if result else ())


def _initialize(subject: Subject, revision: str, token: str | None) -> None:
    opening = replace(mcp.opening(revision), token=token)
    answer = tell(subject, opening).answer
    agreed = (mcp.result_of(answer) or {}).get("protocolVersion")
    if not isinstance(agreed, str):
        return
    session = _begun(subject, agreed, answer, token)
    learn(subject, revision=agreed, served=(agreed,), session=session)


def session_of(subject: Subject, token: str) -> str:
    """A session of the user whose token it is: correct servers bind one to its user. "" where none
    came."""
    revision = service_of(subject).revision
    with subject.during("supply"):
        answer = tell(subject, replace(mcp.opening(revision), token=token)).answer
        return _begun(subject, revision, answer, token)


def _begun(subject: Subject, revision: str, answer: Response, token: str | None) -> str:
    """The session that an answer to `initialize` brought, which the client says it is ready for."""
    session = answer.header("Mcp-Session-Id") or ""
    if session:
        subject.driver.secrets.add(session, "session")
    tell(
        subject, Message(method=mcp.READY, id=None, revision=revision, session=session, token=token)
    )
    return session


def choose_operation(subject: Subject, name: str) -> None:
    """Choose what is called: the tool that the user names, or the listing of the tools; where
    everybody may list them, a tool that says it needs a sign-in and changes nothing."""
    service = service_of(subject)
    if not name and service.is_open and (service.resources or service.servers):
        listed = list_tools(subject, None)
        name = _protected_tool(subject)
        if not name and listed.status != 401:
            uncalled = say("everybody may list the tools; name one that needs a sign-in")
            subject.target = replace(subject.target, operation=None, uncalled=uncalled)
            return
    operation = operation_of(subject, name)
    subject.target = replace(subject.target, operation=operation)


def list_tools(subject: Subject, token: str | None) -> Response:
    """The listing of the tools, which are kept. Some servers let everybody say hello, and ask for a
    sign-in only here."""
    service = service_of(subject)
    listing = Message(
        method=mcp.LIST_TOOLS,
        revision=service.revision,
        session=service.session,
        id=3,
        token=token,
    )
    answer = tell(subject, listing).answer
    keep_tools(subject, answer)
    return answer


def _protected_tool(subject: Subject) -> str:
    known = service_of(subject).tools
    return next((name_of(tool) for tool in known if is_protected(tool) and is_safe(tool)), "")


def operation_of(subject: Subject, name: str) -> Operation:
    """A tool, or with "" the listing of the tools, as the operation that is called."""
    parts = split(service_of(subject).url)
    path = parts.path if parts else ""
    return Operation(id=name or mcp.LIST_TOOLS, method="POST", path=path, is_closed=True)


def keep_tools(subject: Subject, answer: Response) -> None:
    """Keep the tools of a listing."""
    tools = (mcp.result_of(answer) or {}).get("tools")
    if isinstance(tools, list):
        kept = tuple(tool for tool in tools[:MOST_TOOLS] if isinstance(tool, dict))
        learn(subject, tools=kept)
