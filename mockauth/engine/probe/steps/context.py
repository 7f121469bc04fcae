"""One variant of a probe, from fresh material to what it shows: one mutation, and a control
exchange that tells what caused what.

| altered request | control | verdict |
|---|---|---|
| refused, refusal due | same code accepted | pass, proven |
| refused, refusal due | same code refused, a fresh one accepted | pass, likely |
| refused, refusal due | the fresh one refused as well | blocked |
| accepted, refusal due | – | broken |
| refused, acceptance due | fresh and unaltered accepted | broken |
| 5xx or broken off | accepted | pass, likely, for a refusal; broken for an acceptance |
| 429 | – | blocked, the server is left alone |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from mockauth.chatgpt.mcp import tool_failed
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.refusal import refused_in_body
from mockauth.engine.probe.outcome import (
    Outcome,
    api_outcome,
    introspection_outcome,
    mcp_outcome,
    revocation_outcome,
    token_outcome,
)
from mockauth.engine.probe.token_endpoints import address
from mockauth.engine.probe.variables import Material
from mockauth.engine.result.result import Confidence
from mockauth.engine.target.subject import Subject
from mockauth.scenario.model import Probe, Step
from mockauth.scenario.reference import expand
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, own, say

Observations = list[Finding | Seen]
PUBLIC = ("scheme", "other_scheme", "callback", "advertised", "unadvertised", "listed")
"""References of a variant whose value a report shows."""
ENDPOINTS = {
    "authorize": AT_CLIENT_URL,
    "token": AT_AUTHORIZATION_URL,
    "refresh": AT_AUTHORIZATION_URL,
}
TOKEN_ENDPOINTS: Mapping[str, Callable[[Exchange], Outcome]] = MappingProxyType(
    {"revoke": revocation_outcome, "introspect": introspection_outcome}
)


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """What a step showed, and how sure that is."""

    observations: Observations = field(default_factory=list)
    confidence: Confidence = "proven"
    ended: bool = False
    """What was due came before the last step: no other is taken."""
    stale: bool = False
    """The access token had died, as some servers have it at each new login: nothing was shown, and
    the whole run of the probe is worth beginning again with the new one."""


def tolerated(result: StepResult) -> StepResult:
    """A warning at most. That a run ends early is no finding."""
    shown = [
        replace(o, tolerated=True) if isinstance(o, Finding) else o for o in result.observations
    ]
    return replace(result, observations=shown)


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of the message that a step sent."""

    exchange: Exchange
    outcome: Outcome
    seen: str
    """In words for the reader."""
    is_ordinary: bool = False
    """The mutation changed nothing: the target is asked for just this anyway."""
    is_owned: bool = False
    """The operation that was called reads an object that is the first user's alone."""
    more: tuple[int, ...] = ()
    """The numbers of further exchanges that show it."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its exchanges, for a finding."""
        return (self.exchange.n, *self.more)


@dataclass(frozen=True)
class ProbeRun:
    """One variant of a probe. What its steps bring lies in `material`."""

    subject: Subject
    probe: Probe
    variant: Mapping[str, str]
    material: Material

    def outcome_of(self, exchange: Exchange) -> Outcome:
        """What a message of this run came to."""
        return outcome_of(exchange, self.subject)

    def finding(
        self,
        step: Step,
        actual: str,
        exchanges: tuple[int, ...],
        *,
        at: str = "",
        shows: str = "",
    ) -> Finding:
        """A finding of one step, its variant named."""
        named = say(", ").join(
            say("{}={}", own(name), self._filled(value)) for name, value in self.variant.items()
        )
        if step.name != step.do:
            named = say("{}, {}", own(step.name), named) if named else own(step.name)
        kind = step.at if step.do in ("endpoint", "handshake") else step.do
        made = Finding(
            expected=self.probe.rule.title,
            actual=say("{} [{}]", actual, named) if named else actual,
            at=at or ENDPOINTS.get(kind) or self._place_of(step),
            exchanges=exchanges,
            shows=shows,
        )
        return made if step.do == "revoke" else self._of_revocation(step, made)

    def _of_revocation(self, step: Step, made: Finding) -> Finding:
        """What came after a token was revoked is the doing of the revocation endpoint."""
        revoked = [e for e in self.material.done.values() if e.step == "revoke"]
        if not revoked:
            return made
        return replace(
            made,
            actual=say("{} after the revocation: {}", own(step.do), made.actual),
            at=without_query(revoked[-1].request.url),
            exchanges=(revoked[-1].n, *made.exchanges),
        )

    def _place_of(self, step: Step) -> str:
        if step.do == "revoke" or step.do == "introspect":
            return address(self.subject, step.do)
        service = self.subject.target.mcp
        if service is not None and service.server is not None and step.do == "register":
            return service.server.text("registration_endpoint")
        return without_query(self.subject.target.api_url)

    def _filled(self, value: str) -> str:
        """The value of a variant for the reader: public references looked up, others named."""

        def shown(name: str) -> str:
            public = name.partition(".")[0] in PUBLIC
            return self.material.lookup(name) if public else f"‹{name}›"

        return expand(value, shown)


def started(subject: Subject, probe: Probe, variant: Mapping[str, str]) -> ProbeRun:
    """A run of a probe that has taken no step yet."""
    return ProbeRun(subject, probe, variant, Material(subject, variant))


def outcome_of(exchange: Exchange, subject: Subject) -> Outcome:
    """What a message came to, by what kind it is. A call of the API is compared with the ordinary
    one: a refusal may have a good status."""
    if exchange.step in ("token", "refresh"):
        return token_outcome(exchange)
    if exchange.step in TOKEN_ENDPOINTS:
        return TOKEN_ENDPOINTS[exchange.step](exchange)
    outcome = api_outcome(exchange)
    if subject.target.mcp is not None and outcome == "accepted":
        return "refused" if _fails_only_so(exchange, subject) else mcp_outcome(exchange)
    if outcome == "accepted" and exchange.step == "api":
        ordinary = subject.driver.trace.last("api")
        same = ordinary is not None and _place(ordinary) == _place(exchange)
        refused = refused_in_body(exchange, ordinary.answer if ordinary and same else None)
        return "refused" if refused else outcome
    return outcome


def _fails_only_so(exchange: Exchange, subject: Subject) -> bool:
    """Whether a tool fails that works in the ordinary call: a refusal in its result."""
    ordinary = subject.driver.trace.last("api")
    works = ordinary is not None and ordinary.answer.ok and not tool_failed(ordinary.answer)
    return exchange.step in ("api", "rpc") and tool_failed(exchange.answer) and works


def _place(exchange: Exchange) -> str:
    return without_query(exchange.request.url)


def is_one_of(status: str, patterns: tuple[str, ...]) -> bool:
    """Whether a status is one of such as `401` or `4xx`."""
    return any(status == p or (p.endswith("xx") and status[0] == p[0]) for p in patterns)
