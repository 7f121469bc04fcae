"""An HTML page as a browser sees it: its forms, its links, and where it goes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from xml.parsers import expat

from mockauth.browser.csp import base_is_stopped, policies_in
from mockauth.browser.goes_on import meta_refreshes, refresh_target, script_target
from mockauth.browser.visible import HIDDEN, NOT_LIVE, SHOWN, Sight, Styles, sight, sight_inside
from mockauth.wire import Exchange, Response
from mockauth.wire.markup import Pages, is_inside, named
from mockauth.wire.url import join

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

MOST_WALKED = 5_000
"""Forms and controls of a page that are looked at."""
MOST_FORMS, MOST_CONTROLS = 100, 500
"""Forms of a page, and controls of one form, that are looked at."""
HTML = ("text/html", "application/xhtml+xml")
META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w-]{2,40})""", re.IGNORECASE)
MOUNTS = frozenset({"app", "root", "__next", "__nuxt", "svelte"})
"""Where frameworks put the page that their script makes."""
WORDS = re.compile(r"[\w-]+")
MOST_SCRIPT = 200_000
SHOWS_LATER = re.compile(r":(?:checked|target|focus-within)\b")
CHANGES = ("onchange", "oninput", "onkeyup")
"""Handlers of a control that may change another one."""
CONTROLS = ("input", "select", "textarea", "button")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A form, a control or a link, and what is around it."""

    tag: Tag
    form: Tag | None
    disabled: bool
    """A fieldset around it is disabled."""
    sight: Sight


@dataclass(frozen=True, kw_only=True)
class Page:
    """A parsed page; `base` is what its relative addresses are resolved against."""

    url: str
    base: str
    soup: BeautifulSoup
    exchange: Exchange

    @property
    def title(self) -> str:
        """The title, or else the first heading."""
        for name in ("title", "h1", "h2"):
            found = named(self.soup, name, most=1)
            if found and found[0].get_text(strip=True):
                return " ".join(found[0].get_text(" ", strip=True).split())[:120]
        return ""

    @property
    def snippet(self) -> str:
        """The first 300 characters of visible text."""
        hidden = ("script", "style", "title", "head", "noscript")
        # A doctype or a comment is text to the parser, but of a type of its own.
        shown = [
            str(text)
            for text in self.soup.find_all(string=True)
            if type(text).__name__ == "NavigableString"
            and (text.parent is None or text.parent.name not in hidden)
        ]
        return " ".join(" ".join(shown).split())[:300]

    @cached_property
    def forms(self) -> list[Tag]:
        """The forms that a person sees, in order; else those in closed details; else, where script
        may show them, the hidden ones."""
        found = [one for one in self._walk if one.tag.name == "form"]
        for seen in range(HIDDEN + 1 if self._may_show else HIDDEN):
            shown = [one.tag for one in found if one.sight <= seen]
            if shown:
                return shown[:MOST_FORMS]
        return []

    @cached_property
    def _may_show(self) -> bool:
        """Whether a script or a rule may show later what is hidden."""
        if named(self.soup, "script", most=1):
            return True
        styles = named(self.soup, "style", most=50)
        return any(SHOWS_LATER.search(style.get_text()[:MOST_SCRIPT]) for style in styles)

    @cached_property
    def hidden_logins(self) -> list[Tag]:
        """The hidden forms with a password that a handler may show."""
        if not (self._may_show or self.scripted):
            return []
        hidden = (one.tag for one in self._walk if one.tag.name == "form" and one.sight == HIDDEN)
        return [form for form in hidden if form.find("input", type="password") is not None]

    def controls(self, form: Tag) -> list[Tag]:
        """The controls of a form that are not disabled, in document order, those that name it in
        `form=` included."""
        return self._controls[False].get(id(form), [])

    def disabled(self, form: Tag) -> list[Tag]:
        """The controls of a form that are disabled by themselves, which script may change."""
        return self._controls[True].get(id(form), [])

    def is_hidden(self, control: Tag) -> bool:
        """Whether a person does not see it, though it is no hidden field."""
        return id(control) in self._hidden

    @cached_property
    def _hidden(self) -> frozenset[int]:
        hidden = [one for one in self._walk if one.sight == HIDDEN]
        whole = {id(one.tag) for one in hidden if one.tag.name == "form"}
        return frozenset(id(one.tag) for one in hidden if id(one.form) not in whole)

    @cached_property
    def _controls(self) -> dict[bool, dict[int, list[Tag]]]:
        found: dict[bool, dict[int, list[Tag]]] = {False: {}, True: {}}
        named: dict[str, Tag] = {}
        for form in self.forms:
            named.setdefault(str(form.get("id", "")), form)
        for one in self._walk:
            tag, other = one.tag, one.tag.get("form")
            owner = one.form if other is None else named.get(str(other) or "\0")
            if tag.name not in CONTROLS or owner is None or one.disabled:
                continue
            own = found[tag.has_attr("disabled")].setdefault(id(owner), [])
            if len(own) < MOST_CONTROLS:
                own.append(tag)
        return found

    @cached_property
    def links(self) -> list[Tag]:
        """The links that a person sees."""
        return [one.tag for one in self._walk if one.tag.name == "a" and one.sight != HIDDEN]

    @cached_property
    def scripted(self) -> list[Tag]:
        """The links and buttons that a person sees and that do nothing without a handler."""
        return [one.tag for one in self._walk if one.sight != HIDDEN and _waits_for_script(one.tag)]

    @cached_property
    def _walk(self) -> list[Seen]:
        return list(islice(_forms_and_controls(self.soup), MOST_WALKED))

    def by_id(self, name: str) -> Tag | None:
        """The first element with that id."""
        return self._by_id.get(name)

    @cached_property
    def _by_id(self) -> dict[str, Tag]:
        found: dict[str, Tag] = {}
        for tag in self.soup.find_all(id=True):
            found.setdefault(str(tag["id"]), tag)
        return found

    @cached_property
    def lang(self) -> str:
        """The language that the page says it is in."""
        html = named(self.soup, "html", most=1)
        return str(html[0].get("lang") or "") if html else ""

    def select(self, selector: str, *, most: int) -> list[Tag]:
        """What a CSS selector finds, at most so many; nothing where it is none that can be read."""
        from soupsieve import SelectorSyntaxError

        try:
            return list(self.soup.select(selector, limit=most))
        # Of soupsieve: no selector at all; `p::before` or an at-rule; pseudo-classes nested too deep.
        except (SelectorSyntaxError, NotImplementedError, ValueError):
            return []

    @property
    def only_script_goes_on(self) -> bool:
        """Whether a person would press a button that is in no form, look into a frame or a shadow
        tree, or see what a script shows."""
        live = (one for one in self._walk if one.sight != HIDDEN and one.form is None)
        if (
            any(one.tag.name == "button" for one in live)
            or self.soup.find(["iframe", "frame"]) is not None
        ):
            return True
        if self.soup.find("template", shadowrootmode=True) is not None:
            return True
        return self.has_script and self._is_filled_by_script

    @property
    def _is_filled_by_script(self) -> bool:
        """Whether an empty block waits for a script: by a framework's name, or one that a script of
        the page says."""
        blocks = self.soup.find_all(["div", "main", "section"], id=True, limit=200)
        empty = [
            str(one["id"]) for one in blocks if not one.get_text(strip=True) and not one.find()
        ]
        scripts = self.soup.find_all("script", src=False, limit=100)
        said = {word for one in scripts for word in WORDS.findall(one.get_text()[:MOST_SCRIPT])}
        return any(name in MOUNTS or name in said for name in empty)

    @cached_property
    def charset(self) -> str:
        """The charset of the page, as its header or its head says."""
        return declared_charset(self.exchange.answer) or "utf-8"

    @property
    def referrer_policy(self) -> str:
        """What the page says of the Referer header, in lower case; "" for nothing."""
        said = self.exchange.answer.header("Referrer-Policy") or ""
        for meta in named(self.soup, "meta"):
            if str(meta.get("name") or "").lower() == "referrer":
                said = str(meta.get("content") or "")
                break
        return said.lower().split(",")[-1].strip()

    @cached_property
    def has_script(self) -> bool:
        """Whether the page runs any script: one of its own, or the handler of a control."""
        if named(self.soup, "script", most=1):
            return True
        return any(any(name in one.tag.attrs for name in CHANGES) for one in self._walk)

    @cached_property
    def captions(self) -> dict[str, Tag]:
        """The first label of each control that is named by its id."""
        found: dict[str, Tag] = {}
        for caption in self.soup.find_all("label", attrs={"for": True}):
            found.setdefault(str(caption["for"]), caption)
        return found

    def goes_to(self) -> tuple[str, Tag | None] | None:
        """Where the page goes by itself: by a refresh, or by the script that is named."""
        header = self.exchange.answer.header("Refresh")
        for content in (*filter(None, [header]), *meta_refreshes(self.soup)):
            target = refresh_target(content)
            if target is not None:
                return join(self.base, target), None
        onward = None if self.forms else script_target(self.soup)
        return None if onward is None else (join(self.base, onward[1]), onward[0])


def _waits_for_script(tag: Tag) -> bool:
    if tag.name == "a":
        href = str(tag.get("href") or "").strip().lower()
        idle = not href or href.startswith("#")
        return href.startswith("javascript:") or (idle and tag.has_attr("onclick"))
    if not tag.has_attr("onclick"):
        return False
    kind = str(tag.get("type") or ("submit" if tag.name == "button" else "text")).lower()
    free = tag.name == "button" and not is_inside(tag, ("form",)) and not tag.has_attr("form")
    return free or (kind == "button" and tag.name in ("button", "input"))


def declared_charset(answer: Response) -> str:
    """The charset that Content-Type names, else a meta of the first 1024 bytes; "" for none."""
    declared = (answer.header("Content-Type") or "").lower().partition("charset=")[2]
    if declared:
        return declared.partition(";")[0].strip(" \"'")
    found = META_CHARSET.search(answer.body[:1024])
    return found.group(1).decode("ascii", "replace") if found else ""


def is_html(answer: Response) -> bool:
    """Whether a browser shows the answer as a page: one that is named as anything else is not,
    one without a name is looked at (MIME Sniffing standard)."""
    if (answer.header("Content-Disposition") or "").strip().lower().startswith("attachment"):
        return False
    if answer.media_type:
        return answer.media_type in HTML
    if (answer.header("X-Content-Type-Options") or "").strip().lower() == "nosniff":
        return False
    head = answer.body[:200].lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<form", b"<h1"))


def _is_well_formed(answer: Response) -> bool:
    """Whether a page of XML can be read: browsers show the first mistake in its place."""
    if answer.media_type != "application/xhtml+xml":
        return True
    parser = expat.ParserCreate()
    try:
        parser.Parse(answer.body, True)
    except expat.ExpatError:
        return False
    except (LookupError, ValueError):  # a charset that the parser does not know
        return True
    return True


def read_page(exchange: Exchange, url: str, pages: Pages) -> Page | None:
    """The answer as a page, or None when it is no HTML.

    Raises:
        PageTooLarge: it has more tags than are looked at.
    """
    answer = exchange.answer
    if not is_html(answer) or not _is_well_formed(answer):
        return None
    charset = declared_charset(answer)
    if charset and "charset" not in (answer.header("Content-Type") or "").lower():
        kind = ("Content-Type", f"text/html; charset={charset}")
        rest = (pair for pair in answer.headers if pair[0].lower() != "content-type")
        answer = replace(answer, headers=(*rest, kind))
    soup = pages.soup(answer)
    if soup is None:
        return None
    bases = (one for one in named(soup, "base") if one.has_attr("href"))
    found = next(bases, None)
    base = join(url, str(found["href"])) if found is not None else url
    if base != url and base_is_stopped(policies_in(answer, soup), url, base):
        base = url
    return Page(url=url, base=base, soup=soup, exchange=exchange)


def _forms_and_controls(soup: BeautifulSoup) -> Iterator[Seen]:
    """Each form, control and link in document order. In one pass, so that a page of any depth
    takes linear time. A form inside a form is none (HTML parsing, "form start tag")."""
    from bs4 import Tag

    styles = Styles(soup=soup)
    waiting: list[Seen] = [Seen(tag=soup, form=None, disabled=False, sight=SHOWN)]
    while waiting:
        one = waiting.pop()
        tag, form = one.tag, one.form
        is_form = tag.name == "form" and form is None
        if is_form or tag.name in (*CONTROLS, "a"):
            yield one
        if tag.name in NOT_LIVE:
            continue
        inside = tag if is_form else form
        off = one.disabled or (tag.name == "fieldset" and tag.has_attr("disabled"))
        inner = [child for child in tag.contents if isinstance(child, Tag)]
        waiting += [
            Seen(
                tag=child,
                form=inside,
                disabled=off,
                sight=sight(child, sight_inside(tag, child, one.sight), styles),
            )
            for child in reversed(inner)
        ]
