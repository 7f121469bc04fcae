"""The driver: sends requests over a transport and records every exchange in the trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mockauth.browser.landing import Landing
from mockauth.engine.http.secrets_seen import learn
from mockauth.engine.http.transport import Transport, TransportError
from mockauth.wire import Exchange, Request, Response, Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.trace import Purpose, Step

SECONDS: dict[Step, float] = {"manifest": 15.0, "openapi": 15.0, "asset": 15.0}
"""ChatGPT's limits: 15 s for documents, 45 s for calls (OpenAI, Plugins in production)."""
CALL_SECONDS = 45.0


@dataclass
class Driver:
    """Sends and records. What a request is for is set around it with `purpose`, `probe`, `flow`."""

    transport: Transport
    trace: Trace
    secrets: Secrets
    watch: Callable[[Exchange], None] = lambda exchange: None
    flow: int = 0
    purpose: Purpose = "ordinary"
    probe: str = ""
    seconds: dict[Step, float] = field(default_factory=lambda: dict(SECONDS))
    place: Callable[[Request, Step], Request] = lambda request, step: request
    """Puts credentials where this client sends them, last of all (`chatgpt/placement.py`)."""

    def send(self, request: Request, step: Step, *, keep: bool = False) -> Exchange:
        """Send `request`, record what came back, never raise for what the network does."""
        request = self.place(request, step)
        started = time.perf_counter()
        response: Response | None = None
        error = ""
        seconds = self.seconds.get(step, CALL_SECONDS)
        try:
            response = self.transport.send(request, seconds=seconds, keep=keep)
        except TransportError as trouble:
            error = trouble.words
        return self._record(request, step, response, error, (time.perf_counter() - started) * 1000)

    def send_all(self, requests: Sequence[Request], step: Step) -> list[Exchange]:
        """Send all of `requests` at once and record every answer."""
        placed = [self.place(request, step) for request in requests]
        started = time.perf_counter()
        seconds = self.seconds.get(step, CALL_SECONDS)
        answers = self.transport.send_all(placed, seconds=seconds)
        elapsed = (time.perf_counter() - started) * 1000
        return [
            self._record(request, step, answer, "", elapsed)
            if isinstance(answer, Response)
            else self._record(request, step, None, answer.words, elapsed)
            for request, answer in zip(placed, answers, strict=True)
        ]

    def capture(self, landing: Landing) -> Exchange:
        """Record a redirect that was about to leave the site. It is never sent."""
        request = Request(method=landing.method, url=landing.url, params=landing.form)
        return self._record(request, "callback", None, "", 0.0)

    def _record(
        self, request: Request, step: Step, response: Response | None, error: str, elapsed: float
    ) -> Exchange:
        exchange = self.trace.add(
            Exchange(
                flow=self.flow,
                step=step,
                purpose=self.purpose,
                probe=self.probe,
                request=request,
                response=response,
                error=error,
                elapsed_ms=round(elapsed, 3),
            )
        )
        learn(self.secrets, exchange)
        self.watch(exchange)
        return exchange
