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

from collections.abc import Mapping
from dataclasses import dataclass, field

from mockauth.checks.finding import Finding, Seen
from mockauth.engine.probe.json_diff import Path
from mockauth.engine.probe.outcome import (
    Outcome,
    api_outcome,
    token_outcome,
)
from mockauth.engine.probe.variables import Material
from mockauth.engine.result.result import Confidence
from mockauth.engine.target.target import Subject
from mockauth.scenario.model import Probe, Step
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, own, say

Said = list[Finding | Seen]
ENDPOINTS = {
    "authorize": AT_CLIENT_URL,
    "token": AT_AUTHORIZATION_URL,
    "refresh": AT_AUTHORIZATION_URL,
}


@dataclass
class Trial:
    """One variant of a probe. `run` gives what was found and seen."""

    subject: Subject
    probe: Probe
    variant: Mapping[str, str]
    confidence: Confidence = "proven"
    code: str = ""
    redirect_uri: str = ""
    """The one that an authorize step of this trial sent; "" where there was none."""
    asked_scope: str = ""
    is_ordinary: bool = False
    """The mutation changed nothing: the target is asked for just this anyway."""
    ended: Seen | None = None
    """What was due came before the last step."""
    as_ordinary: bool = False
    """The altered call got the very refusal that the ordinary one gets, for another reason."""
    is_owned: bool = False
    """The operation that was called reads an object that is the first user's alone."""
    volatile: frozenset[Path] = frozenset()
    """What differs between two answers to one request."""
    step: Step | None = None
    """The step that is being taken."""
    material: Material = field(init=False)

    def __post_init__(self) -> None:
        self.material = Material(self.subject, self.variant)
        self.asked_scope = self.subject.client.auth.scope if self.subject.client else ""

    def finding(self, actual: str, exchanges: tuple[int, ...], *, at: str = "") -> Finding:
        """A finding of this trial, its variant named."""
        named = own(", ".join(f"{name}={value}" for name, value in self.variant.items()))
        step = self.step or self.probe.steps[-1]
        if step.name != step.do:
            named = say("{}, {}", own(step.name), named) if named else own(step.name)
        kind = step.at if step.do in ("endpoint", "handshake") else step.do
        return Finding(
            expected=self.probe.rule.title,
            actual=say("{} [{}]", actual, named) if named else actual,
            at=at or ENDPOINTS.get(kind) or without_query(self.subject.api_url),
            exchanges=exchanges,
        )


def outcome_of(exchange: Exchange) -> Outcome:
    """What a message came to, by what kind it is."""
    read = token_outcome if exchange.step in ("token", "refresh") else api_outcome
    return read(exchange)


def is_one_of(status: str, patterns: tuple[str, ...]) -> bool:
    """Whether a status is one of such as `401` or `4xx`."""
    return any(status == p or (p.endswith("xx") and status[0] == p[0]) for p in patterns)
