"""The verdict: what was judged, and what came of it, in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from mockauth.engine.result.causes import causes_of
from mockauth.engine.result.gate import Gate
from mockauth.engine.result.rank import SIGN_IN
from mockauth.engine.result.result import Result, Run
from mockauth.errors import NothingJudged
from mockauth.report.redacted import redactor
from mockauth.wire.words import Words, amount, own, say

PROOFS = frozenset({"authorize.request-accepted", "service.token-accepted", "none.api-open"})
"""The rules that tell whether it works, one for each kind of auth. A run that did not ask for them
says nothing of it."""
CALLED = ("none", "service_http", "user_http")
"""Auth types in which nobody signs in."""
CALLS = "api.valid-token-accepted"
STOPS = ("fail", "error", "waived")
MOST_NAMES = 4


def verdict(run: Run, gate: Gate) -> str:
    """The sentence as it may be shown."""
    return redactor(run).text(sentence(run, gate))


def sentence(run: Run, gate: Gate) -> Words:
    """The same as words, for a report that scrubs them itself."""
    if run.signal:
        judged, applicable = len(run.judged), len(run.applicable)
        return say("Stopped, {}: {} of {} checks were judged", run.stopped, judged, applicable)
    if gate.exit_code == NothingJudged.exit_code:
        return say("Nothing could be judged: {}", run.stopped or _unjudged(run))
    if run.role == "plugin":
        return _of_client(run, gate)
    called = run.auth in CALLED
    # A waiver opens the gate; it does not make ChatGPT sign in.
    stops = [r for r in run.results if r.raw_state in ("fail", "error") and r.rule.id in SIGN_IN]
    if stops:
        return say("{}: {}", _stopped(run, stops), _names(run))
    return _of_plugin(run, gate, say("call the API") if called else say("sign in"))


def _names(run: Run) -> Words:
    """The causes that stop the sign-in."""
    stopping = [c for c in causes_of(run) if c.rank == "stops" and c.state in STOPS]
    names = [_stop(cause.lead) for cause in stopping]
    more = [say("{} more", len(names) - MOST_NAMES)] if len(names) > MOST_NAMES else []
    return say(", ").join([*names[:MOST_NAMES], *more])


def _stopped(run: Run, stops: list[Result]) -> Words:
    """What ChatGPT cannot do: sign in, where there is a sign-in and it did not work."""
    if run.auth in CALLED:
        return say("ChatGPT cannot call the API")
    if run.auth == "unknown":
        return say("ChatGPT cannot use the {plugin}")
    signed_in = any(r.rule.id == "token.exchange-works" and r.state == "pass" for r in run.results)
    about_api = ("api", "openapi") if signed_in else ("api",)
    if all(stop.rule.area in about_api for stop in stops):
        return say("Sign-in works, but {}", _of_api(run, stops))
    return say("ChatGPT cannot sign in")


def _of_api(run: Run, stops: list[Result]) -> Words:
    """What the API does to calls."""
    shown = {run.trace.get(n).answer.status for stop in stops for n in stop.exchanges}
    if len(shown) == 1 and all(stop.rule.id == CALLS for stop in stops) and 0 not in shown:
        return say("the API answers {} to every call", shown.pop())
    return say("ChatGPT cannot call the API")


def _of_plugin(run: Run, gate: Gate, kind: Words) -> Words:
    """The last line where nothing stops a sign-in."""
    broken = _broken(run)
    unjudged = [r for r in run.results if r.state == "blocked" and r.rule.id in SIGN_IN]
    if not any(r.rule.id in PROOFS for r in run.results):
        return _of_some(run, gate, kind)
    if broken:
        noun = say("requirement is") if len(broken) == 1 else say("requirements are")
        count = _causes(run)
        return say("ChatGPT can {}, but {} {} broken{}", kind, len(broken), noun, count)
    if unjudged:
        return _untested(unjudged, kind)
    if gate.exit_code:
        return say("ChatGPT can {}; exit 1 because {}", kind, gate.reasons[0])
    waived = run.summary["waived"]
    rest = say("none failed but {} waived", waived) if waived else say("none failed")
    cut = say("; {} not judged in time", run.summary["blocked"]) if run.budget_spent else Words()
    passed = amount(run.summary["pass"], "check")
    return say("ChatGPT can {}: {} passed, {}{}", kind, passed, rest, cut)


def _of_some(run: Run, gate: Gate, kind: Words) -> Words:
    """The last line where the rule that tells whether a sign-in works was not asked for."""
    broken, passed = _broken(run), run.summary["pass"]
    if broken:
        verb = say("fails") if len(broken) == 1 else say("fail")
        found = say("{} of the chosen checks {}: {}", len(broken), verb, _ids(broken[:4]))
    else:
        found = say("{} of the chosen checks passed, none failed", passed)
    because = (
        say("; exit 1 because {}", gate.reasons[0]) if gate.exit_code and not broken else say("")
    )
    return say("{}{}; whether ChatGPT can {} was not asked", found, because, kind)


def _broken(run: Run) -> list[Result]:
    return [r for r in run.results if r.state in ("fail", "error")]


def _causes(run: Run) -> Words:
    """How many causes there are, where they are fewer than what is broken."""
    causes = [cause for cause in causes_of(run) if cause.state in ("fail", "error")]
    if len(causes) == len(_broken(run)):
        return Words()
    return say(", by {}", amount(len(causes), "cause"))


def _untested(unjudged: list[Result], kind: Words) -> Words:
    """The last line where a rule of the sign-in was not judged, with the option it needs."""
    given = next((r.blocked_by for r in unjudged if r.blocked_by), "")
    give = say("; give {}", own(given)) if given else ""
    ids = _ids(unjudged[:4])
    return say(
        "Nothing failed, but mockauth could not test whether ChatGPT can {}: {}{}", kind, ids, give
    )


def _unjudged(run: Run) -> str:
    """Why no check was judged, where nothing stopped the run."""
    if run.budget_spent:
        return f"the budget of {run.budget_seconds:g} s is spent (--budget)"
    reasons = [r.actual for r in run.results if r.state == "blocked" and not r.blocked_by]
    return reasons[0] if reasons else say("no check applied")


def _of_client(run: Run, gate: Gate) -> Words:
    """The last line where a client was judged."""
    broken = _broken(run)
    if broken:
        count = amount(len(broken), "requirement")
        return say("The client breaks {}: {}", count, _some(broken))
    if gate.exit_code:
        return say("The client breaks no must; exit 1 because {}", gate.reasons[0])
    counted = run.summary
    told = [say("The client passed {}", amount(counted["pass"], "check"))]
    if counted["warn"]:
        told.append(amount(counted["warn"], "warning"))
    if counted["waived"]:
        told.append(say("{} waived", counted["waived"]))
    told.append(say("{} not judged", counted["blocked"]))
    return say("; ").join(told)


def _stop(result: Result) -> Words:
    return own(result.rule.id + (" (waived)" if result.state == "waived" else ""))


def _some(results: list[Result]) -> Words:
    """The first ids, and how many there are beside them."""
    rest = len(results) - MOST_NAMES
    more = say(" and {} more", rest) if rest > 0 else Words()
    return say("{}{}", _ids(results[:MOST_NAMES]), more)


def _ids(results: Iterable[Result]) -> Words:
    return own(", ".join(result.rule.id for result in results))
