"""The driver: sends requests over a transport and records every exchange in the trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mockauth.browser.landing import Landing
from mockauth.engine.http.budget import Budget
from mockauth.engine.http.connection import CALL_BYTES, MOST_BYTES
from mockauth.engine.http.secrets_seen import learn
from mockauth.engine.http.tls import HANDSHAKE_SECONDS as TLS_SECONDS
from mockauth.engine.http.tls import Handshake
from mockauth.engine.http.transport import NotAsked, Transport, TransportError
from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.trace import DOCUMENTS, Fallback, Purpose, Step, shortened
from mockauth.wire.words import say

Place = Callable[[Request, Step], Request]
"""Puts credentials where a client sends them (`chatgpt/placement.py`)."""
STEP_SECONDS: dict[Step, float] = {"manifest": 15.0, "openapi": 15.0, "asset": 15.0}
"""ChatGPT's limits: 15 s for documents, 45 s for calls (OpenAI, Plugins in production)."""
CALL_SECONDS = 45.0


@dataclass
class Driver:
    """Sends and records. What a request is for is set around it: `purpose`, `probe`, `fallback`,
    `flow`."""

    transport: Transport
    trace: Trace
    secrets: Secrets
    watch: Callable[[Exchange], None] = lambda exchange: None
    flow: int = 0
    purpose: Purpose = "ordinary"
    probe: str = ""
    fallback: Fallback | None = None
    seconds: dict[Step, float] = field(default_factory=lambda: dict(STEP_SECONDS))
    reach: Callable[[str], str] = lambda url: ""
    """Why an address must not be asked, "" where it may be (`engine/target/reach.py`)."""
    place: Place = lambda request, step: request
    """Asked last of all."""
    budget: Budget = field(default_factory=Budget)

    def send(self, request: Request, step: Step, *, keep: bool = False) -> Exchange:
        """Send `request`, record what came back, never raise for what the network does.

        Raises:
            Withheld: the endpoint has timed out too often, or the time of the run is over; nothing
                is recorded.
        """
        refused = self.reach(request.url)
        if refused:
            return self._record(request, step, NotAsked(say("not asked: {}", refused)), 0.0)
        request = self.place(request, step)
        seconds = self.budget.allowed(request, self._limit(step))
        started = time.perf_counter()
        answer: Response | TransportError
        try:
            most = MOST_BYTES if step in DOCUMENTS else CALL_BYTES
            answer = self.transport.send(request, seconds=seconds, keep=keep, most=most)
        except TransportError as trouble:
            answer = trouble
        elapsed = (time.perf_counter() - started) * 1000
        self._count(request, step, answer, seconds)
        return self._record(request, step, answer, elapsed)

    def send_all(self, requests: Sequence[Request], step: Step) -> list[Exchange]:
        """Send all of `requests` at once and record every answer.

        Raises:
            Withheld: as from `send`.
        """
        refused = [self.reach(request.url) for request in requests]
        if any(refused):
            return [self.send(request, step) for request in requests]
        placed = [self.place(request, step) for request in requests]
        seconds = min(self.budget.allowed(request, self._limit(step)) for request in placed)
        started = time.perf_counter()
        answers = self.transport.send_all(placed, seconds=seconds)
        elapsed = (time.perf_counter() - started) * 1000
        pairs = list(zip(placed, answers, strict=True))
        for request, answer in pairs:
            self._count(request, step, answer, seconds)
        return [self._record(request, step, answer, elapsed) for request, answer in pairs]

    def handshake(self, host: str, port: int) -> Handshake:
        """Shake hands with a TLS server; nothing is recorded.

        Raises:
            TransportError: nothing there speaks TLS.
            Withheld: the time of the run is over.
        """
        seconds = min(TLS_SECONDS, self.budget.require(0.0))
        return self.transport.handshake(host, port, seconds=seconds)

    def capture(self, landing: Landing) -> Exchange:
        """Record a redirect that was about to leave the site. It is never sent."""
        request = Request(method=landing.method, url=landing.url, params=landing.form)
        return self.witness(request, "callback")

    def witness(self, request: Request, step: Step) -> Exchange:
        """Record what a browser sends or was about to send: nothing is sent, no answer is seen."""
        return self._record(request, step, None, 0.0)

    def observe(
        self, request: Request, answer: Response | None, step: Step, elapsed_ms: float
    ) -> Exchange:
        """Record what another browser has sent, and got."""
        trouble = TransportError(say("no answer")) if answer is None else answer
        return self._record(request, step, trouble, elapsed_ms)

    def _limit(self, step: Step) -> float:
        return self.seconds.get(step, CALL_SECONDS)

    def _count(
        self, request: Request, step: Step, answer: Response | TransportError, seconds: float
    ) -> None:
        if isinstance(answer, TransportError) and answer.trouble == "timed-out":
            self.budget.timed_out(request, seconds, self._limit(step))

    def _record(
        self, request: Request, step: Step, answer: Response | TransportError | None, elapsed: float
    ) -> Exchange:
        failed = answer if isinstance(answer, TransportError) else None
        exchange = Exchange(
            flow=self.flow,
            step=step,
            purpose=self.purpose,
            probe=self.probe,
            fallback=self.fallback,
            request=request,
            response=answer if isinstance(answer, Response) else None,
            error=failed.words if failed else "",
            trouble=failed.trouble if failed else "",
            elapsed_ms=round(elapsed, 3),
        )
        if step not in DOCUMENTS:
            exchange = shortened(exchange)
        # First: an interrupted run must not have an exchange whose secrets are unknown.
        learn(self.secrets, exchange)
        exchange = self.trace.add(exchange)
        self.watch(exchange)
        return exchange
