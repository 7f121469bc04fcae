"""The causes of what a run found: which findings explain others, and what could not be judged
because of them. Nothing here changes a verdict or the gate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from mockauth.checks.relation import Relation, Stage
from mockauth.checks.relations import OBSERVERS, RELATIONS, STAGES
from mockauth.engine.result.rank import LEVELS, RANKS, SIGN_IN, Rank, rank_of
from mockauth.engine.result.result import Result, Run, State
from mockauth.profiles import Level
from mockauth.wire import Exchange, Trace
from mockauth.wire.url import without_query

BROKEN: tuple[State, ...] = ("error", "fail", "warn")
"""States that have a cause; an observation has none."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One thing to change: the result that tells it, and what it brings about.

    `consequences` are broken because of it, `unjudged` are blocked because of it. `rank` says what it
    does to whom. A `lead` that is itself blocked stopped the rest without being judged.
    """

    lead: Result
    consequences: tuple[Result, ...] = ()
    unjudged: tuple[Result, ...] = ()
    relation: Relation | None = None

    @property
    def members(self) -> tuple[Result, ...]:
        """Every broken result of it, the lead first."""
        return (self.lead, *self.consequences)

    @property
    def state(self) -> State:
        """The worst state of its members; waived where all that is broken is waived."""
        states = {result.state for result in self.members}
        order: tuple[State, ...] = (*BROKEN, "waived", "blocked")
        return next((state for state in order if state in states), self.lead.state)

    @property
    def level(self) -> Level | None:
        """The gravest level among the members that are in its state."""
        told = [result for result in self.members if result.state == self.state]
        return min((result.level for result in told), key=LEVELS.index)

    @property
    def rank(self) -> Rank:
        """What it does to whom."""
        stops = any(result.rule.id in SIGN_IN for result in self.members)
        return "stops" if stops else rank_of(self.lead)

    @property
    def title(self) -> str:
        """The behaviour in one sentence; "" where only the lead's own rule and finding tell it."""
        return self.relation.title if self.relation else ""

    @property
    def fix(self) -> str:
        """What to change."""
        own = self.relation.fix if self.relation else ""
        return own or self.lead.fix or self.lead.rule.fix


def causes_of(run: Run) -> tuple[Cause, ...]:
    """The causes of a run, the gravest first: what fails before what only warns, and of those what
    stops the sign-in, what lets strangers in, what breaks later, what users see, practice."""
    known = _Known(run.results, run.trace)
    causes = [known.cause(result) for result in run.results if known.leads(result)]
    return tuple(sorted(causes, key=_place))


def caused_by(causes: Iterable[Cause]) -> Mapping[str, tuple[str, ...]]:
    """For the id of every result that another one explains: the ids of those."""
    found: dict[str, tuple[str, ...]] = {}
    for cause in causes:
        for result in (*cause.consequences, *cause.unjudged):
            found[result.rule.id] = (*found.get(result.rule.id, ()), cause.lead.rule.id)
    return found


def _place(cause: Cause) -> tuple[int, int, int]:
    severity = {"error": 0, "fail": 0, "blocked": 1, "warn": 2}.get(cause.state, 3)
    return severity, RANKS.index(cause.rank), LEVELS.index(cause.level)


class _Known:
    """What explains what, among the results of a run."""

    def __init__(self, results: Iterable[Result], trace: Trace) -> None:
        self.results = {result.rule.id: result for result in results}
        self.broken = {name: r for name, r in self.results.items() if r.raw_state in BROKEN}
        self.trace = trace
        self.parents: dict[str, tuple[str, ...]] = {}
        self.relations: dict[str, Relation] = {}
        for relation in RELATIONS:
            self._relate(relation)
        for name in OBSERVERS:
            self._observe(name)
        for result in self.results.values():
            self._stop(result)

    def leads(self, result: Result) -> bool:
        """Whether it is a cause of its own."""
        name = result.rule.id
        if name in self.parents:
            return False
        if result.state == "blocked":
            return any(name in roots for roots in self.parents.values())
        return name in self.broken

    def cause(self, lead: Result) -> Cause:
        """The cause that a result leads, with all that follows from it."""
        name = lead.rule.id
        effects = [r for key, r in self.results.items() if name in self._roots(key)]
        return Cause(
            lead=lead,
            consequences=tuple(r for r in effects if r.state != "blocked"),
            unjudged=tuple(r for r in effects if r.state == "blocked"),
            relation=self.relations.get(name),
        )

    def _roots(self, name: str) -> set[str]:
        """The causes at the end of the way up."""
        above = self.parents.get(name, ())
        return {root for one in above for root in (self._roots(one) or {one})}

    def _relate(self, relation: Relation) -> None:
        lead = self.broken.get(relation.lead)
        if lead is None or not self._holds(relation, lead):
            return
        found = [name for name in self.broken if self._explains(relation, lead, name)]
        if len(found) < relation.at_least:
            return
        self.parents |= dict.fromkeys(found, (relation.lead,))
        if relation.title or found:
            self.relations.setdefault(relation.lead, relation)

    def _holds(self, relation: Relation, lead: Result) -> bool:
        """Whether the behaviour is there: the lead and what must be broken beside it."""
        beside = [self.broken.get(name) for name in relation.also_broken]
        passed = [self.results[n].state for n in relation.unless_passed if n in self.results]
        places = {finding.at for finding in lead.findings}
        if None in beside or "pass" in passed or len(places) < relation.places:
            return False
        shown = [lead, *(result for result in beside if result is not None)]
        return relation.proof != "taken" or all(map(self._is_taken, shown))

    def _explains(self, relation: Relation, lead: Result, name: str) -> bool:
        effect = self.broken[name]
        if name in self.parents or name == relation.lead or name in self._above(relation.lead):
            return False
        if not any(fnmatchcase(name, pattern) for pattern in relation.explains):
            return False
        if relation.proof == "taken":
            return self._is_taken(effect)
        if relation.proof == "implied":
            return True
        if relation.proof == "code":
            return self._have_one_code(effect, lead)
        return self._are_alike(effect, lead) and self._has_code(effect, relation.code.get(name))

    def _above(self, name: str) -> Iterator[str]:
        for one in self.parents.get(name, ()):
            yield one
            yield from self._above(one)

    def _shown(self, result: Result) -> list[Exchange]:
        return [self.trace.get(n) for n in result.exchanges]

    def _is_taken(self, result: Result) -> bool:
        """Whether everything that shows it is an acceptance."""
        shown = self._shown(result)
        return bool(shown) and all(map(_is_acceptance, shown))

    def _are_alike(self, effect: Result, lead: Result) -> bool:
        shown, known = self._shown(effect), {_likeness(e) for e in self._shown(lead)}
        return bool(shown) and all(_likeness(e) in known for e in shown)

    def _has_code(self, effect: Result, code: str | None) -> bool:
        """Whether the answers name the error that the rule asks for; then only their form is wrong."""
        return code is None or all(_error(e) in (code, None) for e in self._shown(effect))

    def _have_one_code(self, *results: Result) -> bool:
        """Whether all answers name the same error."""
        codes = {_error(e) for result in results for e in self._shown(result)}
        return len(codes) == 1 and None not in codes

    def _observe(self, name: str) -> None:
        """A rule about every answer: explained where other findings tell each of its answers."""
        seen = self.broken.get(name)
        is_lead = any(name in above for above in self.parents.values())
        if seen is None or name in self.parents or is_lead or not seen.exchanges:
            return
        if any(map(self._is_else_right, self._shown(seen))):
            return
        left = {_likeness(e) for e in self._shown(seen)}
        telling: list[str] = []
        for other, result in self.broken.items():
            shown = {_likeness(e) for e in self._shown(result)}
            if other not in (name, OBSERVERS[0]) and left & shown:
                telling.append(other)
                left -= shown
        if not left:
            self.parents[name] = tuple(telling)

    def _is_else_right(self, exchange: Exchange) -> bool:
        """Whether it was sent for a rule that holds: no other finding tells what is wrong with it."""
        asked = self.results.get(exchange.probe)
        return asked is not None and asked.state == "pass"

    def _stop(self, result: Result) -> None:
        """A blocked rule: explained by the first step of the sign-in that did not work."""
        if result.state != "blocked" or result.blocked_by:
            return
        for stage in STAGES:
            lead = next((name for name in stage.leads if self._is_stopped(name)), None)
            if lead and self._covers(stage.areas, result) and not self._went_on(stage):
                if lead != result.rule.id:
                    self.parents[result.rule.id] = (lead,)
                return

    def _is_stopped(self, name: str) -> bool:
        result = self.results.get(name)
        return name in self.broken or (
            result is not None and result.state == "blocked" and not result.blocked_by
        )

    def _covers(self, areas: tuple[str, ...], result: Result) -> bool:
        return result.rule.area in areas or areas == ("*",)

    def _went_on(self, stage: Stage) -> bool:
        """Whether a later step worked nevertheless."""
        return any(n in self.results and self.results[n].state == "pass" for n in stage.not_where)


def _likeness(exchange: Exchange) -> tuple[str, int]:
    """Where an answer came from, and its status."""
    return without_query(exchange.request.target), exchange.answer.status


def _is_acceptance(exchange: Exchange) -> bool:
    """Whether the server did what was asked; on the way to a callback that is a redirect."""
    status, browsing = exchange.answer.status, exchange.step in ("authorize", "page")
    return 200 <= status < (400 if browsing else 300)


def _error(exchange: Exchange) -> object:
    """The `error` of an answer in JSON; None where there is none."""
    try:
        answer = json.loads(exchange.answer.body)
    except ValueError:
        return None
    return answer.get("error") if isinstance(answer, dict) else None
