"""Where a page goes by itself: a refresh, or a script that runs at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mockauth.wire.markup import is_inside, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bs4 import BeautifulSoup, Tag

LONGEST_WAIT = 30
"""Seconds of a refresh that a person waits for."""
LONGEST_SCRIPT = 100_000
REFRESH = re.compile(r"[\t\n\f\r ]*(\d+|(?=\.))[\d.]*(?:[\t\n\f\r ;,](.*))?", re.DOTALL)
URL_SIGN = re.compile(r"url[\t\n\f\r ]*=[\t\n\f\r ]*", re.IGNORECASE)
SCRIPT_GOES = re.compile(
    r"""(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*(["'])(.+?)\1"""
    r"""|location\.(?:replace|assign)\(\s*(["'])(.+?)\3"""
)
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'\\])//[^\n]*", re.DOTALL)
NAMED = re.compile(r"function\s+([\w$]+)\s*\(")
WAITS_FOR_A_PERSON = re.compile(
    r"addEventListener\(\s*[\"'](?:click|submit)|on(?:click|submit)\s*="
)
SCRIPT_TYPES = ("", "module", "text/javascript", "application/javascript", "text/ecmascript")


def refresh_target(content: str) -> str | None:
    """The address of a Refresh (HTML, shared declarative refresh steps); None where there is none,
    or where it comes too late."""
    match = REFRESH.fullmatch(content[:4096])
    if match is None or int(match.group(1) or 0) > LONGEST_WAIT:
        return None
    rest = (match.group(2) or "").lstrip("\t\n\f\r ")
    if rest[:1] in (";", ","):
        rest = rest[1:].lstrip("\t\n\f\r ")
    sign = URL_SIGN.match(rest)
    rest = rest[sign.end() :] if sign is not None else rest
    if rest[:1] in ("'", '"'):
        rest = rest[1:].partition(rest[0])[0]
    return rest.strip() or None


def meta_refreshes(soup: BeautifulSoup) -> Iterator[str]:
    """The contents of the metas that refresh; one in a noscript or a template does not."""
    for meta in named(soup, "meta", most=200):
        refreshes = str(meta.get("http-equiv", "")).strip().lower() == "refresh"
        if refreshes and not is_inside(meta, ("noscript", "template", "textarea")):
            yield str(meta.get("content") or "")


def script_target(soup: BeautifulSoup) -> tuple[Tag, str] | None:
    """Where a script goes at once, as far as it says so plainly."""
    for script in named(soup, "script", most=50):
        if str(script.get("type") or "").strip().lower() not in SCRIPT_TYPES:
            continue
        code = COMMENT.sub("", script.get_text()[:LONGEST_SCRIPT])
        for found in SCRIPT_GOES.finditer(code):
            if _runs_at_once(code, found.start()):
                return script, _unescaped(found.group(2) or found.group(4))
    return None


def _unescaped(literal: str) -> str:
    """What a string of a script means: templates write & as \\u0026 (ECMAScript, string literals)."""
    return ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else m[3], literal)


def _runs_at_once(code: str, at: int) -> bool:
    """Whether that place is in no function that waits for a person or is never called."""
    for opener in (*NAMED.finditer(code, 0, at), *WAITS_FOR_A_PERSON.finditer(code, 0, at)):
        inside = code[opener.end() : at]
        if inside.count("{") > inside.count("}"):
            name = opener.group(1) if opener.re is NAMED else ""
            if not name or len(re.findall(rf"(?<![\w$]){re.escape(name)}(?![\w$])", code)) < 2:
                return False
    return True
