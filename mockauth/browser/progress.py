"""How far a person got with one authorization request: what was done, and where it ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from mockauth.browser.choose import Candidate, Choice, buttons_of
from mockauth.browser.fields import SURE, Asks
from mockauth.browser.form import Decision, Edit, Submission, outline
from mockauth.browser.landing import Landing, Outcome, Press, Reason, matches
from mockauth.browser.page import Page
from mockauth.browser.policy import MOST_SCRIPT, form_is_stopped, script_is_stopped, taken_over
from mockauth.browser.question import question_of
from mockauth.browser.signs import sets_action
from mockauth.browser.told import Told
from mockauth.browser.user_browser import UserBrowser
from mockauth.browser.vocabulary import meanings
from mockauth.wire import Exchange, Pairs, Request
from mockauth.wire.message import pairs_of
from mockauth.wire.url import hostname, origin
from mockauth.wire.words import Words

if TYPE_CHECKING:
    from bs4 import Tag

QUESTION_MARK = re.compile("[?\uff1f\u061f\u037e\u055e]")
ASKED: Mapping[Asks, Reason] = MappingProxyType(
    {"code": "one-time-code", "new_password": "new-password", "captcha": "captcha"}
)


@dataclass
class Progress:
    """What was done so far, and the ends that it may come to."""

    session: UserBrowser
    redirect_uris: tuple[str, ...]
    decision: Decision
    edit: Edit | None
    pages: int = 0
    filled: list[str] = field(default_factory=list)
    submitted: set[tuple[str, Pairs]] = field(default_factory=set)
    passwords_at: set[str] = field(default_factory=set)
    pressed: list[Press] = field(default_factory=list)
    guesses: list[Candidate] = field(default_factory=list)
    """What was pressed without being understood."""
    refusals: list[Candidate] = field(default_factory=list)
    """What was pressed to refuse."""
    refused_at: tuple[str, ...] | None = None
    """The forms of the page that was refused."""
    sent_forms: set[str] = field(default_factory=set)
    """The forms that were sent, by signature."""
    unrefused: Landing | None = None
    """The end at the first page that has no way to refuse, if none comes that has."""
    logins: list[str] = field(default_factory=list)
    """The forms that were signed in to where another one stood beside them."""
    eager: bool = False
    """A form that came back was sent again with more of it ticked."""
    told: Told | None = None
    """What the settings say of the page that is read."""
    skipped: set[str] = field(default_factory=set)
    start: Request | None = None
    """The authorization request."""
    misfit: tuple[str, Words] | None = None
    """The place of an override whose page lacks what it names, and what that is."""
    came_from: Page | None = None
    """The page whose form the page that is read answers."""
    stopped_at: Page | None = None
    """The page at which it stopped."""
    asked_at: Page | None = None
    """The page whose question was answered last."""
    furniture: set[str] = field(default_factory=set)
    """The forms that stood beside the login, and have nothing to do with consent."""
    named: bool = False
    """The user's name was given."""
    sent_from: tuple[Tag, Page] | None = None
    """The form that the latest answer is to."""
    by_script: bool = False
    """A handler sent it, which no script library hears of (HTML, `form.submit()`)."""
    stopped_by: str = ""
    form_action: bool = False
    captcha: bool = False
    """The widget of a captcha stood in the latest form."""
    asked: bool = False
    """A page asked for an answer."""
    refused: bool = False
    """The user has been able to say no."""
    forged: Submission | None = None
    """The form that was sent as another site would send it."""

    def _leaves(self, target: str) -> bool:
        if matches(target, self.redirect_uris):
            return True
        return not self.session.may_visit(self.session.map_url(target))

    def _left(
        self, target: str, exchange: Exchange, method: str = "GET", form: Pairs = ()
    ) -> Landing:
        returned = matches(target, self.redirect_uris)
        refused = "" if returned else self.session.why_not(self.session.map_url(target))
        if not (returned or refused) and signs_in_elsewhere(target, self.redirect_uris):
            where = origin(target)
            return self._end("stuck", target, exchange, reason="other-sign-in", detail=where)
        outcome: Outcome = "callback" if returned else "elsewhere"
        return Landing(
            outcome=outcome,
            url=target,
            method=method,
            form=form,
            page=exchange,
            filled=tuple(self.filled),
            pressed=tuple(self.pressed),
            asked=self.asked,
            stopped_by=self.stopped_by,
            form_action=self.form_action,
            no_deny=self.decision == "deny" and not self.refused,
            reason="may-not-visit" if refused else "",
            detail=refused,
        )

    def strict(self, landing: Landing) -> Landing:
        """The end, which is that of a mistake in the settings where an override has fitted no page
        although its address has come."""
        if self.misfit is None or self.misfit[0] in self.session.obeyed:
            return landing
        return replace(landing, outcome="stuck", reason="wrong-override", detail=self.misfit[1])

    def _note_login(self, choice: Choice | None, page: Page) -> None:
        """Keep what sent the form of the login; without a button that is Enter."""
        if choice is None:
            self.pressed.append(Press(name="Enter"))
            return
        self.pressed.append(Press(name=choice.candidate.name, how=choice.how))
        if choice.how == "guess":
            self.asked_at = page
            self.guesses.append(choice.candidate)

    def _asks(self, page: Page, exchange: Exchange, asks: Asks, what: str) -> Landing:
        """The end at what only the user knows."""
        reason = ASKED.get(asks, "needs-answer")
        is_code = meanings(what, page.lang).get("one_time_code", 0) >= SURE
        if asks in ("code", "unknown") and self.passwords_at and QUESTION_MARK.search(what):
            reason = reason if is_code else "security-question"
        detail = "" if reason == "captcha" else what or page.title
        return self._end("stuck", page.url, exchange, page=page, reason=reason, detail=detail)

    def _stop_redirect(self, target: str) -> None:
        """Note what stops the redirect that answers a form."""
        if self.sent_from is None:
            return
        form, page = self.sent_from
        stopped = form_is_stopped(page, target, redirected=True)
        self.form_action = self.form_action or stopped == "form-action"
        if matches(target, self.redirect_uris) and not self.by_script:
            self._stop(taken_over(form, page, self.session.loads))

    def _stop(self, directive: str) -> None:
        self.stopped_by = self.stopped_by or directive

    def _stop_click(self, page: Page) -> None:
        """Note what stops the script that presses a link without words, which no person sees."""
        scripts = page.soup.find_all("script", src=False, limit=100)
        clicks = next((one for one in scripts if "click(" in one.get_text()[:MOST_SCRIPT]), None)
        if clicks is not None:
            self._stop(script_is_stopped(page, clicks))

    def _stop_form_post(self, form: Tag, page: Page, action: str) -> None:
        """Note what stops a form that script sends to the callback."""
        self.form_action = self.form_action or bool(form_is_stopped(page, action))
        if buttons_of(form, page):
            return
        scripts = [s for s in page.soup.find_all("script", src=False) if "submit" in s.get_text()]
        self._stop(script_is_stopped(page, scripts[0] if scripts else None))

    def _end(
        self,
        outcome: Outcome,
        url: str,
        exchange: Exchange,
        *,
        page: Page | None = None,
        reason: Reason = "",
        detail: str = "",
    ) -> Landing:
        text = exchange.answer.text[:300] if page is None else page.snippet
        if outcome == "error_page" and self.captcha:
            outcome, reason = "stuck", "captcha"
        elif outcome == "error_page" and self.came_from is not None and sets_action(self.came_from):
            outcome, reason, page, url = "stuck", "needs-script", self.came_from, self.came_from.url
        self.stopped_at = page
        asked = question_of(reason, detail, page, url)
        if asked is not None and self.session.overrides:
            asked = replace(asked, adds=True)
        return Landing(
            outcome=outcome,
            url=url,
            page=exchange,
            title=page.title if page else "",
            snippet=" ".join(text.split()),
            reason=reason,
            detail=detail,
            question=asked,
            forms=tuple(outline(form, page) for form in page.forms) if page else (),
            filled=tuple(self.filled),
            pressed=tuple(self.pressed),
            asked=self.asked,
            stopped_by=self.stopped_by,
            form_action=self.form_action,
            no_deny=reason == "no-deny",
        )


def signs_in_elsewhere(target: str, redirect_uris: tuple[str, ...]) -> bool:
    """Whether an address is another company's sign-in: it carries a request of its own."""
    names = {name for name, _ in pairs_of(target.partition("#")[0].partition("?")[2])}
    asks = bool(names & {"client_id", "SAMLRequest", "wtrealm"})
    hosts = {hostname(uri) for uri in redirect_uris}
    return asks and not names & {"code", "error"} and hostname(target) not in hosts
