"""A step that shakes hands with a TLS server."""

from __future__ import annotations

from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.engine.http.transport import TransportError
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.engine.probe.steps.request import address_of
from mockauth.scenario.model import Step
from mockauth.wire.url import hostname, split
from mockauth.wire.words import say


def shake_hands(run: ProbeRun, step: Step) -> Observations:
    """Shake hands with the TLS server of an endpoint."""
    parts = split(address_of(run, step))
    if parts is None or parts.scheme != "https":
        raise NotApplicable(say("the address is not https"))
    host, port = hostname(parts.geturl()), parts.port or 443
    refused = run.subject.driver.reach(parts.geturl())
    if refused:
        raise Blocked(refused)
    try:
        found = run.subject.driver.handshake(host, port)
    except TransportError as trouble:
        raise Blocked(say("{}:{}: {}", host, port, trouble.words)) from None
    at = say("{}:{}", host, port)
    if step.expect.tls:
        older = say("; takes {} as well", ", ".join(found.older)) if found.older else ""
        seen = say("{}{}", found.version, older)
        good = found.version in step.expect.tls
        return [Seen(actual=seen, at=at)] if good else [run.finding(step, seen, (), at=at)]
    if found.problem:
        return [run.finding(step, found.problem, (), at=at)]
    days = "" if found.days_left is None else say(", valid for {:.0f} more days", found.days_left)
    return [Seen(actual=say("trusted{}", days), at=at)]
