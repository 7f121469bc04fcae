"""One visit: the mock is made ready, the client starts and ends, and the record is kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from mockauth.checks.client.visit import Ending, Terms, Visit, plain_lines
from mockauth.engine.client.interceptor import Interceptor
from mockauth.engine.client.mock_server import MockServer
from mockauth.engine.client.process import CommandStarter, Starter
from mockauth.engine.client.secret_search import kinds_in
from mockauth.engine.http.secrets_seen import learn
from mockauth.engine.interruption import Interrupted
from mockauth.scenario.client_model import Start
from mockauth.wire import Exchange, Trace
from mockauth.wire.message import first
from mockauth.wire.secret import Secrets


@dataclass(kw_only=True)
class ClientSession:
    """The visits of a run so far, with the trace and the secrets that they fill."""

    server: MockServer
    seconds: float
    patience: float
    """Seconds of a start in which an answer is held back."""
    trace: Trace = field(default_factory=Trace)
    secrets: Secrets = field(default_factory=Secrets)
    visits: list[Visit] = field(default_factory=list)
    _usual: set[str] = field(default_factory=set)
    """What the client prints when it is served as it should be."""

    def visit(self, starter: Starter, start: Start | None = None, probe: str = "") -> Visit:
        """Start the client once, into the ordinary mock or into what `start` says.

        Raises:
            UsageError: the client cannot be started.
        """
        interceptor = self.server.receive(start)
        settings = dict(self.server.settings(interceptor.terms, probe))
        settings["MOCKAUTH_SCENARIO"] = probe + (f" {start.name}" if start and start.name else "")
        self._know(interceptor.terms)
        held = start is not None and any(step.change.special == "held" for step in start.steps)
        seconds = max(self.seconds, self.patience) if held else self.seconds
        try:
            endings = self._run(starter, settings, seconds, start.at_once if start else 1)
        finally:
            interceptor.over.set()
        return self._keep(interceptor, endings, start, probe)

    @property
    def is_stateless(self) -> bool:
        """Whether no login at the honest mock had a state, as PKCE allows in MCP."""
        logins = [e for v in self.visits if v.honest and v.terms.is_mcp for e in v.authorizes]
        return bool(logins) and not any(first(e.request.all_query, "state") for e in logins)

    def watch(self, seconds: float | None) -> Visit:
        """Let a person drive the client, for `seconds` or until Ctrl-C (or SIGTERM)."""
        # Not a new one: the client may have come as soon as the settings were printed.
        interceptor = self.server.interceptor or self.server.receive()
        self._know(interceptor.terms)
        with suppress(KeyboardInterrupt), _stoppable():
            threading.Event().wait(seconds)
        return self._keep(interceptor, (), None, "")

    def _know(self, terms: Terms) -> None:
        """Keep the secret of these terms out of what is written, and nothing that is none."""
        self.secrets.publish(terms.client_id, terms.redirect_uri, self.server.base)
        self.secrets.add(terms.client_secret, "client secret")
        if terms.client_secret:
            self.secrets.add_basic(terms.client_id, terms.client_secret, "credentials")

    def _run(
        self, starter: Starter, settings: Mapping[str, str], seconds: float, at_once: int
    ) -> tuple[Ending, ...]:
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            jobs = [pool.submit(starter, settings, seconds) for _ in range(at_once)]
            try:
                return tuple(job.result() for job in jobs)
            except (Interrupted, KeyboardInterrupt):
                if isinstance(starter, CommandStarter):
                    starter.stop()
                raise

    def _keep(
        self, interceptor: Interceptor, endings: tuple[Ending, ...], start: Start | None, probe: str
    ) -> Visit:
        flow = len(self.visits) + 1
        honest = start is None
        kept: list[Exchange] = []
        arrived: dict[int, float] = {}
        for moment, exchange in sorted(interceptor.record(), key=lambda pair: pair[0]):
            exchange = replace(
                exchange,
                flow=flow,
                purpose="ordinary" if honest else "altered",
                probe=probe,
            )
            # First: an interrupted run must not have an exchange whose secrets are unknown.
            learn(self.secrets, exchange)
            kept.append(self.trace.add(exchange))
            arrived[kept[-1].n] = moment
        visit = Visit(
            name=start.name if start else "",
            honest=honest,
            terms=interceptor.terms,
            exchanges=tuple(kept),
            arrived=MappingProxyType(arrived),
            endings=endings,
            usual_logins=max([1, *(len(v.logins) for v in self.visits if v.honest)]),
            known_before=self._registered(),
            usual_calls=max([1, *(v.most_equal_calls for v in self.visits if v.honest)]),
        )
        visit = replace(visit, endings=self._read(visit))
        self.visits.append(visit)
        return visit

    def _registered(self) -> frozenset[str]:
        """The client ids that were given so far."""
        answers = [e.answer for visit in self.visits for e in visit.registrations]
        return frozenset(str(a.members["client_id"]) for a in answers if "client_id" in a.members)

    def _read(self, visit: Visit) -> tuple[Ending, ...]:
        """The endings of a visit, without the secrets that were printed."""
        # A token in an error is none: a client may show what the error says.
        granted = replace(visit, exchanges=tuple(e for e in visit.exchanges if e.answer.ok))
        secrets = dict.fromkeys(visit.client_secrets, "client secret") | granted.issued_in_words()
        # Before anything is cut from it: half a token would not be known for a secret.
        endings = tuple(
            replace(e, printed=kinds_in(e.output, secrets), output=self.secrets.scrub(e.output))
            for e in visit.endings
        )
        if not visit.honest:
            return tuple(replace(e, usual=frozenset(self._usual)) for e in endings)
        self._usual |= {line for e in endings for line in plain_lines(e.output)}
        return endings


@contextmanager
def _stoppable() -> Iterator[None]:
    """Within the block SIGINT and SIGTERM raise KeyboardInterrupt, in the main thread.

    A shell starts a background job with SIGINT ignored, and a script ends one with SIGTERM: both
    must lead to a report.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
