"""What came, compared with what a step expects."""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt.mcp import tool_challenges, tool_failed
from mockauth.chatgpt.token import read_token
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.record import asks_to_log_in
from mockauth.engine.probe.json_diff import same_data
from mockauth.engine.probe.matchers import mismatch, unlike, wider
from mockauth.engine.probe.scope import narrow_scope
from mockauth.engine.probe.steps.audience import ask_for_second_server, taken_for_another
from mockauth.engine.probe.steps.context import (
    Came,
    Observations,
    ProbeRun,
    StepResult,
    is_one_of,
)
from mockauth.engine.probe.steps.control_request import (
    Control,
    control,
    without_headers_of_chatgpt,
)
from mockauth.engine.probe.steps.session_id import session_flaw
from mockauth.engine.probe.token_endpoints import require_description
from mockauth.engine.target.operations import without_token
from mockauth.engine.target.registration import ASKED_METHODS
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say


def judge(run: ProbeRun, step: Step, came: Came) -> StepResult:
    """Compare what came with what the step expects."""
    expect, exchange = step.expect, came.exchange
    _require_answer(run, step, came)
    if step.do == "revoke" and exchange.answer.members.get("error") in expect.or_error:
        seen = say("error={}", str(exchange.answer.members["error"]))
        return StepResult(observations=[Seen(actual=seen, exchanges=came.numbers)], ended=True)
    if expect.is_empty:
        return _precondition(run, step, came)
    if expect.verdict == "accepted" and came.outcome != "accepted":
        return _unaccepted(run, step, came)
    if expect.verdict == "refused" and came.outcome == "accepted":
        return StepResult(observations=_unrefused(run, step, came))
    if expect.other_body_than and (not came.is_owned or exchange.answer.status == 401):
        raise Blocked(say("the second user's token is refused: {}", came.seen))
    if _tells_nothing(run, step, exchange):
        raise Blocked(
            say(
                "{}: refused for another reason than the token, maybe; name an operation "
                "that can be called with --operation",
                exchange.outcome,
            ),
            by_option="--operation",
        )
    wrong = _wrong(run, step, came)
    if wrong is None:
        return _held(run, step, came)
    # An API that refuses the ordinary call, too, shows nothing of how it refuses this one.
    of_api = step.do == "api" and expect.verdict == "refused"
    told = (of_api or step.do in ("tool", "introspect")) and came.outcome != "accepted"
    if told and control(run, step).stale:
        return StepResult(stale=True)
    if told and step.do != "introspect" and _as_without_token(run, step, exchange):
        raise NotApplicable(
            say("{}, as to a call without a token: see api.no-token-is-401", exchange.outcome)
        )
    return StepResult(observations=[wrong])


def _require_answer(run: ProbeRun, step: Step, came: Came) -> None:
    if came.outcome == "limited":
        raise Blocked(say("the server answered 429 (too many requests); probing was stopped"))
    if step.expect.challenge == "in-tool" and not came.exchange.answer.ok:
        raise NotApplicable(say("the sign-in is asked for by the status: {}", came.seen))
    if step.do == "introspect" and step.expect.verdict == "accepted":
        require_description(run.subject, came.exchange)


def _held(run: ProbeRun, step: Step, came: Came) -> StepResult:
    """It is as expected; a refusal only shows something where the ordinary request is accepted."""
    if step.expect.audience and came.outcome == "accepted":
        return StepResult(observations=taken_for_another(run, step, came))
    made = control(run, step) if step.expect.verdict == "refused" else Control()
    if made.stale:
        return StepResult(stale=True)
    unsure = step.expect.verdict == "refused" and came.outcome == "broken"
    word = own("broken off" if came.outcome == "broken" else came.outcome)
    return StepResult(
        observations=[Seen(actual=say("{}: {}", word, came.seen), exchanges=came.numbers)],
        confidence="likely" if unsure else made.confidence,
    )


def _tells_nothing(run: ProbeRun, step: Step, exchange: Exchange) -> bool:
    """Whether a call of an operation that changes something, which no control call can vouch for,
    was refused with a status that may be about its body."""
    vouched = step.do != "api" or run.subject.target.operation is not None
    return not vouched and not exchange.answer.ok and exchange.answer.status not in (401, 403)


def _precondition(run: ProbeRun, step: Step, came: Came) -> StepResult:
    """Raise when a step that only prepares the next one did not come to what it must."""
    if step.given == "unless-refused" and came.outcome == "refused":
        seen = Seen(actual=say("refused: {}", came.seen), exchanges=came.numbers)
        return StepResult(observations=[seen], ended=True)
    if step.given == "refused" and came.outcome == "accepted":
        raise Blocked(say("the step before the altered one was not refused: {}", came.seen))
    if step.given == "other-data":
        _require_other_data(run, came)
    elif step.given == "foreign-resource" and came.outcome != "accepted":
        raise ask_for_second_server(run, say("none is issued: {}", came.seen))
    elif step.given not in ("any", "refused"):
        _require_accepted(step, came)
    if step.do == "register":
        return _registered(run, step, came)
    return StepResult()


def _registered(run: ProbeRun, step: Step, came: Came) -> StepResult:
    """Whether a probe goes on after a registration. A server may register another method than it was asked for
    (RFC 7591 section 3.2.1), which most probes are not about, and one is."""
    asked = dict(step.change.members).get("token_endpoint_auth_method")
    told = came.exchange.answer.members.get("token_endpoint_auth_method")
    is_kept = not isinstance(asked, str) or not told or told == run.material.text(asked)
    if step.given != "unless-kept":
        if not is_kept:
            raise NotApplicable(say("the server registers {} instead", str(told)))
        return StepResult()
    if told and is_kept:
        seen = Seen(actual=say("kept"), exchanges=came.numbers)
        return StepResult(observations=[seen], ended=True)
    if told and told not in ASKED_METHODS:
        raise Blocked(say("the server registers {} instead, which is not tried", str(told)))
    return StepResult()


def _require_other_data(run: ProbeRun, came: Came) -> None:
    """Raise where two users get the same, so that no answer tells whose token it was."""
    mine = run.material.done[run.probe.steps[0].name]
    if came.outcome == "accepted" and same_data(
        came.exchange.answer, mine.answer, run.material.volatile
    ):
        raise Blocked(
            say(
                "both users get the same answer, so that it does not tell them apart; name an "
                "object of the first user with --owned-path"
            ),
            by_option="--owned-path",
        )


def _require_accepted(step: Step, came: Came) -> None:
    if came.outcome != "accepted":
        if step.given == "feature":
            raise NotApplicable(say("the server does not take this at all: {}", came.seen))
        raise Blocked(say("the step before the altered one failed: {}", came.seen))
    if step.given in ("rotated", "not-rotated"):
        newest = read_token(came.exchange.response).refresh_token
        rotated = newest not in ("", came.exchange.request.param("refresh_token"))
        if rotated != (step.given == "rotated"):
            does = say("replaces") if rotated else say("does not replace")
            raise NotApplicable(say("the server {} refresh tokens", does))


def _unaccepted(run: ProbeRun, step: Step, came: Came) -> StepResult:
    is_ordinary = came.is_ordinary or _is_refused_for_scope(run, step)
    made = Control() if is_ordinary else control(run, step, fresh_only=True)
    if made.stale:
        return StepResult(stale=True)
    if made.same_as_ordinary:
        same = Seen(actual=say("as the ordinary call: {}", came.seen), exchanges=came.numbers)
        return StepResult(observations=[same], confidence=made.confidence)
    client = run.subject.target.client
    scope = client.auth.scope if client else ""
    tolerated = step.expect.tolerated_unless == "scope-empty" and scope != ""
    # A token for a resource that nobody knows opens nothing.
    tolerated |= step.expect.audience == "granted" and not run.subject.target.given.other_resource
    found = run.finding(step, say("{}: {}", _unaccepted_word(step, came), came.seen), came.numbers)
    return StepResult(
        observations=[replace(found, tolerated=tolerated)], confidence=made.confidence
    )


def _is_refused_for_scope(run: ProbeRun, step: Step) -> bool:
    """Whether the ordinary call is refused for its scope, too, whatever is asked for: that is what the rules about a
    step-up are after."""
    service = run.subject.target.mcp
    refused = service is not None and service.refused_scope is not None and not service.stepped_up
    return refused and step.operation == "scoped"


def _unaccepted_word(step: Step, came: Came) -> str:
    if came.outcome == "broken":
        return say("broken off")
    token = step.do in ("token", "refresh") and came.exchange.answer.ok
    return say("no token that can be read") if token else say("refused")


def _unrefused(run: ProbeRun, step: Step, came: Came) -> Observations:
    """An acceptance where a refusal was due, unless it gave nothing away."""
    expect, exchange = step.expect, came.exchange
    if expect.scope == "no-wider":
        return _scope(run, step, exchange)
    plain = without_headers_of_chatgpt(run, exchange) if step.do == "api" else None
    if plain is not None and _gives_nothing(run, step, came, plain):
        seen = say(
            "nothing without ChatGPT's own headers ({}); with them: {}", plain.outcome, came.seen
        )
        return [Seen(actual=seen, exchanges=(exchange.n, plain.n))]
    if expect.other_body_than:
        return _other_body(run, step, came)
    if expect.audience:
        return taken_for_another(run, step, came)
    found = run.finding(step, say("accepted: {}", came.seen), came.numbers)
    harmless = _is_openid(run, step) or _may_be_covered(run, step) or _is_retry(run, step, came)
    return [replace(found, tolerated=harmless)]


def _is_retry(run: ProbeRun, step: Step, came: Came) -> bool:
    """Whether the request was answered as before, for a client that lost the first answer. A token that is
    never replaced comes back as it was sent, and is no such answer."""
    got = read_token(came.exchange.response).refresh_token
    earlier = [
        read_token(e.response).refresh_token
        for e in run.material.done.values()
        if e is not came.exchange
    ]
    is_again = got in earlier and got not in ("", came.exchange.request.param("refresh_token"))
    return is_again and step.expect.tolerated_unless == "another-token"


def _may_be_covered(run: ProbeRun, step: Step) -> bool:
    """Whether the scope of the token may be enough by its meaning, which nobody has said."""
    return step.operation == "scoped" and not narrow_scope(run.subject).is_sure


def _is_openid(run: ProbeRun, step: Step) -> bool:
    """Whether the request is one of OpenID Connect, whose rules allow what plain OAuth forbids."""
    client = run.subject.target.client
    asks = client is not None and "openid" in client.auth.scope.split()
    return asks and step.expect.tolerated_unless == "scope-without-openid"


def _gives_nothing(run: ProbeRun, step: Step, came: Came, plain: Exchange) -> bool:
    """Whether the call without ChatGPT's own headers was refused, or got another user's data."""
    if run.outcome_of(plain) == "refused":
        return True
    mine = run.material.done.get(step.expect.other_body_than)
    if mine is None or not came.is_owned:
        return False
    return not same_data(plain.answer, mine.answer, run.material.volatile)


def _wrong(run: ProbeRun, step: Step, came: Came) -> Finding | None:
    """The first thing in the answer that is not as expected."""
    expect, exchange = step.expect, came.exchange
    accepted = came.outcome == "accepted"
    wrong = _status(run, step, exchange)
    if wrong is not None:
        return wrong
    scheme = "basic" if run.subject.target.scheme == "basic" else "bearer"
    wanted = tuple((name, run.material.text(value)) for name, value in expect.registered)
    seen = mismatch(exchange, replace(expect, registered=wanted), scheme)
    done = run.material.done
    if not seen and expect.session:
        seen = session_flaw(run, exchange)
    if not seen and expect.like:
        return _unlike(run, step, exchange)
    if not seen and expect.same_body_as and accepted:
        other = done[expect.same_body_as].answer
        seen = (
            ""
            if same_data(exchange.answer, other, run.material.volatile)
            else say("another answer")
        )
    if not seen and expect.scope == "unchanged" and accepted:
        found = [item for item in _scope(run, step, exchange) if isinstance(item, Finding)]
        return found[0] if found else None
    return run.finding(step, seen, (exchange.n,)) if seen else None


def _unlike(run: ProbeRun, step: Step, exchange: Exchange) -> Finding | None:
    """Another answer than that of an earlier step. One that is no error harms nobody."""
    other = run.material.done[step.expect.like]
    seen = unlike(exchange.answer, other.answer)
    if not seen:
        return None
    found = run.finding(step, seen, (other.n, exchange.n), at=without_query(exchange.request.url))
    return replace(found, tolerated=0 < exchange.answer.status < 400)


def _scope(run: ProbeRun, step: Step, exchange: Exchange) -> Observations:
    """Compare the scope of a token answer with the one that was granted."""
    granted = run.subject.grant.scope if step.expect.scope == "unchanged" else None
    granted = granted if granted is not None else run.material.asked_scope
    came = read_token(exchange.response).scope
    numbers = (exchange.n,)
    if came is None:
        if step.expect.scope == "no-wider" and step.do == "refresh" and _names_no_scope(run):
            return [Seen(actual=say("the server names no scope at all"), exchanges=numbers)]
        if step.expect.scope == "unchanged":
            return [Seen(actual=say("no scope in the answer: unchanged"), exchanges=numbers)]
        # Left out means as asked (RFC 6749 section 5.1); servers that ignore scope leave it out too.
        made = run.finding(step, say("granted, and no scope in the answer: as asked"), numbers)
        return [replace(made, tolerated=True)]
    added = wider(came, granted)
    lost = wider(granted, came) if step.expect.scope == "unchanged" else ()
    if added or lost:
        seen = say("scope {!r}, where {!r} was granted", came, granted)
        return [run.finding(step, seen, numbers)]
    return [Seen(actual=say("scope {!r}", came), exchanges=numbers)]


def _names_no_scope(run: ProbeRun) -> bool:
    """Whether no token answer of the ordinary flow had a scope."""
    answers = run.subject.driver.trace.ordinary("token", "refresh")
    return not any("scope" in e.answer.members for e in answers)


def _other_body(run: ProbeRun, step: Step, came: Came) -> Observations:
    """Two users' answers: the same data is a leak only where data can tell the users apart."""
    exchange, mine = came.exchange, run.material.done[step.expect.other_body_than]
    numbers = (mine.n, exchange.n)
    if not same_data(exchange.answer, mine.answer, run.material.volatile):
        return [Seen(actual=say("the second user got other data"), exchanges=numbers)]
    if came.is_owned:
        url = without_query(exchange.request.url)
        return [
            run.finding(step, say("{}: the second user got the first user's data", url), numbers)
        ]
    text = mine.answer.text.lower()
    given = run.subject.target.given
    if given.username and given.username.lower() in text:
        if not (given.other_username and given.other_username.lower() in text):
            return [
                run.finding(step, say("the answer to the second user names the first"), numbers)
            ]
    elif step.expect.tolerated_always and holds_something(mine.answer.json()):
        return [run.finding(step, say("both users got the same data"), numbers)]
    raise Blocked(
        say(
            "both users got the same answer, which may be right; name an object of "
            "the first user with --owned-path"
        ),
        by_option="--owned-path",
    )


def _status(run: ProbeRun, step: Step, exchange: Exchange) -> Finding | None:
    status = str(exchange.answer.status)
    expect = step.expect
    if expect.status and expect.verdict == "refused" and tool_failed(exchange.answer):
        if tool_challenges(exchange.answer) is None:
            raise NotApplicable(say("the tool refuses in its result, and not by the status"))
        raise NotApplicable(
            say("the tool asks for a sign-in in its result (see mcp.tool-challenge-complete)")
        )
    if not expect.status or is_one_of(status, expect.status):
        return None
    wanted = " or ".join(expect.status)
    shows = _shown(exchange) if step.do == "api" and run.probe.rule.chatgpt_shows else ""
    seen = say("{} instead of {}", exchange.outcome, wanted)
    made = run.finding(step, seen, (exchange.n,), shows=shows)
    tolerated = is_one_of(status, expect.tolerated) and not _opens_without_401(run, exchange)
    return replace(made, expected=say("status {}", wanted), tolerated=tolerated)


def _opens_without_401(run: ProbeRun, exchange: Exchange) -> bool:
    """Whether an MCP server refuses whoever has no token, and never by 401: no client learns that it
    could sign in (MCP, basic/authorization)."""
    service = run.subject.target.mcp
    if service is None or service.is_open or exchange.request.header("Authorization"):
        return False
    return run.subject.driver.trace.get(service.opened).answer.status != 401


def _shown(exchange: Exchange) -> str:
    """What ChatGPT shows of a refusal that is no 401."""
    if exchange.answer.is_redirect or asks_to_log_in(exchange):
        return say("the page behind the redirect, or an error, and no offer to sign in again")
    if exchange.answer.ok:
        return say("the error as if it were data, and no offer to sign in again")
    return say("an error of the API, and no offer to sign in again")


def _as_without_token(run: ProbeRun, step: Step, exchange: Exchange) -> bool:
    """Whether a call without a token is refused with that wrong status, too: then one rule,
    api.no-token-is-401, says so. A status that real servers use stays a warning of each rule."""
    expect, status = step.expect, str(exchange.answer.status)
    operation = run.subject.target.operation
    if operation is None or exchange.request.header("Authorization") is None:
        return False
    if not expect.status or is_one_of(status, (*expect.status, *expect.tolerated)):
        return False
    nobody = run.subject.once(without_token)
    if nobody is None or run.outcome_of(nobody) == "accepted":
        return False
    return nobody.answer.status == exchange.answer.status


def holds_something(value: object) -> bool:
    """Whether a JSON value has any text, number or truth in it beside empty lists and objects."""
    if isinstance(value, dict):
        return any(map(holds_something, value.values()))
    if isinstance(value, list):
        return any(map(holds_something, value))
    return value not in (None, "", 0, False, True)
