"""A token that was asked for another resource, and taken by this one: whose doing is that?

| what the token says | checked | bound | granted |
|---|---|---|---|
| another audience | broken | broken | broken |
| this server, too | blocked: the authorization server ignored `resource` | broken, tolerated | held |
| nothing that can be read | broken where the user named the other server, else blocked | blocked | blocked |
"""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.jwt import audience_of
from mockauth.engine.probe.mcp_material import origin_of, resource
from mockauth.engine.probe.steps.context import Came, Observations, ProbeRun
from mockauth.scenario.model import Step
from mockauth.wire.words import own, say

OPTION = "--other-resource"


def taken_for_another(run: ProbeRun, step: Step, came: Came) -> Observations:
    """What an acceptance shows of a token that was asked for another resource.

    Raises:
        Blocked: it shows nothing.
    """
    named = audience_of(run.material.grant.access_token)
    mine = resource(run.subject)
    if named is None:
        return [_opaque(run, step, came)]
    shown = own(", ").join(say("{}", one) for one in named) or say("none")
    if mine not in named:
        seen = say("accepted, and the token's audience is {}", shown)
        return [run.finding(step, seen, came.numbers)]
    if step.expect.audience == "granted" or _is_mapped(run, step):
        return [Seen(actual=say("the token's audience is {}", shown), exchanges=came.numbers)]
    if step.expect.audience == "checked":
        raise Blocked(
            say("the authorization server issues tokens for {} whatever is asked for", shown),
            by_option="" if run.subject.target.given.other_resource else OPTION,
        )
    seen = say("the token was asked for another resource, and its audience is {}", shown)
    return [replace(run.finding(step, seen, came.numbers), tolerated=True)]


def _is_mapped(run: ProbeRun, step: Step) -> bool:
    """Whether what was asked for is the origin around the server, which may stand for it."""
    asked = [exchange.request.param("resource") for exchange in run.material.done.values()]
    return "resource.origin" in dict(step.change.set).values() or _origin(run) in asked


def _origin(run: ProbeRun) -> str:
    whole = resource(run.subject)
    return "" if whole.count("/") < 3 else origin_of(run.subject)


def _opaque(run: ProbeRun, step: Step, came: Came) -> Finding:
    """Two servers that the user names as two are told apart by trial; a resource that nobody knows may
    have been ignored."""
    if step.expect.audience == "checked" and run.subject.target.given.other_resource:
        seen = say("accepted: {}, and the token was asked for {}", came.seen, _asked(run))
        return run.finding(step, seen, came.numbers)
    raise ask_for_second_server(
        run,
        say("the token is opaque, and the authorization server may have ignored `resource`"),
    )


def _asked(run: ProbeRun) -> str:
    asked = [exchange.request.param("resource") for exchange in run.material.done.values()]
    return next((one for one in reversed(asked) if one), "")


def ask_for_second_server(run: ProbeRun, why: str) -> Blocked:
    """The question for a second MCP server, where none was named."""
    if run.subject.target.given.other_resource:
        return Blocked(say("a token for another resource shows nothing: {}", why))
    return Blocked(
        say(
            "a token for another resource shows nothing: {}; name a second MCP server of the same "
            "authorization server with {}",
            why,
            own(OPTION),
        ),
        by_option=OPTION,
    )
