"""How an MCP client finds the authorization server: the challenge and the metadata of the resource
(RFC 9728)."""

from __future__ import annotations

import json
from collections.abc import Iterator

from mockauth.checks.byte_order_mark import told_mark
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import challenges
from mockauth.checks.mcp_service import judged_by, needs_no_tls, opened, protected, resource, sought
from mockauth.checks.mcp_tool import is_protected
from mockauth.checks.metadata_types import shown_types, wrong_types
from mockauth.checks.registry import check
from mockauth.manifest.mcp import Document, McpService, resource_urls
from mockauth.wire import Exchange
from mockauth.wire.message import JSON, first
from mockauth.wire.url import is_loopback_host, origin, split
from mockauth.wire.words import own, say

NO_OAUTH = '"MCP server … does not implement OAuth"'
BEFORE_WELL_KNOWN = "2025-06-18"
"""The one revision in which only the challenge leads to the metadata."""


@check(
    "discovery.prm-found",
    "--C",
    refs=("RFC9728-3", "MCP-disc"),
    kind="static",
    shows=NO_OAUTH,
    why="Without the metadata of the resource no client knows who may sign its user in.",
    fix="Serve /.well-known/oauth-protected-resource with the path of the endpoint appended, and name "
    "it as resource_metadata in the challenge.",
)
def prm_found(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata of the resource is found"""
    known = sought(evidence)
    if known.resource is not None:
        yield Seen(actual=known.resource.url, exchanges=(known.resource.exchange,))
        return
    tried = [evidence.trace.get(n) for n in known.asked_resources]
    yield Finding(
        expected=say("200 with a JSON object that has `resource` and `authorization_servers`"),
        actual=say("; ").join(say("{}: {}", e.request.url, e.outcome) for e in tried),
        at=resource_urls(known.url)[0],
        exchanges=known.asked_resources,
    )


@check(
    "discovery.prm-named-in-challenge",
    "--M",
    refs=("RFC9728-5.1", "MCP-disc"),
    why="Clients read the address of the metadata from the challenge first.",
    fix='Answer 401 with WWW-Authenticate: Bearer resource_metadata="https://…" and an absolute URL.',
)
def prm_named(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The challenge names the metadata of the resource by an absolute URL that works"""
    known = sought(evidence)
    exchange = opened(evidence)
    named = first(known.challenge or (), "resource_metadata")
    if named is None and known.is_open and any(map(is_protected, known.tools)):
        named, exchange = _named_later(evidence)
    if named is None:
        yield _unnamed(evidence, known)
        return
    works = any(document.url == named for document in known.resources)
    if works:
        yield Seen(actual=named, exchanges=(exchange.n,))
        return
    absolute = split(named)
    wrong = (
        say("it is not absolute")
        if not (absolute and absolute.scheme)
        else say("no metadata is there")
    )
    yield Finding(
        expected=say("an absolute URL of the metadata"),
        actual=say("{}: {}", named, wrong),
        at=known.url,
        exchanges=(exchange.n,),
    )


def _named_later(evidence: Evidence) -> tuple[str | None, Exchange]:
    """What a tool says that needs a sign-in, where everybody may say hello.

    Raises:
        Blocked: none was called without a token.
    """
    calls = [e for e in evidence.trace.select("api", "rpc") if e.answer.status == 401]
    if not calls:
        raise Blocked(say("no tool that needs a sign-in was called without a token"))
    params = [one.params for call in calls for one in challenges(call.answer)]
    named = [first(one, "resource_metadata") for one in params]
    return next(filter(None, named), None), calls[0]


def _unnamed(evidence: Evidence, known: McpService) -> Finding | Seen:
    exchange = opened(evidence)
    if known.resource is not None and judged_by(evidence) != BEFORE_WELL_KNOWN:
        return Seen(
            actual=say("not named; found at the well-known path {}", known.resource.url),
            exchanges=(exchange.n,),
        )
    return Finding(
        expected=say("WWW-Authenticate: Bearer with resource_metadata"),
        actual=say("{} without it", exchange.outcome),
        at=known.url,
        exchanges=(exchange.n,),
    )


@check(
    "discovery.prm-root-variant",
    "--S",
    refs=("RFC9728-3", "kernel/kernel-mcp-server#91"),
    kind="static",
    practice=True,
    shows=NO_OAUTH,
    why="ChatGPT asks for the metadata at the root of the host, too.",
    fix="Serve the same document at /.well-known/oauth-protected-resource without a path.",
)
def prm_root_variant(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata of the resource is served at the root, too"""
    known = protected(evidence)
    resource(evidence)
    root = resource_urls(known.url)[-1]
    for document in known.resources:
        if document.url == root:
            yield Seen(actual=root, exchanges=(document.exchange,))
            return
    asked = [
        n for n in known.asked_resources if evidence.trace.get(n).request.url.endswith(root[8:])
    ]
    yield Finding(
        expected=say("the document"),
        actual=evidence.trace.get(asked[-1]).outcome if asked else say("not there"),
        at=root,
        exchanges=tuple(asked),
    )


@check(
    "discovery.prm-json",
    "--M",
    refs=("RFC9728-3.2", "desktop-commander/remote-desktop-commander#1"),
    kind="static",
    why="A client that is given a web page with status 200, or a text for a list, stops there.",
    fix="Answer with a JSON object as application/json whose members have the types of RFC 9728 section "
    "2, or with 404 where there is no document.",
)
def prm_json(evidence: Evidence) -> Iterator[Finding | Seen]:
    """What is served as metadata of the resource is JSON, and its members have their types"""
    yield from json_only(evidence, protected(evidence).asked_resources)


def json_only(evidence: Evidence, asked: tuple[int, ...]) -> Iterator[Finding | Seen]:
    """A finding for each answer with 200 that is no JSON object, or not served as JSON, or begins with a
    byte order mark, or has a member of the wrong type."""
    answered = [e for e in map(evidence.trace.get, asked) if e.answer.ok]
    if not answered:
        raise NotApplicable(say("no document was served"))
    for exchange in answered:
        answer = exchange.answer
        is_json = answer.media_type == JSON or answer.media_type.endswith("+json")
        if not is_json or not answer.members:
            yield Finding(
                expected=say("a JSON object, as application/json"),
                actual=exchange.outcome
                if answer.members
                else say("{}: no JSON object", exchange.outcome),
                at=exchange.request.url,
                exchanges=(exchange.n,),
            )
        elif marked := told_mark(answer.body):
            yield Finding(
                expected=say("JSON from the first byte on"),
                actual=marked,
                at=exchange.request.url,
                exchanges=(exchange.n,),
            )
        elif wrong := wrong_types(answer.members):
            yield _mistyped(exchange, wrong)
        else:
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))


def _mistyped(exchange: Exchange, wrong: dict[str, str]) -> Finding:
    came = {name: exchange.answer.members[name] for name in wrong}
    shown = own(", ").join(
        say("{}: {:.60}", own(name), json.dumps(value)) for name, value in came.items()
    )
    return Finding(
        expected=shown_types(wrong),
        actual=shown,
        at=exchange.request.url,
        exchanges=(exchange.n,),
        # Some parsers take null for a member that is not there.
        tolerated=all(value is None for value in came.values()),
    )


@check(
    "discovery.prm-resource-exact",
    "--C",
    refs=("RFC9728-3.3", "metatool-ai/metamcp#122"),
    kind="static",
    why="A client must not use metadata of another resource.",
    fix="Set `resource` to the URL of the endpoint as users enter it, letter for letter; or enter the "
    "URL that it names.",
)
def prm_resource_exact(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`resource` is the URL that was entered, letter for letter"""
    known, document = protected(evidence), resource(evidence)
    said = document.text("resource")
    if said == known.url:
        yield Seen(actual=said, exchanges=(document.exchange,))
        return
    if _is_at_root(document, known) and said == origin(known.url):
        yield Seen(actual=say("{}, of the root document", said), exchanges=(document.exchange,))
        return
    if _differ_by_loopback_name(said, known.url):
        yield Finding(
            expected=known.url,
            actual=say("{}: the same server under another name of this machine", said),
            fix=say(
                "Enter {}: the server names itself so, and clients compare letter for letter.", said
            ),
            at=document.url,
            exchanges=(document.exchange,),
            tolerated=True,
        )
        return
    wider = said and known.url.startswith(said.rstrip("/") + "/")
    yield Finding(
        expected=known.url,
        actual=say("{}: wider than the endpoint (SDKs accept it)", said) if wider else said,
        at=document.url,
        exchanges=(document.exchange,),
    )


def _differ_by_loopback_name(one: str, other: str) -> bool:
    """Whether nothing but `localhost` in place of `127.0.0.1`, or the like, tells two URLs apart: who
    tests has entered another name than the server was started with, which happens at home only."""
    parts = split(one), split(other)
    if parts[0] is None or parts[1] is None:
        return False
    if not all(is_loopback_host(each.hostname or "") for each in parts if each):
        return False
    bare = [each._replace(netloc=str(each.port or "")) for each in parts if each]
    return bare[0] == bare[1]


def _is_at_root(document: Document, known: McpService) -> bool:
    return document.url == resource_urls(known.url)[-1]


@check(
    "discovery.prm-resource-well-formed",
    "--M",
    refs=("RFC9728-2", "RFC8707-2"),
    kind="static",
    why="The string is sent as a parameter, and an authorization server refuses a malformed one.",
    fix="Use an https URL without a fragment.",
)
def prm_resource_well_formed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`resource` is an https URL without a fragment"""
    document = resource(evidence)
    said = document.text("resource")
    if origin(said) and needs_no_tls(said) and "#" not in said:
        yield Seen(actual=said, exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("an https URL without a fragment"),
        actual=absent(document.data.get("resource")),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.prm-authorization-servers",
    "--C",
    refs=("RFC9728-2", "MCP-disc"),
    kind="static",
    shows=NO_OAUTH,
    why="Without an issuer a client has nowhere to send its user.",
    fix="List the issuer of your authorization server in authorization_servers.",
)
def prm_authorization_servers(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata of the resource lists an authorization server"""
    document = resource(evidence)
    value = document.data.get("authorization_servers")
    listed = value if isinstance(value, list) else []
    good = [one for one in listed if is_issuer(one)]
    if good and len(good) == len(listed):
        yield Seen(actual=own(", ").join(say("{}", one) for one in good[:3]))
        return
    yield Finding(
        expected=say("a list of https issuers without query and fragment"),
        actual=absent(value),
        at=document.url,
        exchanges=(document.exchange,),
        # ChatGPT goes on to the next one; the SDKs take the first.
        tolerated=bool(good) and is_issuer(listed[0]),
    )


@check(
    "discovery.prm-variants-agree",
    "--S",
    refs=("RFC9728-3",),
    kind="static",
    why="Which document a client reads depends on the client.",
    fix="Serve one document at all of its addresses.",
)
def prm_variants_agree(evidence: Evidence) -> Iterator[Finding | Seen]:
    """All documents of the resource say the same"""
    known = protected(evidence)
    first_one = resource(evidence)
    others = known.resources[1:]
    if not others:
        raise NotApplicable(say("there is one document"))
    for other in others:
        wrong = _differs(first_one, other, known)
        if wrong:
            yield Finding(
                expected=say("the same in {} and {}", first_one.url, other.url),
                actual=say("another {}", own(wrong)),
                at=other.url,
                exchanges=(first_one.exchange, other.exchange),
            )
        else:
            yield Seen(actual=other.url, exchanges=(other.exchange,))


def _differs(one: Document, other: Document, known: McpService) -> str:
    if one.texts("authorization_servers") != other.texts("authorization_servers"):
        return "authorization_servers"
    names = {one.text("resource"), other.text("resource")} - {origin(known.url)}
    return "resource" if len(names) > 1 else ""


@check(
    "discovery.prm-bearer-header",
    "--S",
    refs=("RFC9728-2", "RFC6750-2.3"),
    kind="static",
    why="ChatGPT sends tokens in the Authorization header and nowhere else.",
    fix='Leave bearer_methods_supported out, or set it to ["header"].',
)
def prm_bearer_header(evidence: Evidence) -> Iterator[Finding | Seen]:
    """bearer_methods_supported is absent, or has the header and not the query"""
    document = resource(evidence)
    listed = document.texts("bearer_methods_supported")
    if listed is None or ("header" in listed and "query" not in listed):
        yield Seen(actual=say("absent") if listed is None else say("{}", ", ".join(listed)))
        return
    yield Finding(
        expected=say("header, and no query"),
        actual=say("{!r}", ", ".join(listed)),
        at=document.url,
        exchanges=(document.exchange,),
    )


def is_issuer(value: object) -> bool:
    """Whether it is an https URL without query and fragment (RFC 8414 section 2)."""
    if not isinstance(value, str) or {"?", "#"} & set(value):
        return False
    return bool(origin(value)) and needs_no_tls(value)


def absent(value: object) -> str:
    """A member that is not as it should be, for a message."""
    return say("absent") if value is None else say("{!r:.120}", str(value))


@check(
    "scope.challenge-names-scopes",
    "--S",
    refs=("MCP-auth", "RFC6750-3"),
    kind="static",
    why="Clients ask for the scopes of the challenge before all others.",
    fix="Add scope to the challenge of 401.",
)
def challenge_names_scopes(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The challenge without a token names the scopes"""
    known = protected(evidence)
    exchange = opened(evidence)
    if known.challenge is None:
        raise NotApplicable(say("there is no Bearer challenge (see api.challenge-present)"))
    named = first(known.challenge, "scope")
    if named:
        yield Seen(actual=named, exchanges=(exchange.n,))
        return
    yield Finding(
        expected=say("scope in the challenge"),
        actual=say("absent"),
        at=known.url,
        exchanges=(exchange.n,),
    )


@check(
    "scope.no-offline-access-in-prm",
    "--S",
    refs=("MCP-auth",),
    kind="static",
    why="offline_access is between a client and the authorization server.",
    fix="List offline_access in the authorization server's metadata only.",
)
def no_offline_access(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Neither the challenge nor the metadata of the resource names offline_access"""
    known, document = protected(evidence), resource(evidence)
    listed = [*(document.texts("scopes_supported") or ()), *_challenged(known)]
    if "offline_access" not in listed:
        yield Seen(actual=say("{!r}", " ".join(listed)), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("no offline_access"),
        actual=say("{!r}", " ".join(listed)),
        at=document.url,
        exchanges=(document.exchange,),
    )


def _challenged(known: McpService) -> list[str]:
    return (first(known.challenge or (), "scope") or "").split()


@check(
    "scope.prm-minimal",
    "--S",
    refs=("MCP-auth",),
    kind="static",
    why="A client asks for all that is listed, and the user has to grant it.",
    fix="List the scopes that the first use needs, and ask for more where a tool needs it.",
)
def prm_minimal(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata of the resource lists no scope for everything"""
    document = resource(evidence)
    listed = document.texts("scopes_supported")
    if listed is None:
        raise NotApplicable(say("scopes_supported is absent"))
    wide = [one for one in listed if one in ("*", "all", "full", "admin", "root") or "*" in one]
    if not wide:
        yield Seen(actual=say("{!r}", " ".join(listed)), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("no `*` and no scope for administration"),
        actual=say("{!r}", " ".join(wide)),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "mcp.exact-url-served",
    "--M",
    refs=("MCP-http", "anthropics/claude-ai-mcp#299"),
    kind="static",
    practice=True,
    why="Clients post to the address that the user entered, and lose the body at a redirect.",
    fix="Answer at the address itself, with and without a slash at its end as you publish it.",
)
def exact_url_served(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The address as entered answers itself, and leads to no other"""
    exchange = opened(evidence)
    if exchange.answer.is_redirect or exchange.answer.status in (404, 405, 410):
        yield Finding(
            expected=say("401, or a JSON-RPC answer"),
            actual=exchange.outcome,
            at=exchange.request.url,
            exchanges=(exchange.n,),
        )
        return
    yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
