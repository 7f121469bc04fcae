"""Walking again, with another button, where a guess was wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from mockauth.browser.choose import Candidate, Effect
from mockauth.browser.decisions import Decisions
from mockauth.browser.form import Decision
from mockauth.browser.landing import Landing, Reason
from mockauth.browser.page import Page
from mockauth.browser.question import question_of
from mockauth.wire.words import own, say

NOWHERE: tuple[Reason, ...] = (
    "login-again", "page-again", "redirect-loop", "reload-loop", "too-many-pages",
)  # fmt: skip
"""The ends that may come of a button that is not the one to press."""

V = TypeVar("V", bound=Decisions)


def by_trial(
    walk: Callable[[], tuple[V, Landing]], forget: Callable[[], None], *, most: int
) -> tuple[V, Landing]:
    """Walk; after a guess that was wrong, walk again as a new browser and press another one. What
    was learned is kept in the session. The password of a login whose button is not known is sent
    twice at most. No end after guesses alone is the server's fault."""
    visit, landing = walk()
    tried: list[Candidate] = []
    while (wrong := _wrong_guess(visit, landing)) is not None and most:
        stop = wrong.key in visit.session.known_to or any(
            one.signs_in and wrong.signs_in for one in tried
        )
        _learn_wrong(visit, wrong, landing)
        tried.append(wrong)
        if stop or len(tried) > most:
            return visit, _unsure(landing, landing, visit.asked_at, tried)
        forget()
        visit, again = walk()
        if again.no_deny and again.question is not None:
            return visit, replace(again, tried=tuple(one.name for one in tried))
        if not wrong.signs_in and again.reason in ("no-form", "needs-script", "no-deny"):
            return visit, _unsure(landing, again, visit.stopped_at, tried)
        landing = again
    _learn_right(visit, landing)
    return visit, replace(landing, tried=tuple(one.name for one in tried))


def _wrong_guess(visit: Decisions, landing: Landing) -> Candidate | None:
    """The guess to doubt; None where the end is as wanted, or none was made."""
    if not visit.guesses:
        return None
    refusing = visit.decision == "deny"
    said = [one for one in visit.guesses if not (refusing and one.signs_in)]
    if is_wrong(landing, visit.decision):
        return said[-1] if said else None
    unclear = [one for one in said if not one.says.known]
    if visit.session.is_wary() or not unclear or (refusing and landing.left):
        return None
    return unclear[-1] if _leads_nowhere(landing) else None


def _leads_nowhere(landing: Landing) -> bool:
    """Whether the end would be taken for a refusal of the server, which another button may be the
    cause of."""
    if landing.left:
        return all(name != "code" for name, _ in landing.params)
    return landing.outcome == "error_page" or landing.reason in NOWHERE


def _learn_wrong(visit: Decisions, wrong: Candidate, landing: Landing) -> None:
    """Keep what a guess did that was wrong."""
    did: Effect = "other"
    if is_wrong(landing, visit.decision) and not wrong.signs_in:
        did = "deny" if visit.decision == "allow" else "allow"
    visit.session.known_to[wrong.key] = did


def _learn_right(visit: Decisions, landing: Landing) -> None:
    """Keep what the guesses did that led where they should."""
    if landing.outcome != "callback":
        return
    names = {name for name, _ in landing.params}
    for one in visit.guesses:
        if "code" in names and (visit.decision == "allow" or one.signs_in):
            visit.session.known_to[one.key] = "allow"
        elif ("error", "access_denied") in landing.params and visit.decision == "deny":
            visit.session.known_to[one.key] = "allow" if one.signs_in else "deny"


def _unsure(before: Landing, after: Landing, page: Page | None, tried: list[Candidate]) -> Landing:
    """The end where no press that was tried led to a code."""
    named = say("[{}]", own(" · ").join(press.name for press in before.pressed))
    url = page.url if page is not None else after.url
    names = tuple(one.name for one in tried)
    reason: Reason = "which-signs-in" if tried[-1].signs_in else "which-consents"
    if reason == "which-signs-in":
        named = say("[{}]", own(" · ").join(one.name for one in tried if one.signs_in))
    return replace(
        before,
        outcome="stuck",
        url=url,
        reason=reason,
        detail=named,
        question=question_of(reason, "", page, url, names),
        tried=names,
    )


def is_wrong(landing: Landing, decision: Decision) -> bool:
    """Whether the callback tells the other decision."""
    if landing.outcome != "callback":
        return False
    if decision == "allow":
        return ("error", "access_denied") in landing.params
    return any(name == "code" for name, _ in landing.params)
