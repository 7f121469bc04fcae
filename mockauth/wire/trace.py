"""The trace: every exchange of a run, in order. Checks read it; nothing else remembers traffic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from mockauth.wire.message import Request, Response
from mockauth.wire.words import cut, say

Step = Literal[
    "manifest",
    "openapi",
    "asset",
    "authorize",
    "page",
    "callback",
    "token",
    "refresh",
    "api",
    "endpoint",
    "metadata",
    "register",
    "rpc",
    "revoke",
    "introspect",
]
"""What a message is for. `authorize` is the first request to client_url, `page` each later hop of
the browser, `callback` the redirect that was captured and never sent (its response is None);
`endpoint` is a request to some endpoint that is none of the others, such as a preflight. An MCP
server has three more: `metadata` of resource and authorization server, `register`, and `rpc` for
what opens the conversation that `api` goes on with. `revoke` and `introspect` end and describe a
token."""

Purpose = Literal["ordinary", "supply", "altered", "control", "fallback"]
"""Why it was sent: the ordinary flow; to get a fresh code or token for a probe; the altered request
of a probe; its control; a second try that ChatGPT would not make."""


class Fallback(StrEnum):
    """What a second try does otherwise than ChatGPT, so that the run can go on or learn the cause.

    The words are for programs; `checks/fallback_text.py` has the sentences.
    """

    BASIC_HEADER = "basic-header"
    BODY_CREDENTIALS = "body-credentials"
    BROKEN_RULE = "broken-rule"
    """A form with values that the page's own rules keep a browser from sending."""
    BROWSER_AGENT = "browser-agent"
    CALLBACK_SLASH = "callback-slash"
    EVERY_COOKIE = "every-cookie"
    """A browser that also keeps and sends what the standard says it must not."""
    FORM_BODY = "form-body"
    JSON_BODY = "json-body"
    LOGGED_IN = "logged-in"
    """The same request once more: whatever helps then is the session, no parameter."""
    NO_OPENAI_HEADERS = "no-openai-headers"
    NO_RESOURCE = "no-resource"
    NO_SCOPE = "no-scope"
    ORIGIN = "origin"
    OTHER_CALLBACK = "other-callback"
    PKCE = "pkce"


Trouble = Literal["", "timed-out", "broken", "not-asked"]
"""Why nothing came back: no answer in time, no connection or a broken one, or an address that must
not be asked (`engine/target/reach.py`)."""

ROOM = 8 * 2**20
"""Bytes of answers that a trace keeps as they came; enough for every run that is not an attack."""
LARGEST_BODY = 900_000
"""Bytes that are kept of one body; nine times what ChatGPT takes."""
DOCUMENTS: tuple[Step, ...] = ("manifest", "openapi")
"""Their answers are read whole, once, by the caller."""
LEAST_HEAD = 8 * 2**10
LEAST_BODY: dict[Step, int] = {"token": 16 * 2**10, "refresh": 16 * 2**10}
"""Bytes that it keeps of one body when all its room is taken: a token answer is read by many."""
LEAST = 4 * 2**10


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and what came back. `error` and `trouble` are set, and `response` is None, when
    nothing did.

    `flow` numbers the passes through the protocol (1 is the ordinary one); `probe` is the id of
    the check that caused the request, "" in the ordinary flow; `fallback` says what a second try
    does otherwise. `elapsed_ms` is in milliseconds.
    """

    n: int = 0
    flow: int = 0
    step: Step
    purpose: Purpose = "ordinary"
    probe: str = ""
    fallback: Fallback | None = None
    request: Request
    response: Response | None = None
    error: str = ""
    trouble: Trouble = ""
    elapsed_ms: float = 0.0

    @property
    def answer(self) -> Response:
        """The response, or an empty answer with status 0 when nothing came back."""
        return self.response or Response(status=0)

    @property
    def outcome(self) -> str:
        """What came back, in a few words: `200 application/json`, or the error."""
        if self.response is None:
            return self.error or say("captured, never sent")
        kind = cut(self.response.media_type, 80) or say("without Content-Type")
        return say("{} {}", self.response.status, kind)


@dataclass
class Trace:
    """The exchanges of one run, by number from 1. Of answers that are too long it keeps the
    beginning, and the SHA-256."""

    exchanges: list[Exchange] = field(default_factory=list)
    room: int = ROOM
    """Bytes of answers that may still be kept as they came."""

    def add(self, exchange: Exchange) -> Exchange:
        """Record `exchange` under the next number and return it numbered, with all of its body."""
        numbered = replace(exchange, n=len(self.exchanges) + 1)
        self.exchanges.append(self._kept(numbered))
        return numbered

    def _kept(self, exchange: Exchange) -> Exchange:
        body = min(LARGEST_BODY, max(self.room, LEAST_BODY.get(exchange.step, LEAST)))
        kept = shortened(exchange, body, max(self.room, LEAST_HEAD))
        answer = kept.answer
        size = len(answer.body) + sum(len(name) + len(value) for name, value in answer.headers)
        self.room = max(0, self.room - size)
        return kept

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __len__(self) -> int:
        return len(self.exchanges)

    def get(self, n: int) -> Exchange:
        """The exchange of that number."""
        return self.exchanges[n - 1]

    def select(
        self,
        *steps: Step,
        purpose: Purpose | None = None,
        flow: int | None = None,
        probe: str | None = None,
    ) -> list[Exchange]:
        """The exchanges of these steps, in order, narrowed by purpose, flow and probe."""
        return [
            exchange
            for exchange in self.exchanges
            if exchange.step in steps
            and (purpose is None or exchange.purpose == purpose)
            and (flow is None or exchange.flow == flow)
            and (probe is None or exchange.probe == probe)
        ]

    def ordinary(self, *steps: Step) -> list[Exchange]:
        """The exchanges of these steps in the ordinary flow."""
        return self.select(*steps, purpose="ordinary")

    def last(self, step: Step) -> Exchange | None:
        """The last ordinary exchange of that step, or None."""
        found = self.ordinary(step)
        return found[-1] if found else None


def shortened(exchange: Exchange, body: int = LARGEST_BODY, head: int = ROOM) -> Exchange:
    """The same with so many bytes of the body, and characters of the headers, of its answer."""
    answer = exchange.response
    kept = answer.cut(body, head) if answer is not None else None
    return exchange if kept is answer else replace(exchange, response=kept)
