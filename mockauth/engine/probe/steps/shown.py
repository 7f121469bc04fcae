"""What the pages on the way show: text that became markup, a password that nobody looks at."""

from __future__ import annotations

from dataclasses import replace

from mockauth.browser.form import Edit, Submission
from mockauth.browser.landing import Landing
from mockauth.checks.finding import Blocked, NotApplicable, Seen
from mockauth.engine.probe.outcome import authorize_outcome
from mockauth.engine.probe.steps.context import Observations, ProbeRun
from mockauth.engine.target.browsers import WRONG, WRONG_PASSWORDS
from mockauth.engine.target.markup import MARK
from mockauth.scenario.model import Step
from mockauth.wire import Exchange
from mockauth.wire.markup import PageTooLarge
from mockauth.wire.url import without_query
from mockauth.wire.words import own, say


def escaped(run: ProbeRun, step: Step, before: int) -> Observations:
    """A finding for each page on the way with an element that was sent as a text."""
    found: Observations = []
    flow = run.subject.driver.trace.exchanges[before:]
    pages = [exchange for exchange in flow if is_page(exchange)]
    for page in pages:
        names = _elements(run, page)
        if names:
            seen = say("the page takes {} for HTML", own(", ").join(map(own, names)))
            at = without_query(page.request.target)
            found.append(run.finding(step, seen, (page.n,), at=at))
    if found:
        return found
    return [Seen(actual=say("{} pages without it", len(pages)), exchanges=(flow[-1].n,))]


def is_page(exchange: Exchange) -> bool:
    """Whether a browser shows it as HTML: it guesses where no type is named (MIME Sniffing)."""
    answer = exchange.answer
    unnamed = not answer.media_type and answer.text.lstrip().startswith("<")
    return not answer.is_redirect and ("html" in answer.media_type or unnamed)


def _elements(run: ProbeRun, page: Exchange) -> list[str]:
    """What of our own the browser makes elements of, by the names that these have."""
    try:
        soup = run.subject.target.pages.soup(page.answer)
    except PageTooLarge:
        return []
    tags = soup.find_all(lambda tag: tag.name.startswith(MARK)) if soup is not None else []
    return list(dict.fromkeys(tag.name.removeprefix(MARK) for tag in tags))


class Typing:
    """Learns whether a password was sent."""

    def __init__(self) -> None:
        self.sent = False

    def watch(self, form: Submission) -> Submission:
        """The form as it is."""
        self.sent = self.sent or form.has_password
        return form

    def empty(self, form: Submission) -> Submission:
        """The form with nothing in place of the password."""
        fields = ((name, "" if value == WRONG else value) for name, value in form.fields)
        return replace(self.watch(form), fields=tuple(fields))


def edit_of(step: Step, typing: Typing) -> Edit | None:
    """What watches the forms of a step that gives a wrong password."""
    if step.user == "no-password":
        return typing.empty
    return typing.watch if step.user in WRONG_PASSWORDS else None


def require_password(typing: Typing, landing: Landing) -> None:
    """See that the password could be wrong.

    Raises:
        Blocked: the login was not got so far.
        NotApplicable: none was asked for.
    """
    if typing.sent or landing.reason == "http-basic":
        return
    if authorize_outcome(landing) == "accepted":
        raise NotApplicable(say("no form asks for a password"))
    raise Blocked(say("no password could be sent: {}", landing.describe()))
