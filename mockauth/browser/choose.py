"""Which form signs in, and which button, link or option says the user's answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from mockauth.browser.accessible_name import kind_of, name_of, names_of, text_of, weak_names_of
from mockauth.browser.fields import (
    NONE_TOLD,
    SURE,
    Decision,
    Known,
    fields_of,
    is_submit,
    is_typed,
    says_user,
    value_of,
)
from mockauth.browser.handler import handlers, written_by
from mockauth.browser.landing import How
from mockauth.browser.override import Value
from mockauth.browser.visible import classes_of
from mockauth.browser.vocabulary import Meaning, meanings
from mockauth.wire.url import join, origin

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

YES: tuple[tuple[Meaning, float], ...] = (
    ("allow", 1.0), ("yes", 0.9), ("next", 0.7), ("log_in", 0.65),
)  # fmt: skip
NO: tuple[tuple[Meaning, float], ...] = (
    ("deny", 1.0), ("no", 0.95), ("cancel", 0.9), ("back", 0.6),
)  # fmt: skip
OFF: tuple[Meaning, ...] = (
    "cookies", "sign_up", "search", "newsletter", "language", "log_out", "forgotten_password",
    "show_password",
)  # fmt: skip
BANNERS: tuple[Meaning, ...] = ("cookies", "newsletter", "search", "language")
"""Meanings of one button that make the whole form one of another purpose."""
ABOUT_OTHER = re.compile(
    r"search|sign.?up|regist|subscribe|newsletter|log.?out|sign.?out|locale|lang(?:uage)?\b|theme|forgot|reset"
    r"|cookie|gdpr|onetrust",
    re.IGNORECASE,
)
LEADS_OUT = re.compile(r"(?:^|[/?&=_-])(?:log|sign)[._-]?(?:out|off)(?![a-z])", re.IGNORECASE)
"""An address that ends the session."""
BANNER = re.compile(r"cookie|gdpr|onetrust|newsletter|cmp-", re.IGNORECASE)
PRIMARY = re.compile(
    r"primary|success|cta\b|positive|filled|contained|btn-main|accept", re.IGNORECASE
)
SECONDARY = re.compile(
    r"secondary|link|cancel|danger|outline|ghost|negative|tertiary|default|light|muted",
    re.IGNORECASE,
)
DRAWN = re.compile(r"\bbtn|button")
WEB = ("http://", "https://")
UNKNOWN = 0.15
"""What a button says whose words are unknown: more than one that refuses, less than any other."""
WEAK = 0.6
MOST_CANDIDATES = 60
VARIES = re.compile(r"[\w-]{16,}|\d+")
"""What of an address is another one each time."""
Matches = Callable[[str], bool]
Effect = Literal["allow", "deny", "other"]
"""What pressing something did; `other`: it led to no answer at all."""


@dataclass(frozen=True, kw_only=True)
class Says:
    """How much a button says yes, no, or something else, from 0 to 1."""

    yes: float = 0.0
    no: float = 0.0
    off: float = 0.0
    allow: float = 0.0
    log_in: float = 0.0
    deny: float = 0.0
    log_out: float = 0.0
    banner: float = 0.0

    @property
    def known(self) -> bool:
        return max(self.yes, self.no, self.off) > 0


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A button of a form, a link, or an option with the button that sends it."""

    name: str
    key: str
    """Tells it again on another visit of the page."""
    says: Says = Says()
    form: Tag | None = None
    button: Tag | None = None
    chosen: frozenset[int] = frozenset()
    target: str = ""
    primary: float = 0.0
    tag: Tag | None = None
    """The button, link or option itself."""
    values: Mapping[int, Value] = field(default_factory=lambda: NONE_TOLD)
    """What its handler writes into controls."""
    by_script: bool = False
    """A handler of the page does it."""
    signs_in: bool = False
    """It sends what the user typed to sign in."""

    @property
    def allows(self) -> float:
        """How likely it goes on."""
        base = self.says.yes - self.says.no
        if not self.says.known:
            base = UNKNOWN
        return base + 0.1 * self.primary - (0.05 if self.target else 0)

    @property
    def refuses(self) -> float:
        """How likely it refuses."""
        return self.says.no - self.says.yes - 0.1 * self.primary - (0.02 if self.target else 0)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is pressed, and how its meaning was known."""

    candidate: Candidate
    how: How = "read"


def said_by(names: list[str], weak: list[str], lang: str) -> Says:
    """What the first name that is known says; what only programs read says less."""
    for names_now, weight in ((names, 1.0), (weak, WEAK)):
        for name in names_now:
            says = _says(name, lang, weight)
            if says.known:
                return says
    return Says()


def _says(name: str, lang: str, weight: float) -> Says:
    meant = meanings(name, lang)
    yes = max((meant.get(m, 0.0) * w for m, w in YES), default=0.0) * weight
    no = max((meant.get(m, 0.0) * w for m, w in NO), default=0.0) * weight
    off = max((meant.get(m, 0.0) for m in OFF), default=0.0) * weight
    return Says(
        yes=yes if yes > no else 0.0,
        no=no if no >= yes else 0.0,
        off=off if off >= max(yes, no) else 0.0,
        allow=meant.get("allow", 0.0) * weight,
        log_in=meant.get("log_in", 0.0) * weight,
        deny=meant.get("deny", 0.0) * weight,
        log_out=meant.get("log_out", 0.0) * weight,
        banner=max((meant.get(m, 0.0) for m in BANNERS), default=0.0) * weight,
    )


def says_of(control: Tag, page: Page) -> Says:
    """What a button, a link or an option says."""
    return said_by(names_of(control, page), weak_names_of(control), page.lang)


def buttons_of(form: Tag, page: Page) -> list[Tag]:
    """The submit buttons that a person can press; else those that script may enable."""
    live = [c for c in page.controls(form) if is_submit(c) and not page.is_hidden(c)]
    if not page.has_script:
        return live
    waiting = [c for c in page.disabled(form) if is_submit(c) and not page.is_hidden(c)]
    return live + waiting


def about(form: Tag) -> str:
    """What programs read of a form."""
    given = (form.get(name, "") for name in ("id", "name", "role", "class", "action", "aria-label"))
    return " ".join(" ".join(one) if isinstance(one, list) else str(one) for one in given)


def is_banner(form: Tag, page: Page) -> bool:
    """Whether a form is for cookies, news, search or language."""
    if any(says_of(button, page).banner >= 0.6 for button in buttons_of(form, page)):
        return True
    if str(form.get("role") or "").lower() == "search":
        return True
    around: Tag | None = form
    for _ in range(4):
        if around is None or around.name in ("body", "html"):
            return False
        if BANNER.search(f"{around.get('id', '')} {' '.join(classes_of(around))}"):
            return True
        around = around.parent
    return False


def login_forms(page: Page, forms: list[Tag] | None = None) -> list[tuple[float, Tag, list[Known]]]:
    """The forms of the page, or those that are given, that ask who the user is, the best first."""
    found = []
    for place, form in enumerate(page.forms if forms is None else forms):
        known = fields_of(form, page)
        score = _login_score(form, page, known)
        if score > 0:
            found.append((score - place / 1000, form, known))
    return sorted(found, key=lambda one: -one[0])


def _login_score(form: Tag, page: Page, known: list[Known]) -> float:
    asks = {one.asks for one in known}
    points = 4.0 * ("password" in asks) + 2.0 * ("user" in asks)
    if not points:
        return 0.0
    button = login_button(form, page)
    says = says_of(button, page) if button is not None else Says()
    if says.off >= SURE or (is_banner(form, page) and "password" not in asks):
        return 0.0
    if ABOUT_OTHER.search(about(form)):
        points -= 1.5
    points -= 1.5 * ("new_password" in asks)
    points += says.log_in
    action = join(page.base, str(form.get("action") or page.url))
    return points + (0.5 if origin(action) == origin(page.url) else 0)


def login_button(form: Tag, page: Page) -> Tag | None:
    """The button that a person presses to sign in: by its words, else the form's default one."""
    choice = login_choice(form, page, {})
    return choice.candidate.button if choice is not None else None


def login_choice(form: Tag, page: Page, known_to: Mapping[str, Effect]) -> Choice | None:
    """The button that signs in: by what was learned, by its words, by how it is drawn, else the
    form's default one. None for a form without a button."""
    found = [
        replace(about_button(form, button, page), signs_in=True)
        for button in buttons_of(form, page)
    ]
    best = max(found, key=lambda one: _signs_in(one, known_to), default=None)
    if best is None:
        return None
    if known_to.get(best.key) == "allow":
        return Choice(candidate=best, how="learned")
    unclear = [one for one in found if not one.says.known]
    guess = not best.says.known and len(unclear) > 1
    return Choice(candidate=best, how="guess" if guess else "read")


def _signs_in(one: Candidate, known_to: Mapping[str, Effect]) -> float:
    """How likely the button of a login form signs in."""
    did = known_to.get(one.key)
    if did is not None:
        return 9.0 if did == "allow" else -9.0
    says, worth = one.says, UNKNOWN
    if says.known:
        worth = says.yes - says.no - 2 * says.off
    elif one.button is not None:
        # Who signs in is to fill in the form, so that a browser looks whether that was done.
        worth += 0.05 * one.primary - (0.1 if one.button.has_attr("formnovalidate") else 0)
    waits = one.button is not None and one.button.has_attr("disabled")
    return worth + says.log_in - (0.5 if waits else 0)


def candidates(page: Page, matches: Matches, username: str, follow_only: bool) -> list[Candidate]:
    """Everything on the page that may say the user's answer."""
    found: list[Candidate] = []
    if not follow_only:
        for form in page.forms:
            if not is_banner(form, page) and not LEADS_OUT.search(str(form.get("action") or "")):
                found += _of_form(form, page, username)
        found += scripted(page)
    found += _links(page, matches)
    return [one for one in found if one.says.off < SURE][:MOST_CANDIDATES]


def _of_form(form: Tag, page: Page, username: str) -> Iterator[Candidate]:
    if any(one.asks in ("new_password", "password", "captcha") for one in fields_of(form, page)):
        return
    buttons = buttons_of(form, page)
    answers = list(_answers(form, page))
    if answers and not any(says_of(b, page).no >= SURE for b in buttons):
        button = max(buttons, key=lambda b: says_of(b, page).yes, default=None)
        for control, name, says in answers:
            yield Candidate(
                name=name, key=option_key(form, name), says=says, form=form, button=button,
                chosen=frozenset({id(control)}), tag=control,
            )  # fmt: skip
        return
    for button in buttons:
        one = about_button(form, button, page)
        if says_user(one.name, username) or says_user(str(button.get("value") or ""), username):
            one = replace(one, says=Says(yes=1.0))
        yield one
    typed = [c for c in page.controls(form) if is_typed(c) and not page.is_hidden(c)]
    by_script = bool(page.scripted) or any(kind_of(c) == "button" for c in page.controls(form))
    if not buttons and page.controls(form) and not typed and not by_script:
        yield Candidate(
            name="the only form", key=f"{_action(form)}|form", says=Says(), form=form, primary=-1
        )


def about_button(form: Tag, button: Tag, page: Page) -> Candidate:
    """A button of a form."""
    name = name_of(button, page)
    told = (button.get("formaction", ""), button.get("name"), button.get("value"), name)
    return Candidate(
        name=name, key="|".join((_action(form), *map(str, told))), says=says_of(button, page),
        form=form, button=button, primary=_primary(button), tag=button,
        values=written_by(button, page),
    )  # fmt: skip


def scripted(page: Page) -> Iterator[Candidate]:
    """The links and buttons whose handler sends a form or goes to an address."""
    for tag, deed in handlers(page):
        name, says = name_of(tag, page), says_of(tag, page)
        if deed.form is not None:
            # What logs out is such a link as a rule, with a form of its own.
            if ABOUT_OTHER.search(about(deed.form)) or is_banner(deed.form, page):
                continue
        elif tag.name == "a" and not (says.known or _is_drawn(tag)):
            continue
        yield Candidate(
            name=name, key=f"script|{name}|{tag.get('id')}", says=says, tag=tag,
            form=deed.form, values=deed.values, target=deed.target, primary=_primary(tag),
            by_script=True,
        )  # fmt: skip


def all_buttons(page: Page) -> Iterator[Candidate]:
    """Every button of a form and every link to a page, whatever it says."""
    for form in page.forms:
        for button in buttons_of(form, page):
            yield about_button(form, button, page)
    for link in page.links:
        address = str(link.get("href") or "").strip()
        target = join(page.base, address)
        if address and not address.startswith("#") and target.startswith(WEB):
            yield about_link(link, target, page)


def about_link(link: Tag, target: str, page: Page) -> Candidate:
    """A link, by what it says."""
    name, address = name_of(link, page), str(link.get("href") or "").strip()
    return Candidate(
        name=name, key=f"link|{name}|{address.partition('?')[0]}", target=target, tag=link,
        says=said_by(names_of(link, page), [], page.lang),
    )  # fmt: skip


def option_key(form: Tag, name: str) -> str:
    """Tells an option again on another visit of the page."""
    return f"{_action(form)}|option|{name}"


def _action(form: Tag) -> str:
    return VARIES.sub("*", str(form.get("action") or "").partition("?")[0])


def _answers(form: Tag, page: Page) -> Iterator[tuple[Tag, str, Says]]:
    """The options of the one group of which one says yes and another says no."""
    groups: dict[str, list[tuple[Tag, str, Says]]] = {}
    for control in page.controls(form):
        name = str(control.get("name"))
        if kind_of(control) == "radio":
            groups.setdefault(f"radio {name}", []).append(
                (control, name_of(control, page), says_of(control, page))
            )
        elif control.name == "select":
            for option in control.find_all("option", limit=10):
                says = said_by([text_of(option)], [value_of(option)], page.lang)
                groups.setdefault(f"select {name}", []).append((option, text_of(option), says))
    for group in groups.values():
        if any(s.yes >= SURE for _, _, s in group) and any(s.no >= SURE for _, _, s in group):
            yield from group
            return


def _primary(button: Tag) -> float:
    words = f"{' '.join(classes_of(button))} {button.get('id', '')}"
    if PRIMARY.search(words):
        return 1.0
    return -0.5 if SECONDARY.search(words) else 0.0


def _is_drawn(link: Tag) -> bool:
    """Whether a link looks like a button."""
    return link.get("role") == "button" or bool(DRAWN.search(" ".join(classes_of(link))))


def _links(page: Page, matches: Matches) -> Iterator[Candidate]:
    """The links with known words, those drawn as buttons, and those to the callback. A link to a
    place on its own page leads nowhere; one to anything but the web needs script."""
    for link in page.links:
        address = str(link.get("href") or "").strip()
        if not address or address.startswith("#"):
            continue
        target = join(page.base, address)
        one = about_link(link, target, page)
        says = one.says
        if matches(target):
            if "error=" in target:
                says = Says(no=1.0)
            elif says.no < 0.75:
                says = Says(yes=0.9)
        elif not target.startswith(WEB) or LEADS_OUT.search(address.partition("#")[0]):
            continue
        drawn = _is_drawn(link)
        if says.known or drawn:
            yield replace(one, says=says, primary=_primary(link) if drawn else -1.0)


def pick(
    found: list[Candidate], decision: Decision, known_to: Mapping[str, Effect]
) -> Choice | None:
    """What is pressed for that decision, or None where nothing says it. `known_to` tells what
    earlier visits have learned of a candidate."""
    left = [one for one in found if known_to.get(one.key) != "other"]
    learned = [_as_learned(one, known_to.get(one.key)) for one in left]
    choice = _allow(learned) if decision == "allow" else _deny(learned)
    if choice is None:
        return None
    if known_to.get(choice.candidate.key) == decision:
        return replace(choice, how="learned")
    if not choice.candidate.says.known and any(one.key in known_to for one in found):
        return replace(choice, how="guess")  # the one that is left
    return choice


def _as_learned(one: Candidate, did: Effect | None) -> Candidate:
    if did is None:
        return one
    return replace(one, says=Says(yes=2.0) if did == "allow" else Says(no=2.0))


def _allow(found: list[Candidate]) -> Choice | None:
    ranked = sorted(found, key=lambda one: -one.allows)
    if not ranked or ranked[0].allows <= 0 or (ranked[0].says.no and not ranked[0].says.yes):
        return None
    best, others = ranked[0], ranked[1:]
    near = [one for one in others if best.allows - one.allows < 0.12 and one.says.no < SURE]
    unknown = best.says.yes < SURE and any(not one.says.known or one.says.yes for one in others)
    return Choice(candidate=best, how="guess" if near or unknown else "read")


def _deny(found: list[Candidate]) -> Choice | None:
    ranked = sorted(found, key=lambda one: -one.refuses)
    if not ranked:
        return None
    if ranked[0].says.no >= 0.25:
        return Choice(candidate=ranked[0])
    allowed = _allow(found)
    rest = [
        one
        for one in found
        if one.form is not None and one.says.allow < SURE and one.says.yes < 0.9
        if allowed is None or one.key != allowed.candidate.key
    ]
    return Choice(candidate=rest[0], how="guess") if len(rest) == 1 else None
