"""A step that shakes hands with a TLS server."""

from __future__ import annotations

from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.engine.http.transport import TransportError
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.engine.probe.steps.request import address_of
from mockauth.scenario.model import Step
from mockauth.wire.url import hostname, split


def shake_hands(run: ProbeRun, step: Step) -> Observations:
    """Shake hands with the TLS server of an endpoint."""
    parts = split(address_of(run, step))
    if parts is None or parts.scheme != "https":
        raise NotApplicable("the address is not https")
    host, port = hostname(parts.geturl()), parts.port or 443
    refused = run.subject.driver.reach(parts.geturl())
    if refused:
        raise Blocked(refused)
    try:
        found = run.subject.driver.handshake(host, port)
    except TransportError as trouble:
        raise Blocked(f"{host}:{port}: {trouble}") from None
    at = f"{host}:{port}"
    if step.expect.tls:
        older = f"; takes {', '.join(found.older)} as well" if found.older else ""
        seen = f"{found.version}{older}"
        good = found.version in step.expect.tls
        return [Seen(actual=seen, at=at)] if good else [run.finding(step, seen, (), at=at)]
    if found.problem:
        return [run.finding(step, found.problem, (), at=at)]
    days = "" if found.days_left is None else f", valid for {found.days_left:.0f} more days"
    return [Seen(actual=f"trusted{days}", at=at)]
