"""What the pages tell the user of a client that nobody has registered."""

from __future__ import annotations

import re

from mockauth.browser.landing import Landing
from mockauth.chatgpt.client import Client
from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.checks.markup import visible_text
from mockauth.engine.probe.outcome import authorize_outcome
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.engine.probe.steps.shown import is_page
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.url import hostname
from mockauth.wire.words import own, say

SHOWN = ("client-host", "redirect-host", "warning")
WORD = re.compile(r"[^\W\d_]{2,}")


def remember_words(run: ProbeRun, before: int) -> None:
    """Keep what the pages of this step said, where those of a later one are compared with it."""
    if any(step.expect.page == "warning" for step in run.probe.steps):
        run.material.words.append(_words(_texts(run, _pages(run, before))))


def shown_on_pages(
    run: ProbeRun, step: Step, before: int, client: Client, landing: Landing
) -> Observations:
    """Whether a page shows the host of the client or of its redirect URI, or says more than the first
    one did. What a page says at one visit only is no warning.

    Raises:
        Blocked: the sign-in came to no code.
        NotApplicable: the user saw no page.
    """
    if authorize_outcome(landing) != "accepted":
        raise Blocked(say("the sign-in of this client came to no code: {}", landing.describe()))
    pages = _pages(run, before)
    if not pages:
        raise NotApplicable(say("the user sees no page before the code is sent"))
    numbers = (pages[-1].n,)
    if step.expect.page == "warning":
        named = _words([f"{client.id} {client.redirect_uri}".lower()])
        usual, before_this = run.material.words[0], run.material.words[-1]
        added = sorted((_words(_texts(run, pages)) & before_this) - usual - named)
        if added:
            return [Seen(actual=say("it adds: {:.80}", " ".join(added)), exchanges=numbers)]
        return [run.finding(step, say("the page says the same as of any client"), numbers)]
    host = hostname(client.id if step.expect.page == "client-host" else client.redirect_uri)
    if any(host in text for text in _texts(run, pages)):
        return [Seen(actual=host, exchanges=numbers)]
    return [run.finding(step, say("no page shows {}", own(host)), numbers)]


def _pages(run: ProbeRun, before: int) -> list[Exchange]:
    return [e for e in run.subject.driver.trace.exchanges[before:] if is_page(e)]


def _texts(run: ProbeRun, pages: list[Exchange]) -> list[str]:
    return [visible_text(run.subject.target.pages, page).lower() for page in pages]


def _words(texts: list[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in WORD.findall(text))
