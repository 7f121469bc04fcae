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
from mockauth.engine.result.exemptions import Policy, check_ids, policy_at
from mockauth.engine.result.profile_options import chosen_profile
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.verdict import binding, blocked, judge
from mockauth.engine.selection import check_words
from mockauth.engine.target.action import action_origin
from mockauth.engine.target.dns import Resolver, addresses_of, system_addresses
from mockauth.engine.target.target import Subject
from mockauth.engine.target.url_map import UrlMap
from mockauth.engine.target.wait import wait_for
from mockauth.errors import NothingJudged, UsageError
from mockauth.manifest.auth import OAuth
from mockauth.profiles import Profile
from mockauth.scenario.library import load_library
from mockauth.scenario.model import Probe
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.url import hostname, is_private_host
from mockauth.wire.words import render, say


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
    _check_policy(options, policy, checks, probes)
    subject = _subject(options, profile, transport or SocketTransport(), clock)
    subject.url_map.notes += notes
    yield RunStarted(options.target)
    stopped = ""
    try:
        if options.wait is not None:
            wait_for(subject.driver.transport, subject.url_map.target, options.wait)
        for event in ordinary_flow(subject, options.target, options.operation, options.form):
            if isinstance(event, Noted):
                subject.url_map.notes.append(event.text)
            else:
                yield event
    except NothingJudged as reason:
        [stopped] = reason.lines
    except UsageError as wrong:
        secrets = subject.driver.secrets
        raise UsageError(*(render(line, secrets) for line in wrong.lines)) from None
    _publish(subject)
    for note in dict.fromkeys(subject.url_map.notes):
        yield Noted(note)
    if resolve is not None or transport is None:
        subject.addresses = addresses_of(subject.evidence, resolve or system_addresses)
    results: list[Result] = []
    for result in _verdicts(options, subject, checks, probes, stopped):
        if isinstance(result, Result):
            results.append(policy.applied(result))
            yield Judged(results[-1])
        else:
            yield result
    yield RunFinished(
        Run(
            target=options.target,
            profile=subject.profile,
            auth=subject.auth.type if subject.auth else "unknown",
            started=started,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
            results=tuple(results),
            trace=subject.driver.trace,
            secrets=subject.driver.secrets,
            notes=tuple(dict.fromkeys(subject.url_map.notes)),
            stopped=stopped,
            policy=tuple(policy.findings(results)),
        )
    )


def _publish(subject: Subject) -> None:
    """Tell the registry of secrets which addresses everybody can read."""
    secrets, auth = subject.driver.secrets, subject.auth
    secrets.publish(subject.url_map.target, subject.base_url, subject.api_url)
    if isinstance(auth, OAuth):
        secrets.publish(auth.client_url, auth.authorization_url)
    if subject.client is not None:
        secrets.publish(subject.client.auth.client_url, subject.client.auth.authorization_url)


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
            yield judge(check, subject.evidence)
    wanted = [probe for probe in probes if options.wants(probe.rule)]
    sources = {name for probe in wanted for name, _ in probe.answers_of}
    for probe in sorted(probes, key=_order):
        if probe in wanted or probe.rule.id in sources:
            yield StepStarted(probe.rule.id)
            result = _probe(probe, subject, options, stopped)
            if probe in wanted:
                yield result
    evidence = subject.evidence
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


def _probe(probe: Probe, subject: Subject, options: CheckOptions, stopped: str) -> Result:
    level = binding(probe.rule, subject.profile, subject.auth)
    if isinstance(level, Result):
        return level
    if stopped or subject.auth is None:
        why = stopped or say("there is no readable manifest to go by (see the manifest checks)")
        return blocked(probe.rule, level, why)
    if not options.active and not is_private_host(hostname(subject.url_map.target)):
        why = say("a public host is probed only with --active: you confirm that you may")
        return blocked(probe.rule, level, why, by_option="--active")
    return run_probe(probe, subject, level)


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
    secrets.publish(
        options.target, given.client_id, given.other_client_id, given.username, given.other_username,
        given.other_redirect_uri, *given.redirect_uris, given.redirect_uri, options.plugin_id,
    )  # fmt: skip
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
    return Subject(
        driver=driver,
        profile=profile,
        given=given,
        url_map=url_map,
        follow_only=options.login == "follow",
        slow=options.slow,
        clock=clock,
    )


def _check_policy(
    options: CheckOptions, policy: Policy, checks: tuple[Check, ...], probes: tuple[Probe, ...]
) -> None:
    rules = [check.rule for check in checks] + [probe.rule for probe in probes]
    check_words("--select", options.select, rules)
    check_words("--ignore", options.ignore, rules)
    check_ids(policy, {rule.id for rule in rules})
