"""A whole run of a client under test, as a stream of events.

The client must first succeed against the honest mock; then it is started afresh for each start of
each scenario file; last, the record of all visits is read.
"""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from html import unescape
from itertools import chain

from mockauth.checks.client.reactions import REACTIONS
from mockauth.checks.client.read import CHECKS, COMMAND
from mockauth.checks.client.visit import ClientEvidence, Store, Visit
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.rule import Rule
from mockauth.clock import Clock, SystemClock
from mockauth.engine.client.mock_server import MockServer, opened
from mockauth.engine.client.onlooker import Onlooker
from mockauth.engine.client.options import ClientOptions
from mockauth.engine.client.process import CommandStarter, Starter
from mockauth.engine.client.secret_search import search
from mockauth.engine.client.session import ClientSession
from mockauth.engine.client.spoken import spoken
from mockauth.engine.events import (
    Event,
    Judged,
    Noted,
    RunFinished,
    RunStarted,
    Serving,
    StepStarted,
)
from mockauth.engine.interruption import Interrupted, Interruption
from mockauth.engine.result.exemptions import Policy, check_names, policy_at
from mockauth.engine.result.profile_options import read_levels
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import binding, blocked, conclude
from mockauth.profiles import PROFILES, Level, Profile
from mockauth.profiles.mcp import ASSUMED, Revision, with_revision
from mockauth.scenario.client_model import ClientProbe, Start
from mockauth.scenario.library import load_library
from mockauth.wire import Exchange
from mockauth.wire.message import first, pairs_of
from mockauth.wire.words import say

ORDINARY_STARTS = 2
"""A second one shows that it was no luck, and what is new in each login."""
CLIENT = "a client of a"
FOR_COMMANDS = ("MCP_CONFORMANCE_", "BROWSER")
"""Settings that say nothing to a person."""
ABOUT_STATE = ("state-", "replayed", "crossed")
NO_STATE = say("the client sends no state, which its PKCE makes up for (OAuth 2.1 section 7.12)")
FIRST_WORDS = ("own-query", "declared-encoding", "declared-method", "registered-method")
"""What is expected of requests that come before a sign-in has worked."""


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What a run judges by, once its options were found to be sound."""

    options: ClientOptions
    probes: Sequence[ClientProbe]
    profile: Profile
    policy: Policy
    started: float
    notes: tuple[str, ...]
    revision: Revision = ASSUMED


def run_client(
    options: ClientOptions,
    *,
    starter: Starter | None = None,
    clock: Clock | None = None,
    interruption: Interruption | None = None,
) -> Iterator[Event]:
    """Judge a client; the last event is `RunFinished`, also when `interruption` ends the run early.
    `starter` stands in for the command.

    Raises:
        UsageError: for options, scenario files or a command that cannot be used.
    """
    clock = clock or SystemClock()
    plan = _planned(options, clock.now())
    began, results = time.perf_counter(), []
    stop = interruption or Interruption()
    with opened(options, clock) as server:
        session = ClientSession(server=server, seconds=options.seconds, patience=options.patience)
        if starter is None and options.command:
            starter = _starter(options, server)
        target = shlex.join(options.command) or server.base
        yield RunStarted(target)
        with suppress(Interrupted):
            yield from stop.within(_ordinary_visits(plan, session, starter))
        plan = _by_revision(plan, session.visits)
        stopped, astray = _stopped(session.visits), _not_signed_in(session.visits)
        if stop.wished:
            stopped = stop.words
        notes = (*plan.notes, *_notes(session.visits))
        yield from map(Noted, notes)
        for event in chain(
            _verdicts(plan, session, starter, stopped, astray, stop),
            map(Judged, _read(plan, session, stopped, stop)),
        ):
            if isinstance(event, Judged):
                results.append(event.result)
            yield event
    yield RunFinished(
        Run(
            target=target,
            profile=plan.profile,
            auth="oauth",
            started=plan.started,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
            results=tuple(results),
            trace=session.trace,
            secrets=session.secrets,
            notes=notes,
            stopped=stop.words or stopped or astray,
            policy=tuple(plan.policy.findings(results)),
            role="plugin",
            signal=stop.signal,
        )
    )


def _starter(options: ClientOptions, server: MockServer) -> Starter:
    starter = CommandStarter(options.command, options.pass_env)
    if not options.is_mcp:
        return starter
    look = Onlooker(server).look if hasattr(os, "pread") else None
    return replace(starter, gets_address=True, look=look)


def _planned(options: ClientOptions, started: float) -> _Plan:
    probes = load_library(options.scenarios).clients
    rules = [check.rule for check in CHECKS] + [probe.rule for probe in probes]
    changes = read_levels(options.levels, rules)
    policy = policy_at(started, (), options.baseline)
    check_names(options.select, options.ignore, policy, rules)
    changed = f"levels changed by configuration: {', '.join(options.levels)}"
    return _Plan(
        options=options,
        probes=probes,
        profile=PROFILES[options.profile].with_levels(changes),
        policy=policy,
        started=started,
        notes=(changed,) if changes else (),
    )


def _by_revision(plan: _Plan, visits: Sequence[Visit]) -> _Plan:
    """The plan with the levels of the revision of MCP that was chosen, or that the client speaks."""
    if not plan.options.is_mcp:
        return plan
    chosen = plan.options.revision
    revision = spoken(visits) if chosen == "auto" else chosen
    told = f"judged as a client of MCP {revision}"
    if chosen == "auto":
        served = any(visit.served() for visit in visits)
        told += ", which it speaks" if served else ", because nobody could see what it speaks"
        told += "; --revision chooses another one"
    profile = with_revision(plan.profile, revision)
    return replace(plan, profile=profile, revision=revision, notes=(*plan.notes, told))


def _ordinary_visits(
    plan: _Plan, session: ClientSession, starter: Starter | None
) -> Iterator[Event]:
    """The sign-ins at the honest mock: by the command, or by a person who is told where it is."""
    if starter is None:
        told = session.server.settings(session.server.terms())
        yield Serving({n: told[n] for n in told if not n.startswith(FOR_COMMANDS)})
        session.watch(plan.options.watch_seconds)
        return
    for _ in range(ORDINARY_STARTS):
        yield StepStarted(say("the ordinary sign-in"))
        session.visit(starter)


def _verdicts(
    plan: _Plan,
    session: ClientSession,
    starter: Starter | None,
    stopped: str,
    astray: str,
    stop: Interruption,
) -> Iterator[Event]:
    """The scenario files, each with its starts; `astray` says why the client does not get in."""
    for probe in plan.probes:
        if not plan.options.wants(probe.rule):
            continue
        yield StepStarted(probe.rule.id)
        level = binding(probe.rule, plan.profile, None, whom=CLIENT)
        if isinstance(level, Result):
            result = level
        else:
            result = stop.judged(
                partial(_reaction, plan, probe, level, session, starter, stopped, astray),
                partial(_unjudged, probe.rule, level, stop),
            )
        yield Judged(plan.policy.applied(result))


def _unjudged(rule: Rule, level: Level, stop: Interruption) -> Result:
    return blocked(rule, level, stop.words)


def _reaction(
    plan: _Plan,
    probe: ClientProbe,
    level: Level,
    session: ClientSession,
    starter: Starter | None,
    stopped: str,
    astray: str,
) -> Result:
    """What the client makes of one scenario file."""
    if stopped or (astray and not _tells_all_the_same(probe, session.visits)):
        return blocked(probe.rule, level, stopped or astray)
    if starter is None:
        why = say("needs a client that mockauth can start: give {}", COMMAND)
        return blocked(probe.rule, level, why, by_option=COMMAND)
    said = _reactions(probe, plan.revision, session, starter)
    if astray and not _asks_for_first(probe):
        return conclude(probe.rule, level, _contrast(said, astray))
    return conclude(probe.rule, level, said)


def _tells_all_the_same(probe: ClientProbe, visits: Sequence[Visit]) -> bool:
    """Whether a client that does not get in can be judged: what it asks for may be why, or what it
    wants of a token answer."""
    answered = any(e.answer.ok for visit in visits for e in visit.tokens)
    goes_on = all(start.expected == "api" for start in probe.starts)
    return _asks_for_first(probe) or (answered and goes_on)


def _asks_for_first(probe: ClientProbe) -> bool:
    return all(start.expected in FIRST_WORDS for start in probe.starts)


def _contrast(reactions: Iterator[Finding | Seen], astray: str) -> Iterator[Finding | Seen]:
    """What a client does that takes no token answer of the honest mock: where it takes one of these,
    the difference is why."""
    said = list(reactions)
    if not any(isinstance(item, Seen) for item in said):
        raise Blocked(astray)
    yield from said


def _reactions(
    probe: ClientProbe, revision: Revision, session: ClientSession, starter: Starter
) -> Iterator[Finding | Seen]:
    """What the client does in each start. One that could not be judged blocks the rule, unless
    another start has found it broken."""
    unjudged: list[Blocked | NotApplicable] = []
    due = [s for s in probe.starts if s.since <= revision <= s.until]
    if not due:
        raise NotApplicable(say("MCP {} does not ask for it", revision))
    starts = [s for s in due if not (_is_about_state(s) and session.is_stateless)]
    if not starts:
        raise NotApplicable(NO_STATE)
    for start in starts:
        visit = session.visit(starter, start, probe.rule.id)
        try:
            yield from map(partial(_weighed, start), REACTIONS[start.expected](visit))
        except (Blocked, NotApplicable) as why:
            if not start.optional:
                unjudged.append(why)
    for reason in sorted(unjudged, key=lambda one: isinstance(one, NotApplicable)):
        raise reason


def _weighed(start: Start, item: Finding | Seen) -> Finding | Seen:
    """What was seen, softened where clients of good standing do otherwise."""
    return replace(item, tolerated=True) if isinstance(item, Finding) and start.tolerated else item


def _is_about_state(start: Start) -> bool:
    """Whether a start alters the state that the client has sent."""
    for step in start.steps:
        edited = step.change.redirect
        about = "state" in (*edited.set, *edited.remove)
        if about or step.change.special.startswith(ABOUT_STATE):
            return True
    return False


def _read(
    plan: _Plan, session: ClientSession, stopped: str, stop: Interruption
) -> Iterator[Result]:
    """What stands in the record of all visits, and in the client's store."""
    store = stop.judged(partial(_searched, plan, session), lambda: None, reads=True)
    evidence = ClientEvidence(visits=tuple(session.visits), store=store)
    for check in CHECKS:
        if not plan.options.wants(check.rule):
            continue
        level = binding(check.rule, plan.profile, None, whom=CLIENT)
        if isinstance(level, Result):
            result = level
        else:
            result = stop.judged(
                partial(conclude, check.rule, level, check.judge(evidence)),
                partial(_unjudged, check.rule, level, stop),
                reads=True,
            )
            if stopped and result.state != "error":
                result = replace(result, state="blocked", actual=stopped)
        yield plan.policy.applied(result)


def _searched(plan: _Plan, session: ClientSession) -> Store | None:
    if plan.options.store is None:
        return None
    secrets = {plan.options.client_secret: "client secret"}
    for visit in session.visits:
        secrets |= dict.fromkeys(visit.client_secrets, "client secret") | visit.issued_in_words()
    return search(plan.options.store, secrets, plan.started)


def _stopped(visits: Sequence[Visit]) -> str:
    """Why nothing can be judged: the client never came. "" when it did."""
    if any(visit.exchanges for visit in visits):
        return ""
    words = next((visit.words for visit in visits if visit.endings), "")
    failed = any(ending.status for visit in visits for ending in visit.endings)
    hint = say(" (does it need a variable of your environment? see --pass-env)") if failed else ""
    return (
        say("the client never came to the mock; {}{}", words, hint)
        if words
        else say("no client came")
    )


def _not_signed_in(visits: Sequence[Visit]) -> str:
    """What kept the client from signing in to the honest mock, or ""."""
    return next((why for visit in visits if (why := _obstacle(visit))), "")


def _obstacle(visit: Visit) -> str:
    if visit.served():
        return ""
    if not visit.authorizes:
        what = say("it did not come to the authorize endpoint ({client_url})")
    elif not visit.callbacks:
        refused = visit.authorizes[-1]
        what = say(
            "its authorization request was refused: {}{}", refused.outcome, _told_by(refused)
        )
    elif not visit.tokens:
        what = say("it did not exchange the code") + _spelled_otherwise(visit)
    elif not any(e.answer.ok for e in visit.tokens):
        error = visit.tokens[-1].answer.members.get("error", "")
        what = say("its token request was refused: {} {}", visit.tokens[-1].answer.status, error)
        what += _other_type(visit)
    elif not visit.calls:
        what = say("it did not call the API with the token")
    else:
        what = say("its call of the API was refused: {}", visit.calls[-1].outcome)
    end = say("; {}", visit.words) if visit.endings else ""
    return say("the client could not sign in even without faults: {}{}", what, end)


def _spelled_otherwise(visit: Visit) -> str:
    """A hint where the state stands in the callback otherwise than the client has made it."""
    query = visit.callbacks[-1].request.target.partition("?")[2]
    state = first(pairs_of(query), "state") or ""
    if not state or f"state={state}" in query.split("&"):
        return ""
    return say(
        " (its state is percent-encoded in the callback, as it must be: does the client decode the "
        "parameters?)"
    )


def _told_by(exchange: Exchange) -> str:
    """What the page of the mock says of the reason."""
    page = exchange.answer.body.decode("utf-8", "replace")
    reasons = [unescape(reason) for reason in re.findall("<li>(.*?)</li>", page)]
    return say(" ({})", "; ".join(reasons)) if reasons else ""


def _other_type(visit: Visit) -> str:
    """A hint where the client writes another encoding than the mock was told to declare."""
    sent = (visit.tokens[-1].request.header("Content-Type") or "").partition(";")[0].strip()
    declared = visit.terms.content_type
    if sent.lower() == declared:
        return ""
    return say(
        "; it sends {}, declared is {} (--content-type)", sent or say("no Content-Type"), declared
    )


def _notes(visits: Sequence[Visit]) -> list[str]:
    """What makes the verdicts weaker: a command whose end says nothing."""
    if not visits or _not_signed_in(visits) or all(not visit.endings for visit in visits):
        return []
    if any(visit.timed_out for visit in visits):
        return [
            "the command does not end by itself after the sign-in; each start takes all its time "
            "(--timeout)"
        ]
    if not all(visit.says_success for visit in visits):
        return [
            "the command does not end with status 0 although the sign-in works: whether it says "
            "that one has failed cannot be told"
        ]
    return []
