"""A whole check run: the ordinary flow, the probes, the verdicts, as a stream of events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from mockauth.checks.registry import Check, all_checks
from mockauth.clock import Clock, SystemClock
from mockauth.engine.driver import Driver
from mockauth.engine.events import Event, Judged, Noted, RunFinished, RunStarted, StepStarted
from mockauth.engine.flow import ordinary_flow, target_origin
from mockauth.engine.mapping import UrlMap
from mockauth.engine.options import CheckOptions
from mockauth.engine.probe import run_probe
from mockauth.engine.run import Result, Run
from mockauth.engine.subject import Subject
from mockauth.engine.transport import SocketTransport, Transport
from mockauth.engine.verdict import binding, blocked, judge
from mockauth.engine.wait import wait_for
from mockauth.errors import NothingJudged, UsageError
from mockauth.profiles import PLUGIN, Profile
from mockauth.scenario.library import load_library
from mockauth.scenario.model import Probe
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.url import hostname, is_private_host


def run_check(
    options: CheckOptions, *, transport: Transport | None = None, clock: Clock | None = None
) -> Iterator[Event]:
    """Check a target; the last event is `RunFinished`.

    Raises:
        UsageError: before anything is judged, for options or scenario files that cannot be used.
    """
    clock = clock or SystemClock()
    started, began = clock.now(), time.perf_counter()
    profile = _profile(options)
    probes = load_library(options.scenarios).probes
    checks = all_checks()
    _known_ids(options, checks, probes)
    subject = _subject(options, profile, transport or SocketTransport())
    yield RunStarted(options.target)
    stopped = ""
    try:
        if options.wait is not None:
            wait_for(subject.driver.transport, subject.url_map.target, options.wait)
        for event in ordinary_flow(subject, options.target, options.operation):
            if isinstance(event, Noted):
                subject.url_map.notes.append(event.text)
            else:
                yield event
    except NothingJudged as reason:
        stopped = str(reason)
    for note in dict.fromkeys(subject.url_map.notes):
        yield Noted(note)
    results: list[Result] = []
    for result in _verdicts(options, subject, checks, probes, stopped):
        if isinstance(result, Result):
            results.append(result)
            yield Judged(result)
        else:
            yield result
    yield RunFinished(
        Run(
            target=options.target,
            profile=profile,
            auth=subject.auth.type if subject.auth else "unknown",
            started=started,
            duration_ms=round((time.perf_counter() - began) * 1000, 1),
            results=tuple(results),
            trace=subject.driver.trace,
            secrets=subject.driver.secrets,
            notes=tuple(dict.fromkeys(subject.url_map.notes)),
            stopped=stopped,
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
        if check.rule.kind == "static" and options.wants(check.rule.id):
            yield judge(check, subject.evidence)
    for probe in sorted(probes, key=lambda p: (p.destructive, _stage(p))):
        if options.wants(probe.rule.id):
            yield StepStarted(probe.rule.id)
            yield _probe(probe, subject, options, stopped)
    evidence = subject.evidence
    for check in checks:
        if check.rule.kind != "static" and options.wants(check.rule.id):
            result = judge(check, evidence)
            if stopped and result.state not in ("n/a", "fail", "warn", "error"):
                result = replace(result, state="blocked", actual=stopped)
            yield result


def _stage(probe: Probe) -> int:
    order = ("manifest", "transport", "page", "authorize", "callback", "scope", "pkce", "token")
    area = probe.rule.area
    return order.index(area) if area in order else len(order)


def _probe(probe: Probe, subject: Subject, options: CheckOptions, stopped: str) -> Result:
    level = binding(probe.rule, subject.profile, subject.auth)
    if isinstance(level, Result):
        return level
    if stopped or subject.auth is None:
        why = stopped or "there is no readable manifest to go by (see the manifest checks)"
        return blocked(probe.rule, level, why)
    if not options.active and not is_private_host(hostname(subject.url_map.target)):
        why = "a public host is probed only with --active: you confirm that you may"
        return blocked(probe.rule, level, why, by_option="--active")
    return run_probe(probe, subject, level)


def _profile(options: CheckOptions) -> Profile:
    if options.profile in ("auto", "plugin"):
        return PLUGIN
    raise UsageError(
        f"--profile {options.profile} is not in this release; a 2023 plugin (ai-plugin.json) is "
        "checked with --profile plugin"
    )


def _subject(options: CheckOptions, profile: Profile, transport: Transport) -> Subject:
    given = options.given
    if not given.redirect_uri:
        plugin_id = options.plugin_id or profile.default_plugin_id
        given = replace(given, redirect_uri=profile.redirect_uri(plugin_id))
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
    url_map = UrlMap(target_origin(options.target), enabled=options.map == "auto")
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
    )


def _known_ids(options: CheckOptions, checks: tuple[Check, ...], probes: tuple[Probe, ...]) -> None:
    ids = {check.rule.id for check in checks} | {probe.rule.id for probe in probes}
    areas = {check_id.partition(".")[0] for check_id in ids}
    for word in (*options.select, *options.ignore):
        if word not in ids | areas:
            raise UsageError(f"{word}: no check and no area is called that; see mockauth checks")
