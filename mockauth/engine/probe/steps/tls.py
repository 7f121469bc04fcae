"""A step that shakes hands with a TLS server."""

from __future__ import annotations

from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.engine.http.transport import TransportError
from mockauth.engine.probe.steps.context import Said, Trial
from mockauth.engine.probe.steps.request import address_of
from mockauth.scenario.model import Step
from mockauth.wire.url import hostname, split
from mockauth.wire.words import say


def shake_hands(trial: Trial, step: Step) -> Said:
    """Shake hands with the TLS server of an endpoint."""
    parts = split(address_of(trial, step))
    if parts is None or parts.scheme != "https":
        raise NotApplicable(say("the address is not https"))
    host, port = hostname(parts.geturl()), parts.port or 443
    try:
        found = trial.subject.driver.transport.handshake(host, port)
    except TransportError as trouble:
        raise Blocked(say("{}:{}: {}", host, port, trouble.words)) from None
    at = say("{}:{}", host, port)
    if step.expect.tls:
        older = say("; takes {} as well", ", ".join(found.older)) if found.older else ""
        seen = say("{}{}", found.version, older)
        good = found.version in step.expect.tls
        return [Seen(actual=seen, at=at)] if good else [trial.finding(seen, (), at=at)]
    if found.problem:
        return [trial.finding(found.problem, (), at=at)]
    days = "" if found.days_left is None else say(", valid for {:.0f} more days", found.days_left)
    return [Seen(actual=say("trusted{}", days), at=at)]
