"""What ChatGPT would make of an MCP server today, and in each revision that the server speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mockauth.engine.result.rank import SIGN_IN
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.today_facts import Today
from mockauth.engine.result.verdict import BROKEN
from mockauth.profiles.mcp import REVISIONS, Revision, with_revision
from mockauth.wire.words import Words, amount, own, say

WAYS = {
    "given": "registers nothing, because the client id was given",
    "dynamic": "registers dynamically (RFC 7591)",
    "document": "signs in by its client ID metadata document, as this run did",
}


@dataclass(frozen=True, kw_only=True)
class ByRevision:
    """The verdict by one revision: the same run, at its levels."""

    revision: str
    signs_in: Literal["yes", "no", "unknown"]
    failures: tuple[str, ...]
    """The ids of the rules that fail, those that stop the sign-in first."""
    unjudged: int
    refused: str = ""
    """The method that does not work in that revision."""


def by_revision(run: Run) -> tuple[ByRevision, ...]:
    """One verdict for each revision that the server speaks, the newest first. What a revision has and
    the one that was spoken has not, counts as not judged."""
    if run.today is None:
        return ()
    spoken = set(run.today.served) or {run.today.judged_by}
    return tuple(_row(run, one) for one in reversed(REVISIONS) if one in spoken)


def _row(run: Run, revision: Revision) -> ByRevision:
    states = dict(_states(run, revision))
    broken = (name for name, state in states.items() if state in ("fail", "error"))
    failures = tuple(sorted(broken, key=lambda name: name not in SIGN_IN))
    signs_in: Literal["yes", "no", "unknown"] = "unknown"
    refused = dict(run.today.refused if run.today else ()).get(revision, "")
    if refused or any(name in SIGN_IN for name in failures):
        signs_in = "no"
    elif run.today is not None and run.today.connects:
        signs_in = "yes"
    unjudged = sum(state == "blocked" for state in states.values())
    return ByRevision(
        revision=revision,
        signs_in=signs_in,
        failures=failures,
        unjudged=unjudged,
        refused=refused,
    )


def _states(run: Run, revision: Revision) -> Iterator[tuple[str, str]]:
    """The state of each rule at the levels of that revision."""
    profile = with_revision(run.profile, revision)
    for result in run.results:
        level = profile.level(result.rule.id, result.rule.levels)
        if level is None:
            continue
        if result.state == "n/a":
            if result.rule.id in run.profile.by_revision and result.rule.id in run.profile.off:
                yield result.rule.id, "blocked"
        elif result.state in ("fail", "warn", "info") and result.findings:
            yield result.rule.id, _broken(result, BROKEN[level])
        else:
            yield result.rule.id, result.state


def _broken(result: Result, state: str) -> str:
    is_tolerated = state == "fail" and result.findings[0].tolerated
    return "warn" if is_tolerated else state


def in_words(one: ByRevision) -> Words:
    """One verdict as a line of a table."""
    signs_in = {"yes": "can sign in", "no": "cannot sign in", "unknown": "sign-in not tested"}
    first = say(", first {}", own(one.failures[0])) if one.failures else Words()
    if one.refused:
        first = say("{}; {} does not work", first, own(one.refused))
    return say(
        "  {}   {}   {} not judged   {}",
        own(one.revision),
        own(f"{signs_in[one.signs_in]:18}"),
        own(f"{one.unjudged:3}"),
        say("{}{}", amount(len(one.failures), "failure"), first),
    )


def headline(run: Run) -> Words:
    """What ChatGPT would do today: whether it connects, how it registers, which callback it uses, and
    what it would show; empty where no MCP server was checked."""
    today = run.today
    if today is None:
        return Words()
    return say(
        "{}; {}; its callback is {}",
        _outcome(run, today),
        own(_way(today)),
        today.callback,
    )


def _way(today: Today) -> str:
    """The way that ChatGPT would use, and whether it was used here."""
    needs_none = not today.way and today.connects
    by_document = today.offers_document and today.way in ("dynamic", "") and not needs_none
    if by_document and today.document_works:
        return "signs in by its client ID metadata document, which led to a token here"
    if by_document and today.way:
        return "would sign in by its client ID metadata document, and dynamic registration (RFC 7591) was used here"
    if by_document:
        return "would sign in by its client ID metadata document, which could not be tried to its end here"
    return WAYS.get(today.way, "needs no sign-in" if needs_none else "finds no way to register")


def _outcome(run: Run, today: Today) -> Words:
    stops = [r for r in run.results if r.raw_state in ("fail", "error") and r.rule.id in SIGN_IN]
    if today.connects and not stops:
        return say("connects and lists {}", amount(today.tools, "tool"))
    if not stops and today.offers_document and not today.way:
        return say("sign-in not tested")
    shown = next((r.rule.chatgpt_shows for r in stops if r.rule.chatgpt_shows), "")
    return say("does not connect, and shows {}", shown) if shown else say("does not connect")
