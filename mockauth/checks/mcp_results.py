"""What the results of an MCP server must hold, so that a typed client can read them (the schema of
each revision of MCP)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.mcp_service import service
from mockauth.checks.registry import check
from mockauth.profiles.mcp import STATELESS
from mockauth.wire import Exchange
from mockauth.wire.message import JSON
from mockauth.wire.rpc import EVENTS, error_of, read_message
from mockauth.wire.words import own, say

Members = Mapping[str, Callable[[object], bool]]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_named(value: object) -> bool:
    return isinstance(value, dict) and all(_is_text(value.get(n)) for n in ("name", "version"))


def _are_tools(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_tool, value))


def _is_tool(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return _is_text(value.get("name")) and _is_schema(value.get("inputSchema"))


def _is_schema(value: object) -> bool:
    """Whether that describes arguments, which are an object always."""
    return isinstance(value, dict) and value.get("type", "object") == "object"


INITIALIZE, DISCOVER = "initialize", "server/discover"
LIST_TOOLS, CALL_TOOL = "tools/list", "tools/call"
NEEDED: Mapping[str, Members] = MappingProxyType(
    {
        INITIALIZE: MappingProxyType(
            {"protocolVersion": _is_text, "capabilities": _is_object, "serverInfo": _is_named}
        ),
        DISCOVER: MappingProxyType({"supportedVersions": _are_texts, "capabilities": _is_object}),
        LIST_TOOLS: MappingProxyType({"tools": _are_tools}),
    }
)
"""Without them every typed client refuses the result."""
DUE: Mapping[str, Members] = MappingProxyType(
    {
        DISCOVER: MappingProxyType(
            {"resultType": _is_text, "ttlMs": _is_number, "cacheScope": _is_text}
        ),
        LIST_TOOLS: MappingProxyType(
            {"resultType": _is_text, "ttlMs": _is_number, "cacheScope": _is_text}
        ),
        CALL_TOOL: MappingProxyType({"resultType": _is_text, "content": _is_list}),
    }
)
"""What 2026-07-28 wants besides, which some clients can do without."""


@check(
    "mcp.results-well-formed",
    "--M",
    refs=("MCP-http",),
    auth=("oauth", "none"),
    why="A typed client refuses a result that lacks a member, and shows no tools.",
    fix="Answer as application/json or text/event-stream, with the members that the schema of the "
    "revision has.",
    shows="connected, no tools or no login for a tool",
)
def results_well_formed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A result is JSON or an event, and has the members that its method needs"""
    known = service(evidence)
    answered = [e for e in evidence.trace.ordinary("rpc", "api") if _is_answered(e)]
    if not answered:
        raise Blocked(say("no message was answered (see api.valid-token-accepted)"))
    for exchange in answered:
        method = str(exchange.request.members.get("method"))
        if exchange.answer.media_type not in (JSON, EVENTS):
            yield Finding(
                expected=say("{} or {}", own(JSON), own(EVENTS)),
                actual=say("{} to {}", exchange.outcome, method),
                at=known.url,
                exchanges=(exchange.n,),
            )
            continue
        lacking, missed = _lacking(exchange, NEEDED), _lacking(exchange, DUE)
        if lacking or missed:
            yield Finding(
                expected=say("{}, of the right type", own(", ".join((*lacking, *missed)))),
                actual=say("not so in the result of {}", method),
                at=known.url,
                exchanges=(exchange.n,),
                tolerated=not lacking,
            )
        else:
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))


def _is_answered(exchange: Exchange) -> bool:
    """Whether a request got something else than a refusal. What is no answer at all is a matter of
    api.valid-token-accepted."""
    asked = "id" in exchange.request.members
    answer = exchange.answer
    return asked and answer.status == 200 and bool(answer.body) and not error_of(answer)


def _lacking(exchange: Exchange, tables: Mapping[str, Members]) -> list[str]:
    """The members that the result lacks, or has in another type."""
    told = read_message(exchange.answer)
    stateless = exchange.request.header("MCP-Protocol-Version") == STATELESS
    if "result" not in told or (tables is DUE and not stateless):
        return []
    result = told["result"]
    if not isinstance(result, dict):
        return ["result"] if tables is NEEDED else []
    if result.get("resultType", "complete") != "complete":
        return []
    members = tables.get(str(exchange.request.members.get("method")), {})
    return [name for name, fits in members.items() if not fits(result.get(name))]
