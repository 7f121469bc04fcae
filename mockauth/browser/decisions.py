"""What a person does on the pages of one authorization request: sign in, allow or refuse, go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of, name_of
from mockauth.browser.choose import (
    Candidate,
    Choice,
    about_button,
    all_buttons,
    buttons_of,
    candidates,
    is_banner,
    login_button,
    login_choice,
    login_forms,
    pick,
    scripted,
)
from mockauth.browser.fields import NONE_TOLD, SURE, Known, fields_of, is_code, is_submit, is_typed
from mockauth.browser.form import Decision, Submission, fill, unticking_refuses
from mockauth.browser.landing import Landing, Press, Reason, matches
from mockauth.browser.override import Value
from mockauth.browser.page import Page
from mockauth.browser.policy import auto_submit_is_stopped, form_is_stopped, script_is_stopped
from mockauth.browser.progress import Progress, signs_in_elsewhere
from mockauth.browser.signs import (
    asks_who,
    changes_what_is_sent,
    chooses,
    has_captcha,
    headings,
    is_login,
    likeness,
    other_account,
    shows_qr_code,
    signature,
    signatures,
    stays_signed_in,
    submits_by_enter,
    wants_passkey,
)
from mockauth.browser.told import Told, told_of
from mockauth.browser.vocabulary import Meaning, meanings
from mockauth.wire import Exchange, Request
from mockauth.wire.url import hostname, join, origin, split
from mockauth.wire.words import own, say

if TYPE_CHECKING:
    from bs4 import Tag

HEADED: tuple[tuple[Meaning, Reason], ...] = (
    ("one_time_code", "one-time-code"),
    ("new_password", "new-password"),
    ("password", "new-password"),
)
"""What a page is about that a person gets past elsewhere, by its headings."""
MOST_GUESSES = 3
"""Other buttons that are tried, each in a fresh session, after a guess that was wrong."""


@dataclass
class Decisions(Progress):
    """What is done on the next page. How a request is made is left to those who follow: a form
    session, or a real browser."""

    def _decide(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        for form in page.forms:  # a form_post page: its form goes straight to the callback
            action = join(page.base, str(form.get("action") or ""))
            if matches(action, self.redirect_uris):
                self._stop_form_post(form, page, action)
                made = fill(form, page, self.session.credentials, self.decision, None)
                return self._left(made.url, exchange, made.method, made.fields)
        return self._choose(page, exchange)

    def _choose(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        """What is done on a page: what the settings say, else what the page does."""
        self.told = told = self._told_of(page, exchange)
        return self._obey(told, page, exchange) if told is not None else self._judge(page, exchange)

    def _told_of(self, page: Page, exchange: Exchange) -> Told | None:
        """What the settings say of the page: the first override that fits it."""
        session = self.session
        for override in () if session.follow_only else session.overrides:
            if not (override.fits(page.url) or override.fits(session.map_url(page.url))):
                continue
            if override.skip and not self.named and is_login(page):
                continue
            told = told_of(override, page)
            if isinstance(told, Told):
                session.obeyed.add(override.place)
                return told
            # Several pages of a login may have one address, and only one of them be meant.
            if exchange.answer.ok and self.misfit is None:
                self.misfit = override.place, told
        return None

    def _obey(self, told: Told, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        """Do what the settings say; what they leave open is judged as on any other page."""
        if told.override.skip:
            return self._skip(page, exchange)
        refusing = self.decision == "deny" and not self.refused
        if refusing and told.deny is not None:
            self.refused = True
            return self._press(Choice(candidate=told.deny, how="told"), page, exchange, "deny")
        if told.submit is not None and not (refusing and self._may_refuse(told.submit, page)):
            return self._press(Choice(candidate=told.submit, how="told"), page, exchange, "allow")
        return self._judge(page, exchange)

    def _may_refuse(self, submit: Candidate, page: Page) -> bool:
        """Whether a page on which the settings say only what allows can be refused all the same."""
        values = self.told.values if self.told is not None else {}
        if submit.form is not None and fields_of(submit.form, page, values):
            return False
        return submit.says.log_in < SURE

    def _skip(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        """Leave a page as it is, and make the authorization request again."""
        assert self.start is not None  # noqa: S101 - set before the first page
        if page.url in self.skipped:
            return self._end("stuck", page.url, exchange, page=page, reason="skipped-again")
        self.skipped.add(page.url)
        return self.start, False

    def _judge(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        """Fill in the page, or say the answer, by what it says."""
        logins = self._logins_of(page)
        found = self._candidates(page, exchange)
        form = self.told.form if self.told is not None else None
        if form is not None:
            logins = [one for one in logins if one[1] is form]
            found = [one for one in found if one.form is form]
            button = login_button(form, page)
            if not logins and not found and button is not None:
                one = about_button(form, button, page)
                return self._press(Choice(candidate=one), page, exchange, "allow")
        if self._asks_anew(logins, found):
            return self._end("error_page", page.url, exchange, page=page, reason="asks-anew")
        if (logins or found) and self._is_refusal(page, logins, found):
            return self._end("error_page", page.url, exchange, page=page)
        return self._log_in_or_answer(logins, found, page, exchange)

    def _logins_of(self, page: Page) -> list[tuple[float, Tag, list[Known]]]:
        """The forms that sign in, the likeliest first; those that script shows where there is no
        other, and those that led nowhere only where nothing else is left."""
        if self.session.follow_only:
            return []
        logins = login_forms(page)
        if not logins and not self.named:
            logins = login_forms(page, page.hidden_logins)
        gone = self.session.led_nowhere
        return [
            one for one in logins if signature(one[1], page) + str(one[0]) not in gone
        ] or logins

    def _log_in_or_answer(
        self,
        logins: list[tuple[float, Tag, list[Known]]],
        found: list[Candidate],
        page: Page,
        exchange: Exchange,
    ) -> Landing | tuple[Request, bool]:
        """Sign in where the page asks for it, else say the answer."""
        refusal = self._refuses_login(logins[0][1], page) if logins else None
        if refusal is not None:
            self.refused = True
            return self._press(Choice(candidate=refusal), page, exchange, "deny")
        if len(logins) > 1:
            self.logins.append(signature(logins[0][1], page) + str(logins[0][0]))
        if logins and self._signs_in(logins[0], found):
            self.furniture |= {signature(form, page) for form in page.forms}
            self.furniture.discard(signature(logins[0][1], page))
            return self._sign_in(logins[0], page, exchange)
        return self._answer(page, exchange, found)

    def _asks_anew(
        self, logins: list[tuple[float, Tag, list[Known]]], found: list[Candidate]
    ) -> bool:
        """Whether the page asks again what a forged form has answered."""
        if self.forged is None or any(matches(one.target, self.redirect_uris) for one in found):
            return False
        yes = pick(found, "allow", {})
        leads_in = yes is not None and yes.candidate.says.log_in >= SURE > yes.candidate.says.allow
        return bool(logins) or leads_in or not self.forged.has_password

    def _is_refusal(
        self, page: Page, logins: list[tuple[float, Tag, list[Known]]], found: list[Candidate]
    ) -> bool:
        """Whether a page that came of a request to refuse is none of the flow's: nobody signs in
        there for the first time, and nothing is asked that is asked of an ordinary request."""
        if not self.session.is_wary():
            return False
        if not self.passwords_at and any(
            asks_who(known) or signature(form, page) in self.session.walked
            for _, form, known in logins
        ):
            return False
        return not any(
            matches(one.target, self.redirect_uris)
            or one.says.allow >= SURE
            or (one.says.log_in >= SURE and not self.named)
            or likeness(one) in self.session.walked
            for one in found
        )

    def _refuses_login(self, form: Tag, page: Page) -> Candidate | None:
        """What refuses on a page that asks for the password and for consent at once."""
        if self.decision != "deny" or self.refused:
            return None
        buttons = [about_button(form, button, page) for button in buttons_of(form, page)]
        if not any(one.says.allow >= SURE for one in buttons):
            return None
        refusing = [one for one in buttons if one.says.no >= SURE > one.says.allow]
        blank = {id(c): "" for c in page.controls(form) if is_typed(c)}
        return replace(refusing[0], values=blank) if len(refusing) == 1 else None

    def _candidates(self, page: Page, exchange: Exchange) -> list[Candidate]:
        """What may say the answer; on an error page only what leads to the callback."""

        def is_callback(target: str) -> bool:
            return matches(target, self.redirect_uris)

        username = self.session.credentials.username
        found = candidates(page, is_callback, username, self.session.follow_only)
        if not exchange.answer.ok:
            found = [one for one in found if one.form is not None or is_callback(one.target)]
        found = [one for one in found if not self._is_way_out(one)]
        used = {signature(form, page): form for form in page.forms}
        worn = {id(form) for key, form in used.items() if key in self.furniture}
        found = [one for one in found if one.key not in self.session.led_nowhere]
        fresh = [one for one in found if id(one.form) not in worn]
        return [one for one in fresh or found if (one.target, ()) not in self.submitted]

    def _is_way_out(self, one: Candidate) -> bool:
        """Whether a link leads to a host that has nothing to do with the request, and nothing says
        that it goes on there."""
        uris = self.redirect_uris
        if not one.target or hostname(one.target) in set(map(hostname, uris)):
            return False
        goes_on = one.says.known or signs_in_elsewhere(one.target, uris)
        return self._leaves(one.target) and (self.session.is_wary() or not goes_on)

    def _signs_in(self, login: tuple[float, Tag, list[Known]], found: list[Candidate]) -> bool:
        """Whether the form is to be filled in: not one for a name beside a question, once the name
        was given."""
        if any(one.asks == "password" for one in login[2]) or not self.named:
            return True
        return not any(
            max(one.says.yes, one.says.no) >= SURE for one in found if one.form is not login[1]
        )

    def _sign_in(
        self, login: tuple[float, Tag, list[Known]], page: Page, exchange: Exchange
    ) -> Landing | tuple[Request, bool]:
        _, form, known = login
        unsure = all(one.sure <= 0.3 for one in known if one.asks == "user")
        by_name = not any(one.asks == "password" for one in known)
        if by_name and self.told is None:
            code = unsure and is_code(form, page)
            if code or self.passwords_at:
                later = self._later(page, exchange)
                if later is not None:
                    return later
                asked = next((name_of(k.control, page) for k in known if k.asks == "user"), "")
                return self._asks(page, exchange, "code" if code else "unknown", asked)
        choice = login_choice(form, page, self.session.known_to)
        button = choice.candidate.button if choice is not None else None
        if button is None:
            pressed = [one for one in scripted(page) if one.form is form and one.says.off < SURE]
            if pressed:
                best = max(pressed, key=lambda one: one.says.yes + one.says.log_in - one.says.no)
                return self._press(Choice(candidate=best), page, exchange, "allow")
            if not submits_by_enter(form, page):
                return self._end("stuck", page.url, exchange, page=page, reason="needs-script")
        self.by_script = False
        if not self.session.is_wary():
            self.session.walked.add(signature(form, page))
        made = self._filled(form, page, "allow", button)
        onward = self._submit(made, page, exchange)
        if not isinstance(onward, Landing) or onward.left:
            self._note_login(choice, page)
        return onward

    def _filled(
        self,
        form: Tag,
        page: Page,
        decision: Decision,
        button: Tag | None,
        chosen: frozenset[int] = frozenset(),
        written: Mapping[int, Value] = NONE_TOLD,
    ) -> Submission:
        self.sent_from = form, page
        told = self.told
        values = {**written, **(told.values if told is not None else NONE_TOLD)}
        chosen |= told.chosen if told is not None and not chosen else frozenset()
        name = signature(form, page)
        eager = decision == "allow" and name in self.sent_forms
        self.sent_forms.add(name)
        known = self.session.credentials
        return fill(form, page, known, decision, button, chosen, values, eager=eager)

    def _answer(
        self, page: Page, exchange: Exchange, found: list[Candidate]
    ) -> Landing | tuple[Request, bool]:
        """Say yes or no, where the page is one that asks it."""
        if self.refused_at is not None and self.refused_at == signatures(page):
            return self._refuse_again(page, exchange, found)
        refusing = self.decision == "deny" and not self.refused and not stays_signed_in(page)
        known_to = dict(self.session.known_to)
        if self.told is not None and self.told.submit is not None:
            known_to[self.told.submit.key] = "allow"
        if self.told is not None and self.told.deny is not None:
            known_to[self.told.deny.key] = "deny"
        if refusing:
            yes = pick(found, "allow", known_to)
            leads_in = (
                yes is not None and yes.candidate.says.log_in >= SURE > yes.candidate.says.allow
            )
            if not leads_in:
                no = pick(found, "deny", known_to)
                if no is not None and not self._may_skip(page):
                    self.refused = True
                    self.refused_at = signatures(page)
                    self.refusals.append(no.candidate)
                    return self._press(no, page, exchange, "deny")
                if yes is not None and self._is_consent(yes, page):
                    return self._untick(yes, page, exchange)
            if yes is None:
                return self._skip_or_end(page, exchange)
            return self._press(yes, page, exchange, "deny")
        choice = pick(found, "allow", known_to)
        if choice is None:
            return self._skip_or_end(page, exchange)
        return self._press(choice, page, exchange, "allow")

    def _refuse_again(
        self, page: Page, exchange: Exchange, found: list[Candidate]
    ) -> Landing | tuple[Request, bool]:
        """Refuse by another button of a page that came back, as one with a banner does."""
        pressed = [one.key for one in self.refusals]
        others = [one for one in found if one.says.no >= SURE and one.key not in pressed]
        if not others or len(self.refusals) >= MOST_GUESSES:
            return self._end("stuck", page.url, exchange, page=page, reason="page-again")
        self.refusals.append(others[0])
        return self._press(Choice(candidate=others[0]), page, exchange, "deny")

    def _may_skip(self, page: Page) -> bool:
        """Whether the page offers something to set up, which a person may leave for later."""
        if not self.passwords_at:
            return False
        if any(one.says.allow >= SURE for one in all_buttons(page)):
            return False
        new = (form for form in page.forms if signature(form, page) not in self.furniture)
        asked = (one.asks for form in new for one in fields_of(form, page))
        return wants_passkey(page) or any(asks not in ("", "unknown", "password") for asks in asked)

    def _later(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool] | None:
        """Press "later" on a page that offers something to set up; None where it has no such way."""
        if not (self._may_skip(page) and exchange.answer.ok) or self.told is not None:
            return None
        tried = self.session.known_to
        ways = [one for one in all_buttons(page) if one.says.deny >= SURE and one.key not in tried]
        if len(ways) != 1:
            return None
        blank = (
            {id(c): "" for c in page.controls(ways[0].form) if is_typed(c)} if ways[0].form else {}
        )
        way = replace(ways[0], values={**ways[0].values, **blank})
        return self._press(Choice(candidate=way, how="guess"), page, exchange, "allow")

    def _skip_or_end(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        """Press "later" where that is the only way on; else the end."""
        later = self._later(page, exchange)
        return self._without_form(page, exchange) if later is None else later

    def _is_consent(self, choice: Choice, page: Page) -> bool:
        one = choice.candidate
        if one.says.allow >= SURE or one.form is None:
            return one.says.allow >= SURE or bool(self.passwords_at)
        return bool(self.passwords_at) and not chooses(one.form, page)

    def _untick(
        self, choice: Choice, page: Page, exchange: Exchange
    ) -> Landing | tuple[Request, bool]:
        """Refuse by leaving the box of consent unticked, where there is one."""
        form = choice.candidate.form
        if form is None or not unticking_refuses(form, page):
            # A page behind it may ask again; else the end is here.
            end = self._end("stuck", page.url, exchange, page=page, reason="no-deny")
            self.unrefused = self.unrefused or end
            return self._press(choice, page, exchange, "allow")
        self.refused = True
        return self._press(choice, page, exchange, "deny")

    def _press(
        self, choice: Choice, page: Page, exchange: Exchange, decision: Decision
    ) -> Landing | tuple[Request, bool]:
        one = choice.candidate
        if not self.session.is_wary():
            self.session.walked.add(likeness(one))
        self.asked = self.asked or self._asks_consent(one, page)
        self.pressed.append(Press(name=one.name, how=choice.how))
        self.asked_at = page
        if choice.how == "guess":
            if self.misfit is not None and self.misfit[0] not in self.session.obeyed:
                return self._end("stuck", page.url, exchange, page=page, reason="which-consents")
            self.guesses.append(one)
        if one.by_script:
            code = str(one.tag.get("onclick") or "") if one.tag is not None else ""
            self._stop(script_is_stopped(page, None, code))
        elif one.key.endswith("|form"):
            stopped = auto_submit_is_stopped(page, self.session.loads)
            if stopped == "missing":
                return self._end("stuck", page.url, exchange, page=page, reason="needs-script")
            self._stop(stopped)
        elif one.form is None and not one.name:
            self._stop_click(page)
        self.by_script = one.by_script
        if one.form is None:
            self.submitted.add((one.target, ()))
            return self._click(one.target, exchange)
        made = self._filled(one.form, page, decision, one.button, one.chosen, one.values)
        return self._submit(made, page, exchange)

    def _asks_consent(self, one: Candidate, page: Page) -> bool:
        """Whether pressing it says more than who the user is."""
        if one.form is None or one.says.log_in >= SURE:
            return one.says.log_in < SURE
        return not any(known.asks in ("user", "password") for known in fields_of(one.form, page))

    def _submit(
        self, made: Submission, page: Page, exchange: Exchange
    ) -> Landing | tuple[Request, bool]:
        self.filled += [name for name in made.filled if name not in self.filled]
        invalid = made.invalid and not self.session.breaks_rules
        if made.missing or made.questions or invalid:
            return self._unsendable(made, page, exchange)
        self.named = self.named or made.has_user or made.has_password
        address = self.session.map_url(made.url)
        again = made.has_password and address in self.passwords_at
        again = again and (self.eager or not made.eager)
        self.eager = self.eager or made.eager
        if again or (made.url, made.fields) in self.submitted:
            reason: Reason = "login-again" if made.has_password else "page-again"
            if has_captcha(page):
                reason = "captcha"
            elif changes_what_is_sent(page):
                reason = "needs-script"
            doubt = say(", or what was given is wrong") if reason == "needs-script" else ""
            return self._end("stuck", page.url, exchange, page=page, reason=reason, detail=doubt)
        if self._leaves(made.url):
            if made.has_password:
                return self._end(
                    "stuck",
                    page.url,
                    exchange,
                    page=page,
                    reason="password-elsewhere",
                    detail=origin(made.url),
                )
            return self._left(made.url, exchange, made.method, made.fields)
        self.captcha = has_captcha(page)
        self._stop(form_is_stopped(page, made.url))
        self.submitted.add((made.url, made.fields))
        if made.has_password:
            self.passwords_at.add(address)
        if self.edit is not None:
            made = self.edit(made)
            self.forged = made if made.forged else self.forged
        return made.request(page.url), made.drop_cookies

    def _unsendable(
        self, made: Submission, page: Page, exchange: Exchange
    ) -> Landing | tuple[Request, bool]:
        """The end at a form that cannot be filled in, or that browsers do not send so."""
        if not made.missing and made.questions:
            later = self._later(page, exchange)
            if later is not None:
                return later
            return self._asks(page, exchange, *made.questions[0])
        reason: Reason = "needs-credentials" if made.missing else "breaks-a-rule"
        wanted = say(" and ").join(map(own, dict.fromkeys(made.missing))) or made.invalid
        return self._end("stuck", page.url, exchange, page=page, reason=reason, detail=wanted)

    def _without_form(self, page: Page, exchange: Exchange) -> Landing | tuple[Request, bool]:
        """The end at a page that offers nothing to press."""
        asked = [one for form in page.forms for one in fields_of(form, page)]
        questions = [one for one in asked if one.asks in ("code", "new_password", "captcha")]
        if questions and exchange.answer.ok:
            names = [name_of(one.control, page) for one in questions]
            return self._asks(page, exchange, questions[0].asks, next(filter(None, names), ""))
        other, said = self._person(page) if exchange.answer.ok else ("", "")
        settled = self.named or self.session.is_wary() or not exchange.answer.ok
        account = None if settled else other_account(page)
        if account is not None:
            return self._press(Choice(candidate=account), page, exchange, "allow")
        if other:
            return self._end("stuck", page.url, exchange, page=page, reason=other, detail=said)
        forms = page.forms
        if self.session.is_wary():  # what a person can send, and is no login, is no way on
            forms = [f for f in forms if not (is_banner(f, page) or buttons_of(f, page))]
        if forms and exchange.answer.ok:
            scripted = page.has_script or any(
                kind_of(c) == "button" and not is_submit(c)
                for form in forms
                for c in page.controls(form)
            )
            reason: Reason = "needs-script" if scripted else "no-form"
            return self._end("stuck", page.url, exchange, page=page, reason=reason)
        if exchange.answer.ok and page.has_script and not page.snippet:
            return self._end("stuck", page.url, exchange, page=page, reason="needs-script")
        if exchange.answer.ok and page.only_script_goes_on:
            return self._end("stuck", page.url, exchange, page=page, reason="needs-script")
        return self._end("error_page", page.url, exchange, page=page)

    def _person(self, page: Page) -> tuple[Reason, str]:
        """What a page without a way on wants of a person, and the words that say it; "" where that
        is not known."""
        if wants_passkey(page):
            return "passkey", ""
        if page.forms:
            return "", ""
        if shows_qr_code(page):
            return "other-device", ""
        if not self.passwords_at:
            return ("mail-link" if self.named else ""), ""
        for meaning, reason in HEADED:
            for text in headings(page):
                if meanings(text, page.lang).get(meaning, 0) >= SURE:
                    return reason, text
        return "", ""

    def _click(self, target: str, exchange: Exchange) -> Landing | tuple[Request, bool]:
        parts = split(target)
        if parts is None or parts.scheme not in ("http", "https"):
            return self._end("stuck", target, exchange, reason="dead-link")
        if self._leaves(target):
            return self._left(target, exchange)
        return Request(method="GET", url=target), False
