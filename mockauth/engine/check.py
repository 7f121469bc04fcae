"""A whole check run: the ordinary flow, the probes, the verdicts, as a stream of events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from mockauth.checks.registry import Check, all_checks
from mockauth.clock import Clock, SystemClock
from mockauth.engine.events import Event, Judged, Noted, RunFinished, RunStarted, StepStarted
from mockauth.engine.flow.ordinary import ordinary_flow, target_origin
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import SocketTransport, Transport
from mockauth.engine.options import CheckOptions
from mockauth.engine.probe.run import run_probe
from mockauth.engine.result.action_words import worded
from mockauth.engine.result.exemptions import check_names, policy_at
from mockauth.engine.result.profile_options import chosen_profile
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import binding, blocked, judge
from mockauth.engine.target.action import action_origin
from mockauth.engine.target.dns import Resolver, addresses_of, system_addresses
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.engine.target.url_map import UrlMap
from mockauth.engine.target.wait import wait_for
from mockauth.errors import NothingJudged, UsageError
from mockauth.profiles import Level, Profile
from mockauth.scenario.library import load_library
from mockauth.scenario.model import Probe
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.url import hostname, is_private_host


def run_check(
    options: CheckOptions,
    *,
    transport: Transport | None = None,
    clock: Clock | None = None,
    resolve: Resolver | None = None,
) -> Iterator[Event]:
    """Check a target; the last event is `RunFinished`. Names are resolved by `resolve`, else by
    the system where the requests travel over its sockets, else not at all.

    Raises:
        UsageError: before anything is judged, for options or scenario files that cannot be used.
    """
    clock = clock or SystemClock()
    started, began = clock.now(), time.perf_counter()
    probes = load_library(options.scenarios).probes
    checks = all_checks()
    rules = [check.rule for check in checks] + [probe.rule for probe in probes]
    profile, notes = chosen_profile(options, rules)
    policy = policy_at(started, options.waivers, options.baseline)
    check_names(options.select, options.ignore, policy, rules)
    subject = _subject(options, profile, transport or SocketTransport(), clock)
    subject.target.url_map.notes += notes
    yield RunStarted(options.target)
    stopped = ""
    try:
        if options.wait is not None:
            wait_for(subject.driver.transport, subject.target.url_map.target, options.wait)
        for event in ordinary_flow(subject, options.target, options.operation, options.form):
            if isinstance(event, Noted):
                subject.target.url_map.notes.append(event.text)
            else:
                yield event
    except NothingJudged as reason:
        stopped = str(reason)
    for note in dict.fromkeys(subject.target.url_map.notes):
        yield Noted(note)
    if resolve is not None or transport is None:
        evidence = subject.target.evidence(subject.driver.trace)
        addresses = addresses_of(evidence, resolve or system_addresses)
        subject.target = replace(subject.target, addresses=addresses)
    results: list[Result] = []
    for result in _verdicts(options, subject, checks, probes, stopped):
        if isinstance(result, Result):
            results.append(policy.applied(worded(result, subject.target.profile)))
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
            notes=tuple(dict.fromkeys(subject.target.url_map.notes)),
            stopped=stopped,
            policy=tuple(policy.findings(results)),
        )
    )


def _verdicts(
    options: CheckOptions,
    subject: Subject,
    checks: tuple[Check, ...],
    probes: tuple[Probe, ...],
    stopped: str,
) -> Iterator[Result | Event]:
    """Static checks, then the probes from harmless to destructive, then what reads the record."""
    for check in checks:
        if check.rule.kind == "static" and options.wants(check.rule):
            yield judge(check, subject.target.evidence(subject.driver.trace))
    wanted = [probe for probe in probes if options.wants(probe.rule)]
    earlier: dict[str, Result] = {}
    sources = {name for probe in wanted for name, _ in probe.answers_of}
    for probe in sorted(probes, key=_order):
        if probe in wanted or probe.rule.id in sources:
            yield StepStarted(probe.rule.id)
            level = _bound(probe, subject.target, options, stopped)
            if isinstance(level, Result):
                result = level
            else:
                result = earlier[probe.rule.id] = run_probe(probe, subject, level, earlier)
            if probe in wanted:
                yield result
    evidence = subject.target.evidence(subject.driver.trace)
    for check in checks:
        if check.rule.kind != "static" and options.wants(check.rule):
            result = judge(check, evidence)
            if stopped and result.state not in ("n/a", "fail", "warn", "error"):
                result = replace(result, state="blocked", actual=stopped)
            yield result


def _order(probe: Probe) -> tuple[bool, bool, bool, bool, int]:
    """From harmless to destructive, what waits after that, what may lock somebody out after that,
    and last what sends nothing itself."""
    areas = ("manifest", "transport", "page", "authorize", "callback", "scope", "pkce", "token")
    area = probe.rule.area
    stage = areas.index(area) if area in areas else len(areas)
    slow = bool({"slow", "short-lifetime"} & set(probe.rule.needs))
    load = "opt-in" in probe.rule.needs
    return bool(probe.answers_of), load, slow, probe.destructive, stage


def _bound(probe: Probe, target: Target, options: CheckOptions, stopped: str) -> Level | Result:
    """The level of a probe that can be sent, or the result of one that cannot."""
    level = binding(probe.rule, target.profile, target.auth)
    if isinstance(level, Result):
        return level
    if stopped or target.auth is None:
        why = stopped or "there is no readable manifest to go by (see the manifest checks)"
        return blocked(probe.rule, level, why)
    if not options.active and not is_private_host(hostname(target.url_map.target)):
        why = "a public host is probed only with --active: you confirm that you may"
        return blocked(probe.rule, level, why, by_option="--active")
    return level


def _subject(
    options: CheckOptions, profile: Profile, transport: Transport, clock: Clock
) -> Subject:
    given = options.given
    if not given.redirect_uri:
        uris = profile.redirect_uris(options.plugin_id or profile.default_plugin_id)
        given = replace(given, redirect_uri=uris[0], redirect_uris=uris)
    secrets = Secrets()
    for secret, label in (
        (given.client_secret, "client secret"),
        (given.other_client_secret, "client secret"),
        (given.password, "password"),
        (given.other_password, "password"),
        (given.token, "token"),
        (given.other_token, "token"),
        (given.verification_token, "verification token"),
    ):
        secrets.add(secret.reveal(), label)
    pairs = (
        (given.client_id, given.client_secret),
        (given.other_client_id, given.other_client_secret),
    )
    for name, secret in pairs:
        if name and secret:
            secrets.add_basic(name, secret.reveal(), "credentials")
    driver = Driver(transport=transport, trace=Trace(), secrets=secrets, flow=1)
    if profile.has_manifest:
        base = target_origin(options.target)
    else:
        base = action_origin(options.form, options.target)
    url_map = UrlMap(base, enabled=options.map == "auto")
    if options.login not in ("auto", "follow", "form"):
        raise UsageError(
            f"--login {options.login} is not in this release; use auto, follow or form"
        )
    target = Target(
        profile=profile,
        given=given,
        url_map=url_map,
        follow_only=options.login == "follow",
        slow=options.slow,
    )
    return Subject(driver=driver, target=target, clock=clock)
