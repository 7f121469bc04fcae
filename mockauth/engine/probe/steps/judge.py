"""What came, compared with what a step expects."""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt.token import read_token
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.engine.probe.json_diff import same_data
from mockauth.engine.probe.matchers import mismatch, unlike, wider
from mockauth.engine.probe.outcome import (
    Outcome,
)
from mockauth.engine.probe.steps.context import Said, Trial, is_one_of, outcome_of
from mockauth.engine.probe.steps.control_request import control, without_headers_of_chatgpt
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say


def judge(trial: Trial, step: Step, exchange: Exchange, outcome: Outcome, seen: str) -> Said:
    """Compare what came with what the step expects."""
    expect = step.expect
    numbers = (exchange.n,)
    if outcome == "limited":
        raise Blocked(say("the server answered 429 (too many requests); probing was stopped"))
    if expect.is_empty:
        _precondition(trial, step, exchange, outcome, seen)
        return []
    if expect.verdict == "accepted" and outcome != "accepted":
        return _unaccepted(trial, step, exchange, outcome, seen)
    if expect.verdict == "refused" and outcome == "accepted":
        return _unrefused(trial, step, exchange, seen)
    if expect.other_body_than and (not trial.is_owned or exchange.answer.status == 401):
        raise Blocked(say("the second user's token is refused: {}", seen))
    if _tells_nothing(trial, step, exchange):
        raise Blocked(
            say(
                "{}: refused for another reason than the token, maybe; name an operation "
                "that can be called with --operation",
                exchange.outcome,
            ),
            by_option="--operation",
        )
    wrong = _wrong(trial, step, exchange, outcome)
    if wrong is not None:
        return [wrong]
    if expect.verdict == "refused":
        control(trial, step)
        if outcome == "broken":
            trial.confidence = "likely"
    word = own({"broken": "broken off"}.get(outcome, outcome))
    return [Seen(actual=say("{}: {}", word, seen), exchanges=numbers)]


def _tells_nothing(trial: Trial, step: Step, exchange: Exchange) -> bool:
    """Whether a call of an operation that changes something, which no control call can vouch for,
    was refused with a status that may be about its body."""
    vouched = step.do != "api" or trial.subject.operation is not None
    return not vouched and not exchange.answer.ok and exchange.answer.status not in (401, 403)


def _precondition(
    trial: Trial, step: Step, exchange: Exchange, outcome: Outcome, seen: str
) -> None:
    """Raise when a step that only prepares the next one did not come to what it must."""
    if step.given == "any":
        return
    if step.given == "unless-refused" and outcome == "refused":
        trial.ended = Seen(actual=say("refused: {}", seen), exchanges=(exchange.n,))
        return
    if step.given == "refused":
        if outcome == "accepted":
            raise Blocked(say("the step before the altered one was not refused: {}", seen))
        return
    if outcome != "accepted":
        if step.given == "feature":
            raise NotApplicable(say("the server does not take this at all: {}", seen))
        raise Blocked(say("the step before the altered one failed: {}", seen))
    if step.given in ("rotated", "not-rotated"):
        came = read_token(exchange.response).refresh_token
        rotated = came not in ("", exchange.request.param("refresh_token"))
        if rotated != (step.given == "rotated"):
            does = say("replaces") if rotated else say("does not replace")
            raise NotApplicable(say("the server {} refresh tokens", does))


def _unaccepted(trial: Trial, step: Step, exchange: Exchange, outcome: Outcome, seen: str) -> Said:
    if not trial.is_ordinary:
        control(trial, step, fresh_only=True)
    if trial.as_ordinary:
        return [Seen(actual=say("as the ordinary call: {}", seen), exchanges=(exchange.n,))]
    scope = trial.subject.client.auth.scope if trial.subject.client else ""
    tolerated = step.expect.tolerated_unless == "scope-empty" and scope != ""
    word = say("broken off") if outcome == "broken" else say("refused")
    return [replace(trial.finding(say("{}: {}", word, seen), (exchange.n,)), tolerated=tolerated)]


def _unrefused(trial: Trial, step: Step, exchange: Exchange, seen: str) -> Said:
    """An acceptance where a refusal was due, unless it gave nothing away."""
    expect = step.expect
    if expect.scope == "no-wider":
        return _scope(trial, step, exchange)
    plain = without_headers_of_chatgpt(trial, exchange) if step.do == "api" else None
    if plain is not None and _gives_nothing(trial, step, plain):
        seen = say("nothing without ChatGPT's own headers ({}); with them: {}", plain.outcome, seen)
        return [Seen(actual=seen, exchanges=(exchange.n, plain.n))]
    if expect.other_body_than:
        return _other_body(trial, step, exchange)
    return [trial.finding(say("accepted: {}", seen), (exchange.n,))]


def _gives_nothing(trial: Trial, step: Step, plain: Exchange) -> bool:
    """Whether the call without ChatGPT's own headers was refused, or got another user's data."""
    if outcome_of(plain) == "refused":
        return True
    mine = trial.material.done.get(step.expect.other_body_than)
    if mine is None or not trial.is_owned:
        return False
    return not same_data(plain.answer, mine.answer, trial.volatile)


def _wrong(trial: Trial, step: Step, exchange: Exchange, outcome: Outcome) -> Finding | None:
    """The first thing in the answer that is not as expected."""
    expect = step.expect
    wrong = _status(trial, step, exchange)
    if wrong is not None:
        return wrong
    scheme = "basic" if trial.subject.scheme == "basic" else "bearer"
    seen = mismatch(exchange, expect, scheme)
    done = trial.material.done
    if not seen and expect.like:
        seen = unlike(exchange.answer, done[expect.like].answer)
    if not seen and expect.same_body_as and outcome == "accepted":
        other = done[expect.same_body_as].answer
        seen = "" if same_data(exchange.answer, other, trial.volatile) else say("another answer")
    if not seen and expect.scope == "unchanged" and outcome == "accepted":
        found = [item for item in _scope(trial, step, exchange) if isinstance(item, Finding)]
        return found[0] if found else None
    return trial.finding(seen, (exchange.n,)) if seen else None


def _scope(trial: Trial, step: Step, exchange: Exchange) -> Said:
    """Compare the scope of a token answer with the one that was granted."""
    granted = trial.subject.grant.scope if step.expect.scope == "unchanged" else None
    granted = granted if granted is not None else trial.asked_scope
    came = read_token(exchange.response).scope
    numbers = (exchange.n,)
    if came is None:
        if step.expect.scope == "unchanged":
            return [Seen(actual=say("no scope in the answer: unchanged"), exchanges=numbers)]
        # Left out means as asked (RFC 6749 section 5.1); servers that ignore scope leave it out too.
        made = trial.finding(say("granted, and no scope in the answer: as asked"), numbers)
        return [replace(made, tolerated=True)]
    added = wider(came, granted)
    lost = wider(granted, came) if step.expect.scope == "unchanged" else ()
    if added or lost:
        seen = say("scope {!r}, where {!r} was granted", came, granted)
        return [trial.finding(seen, numbers)]
    return [Seen(actual=say("scope {!r}", came), exchanges=numbers)]


def _other_body(trial: Trial, step: Step, exchange: Exchange) -> Said:
    """Two users' answers: the same data is a leak only where data can tell the users apart."""
    mine = trial.material.done[step.expect.other_body_than]
    numbers = (mine.n, exchange.n)
    if not same_data(exchange.answer, mine.answer, trial.volatile):
        return [Seen(actual=say("the second user got other data"), exchanges=numbers)]
    if trial.is_owned:
        url = without_query(exchange.request.url)
        return [trial.finding(say("{}: the second user got the first user's data", url), numbers)]
    text = mine.answer.text.lower()
    given = trial.subject.given
    if given.username and given.username.lower() in text:
        if not (given.other_username and given.other_username.lower() in text):
            return [trial.finding(say("the answer to the second user names the first"), numbers)]
    elif step.expect.tolerated_always and holds_something(mine.answer.json()):
        return [trial.finding(say("both users got the same data"), numbers)]
    raise Blocked(
        say(
            "both users got the same answer, which may be right; name an object of "
            "the first user with --owned-path"
        ),
        by_option="--owned-path",
    )


def _status(trial: Trial, step: Step, exchange: Exchange) -> Finding | None:
    status = str(exchange.answer.status)
    expect = step.expect
    if not expect.status or is_one_of(status, expect.status):
        return None
    wanted = own(" or ".join(expect.status))
    made = trial.finding(say("{} instead of {}", exchange.outcome, wanted), (exchange.n,))
    tolerated = is_one_of(status, expect.tolerated)
    return replace(made, expected=say("status {}", wanted), tolerated=tolerated)


def holds_something(value: object) -> bool:
    """Whether a JSON value has any text, number or truth in it beside empty lists and objects."""
    if isinstance(value, dict):
        return any(map(holds_something, value.values()))
    if isinstance(value, list):
        return any(map(holds_something, value))
    return value not in (None, "", 0, False, True)
