"""A whole check run: the ordinary flow, the probes, the verdicts, as a stream of events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from mockauth.checks.evidence import Evidence, Given
from mockauth.checks.registry import Check, all_checks
from mockauth.checks.rule import Rule
from mockauth.clock import Clock, SystemClock
from mockauth.engine.events import Event, Judged, Noted, RunFinished, RunStarted, StepStarted
from mockauth.engine.flow.detection import detect
from mockauth.engine.flow.ordinary import ordinary_flow, target_origin
from mockauth.engine.flow.revisions import today_of
from mockauth.engine.http.budget import Budget, Spent, Withheld
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import SocketTransport, Transport
from mockauth.engine.installation.address import target_of
from mockauth.engine.interruption import Interrupted, Interruption
from mockauth.engine.options import CheckOptions
from mockauth.engine.probe.run import run_probe
from mockauth.engine.result.exemptions import check_names, policy_at
from mockauth.engine.result.located import located
from mockauth.engine.result.profile_options import chosen_profile, needs_detection
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import binding, blocked, judge
from mockauth.engine.target.action import action_origin
from mockauth.engine.target.dns import Resolver, addresses_of, system_addresses
from mockauth.engine.target.documents import Documents
from mockauth.engine.target.reach import Reach, addresses_allowed
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.engine.target.url_map import UrlMap
from mockauth.engine.target.wait import wait_for
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import OAuth
from mockauth.profiles import MCP, Level, Profile
from mockauth.scenario.library import area_of, load_library
from mockauth.scenario.model import Probe
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.url import hostname, is_private_host
from mockauth.wire.words import Words, own, render, say

LATE = 10.0
"""Seconds beyond its budget in which a run may judge what is on record."""


def run_check(
    options: CheckOptions,
    *,
    transport: Transport | None = None,
    clock: Clock | None = None,
    resolve: Resolver | None = None,
    interruption: Interruption | None = None,
) -> Iterator[Event]:
    """Check a target; the last event is `RunFinished`, also when `interruption` or the budget ends
    the run early. Names are resolved by `resolve`, else by the system where the requests travel
    over its sockets, else not at all.

    Raises:
        UsageError: before anything is judged, for options or scenario files that cannot be used.
    """
    address = target_of(options.target)
    told = [] if address == options.target else [say("{} is asked at {}", options.target, address)]
    options = replace(options, target=address)
    clock = clock or SystemClock()
    started, began = clock.now(), time.perf_counter()
    checks = all_checks()
    probes = _probes(options, checks)
    rules = [check.rule for check in checks] + [probe.rule for probe in probes]
    profile, notes = chosen_profile(options, rules)
    policy = policy_at(started, options.waivers, options.baseline)
    check_names(options.select, options.ignore, policy, rules)
    if resolve is None and transport is None:
        resolve = system_addresses
    subject = _subject(options, profile, transport or SocketTransport(), clock, resolve)
    is_guess = needs_detection(options)
    subject.target.url_map.notes += told + ([] if is_guess else notes)
    stop = interruption or Interruption()
    yield RunStarted(options.target)
    wait_seconds = options.wait or 0.0
    limit = stop.limit(wait_seconds + options.budget + LATE) if options.budget else nullcontext()
    with closing(subject.logins), closing(subject.documents), limit:
        course = _Course(options, subject, stop, rules if is_guess else ())
        yield from course.ordinary()
        if resolve is not None:
            course.look_up(resolve)
        results: list[Result] = []
        for result in _verdicts(course, checks, probes):
            if isinstance(result, Result):
                results.append(policy.applied(result))
                yield Judged(results[-1])
            else:
                yield result
    yield RunFinished(
        Run(
            target=options.target,
            profile=subject.target.profile,
            auth=subject.target.auth.type if subject.target.auth else "unknown",
            started=started,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
            results=tuple(results),
            trace=subject.driver.trace,
            secrets=subject.driver.secrets,
            notes=tuple(dict.fromkeys(course.notes)),
            stopped=stop.words or course.stopped,
            policy=tuple(policy.findings(results)),
            signal=stop.signal,
            login=subject.target.login,
            today=today_of(subject),
            budget_seconds=options.budget,
            budget_spent=course.is_spent,
        )
    )


@dataclass
class _Course:
    """How far a run gets. `stopped` says why nothing can be judged; `is_cut`, that the ordinary
    flow was left before its end, so that what is missing from the record says nothing."""

    options: CheckOptions
    subject: Subject
    stop: Interruption
    rules: Sequence[Rule] = ()
    """Every rule, where it must still be found out what the target is."""
    stopped: str = ""
    is_cut: bool = False

    def ordinary(self) -> Iterator[Event]:
        """Wait for the target, and go through the ordinary flow."""
        try:
            yield from self._ordinary()
        except NothingJudged as reason:
            [self.stopped] = reason.lines
        except UsageError as wrong:
            secrets = self.subject.driver.secrets
            raise UsageError(*(render(line, secrets) for line in wrong.lines)) from None
        except (Spent, Interrupted):
            self.is_cut = True
        except Withheld:
            pass  # the time-outs are on record, and judged
        _publish(self.subject)
        for note in dict.fromkeys(self.subject.target.url_map.notes):
            yield Noted(note)

    def _ordinary(self) -> Iterator[Event]:
        options, subject = self.options, self.subject
        if options.wait is not None:
            with self.stop.section():
                wait_for(subject.driver.transport, subject.target.url_map.target, options.wait)
        subject.driver.budget.start()
        if self.rules:
            yield StepStarted(say("find out what the target is"))
            with self.stop.section():
                options = self._detected()
        flow = ordinary_flow(
            subject, options.target, options.operation, options.form, options.revision
        )
        for event in self.stop.within(flow):
            if isinstance(event, Noted):
                subject.target.url_map.notes.append(event.text)
            else:
                yield event

    def _detected(self) -> CheckOptions:
        """The options with the profile and the address that were found."""
        subject = self.subject
        found = detect(subject, self.options.target)
        options = replace(self.options, profile=found.profile, target=found.target)
        profile, notes = chosen_profile(options, self.rules)
        subject.target.url_map.notes += [*found.notes, *notes]
        given = _given(options, profile)
        subject.target = replace(subject.target, profile=profile, given=given)
        subject.driver.secrets.publish(found.target, *given.redirect_uris)
        return options

    def look_up(self, resolve: Resolver) -> None:
        """Ask which addresses the names of the target have."""
        if not self.is_cut:
            subject = self.subject
            evidence = subject.target.evidence(subject.driver.trace)
            addresses = self.stop.judged(lambda: addresses_of(evidence, resolve), lambda: None)
            subject.target = replace(subject.target, addresses=addresses)

    def judged(self, rule: Rule, judging: Callable[[], Result], *, reads: bool = False) -> Result:
        """The result of `judging`, or a blocked one when the run is to end."""
        return self.stop.judged(judging, lambda: self.blocked(rule), reads=reads)

    def blocked(self, rule: Rule) -> Result:
        """What becomes of a rule that the run did not get to."""
        level = binding(rule, self.subject.target.profile, self.subject.target.auth)
        return level if isinstance(level, Result) else blocked(rule, level, self.why)

    @property
    def why(self) -> str:
        """Why the run ends early."""
        return self.stop.words or self.subject.driver.budget.words

    @property
    def is_spent(self) -> bool:
        """Whether the run took all its time."""
        return self.stop.overdue or self.subject.driver.budget.left == 0

    @property
    def notes(self) -> list[str]:
        """What the reader must know of the run."""
        notes = self.subject.target.url_map.notes
        if not self.is_spent:
            return notes
        awaited = self.subject.driver.budget.waited_for
        while_waiting = say(" while {} had not answered", awaited) if awaited else Words()
        return [
            *notes,
            say(
                "the run used up its {:g} s{}; checks not finished by then are blocked; "
                "--budget gives more time (0: no limit)",
                self.options.budget,
                while_waiting,
            ),
        ]


def _probes(options: CheckOptions, checks: tuple[Check, ...]) -> tuple[Probe, ...]:
    """The probes that the run needs. Where ids and areas are selected and no other option names
    rules, the files of the others are not even read: that halves the time of a run with one check.
    """
    library = load_library(options.scenarios)
    ids = {check.rule.id for check in checks} | library.probe_files.keys()
    known = ids | {area_of(name) for name in ids}
    exempted = options.ignore or options.levels or options.waivers or options.baseline
    if options.select and known.issuperset(options.select) and not exempted:
        return library.probes_named(options.select)
    return library.probes


def _publish(subject: Subject) -> None:
    """Tell the registry of secrets which addresses everybody can read."""
    secrets, target = subject.driver.secrets, subject.target
    secrets.publish(target.url_map.target, target.base_url, target.api_url)
    if isinstance(target.auth, OAuth):
        secrets.publish(target.auth.client_url, target.auth.authorization_url)
    if target.client is not None:
        secrets.publish(target.client.auth.client_url, target.client.auth.authorization_url)


def _verdicts(
    course: _Course, checks: tuple[Check, ...], probes: tuple[Probe, ...]
) -> Iterator[Result | Event]:
    """Static checks, then the probes from harmless to destructive, then what reads the record."""
    options, subject = course.options, course.subject
    evidence = subject.target.evidence(subject.driver.trace)
    for check in checks:
        if check.rule.kind == "static" and options.wants(check.rule):
            yield course.judged(check.rule, partial(_static, course, check, evidence), reads=True)
    wanted = [probe for probe in probes if options.wants(probe.rule)]
    earlier: dict[str, Result] = {}
    sources = {name for probe in wanted for name, _ in probe.answers_of}
    asked_for = {probe.rule.id for probe in wanted}
    for probe in sorted(probes, key=_order):
        if probe.rule.id in asked_for | sources:
            yield StepStarted(_announced(probe, subject.target))
            result = course.judged(probe.rule, partial(_probe, course, probe, earlier))
            if probe.rule.id in asked_for:
                yield result
    evidence = subject.target.evidence(subject.driver.trace)
    for check in checks:
        if check.rule.kind != "static" and options.wants(check.rule):
            yield course.judged(check.rule, partial(_read, course, check, evidence), reads=True)


def _announced(probe: Probe, target: Target) -> str:
    """The probe, and how long it may wait."""
    waits = target.slow and {"slow", "short-lifetime"} & set(probe.rule.needs)
    if not waits:
        return probe.rule.id
    return say("{} (may wait for {:g} s)", own(probe.rule.id), target.patience)


def _static(course: _Course, check: Check, evidence: Evidence) -> Result:
    missing = evidence.auth is None and evidence.manifest is None
    if course.is_cut and missing:
        return course.blocked(check.rule)
    return located(judge(check, evidence), evidence)


def _read(course: _Course, check: Check, evidence: Evidence) -> Result:
    """What the record says. Where the ordinary flow was cut, what is not in it says nothing."""
    if course.is_cut:
        return course.blocked(check.rule)
    result = judge(check, evidence)
    if course.stopped and result.state in ("pass", "blocked"):
        return replace(result, state="blocked", actual=course.stopped)
    return result


def _order(probe: Probe) -> tuple[bool, bool, bool, bool, int, bool]:
    """From harmless to destructive, what waits after that, what may lock somebody out after that,
    and last what sends nothing itself. What another rule may explain comes after it."""
    areas = ("manifest", "transport", "page", "authorize", "callback", "scope", "pkce", "token")
    area = probe.rule.area
    stage = areas.index(area) if area in areas else len(areas)
    slow = bool({"slow", "short-lifetime"} & set(probe.rule.needs))
    load = "opt-in" in probe.rule.needs
    return bool(probe.answers_of), load, slow, probe.destructive, stage, bool(probe.after)


def _probe(course: _Course, probe: Probe, earlier: dict[str, Result]) -> Result:
    level = _bound(course, probe)
    if isinstance(level, Result):
        return level
    result = earlier[probe.rule.id] = run_probe(probe, course.subject, level, earlier)
    return result


def _bound(course: _Course, probe: Probe) -> Level | Result:
    """The level of a probe that can be sent, or the result of one that cannot."""
    target = course.subject.target
    level = binding(probe.rule, target.profile, target.auth)
    if isinstance(level, Result):
        return level
    if course.is_cut:
        return blocked(probe.rule, level, course.why)
    if course.stopped or target.auth is None:
        why = course.stopped or _unread(target)
        return blocked(probe.rule, level, why)
    if not target.may_probe:
        why = say("a public host is probed only with --active: you confirm that you may")
        return blocked(probe.rule, level, why, by_option="--active")
    return level


def _unread(target: Target) -> str:
    if target.profile.name == MCP.name:
        return say("no authorization server was found (see discovery.asm-found)")
    return say("there is no readable manifest (see the manifest checks)")


def _given(options: CheckOptions, profile: Profile) -> Given:
    """What the user gave, with the callbacks of the profile."""
    if options.given.redirect_uri:
        return options.given
    uris = profile.redirect_uris(options.plugin_id or profile.default_plugin_id)
    return replace(options.given, redirect_uri=uris[0], redirect_uris=uris)


def _subject(
    options: CheckOptions,
    profile: Profile,
    transport: Transport,
    clock: Clock,
    resolve: Resolver | None,
) -> Subject:
    given = _given(options, profile)
    secrets = Secrets()
    for secret, label in (
        (given.client_secret, "client secret"),
        (given.other_client_secret, "client secret"),
        (given.resource_client_secret, "client secret"),
        (given.password, "password"),
        (given.other_password, "password"),
        (given.token, "token"),
        (given.other_token, "token"),
        (given.verification_token, "verification token"),
    ):
        secrets.add(secret.reveal(), label)
    for value in (value for page in options.pages for value in page.secrets):
        secrets.add(value.reveal(), value.label)
    pairs = (
        (given.client_id, given.client_secret),
        (given.other_client_id, given.other_client_secret),
        (given.resource_client_id, given.resource_client_secret),
        # A browser answers its own dialog with the user's.
        (given.username, given.password),
        (given.other_username, given.other_password),
    )
    for name, secret in pairs:
        if name and secret:
            secrets.add_basic(name, secret.reveal(), "credentials")
    secrets.publish(
        options.target,
        given.client_id,
        given.other_client_id,
        given.resource_client_id,
        given.username,
        given.other_username,
        given.other_redirect_uri,
        *given.redirect_uris,
        given.redirect_uri,
        options.plugin_id,
    )
    if profile.has_manifest or profile.name == MCP.name:
        base = target_origin(options.target)
    else:
        base = action_origin(options.form, options.target)
    named = set(addresses_allowed(options.allow_hosts))
    reach = Reach(base, resolve or (lambda host: ()), named=named)
    driver = Driver(
        transport=transport,
        trace=Trace(),
        secrets=secrets,
        flow=1,
        reach=reach,
        budget=Budget(options.budget),
    )
    url_map = UrlMap(base, enabled=options.map == "auto", refuses=reach, named=reach.named)
    target = Target(
        profile=profile,
        given=given,
        url_map=url_map,
        follow_only=options.logins.way == "follow",
        overrides=options.pages,
        allow_hosts=options.allow_hosts,
        may_probe=options.active or is_private_host(hostname(url_map.target)),
        slow=options.slow,
        patience=options.patience,
    )
    return Subject(
        driver=driver,
        target=target,
        clock=clock,
        logins=options.logins,
        documents=Documents(authority=options.document_authority),
    )
