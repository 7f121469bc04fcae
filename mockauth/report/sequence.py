"""Messages as a sequence diagram: who sends what to whom, and where that is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from mockauth.engine.installation.noted import Noted
from mockauth.manifest.mcp import RESOURCE
from mockauth.report.as_curl import as_curl
from mockauth.wire.url import split

LANES = ("browser", "ChatGPT", "authorization server", "API")
OF_MCP = (*LANES[:3], "MCP server")
"""The lanes of a connector."""
WAYS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "manifest": (1, 3), "openapi": (1, 3), "asset": (1, 3), "authorize": (0, 2),
        "page": (0, 2), "callback": (0, 1), "token": (1, 2), "refresh": (1, 2), "api": (1, 3),
        "rpc": (1, 3),
    }
)  # fmt: skip
"""From which lane to which a message goes, by its step."""
USUAL = (1, 2)
DOCUMENTS = ("manifest", "openapi", "asset")
DISCOVERY = ("rpc", "metadata", "register")
"""What is asked of an MCP server before anybody signs in."""
BY_BROWSER = ("authorize", "page", "callback")
PURPOSES: Mapping[str, str] = MappingProxyType({"token": " (code)", "refresh": " (refresh)"})
"""Why the token endpoint is asked, which its path does not tell."""
METHOD = re.compile(r'"method": "([\w/]+)"')
GAP, MARGIN, HEAD, ROW, TIP = 190, 60, 46, 34, 8
"""Units of the drawing: between lanes, beside them, above, a line, an arrow's head."""
WIDTH = 2 * MARGIN + GAP * (len(LANES) - 1)
PLACES = tuple(MARGIN + GAP * i for i in range(len(LANES)))
LONGEST = 25
"""Characters of a label: an arrow between neighbours has room for no more."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A request and what came back, if anything did. Texts are masked."""

    number: int
    at: float
    source: str
    target: str
    title: str
    """`POST /token`."""
    answer: str
    """`200`, `no answer`; "" where the browser carries it, and nobody else sees the answer."""
    is_bad: bool
    curl: str
    """"" for what a browser sends."""
    shown: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """A line of the drawing."""

    x1: int
    x2: int
    y: int
    label: str
    is_answer: bool = False
    is_bad: bool = False

    @property
    def middle(self) -> int:
        """Where its label stands."""
        return (self.x1 + self.x2) // 2

    @property
    def head(self) -> str:
        """The points of its head."""
        back = self.x2 - TIP if self.x2 > self.x1 else self.x2 + TIP
        return f"{self.x2},{self.y} {back},{self.y - 4} {back},{self.y + 4}"


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What belongs together: a login, the reading of the documents, calls."""

    title: str
    at: float
    lanes: Sequence[str]
    messages: Sequence[Message]
    arrows: Sequence[Arrow]

    @property
    def height(self) -> int:
        """Of the drawing."""
        return HEAD + ROW * len(self.arrows) + ROW // 2

    def svg(self) -> Markup:
        """The drawing. Its description says the same as a list of the messages, for a screen reader."""
        mark = self.messages[0].number
        described = map(_spoken, self.messages)
        return Markup(
            '<svg role="img" viewBox="0 0 {} {}" aria-labelledby="title-{} desc-{}">\n'
            '<title id="title-{}">{}</title>\n<desc id="desc-{}">{}</desc>\n{}{}</svg>'
        ).format(
            WIDTH, self.height, mark, mark, mark, self.title, mark, " ".join(described),
            Markup().join(_lane(name, x, self.height) for name, x in zip(self.lanes, PLACES, strict=True)),
            Markup().join(map(_line, self.arrows)),
        )  # fmt: skip


def flows_of(noted: Iterable[Noted], *, is_mcp: bool = False) -> tuple[Flow, ...]:
    """The flows of a timeline, the latest first; `is_mcp` says that it is that of a connector."""
    groups = [list(group) for _, group in groupby(noted, key=_flow)]
    return tuple(_drawn(group, is_mcp) for group in reversed(groups))


def _flow(one: Noted) -> str:
    """What it belongs to: its login, else the documents, a refresh, or the use."""
    if one.login:
        return f"login {one.login}"
    step = one.shown["step"]
    if step in DISCOVERY and not _has_token(one.shown["request"]):
        return "discovery"
    return "documents" if step in DOCUMENTS else "refresh" if step == "refresh" else "use"


def _has_token(request: Mapping[str, Any]) -> bool:
    return any(name.lower() == "authorization" for name, _ in request["headers"])


def _purpose(step: str, request: Mapping[str, Any]) -> str:
    """What the path does not tell: the grant, or the method of JSON-RPC."""
    if step not in ("rpc", "api") or '"jsonrpc"' not in request["body"]:
        return PURPOSES.get(step, "")
    found = METHOD.search(request["body"])
    return f" ({found.group(1)})" if found else ""


def _drawn(group: Sequence[Noted], is_mcp: bool) -> Flow:
    titles = {
        "documents": "The documents are read",
        "discovery": "The server is found out",
        "refresh": "The token is refreshed",
        "use": f"The {'connector' if is_mcp else 'plugin'} is used",
    }
    return flow_of(titles.get(_flow(group[0]), "A user logs in"), group, is_mcp=is_mcp)


def flow_of(title: str, group: Sequence[Noted], *, is_mcp: bool = False) -> Flow:
    """The messages of a group, at least one, and where their arrows go."""
    lanes = OF_MCP if is_mcp else LANES
    messages = [_message(one, lanes) for one in group]
    arrows = tuple(_arrows(messages, dict(zip(lanes, PLACES, strict=True))))
    return Flow(title=title, at=group[0].at, lanes=lanes, messages=messages, arrows=arrows)


def _message(one: Noted, lanes: Sequence[str]) -> Message:
    request, response = one.shown["request"], one.shown["response"]
    step = one.shown["step"]
    source, target = WAYS["api"] if _is_of_resource(one) else WAYS.get(step, USUAL)
    status = response["status"] if response else 0
    parts = split(request["url"])
    path = parts.path or "/" if parts is not None else request["url"]
    return Message(
        number=one.number,
        at=one.at,
        source=lanes[source],
        target=lanes[target],
        title=f"{request['method']} {path}{_purpose(step, request)}",
        answer=str(status) if response else "no answer" if one.shown["error"] else "",
        is_bad=status >= 400 or bool(one.shown["error"]),
        curl="" if step in BY_BROWSER else as_curl(request),
        shown=one.shown,
    )


def _is_of_resource(one: Noted) -> bool:
    """Whether it asks for the metadata of an MCP server itself, which that server has (RFC 9728)."""
    return one.shown["step"] == "metadata" and RESOURCE in one.shown["request"]["url"]


def _arrows(messages: Iterable[Message], places: Mapping[str, int]) -> Iterator[Arrow]:
    y = HEAD
    for message in messages:
        y += ROW
        start, end = places[message.source], places[message.target]
        yield Arrow(x1=start, x2=end, y=y, label=_label(message))
        if message.answer:
            y += ROW
            yield Arrow(
                x1=end, x2=start, y=y, label=message.answer, is_answer=True, is_bad=message.is_bad
            )


def _label(message: Message) -> str:
    label = f"{message.number} {message.title}"
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"


def _spoken(message: Message) -> str:
    answer = f", answered: {message.answer}" if message.answer else ""
    return f"{message.source} to {message.target}: {message.title}{answer}."


def _lane(name: str, x: int, height: int) -> Markup:
    return Markup(
        '<text class="lane" x="{}" y="20">{}</text>'
        '<line class="life" x1="{}" x2="{}" y1="30" y2="{}"/>\n'
    ).format(x, name, x, x, height)


def _line(arrow: Arrow) -> Markup:
    return Markup(
        '<line{} x1="{}" x2="{}" y1="{}" y2="{}"/><polygon points="{}"/>'
        '<text{} x="{}" y="{}">{}</text>\n'
    ).format(
        Markup(' class="answer"') if arrow.is_answer else "", arrow.x1, arrow.x2, arrow.y, arrow.y,
        arrow.head, Markup(' class="bad"') if arrow.is_bad else "", arrow.middle, arrow.y - 6,
        arrow.label,
    )  # fmt: skip
