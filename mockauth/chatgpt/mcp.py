"""MCP messages and metadata, as ChatGPT asks for them: pure pairs of request and reading.

Sources: MCP basic/transports (2025-03-26 to 2025-11-25) and basic/transports/streamable-http
(2026-07-28), RFC 7591 section 3.1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mockauth.wire.message import JSON, Pairs, Request, Response

AGENT = "openai-mcp/1.0.0"
EVENTS = "text/event-stream"
META = "io.modelcontextprotocol/"
DISCOVER, INITIALIZE, LIST_TOOLS, CALL_TOOL = (
    "server/discover",
    "initialize",
    "tools/list",
    "tools/call",
)
LISTINGS = (LIST_TOOLS, "resources/list", "prompts/list")
"""Messages that only read, and need no parameters."""
READY = "notifications/initialized"
NAMED = {CALL_TOOL: "name", "prompts/get": "name", "resources/read": "uri"}
"""The parameter that `Mcp-Name` repeats."""
ONE_MESSAGE = ("Mcp-Method", "Mcp-Name")
"""Headers that say what one message is."""
ABOUT_US = {"name": "ChatGPT", "version": "1.0.0"}
STATELESS = "2026-07-28"
LINE_END = re.compile(r"\r\n|\n|\r")
WITHOUT_HEADER = "2025-03-26"
"""The revision that has no MCP-Protocol-Version."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One JSON-RPC request. `revision` is that of the conversation; "" before it is agreed on."""

    method: str
    params: Mapping[str, Any] | None = None
    id: int | None = 1
    """None makes it a notification."""
    revision: str = ""
    session: str = ""
    token: str | None = None
    claims: str = ""
    """The version that it names in place of `revision`, in the manner of that."""


def metadata_request(url: str, revision: str = "2025-11-25") -> Request:
    """The fetch of a metadata document. Clients name their revision, servers must not mind."""
    headers = (("User-Agent", AGENT), ("Accept", JSON), ("MCP-Protocol-Version", revision))
    return Request(method="GET", url=url, headers=headers)


def rpc_request(url: str, message: Message) -> Request:
    """The POST of one message."""
    body: dict[str, Any] = {"jsonrpc": "2.0", "method": message.method}
    if message.id is not None:
        body["id"] = message.id
    params = _params(message)
    if params is not None:
        body["params"] = params
    headers = (*_headers(message, params or {}), ("Content-Type", JSON))
    return Request(method="POST", url=url, headers=headers, raw=json.dumps(body).encode())


def _params(message: Message) -> dict[str, Any] | None:
    params = dict(message.params or {})
    if message.revision == STATELESS and message.id is not None:
        params["_meta"] = {
            META + "protocolVersion": message.claims or message.revision,
            META + "clientCapabilities": {},
            META + "clientInfo": ABOUT_US,
        }
    return params if params or message.params is not None else None


def _headers(message: Message, params: Mapping[str, Any]) -> Pairs:
    headers: Pairs = (("User-Agent", AGENT), ("Accept", f"{JSON}, {EVENTS}"))
    claimed = message.claims or message.revision
    if claimed not in ("", WITHOUT_HEADER):
        headers = (*headers, ("MCP-Protocol-Version", claimed))
    if message.revision == STATELESS:
        headers = (*headers, ("Mcp-Method", message.method))
        name = params.get(NAMED.get(message.method, ""))
        headers = (*headers, ("Mcp-Name", name)) if isinstance(name, str) else headers
    if message.session:
        headers = (*headers, ("Mcp-Session-Id", message.session))
    if message.token is not None:
        headers = (*headers, ("Authorization", f"Bearer {message.token}"))
    return headers


def stream_request(url: str, message: Message) -> Request:
    """The GET that asks for a stream of the server's own messages, as clients did before
    2026-07-28."""
    headers = [(name, value) for name, value in _headers(message, {}) if name not in ONE_MESSAGE]
    kept = tuple((name, EVENTS if name == "Accept" else value) for name, value in headers)
    return Request(method="GET", url=url, headers=kept)


def opening(revision: str) -> Message:
    """The first message of a conversation in that revision."""
    if revision == STATELESS:
        return Message(method=DISCOVER, revision=revision)
    params = {"protocolVersion": revision, "capabilities": {}, "clientInfo": ABOUT_US}
    return Message(method=INITIALIZE, params=params)


def read_message(answer: Response) -> Mapping[str, Any]:
    """The JSON-RPC answer of a POST, from JSON or from the events of a stream; empty when there is
    none."""
    if answer.media_type != EVENTS:
        return answer.members
    return next(reversed([*_answers_in(answer.text)]), {})


def is_answered(request: Request, events: str) -> bool:
    """Whether a stream of events has the answer to `request`: it may stay open after that (MCP
    basic/transports, sending messages)."""
    asked = _members(request.body.decode("utf-8", "replace")).get("id")
    return asked is not None and any(one.get("id") == asked for one in _answers_in(events))


def _answers_in(text: str) -> Iterator[Mapping[str, Any]]:
    """The JSON-RPC answers among the events."""
    for data in _events(text):
        value = _members(data)
        if "result" in value or "error" in value:
            yield value


def _members(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _events(text: str) -> Iterator[str]:
    """The data of each event (HTML, section 9.2.6): one that no blank line ends is none. JSON may hold
    what other texts end a line with."""
    lines: list[str] = []
    for line in LINE_END.split(text.removeprefix("\ufeff"))[:-1]:
        if line.startswith("data:"):
            lines.append(line[5:].removeprefix(" "))
        elif not line and lines:
            yield "\n".join(lines)
            lines = []


def result_of(answer: Response) -> Mapping[str, Any] | None:
    """The result of an accepted message; None for an error, and for anything else."""
    result = read_message(answer).get("result")
    return result if answer.ok and isinstance(result, dict) else None


def error_of(answer: Response) -> Mapping[str, Any]:
    """The JSON-RPC error of an answer; empty when it has none."""
    error = read_message(answer).get("error")
    return error if isinstance(error, dict) else {}


def tool_challenges(answer: Response) -> tuple[str, ...] | None:
    """The challenges of a tool that asks for a sign-in in its result, as ChatGPT reads them; None
    where the result has none."""
    result = result_of(answer) or {}
    meta = result.get("_meta")
    named = meta.get("mcp/www_authenticate") if isinstance(meta, dict) else None
    listed = [named] if isinstance(named, str) else named
    if result.get("isError") is not True or not isinstance(listed, list):
        return None
    return tuple(one for one in listed if isinstance(one, str))


def tool_failed(answer: Response) -> bool:
    """Whether a tool ran and says that it failed."""
    return (result_of(answer) or {}).get("isError") is True


def registration_request(
    url: str, callbacks: Sequence[str], method: str, scope: str = ""
) -> Request:
    """The registration of ChatGPT (RFC 7591 section 3.1)."""
    members: dict[str, Any] = {
        "client_name": "ChatGPT",
        "redirect_uris": list(callbacks),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
        "application_type": "web",
    }
    if scope:
        members["scope"] = scope
    headers = (("User-Agent", AGENT), ("Accept", JSON), ("Content-Type", JSON))
    return Request(method="POST", url=url, headers=headers, raw=json.dumps(members).encode())
