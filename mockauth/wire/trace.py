"""The trace: every exchange of a run, in order. Checks read it; nothing else remembers traffic."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from mockauth.wire.message import Request, Response
from mockauth.wire.words import cut, say

Step = Literal[
    "manifest", "openapi", "asset", "authorize", "page", "callback", "token", "refresh", "api",
    "endpoint",
]  # fmt: skip
"""What a message is for. `authorize` is the first request to client_url, `page` each later hop of
the browser, `callback` the redirect that was captured and never sent (its response is None);
`endpoint` is a request to some endpoint that is none of the others, such as a preflight."""

Purpose = Literal["ordinary", "supply", "altered", "control", "fallback"]
"""Why it was sent: the ordinary flow; to get a fresh code or token for a probe; the altered request
of a probe; its control; a second try in another encoding that ChatGPT would not make."""


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and what came back. `error` is set, and `response` None, when nothing did.

    `flow` numbers the passes through the protocol (1 is the ordinary one); `probe` is the id of
    the check that caused the request, "" in the ordinary flow. `elapsed_ms` is in milliseconds.
    """

    n: int = 0
    flow: int = 0
    step: Step
    purpose: Purpose = "ordinary"
    probe: str = ""
    request: Request
    response: Response | None = None
    error: str = ""
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
    """The exchanges of one run, by number from 1."""

    exchanges: list[Exchange] = field(default_factory=list)

    def add(self, exchange: Exchange) -> Exchange:
        """Record `exchange` under the next number and return it numbered."""
        numbered = replace(exchange, n=len(self.exchanges) + 1)
        self.exchanges.append(numbered)
        return numbered

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

    def dump(self) -> Iterator[str]:
        """One line of JSON per exchange, with every byte: for judging again, not for sharing."""
        for exchange in self.exchanges:
            yield json.dumps(asdict(exchange), default=_encode)

    @classmethod
    def load(cls, lines: Iterable[str]) -> Trace:
        """The trace that `dump` wrote."""
        return cls([_exchange(json.loads(line, object_hook=_decode)) for line in lines if line])


def _encode(value: object) -> object:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(f"{type(value).__name__} has no place in a trace")


def _decode(value: dict[str, Any]) -> Any:
    return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value


def _exchange(data: dict[str, Any]) -> Exchange:
    pairs = ("headers", "query", "params")

    def frozen(part: dict[str, Any]) -> dict[str, Any]:
        return {k: tuple(map(tuple, v)) if k in pairs else v for k, v in part.items()}

    response = data["response"]
    return Exchange(
        **{
            **data,
            "request": Request(**frozen(data["request"])),
            "response": Response(**frozen(response)) if response is not None else None,
        }
    )
