"""An MCP server and its authorization server: found, and spoken to."""

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
from mockauth.manifest.auth import OAuth
from mockauth.manifest.mcp import (
    Document,
    McpService,
    resource_urls,
    server_urls,
    wrong_server_urls,
)
from mockauth.manifest.openapi import Operation
from mockauth.profiles.mcp import REVISIONS, STATELESS, counting_revision
from mockauth.wire import Exchange
from mockauth.wire.message import Response, first
from mockauth.wire.rpc import error_of, read_message, result_of
from mockauth.wire.url import join, origin, split
from mockauth.wire.words import say

MOST_REDIRECTS = 3
MOST_TOOLS = 200
MODERN_ERRORS = (-32020, -32021, -32022)
"""JSON-RPC errors that only a server of 2026-07-28 gives."""


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
    return counting_revision(service.revision, service.wanted) if service is not None else ""


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
        is_open=result_of(exchange.answer) is not None,
    )
    return exchange


def looks_like_mcp(answer: Response) -> bool:
    """Whether an answer to an opening message is that of an MCP server."""
    if read_message(answer).get("jsonrpc") == "2.0":
        return True
    return answer.status == 401 and any(
        first(challenge.params, "resource_metadata") for challenge in challenges(answer)
    )


def _first_revision(wanted: str) -> str:
    return STATELESS if wanted == "auto" else wanted


def _is_modern(answer: Response) -> bool:
    return error_of(answer).get("code") in MODERN_ERRORS or result_of(answer) is not None


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
    stable = server is not None and server.promises_issuer
    return uris[0] if stable or len(uris) == 1 else uris[1]


def asked_scope(subject: Subject) -> str:
    """What the client will ask for, and so is registered for: some servers grant it nothing else."""
    auth = subject.target.auth
    return auth.scope if isinstance(auth, OAuth) else service_of(subject).scope


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
    result = result_of(tell(subject, opening).answer)
    versions = result.get("supportedVersions") if result else None
    named = [v for v in versions if isinstance(v, str)] if isinstance(versions, list) else []
    return tuple(named) or ((STATELESS,) if result else ())


def _initialize(subject: Subject, revision: str, token: str | None) -> None:
    opening = replace(mcp.opening(revision), token=token)
    answer = tell(subject, opening).answer
    agreed = (result_of(answer) or {}).get("protocolVersion")
    if not isinstance(agreed, str):
        return
    session = begun(subject, agreed, answer, token)
    learn(subject, revision=agreed, served=(agreed,), session=session)


def session_of(subject: Subject, token: str | None) -> str:
    """A session of the user whose token it is: correct servers bind one to its user. "" where none
    came. Without a token it is one that a server begins with everybody."""
    revision = service_of(subject).revision
    with subject.during("supply"):
        answer = tell(subject, replace(mcp.opening(revision), token=token)).answer
        return begun(subject, revision, answer, token)


def begun(subject: Subject, revision: str, answer: Response, token: str | None) -> str:
    """The session that an answer to `initialize` brought, which the client says it is ready for."""
    session = answer.header("Mcp-Session-Id") or ""
    if session:
        subject.driver.secrets.add(session, "session")
    tell(
        subject, Message(method=mcp.READY, id=None, revision=revision, session=session, token=token)
    )
    return session


def session_of_nobody(subject: Subject) -> str:
    """The session of somebody without a token, where the server begins one with everybody."""
    service = service_of(subject)
    return session_of(subject, None) if service.is_open and service.session else ""


def choose_operation(subject: Subject, name: str) -> None:
    """Choose what is called: the tool that the user names, or the listing of the tools; where
    everybody may list them, a tool that says it needs a sign-in and changes nothing."""
    service = service_of(subject)
    if not name and service.is_open and (service.resources or service.servers):
        # Some servers let everybody say hello, and ask for a sign-in only here.
        listed = list_tools(subject, None)
        name = _protected_tool(subject)
        if not name and listed.status != 401:
            uncalled = say("everybody may list the tools; name one that needs a sign-in")
            subject.target = replace(subject.target, operation=None, uncalled=uncalled)
            return
    operation = operation_of(subject, name)
    subject.target = replace(subject.target, operation=operation)


def list_tools(subject: Subject, token: str | None) -> Response:
    """Ask for the tools, and keep them."""
    service = service_of(subject)
    listing = Message(
        method=mcp.LIST_TOOLS,
        revision=service.revision,
        session=service.session if token else subject.once(session_of_nobody),
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
    tools = (result_of(answer) or {}).get("tools")
    if isinstance(tools, list):
        kept = tuple(tool for tool in tools[:MOST_TOOLS] if isinstance(tool, dict))
        learn(subject, tools=kept)
