"""What of a page a person sees: hidden attributes, closed dialogs, and simple style rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from mockauth.wire.markup import is_inside, named

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

Sight = Literal[0, 1, 2]
"""0: shown. 1: in a closed `details`, which a person opens. 2: hidden."""
SHOWN: Sight = 0
CLOSED: Sight = 1
HIDDEN: Sight = 2

NOT_LIVE = frozenset({"template", "noscript", "script", "style", "textarea", "title", "iframe"})
"""Elements whose content is text to a browser that runs script, or not there yet."""
MOST_RULES = 300
"""Style rules that are looked at; a page of a framework has some thousand, few of which hide."""
MOST_COMPARED = 100_000
"""Comparisons of a tag with a selector; what stands behind them counts as shown."""
LONGEST_STYLE = 200_000
ON_SCREEN = frozenset({"", "all", "screen", "only screen"})
RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,2000})\}")
MEDIA = re.compile(r"@media\s*([^{}]{0,200})\{")
DECLARATION = re.compile(
    r"(?<![\w-])(display|visibility|position|left|top|right|text-indent|opacity|clip|clip-path|overflow"
    r"|width|height|z-index|pointer-events)\s*:\s*([^;!{}]{1,60}?)\s*(!important)?\s*(?=[;}]|$)",
    re.IGNORECASE,
)
SIMPLE = re.compile(r"([.#]?)([\w-]+)|\[\s*([\w-]+)\s*(?:=\s*[\"']?([^\"'\]]*)[\"']?\s*)?\]")
COMPOUND = re.compile(r"(?:[.#]?[\w-]+|\*|\[[^\[\]]*\])+")
SHOWS = frozenset({"display", "visibility"})
MOVES = frozenset({
    "position", "left", "top", "right", "text-indent", "opacity", "clip", "clip-path", "overflow",
    "width", "height", "z-index", "pointer-events",
})  # fmt: skip
HIDES = re.compile(r"-\d{4,}|-\d{3,}(?:em|rem|v[wh])|clip(?:-path)?\s*:|opacity\s*:\s*0(?![.\d])")
"""Without one of these a style moves nothing out of sight."""
HIDING = frozenset({
    "hidden", "d-none", "hide", "is-hidden", "invisible", "visually-hidden", "sr-only", "uk-hidden",
    "w3-hide", "display-none", "element-invisible", "element-hidden", "screen-reader-text", "honeypot", "honey",
    "ohnohoney", "hp", "pot",
})  # fmt: skip
"""Classes that hide in Bootstrap, Tailwind, Bulma, UIkit, Drupal, WordPress and the like."""
SHOWN_WIDE = re.compile(
    r"(?:sm|md|lg|xl|2xl):(?:block|flex|grid|inline(?:-\w+)?|table|visible|not-sr-only)"
    r"|d-(?:sm|md|lg|xl|xxl)-(?:block|flex|grid|inline(?:-\w+)?|table)|show|is-active"
)
SIDES = ("left", "top", "right", "text-indent")
FAR_OUT = re.compile(r"-\d{4,}(?:\.\d+)?(?:px)?|-\d{3,}(?:em|rem|vw|vh)")
ZERO = re.compile(r"0(?:\.0+)?(?:px|em|rem|%)?")
NO_SIZE = re.compile(r"[01](?:px)?")
CUT = re.compile(r"rect\(\s*[01](?:px)?|inset\((?:50|100)%|circle\(0")


@dataclass(frozen=True, kw_only=True)
class _Compound:
    """One part of a selector: what one tag must have."""

    name: str = ""
    id: str = ""
    classes: frozenset[str] = frozenset()
    attributes: tuple[tuple[str, str], ...] = ()

    def fits(self, tag: Tag) -> bool:
        if self.name and tag.name != self.name:
            return False
        if self.id and tag.get("id") != self.id:
            return False
        if self.classes and not self.classes <= set(classes_of(tag)):
            return False
        return all(
            tag.has_attr(name) and (not value or tag.get(name) == value)
            for name, value in self.attributes
        )

    @property
    def weight(self) -> int:
        few = len(self.classes) + len(self.attributes)
        return 10_000 * bool(self.id) + 100 * few + bool(self.name)


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """A selector and the one declaration of it that counts."""

    parts: tuple[_Compound, ...]
    prop: str
    value: str
    rank: tuple[bool, int, int]
    """Important, specificity, order."""


def classes_of(tag: Tag) -> list[str]:
    """The classes of a tag."""
    given = tag.get("class")
    return given if isinstance(given, list) else str(given or "").split()


@dataclass(kw_only=True)
class Styles:
    """The style rules of a page that show or hide."""

    soup: BeautifulSoup
    compared: int = field(default=0)

    def hides(self, tag: Tag) -> bool:
        """Whether the rules and the tag's own style hide it."""
        won: dict[str, tuple[tuple[bool, int, int], str]] = {}
        for rule in self._for(tag):
            if self._fits(rule, tag):
                best = won.get(rule.prop)
                if best is None or rule.rank >= best[0]:
                    won[rule.prop] = (rule.rank, rule.value)
        values = {prop: value for prop, (_, value) in won.items()}
        if "display" not in values and self._has_sheet and _is_hidden_by_name(tag):
            return True
        style = str(tag.get("style") or "")[:2000].lower()
        values |= {m.group(1): m.group(2) for m in DECLARATION.finditer(style)}
        if values.get("display") == "none" or values.get("visibility") in ("hidden", "collapse"):
            return True
        return _is_out_of_sight(values) and not _is_drawn_by_its_label(tag)

    def _for(self, tag: Tag) -> Iterator[_Rule]:
        if not self._rules:
            return
        keys = ["", tag.name, f"#{tag.get('id', '')}", *(f".{name}" for name in classes_of(tag))]
        for key in keys:
            yield from self._rules.get(key, ())

    def _fits(self, rule: _Rule, tag: Tag) -> bool:
        self.compared += 1
        if self.compared > MOST_COMPARED or not rule.parts[-1].fits(tag):
            return False
        around = tag.parent
        for part in reversed(rule.parts[:-1]):
            while around is not None and not part.fits(around):
                self.compared += 1
                around = around.parent
            if around is None:
                return False
            around = around.parent
        return True

    @cached_property
    def _has_sheet(self) -> bool:
        """Whether the page has a style sheet of its own address, which is not read."""
        sheets = (one for one in named(self.soup, "link") if one.has_attr("href"))
        return any("stylesheet" in str(sheet.get("rel")).lower() for sheet in sheets)

    @cached_property
    def _rules(self) -> Mapping[str, list[_Rule]]:
        text = " ".join(
            style.get_text()
            for style in named(self.soup, "style", most=50)
            if _on_screen(str(style.get("media") or ""))
            and not is_inside(style, ("noscript", "template"))
        )
        return _hiding_rules(text[:LONGEST_STYLE])


@lru_cache(maxsize=16)
def _hiding_rules(text: str) -> Mapping[str, list[_Rule]]:
    """The rules of a style by what the tag that they hide must have. Kept, because the pages of a
    service share their style."""
    found: dict[str, list[_Rule]] = {}
    known = SHOWS | MOVES if HIDES.search(text) else SHOWS
    counts: Counter[bool] = Counter()
    for rule in _rules_in(text):
        moves = rule.prop in MOVES
        counts[moves] += 1
        if rule.prop not in known or counts[moves] > MOST_RULES:
            continue
        last = rule.parts[-1]
        key = f"#{last.id}" if last.id else last.name
        key = key or next((f".{name}" for name in sorted(last.classes)), "")
        found.setdefault(key, []).append(rule)
    return found


def _is_out_of_sight(values: Mapping[str, str]) -> bool:
    """Whether a box lies far out, is cut off, has no size, or is seen through."""
    if not values:
        return False
    lifted = values.get("position", "static") in ("absolute", "fixed")
    if any(FAR_OUT.fullmatch(values.get(side, "")) for side in SIDES):
        return lifted or values.get("position") == "relative" or "text-indent" in values
    tiny = any(NO_SIZE.fullmatch(values.get(name, "")) for name in ("width", "height"))
    if values.get("overflow") == "hidden" and (
        ZERO.fullmatch(values.get("height", "")) or ZERO.fullmatch(values.get("width", ""))
    ):
        return True
    cut = bool(CUT.match(values.get("clip", "") + values.get("clip-path", "")))
    if lifted and cut and tiny:
        return True
    clear = ZERO.fullmatch(values.get("opacity", "")) is not None
    dead = values.get("pointer-events") == "none" or values.get("z-index", "").startswith("-")
    return clear and lifted and (tiny or dead)


def _is_hidden_by_name(tag: Tag) -> bool:
    """Whether its classes hide it in the common style sheets, at the width of a desktop."""
    classes = classes_of(tag)
    if any(SHOWN_WIDE.fullmatch(name) for name in classes):
        return False
    named = any(name.lower() in HIDING for name in classes)
    return named and not _is_drawn_by_its_label(tag)


def _is_drawn_by_its_label(tag: Tag) -> bool:
    """Whether it is a box or a radio button, which pages draw anew while the real one is unseen."""
    return tag.name == "input" and tag.get("type") in ("checkbox", "radio")


def _on_screen(media: str) -> bool:
    """Whether a media query holds on an ordinary screen, as far as its words tell."""
    return media.strip().lower() in ON_SCREEN


def _rules_in(text: str) -> Iterator[_Rule]:
    order = 0
    for piece in _screen_only(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        for match in RULE.finditer(piece):
            for said in DECLARATION.finditer(match.group(2)):
                if match.group(2)[max(0, said.start() - 1) : said.start()] in ("-",):
                    continue
                for selector in match.group(1).split(","):
                    parts = _parts(selector)
                    if parts:
                        order += 1
                        weight = sum(part.weight for part in parts)
                        yield _Rule(
                            parts=parts,
                            prop=said.group(1).lower(),
                            value=said.group(2).lower(),
                            rank=(bool(said.group(3)), weight, order),
                        )


def _screen_only(text: str) -> Iterator[str]:
    """The text without media blocks for anything but the screen."""
    at = 0
    for match in MEDIA.finditer(text):
        if match.start() < at:
            continue
        yield text[at : match.start()]
        end = _block_end(text, match.end())
        if _on_screen(match.group(1)):
            yield text[match.end() : end]
        at = end + 1
    yield text[at:]


def _block_end(text: str, start: int) -> int:
    depth = 1
    for match in re.finditer(r"[{}]", text[start:]):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return start + match.start()
    return len(text)


def _parts(selector: str) -> tuple[_Compound, ...]:
    """The parts of a selector; none where it is not a simple one."""
    plain = selector.replace(">", " ").split()
    if not plain or len(plain) > 6 or not all(COMPOUND.fullmatch(part) for part in plain):
        return ()
    return tuple(_compound(part) for part in plain)


def _compound(part: str) -> _Compound:
    name, own_id, classes, attributes = "", "", set(), []
    for sign, word, attribute, value in SIMPLE.findall(part):
        if attribute:
            attributes.append((attribute.lower(), value))
        elif sign == ".":
            classes.add(word)
        elif sign == "#":
            own_id = word
        else:
            name = word.lower()
    return _Compound(name=name, id=own_id, classes=frozenset(classes), attributes=tuple(attributes))


def sight(tag: Tag, around: Sight, styles: Styles) -> Sight:
    """How much of a tag a person sees, within what is around it."""
    if around == HIDDEN or tag.has_attr("hidden") or tag.has_attr("inert"):
        return HIDDEN
    if tag.name == "dialog" and not tag.has_attr("open"):
        return HIDDEN
    return HIDDEN if styles.hides(tag) else around


def sight_inside(tag: Tag, child: Tag, own: Sight) -> Sight:
    """How much is seen of what is inside a tag: of a closed `details` its summary."""
    closed = tag.name == "details" and not tag.has_attr("open") and child.name != "summary"
    return max(own, CLOSED) if closed else own
