"""A token that was asked for another resource, and taken by this server: whose doing is that?

| whom the token is for | checked | bound | mapped, granted |
|---|---|---|---|
| another, as it says | broken | broken | broken |
| this server: it says so, or tokens for others are refused | blocked | broken, tolerated | held |
| nobody can tell | broken where the user named the other server, or another step had the token refused; else blocked | blocked | blocked |
"""

from __future__ import annotations

from dataclasses import replace

from mockauth.checks.finding import Blocked, Seen
from mockauth.checks.introspection import audience_told
from mockauth.checks.jwt import audience_of
from mockauth.checks.mcp_audience import tells_tokens_apart
from mockauth.engine.probe.mcp_material import resource
from mockauth.engine.probe.steps.context import Came, Observations, ProbeRun
from mockauth.engine.probe.token_endpoints import described
from mockauth.scenario.model import Step
from mockauth.wire.words import own, say

OPTION = "--other-resource"


def taken_for_another(run: ProbeRun, step: Step, came: Came) -> Observations:
    """What an acceptance shows of a token that was asked for another resource.

    Raises:
        Blocked: it shows nothing.
    """
    if run.subject.target.uncalled:
        # The listing, which everybody may have, shows nothing of the token that came with it.
        raise Blocked(run.subject.target.uncalled, by_option="--operation")
    named = audience_of(run.material.grant.access_token)
    if named is None:
        named, came = _introspected(run, came)
    shown = own(", ").join(say("{}", one) for one in named or ()) or say("none")
    if named is not None and resource(run.subject) not in named:
        seen = say("accepted, and the token's audience is {}", shown)
        return [run.finding(step, seen, came.numbers)]
    if named is None and not tells_tokens_apart(run.subject.driver.trace):
        return _opaque(run, step, came)
    if step.expect.audience == "checked":
        why = say("the authorization server issues tokens for {} whatever is asked for", shown)
        raise ask_for_second_server(run, why)
    if step.expect.audience in ("granted", "mapped"):
        return [Seen(actual=say("the token is for this server"), exchanges=came.numbers)]
    seen = say("accepted: the token was asked for another resource, and is for this server")
    return [replace(run.finding(step, seen, came.numbers), tolerated=True)]


def _introspected(run: ProbeRun, came: Came) -> tuple[tuple[str, ...] | None, Came]:
    """Whom an opaque token is for, where the authorization server tells this client (RFC 7662), and what
    shows it."""
    told = described(run.subject, run.material.grant.access_token)
    named = audience_told(told.answer.members) if told else None
    return named, came if told is None or named is None else replace(came, more=(told.n,))


def _opaque(run: ProbeRun, step: Step, came: Came) -> Observations:
    """Two servers that the user names as two are told apart by trial; a resource that nobody knows may
    have been ignored."""
    given = run.subject.target.given.other_resource
    if step.expect.audience == "checked" and _was_refused(run):
        seen = say("accepted: {}, while the newest revision refuses the same token", came.seen)
        return [run.finding(step, seen, came.numbers)]
    if step.expect.audience == "checked" and given:
        seen = say("accepted: {}, and the token was asked for {}", came.seen, given)
        return [run.finding(step, seen, came.numbers)]
    why = say("it is opaque, and the authorization server may have ignored `resource`")
    raise ask_for_second_server(run, why)


def _was_refused(run: ProbeRun) -> bool:
    """Whether another step of this probe had the same token refused as one that is not for this server."""
    token = run.material.grant.access_token
    calls = run.subject.driver.trace.select(
        "api", "rpc", purpose="altered", probe=run.probe.rule.id
    )
    return any(
        call.response is not None
        and call.answer.status in (401, 403)
        and call.request.header("Authorization") == f"Bearer {token}"
        for call in calls
    )


def ask_for_second_server(run: ProbeRun, why: str) -> Blocked:
    """The question for a second MCP server, where none was named."""
    shows = say("a token for another resource shows nothing: {}", why)
    if run.subject.target.given.other_resource:
        return Blocked(shows)
    question = say("name a second MCP server of the same authorization server with {}", own(OPTION))
    return Blocked(say("{}; {}", shows, question), by_option=OPTION)
