"""The cookies of a browser (RFC 6265bis, as Chromium does it)."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from mockauth.wire import Request, Response
from mockauth.wire.url import hostname, is_loopback_host, split

LONGEST_PAIR = 4096
"""Characters of name and value together (RFC 6265bis section 5.6, step 5)."""
LONGEST_ATTRIBUTE = 1024
WITHHELD = "SameSite keeps it back where ChatGPT starts the login"
MOST_COOKIES = 300
"""Cookies that are kept; a browser keeps about 180 of one site."""
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
DIGITS = re.compile(r"-?\d+")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DELIMITERS = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
CLOCK = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?")
DAY = re.compile(r"(\d{1,2})(?:\D.*)?")
YEAR = re.compile(r"(\d{2,4})(?:\D.*)?")


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """One cookie that is kept."""

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    site: str
    """`strict`, `lax`, `none`, or "" where the server does not say."""
    number: int

    def goes_to(self, host: str, path: str, secure: bool) -> bool:
        """Whether it belongs to that place."""
        if self.secure and not secure:
            return False
        if self.host_only and host != self.domain:
            return False
        return _is_within(host, self.domain) and _is_under(path, self.path)


@dataclass
class Cookies:
    """The cookies of one user's browser; they live and die with the run."""

    _kept: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    """The cookies that no browser keeps or sends, by name, and why."""
    keeps_all: bool = False
    """Keep and send also what no browser would: to learn whether that is why a login fails."""
    _number: int = 0

    def header(self, url: str, *, from_elsewhere: bool = False, posts: bool = False) -> str | None:
        """The Cookie header for a navigation to `url`, or None.

        `from_elsewhere`: another site started it, as ChatGPT starts each login, so cookies with
        SameSite=Strict stay behind; with `posts` the Lax ones, too (section 5.8.3).
        """
        place = _place(url)
        if place is None:
            return None
        host, path, secure = place
        sent = []
        for one in self._kept.values():
            if not one.goes_to(host, path, secure or self.keeps_all):
                continue
            if self.keeps_all:
                sent.append(one)
            elif from_elsewhere and (one.site == "strict" or (posts and one.site == "lax")):
                self.dropped[one.name] = WITHHELD
            else:
                sent.append(one)
        sent.sort(key=lambda one: (-len(one.path), one.number))
        pairs = (f"{one.name}={one.value}" if one.name else one.value for one in sent)
        return "; ".join(pairs) or None

    def keep(self, request: Request, response: Response) -> None:
        """Keep what the answer sets, as far as a browser would."""
        place = _place(request.target)
        if place is None:
            return
        for header in response.headers_named("Set-Cookie"):
            self._set(header, *place)

    def adopt(
        self, *, name: str, value: str, domain: str, path: str, secure: bool, site: str
    ) -> None:
        """Keep a cookie that another browser has kept, as it is. A domain that begins with a dot
        includes the hosts below it."""
        self._number += 1
        self._kept[(name, domain.removeprefix("."), path)] = Cookie(
            name=name,
            value=value,
            domain=domain.removeprefix("."),
            host_only=not domain.startswith("."),
            path=path,
            secure=secure,
            site=site.lower(),
            number=self._number,
        )

    def _set(self, header: str, host: str, path: str, secure: bool) -> None:
        if CONTROL.search(header):
            return
        pair, _, rest = header.partition(";")
        name, sign, value = pair.partition("=")
        name, value = (name.strip(), value.strip()) if sign else ("", name.strip())
        said = _attributes(rest)
        domain = said.get("domain", "").lower().removeprefix(".") or host
        why = _why_not(name, value, said, host, domain, secure)
        if why and not self.keeps_all:
            self.dropped[name] = why
            return
        own_path = said.get("path", "")
        cookie_path = own_path if own_path.startswith("/") else _default_path(path)
        key = (name, domain, cookie_path)
        before = self._kept.pop(key, None)
        if _is_over(said) or len(self._kept) >= MOST_COOKIES:
            return
        self._number += 1
        self._kept[key] = Cookie(
            name=name,
            value=value,
            domain=domain,
            host_only=not said.get("domain", "").removeprefix(".")
            or _is_address(host)
            or host == "localhost",
            path=cookie_path,
            secure="secure" in said,
            site=said.get("samesite", "").lower(),
            number=before.number if before is not None else self._number,
        )


def _attributes(rest: str) -> Mapping[str, str]:
    """The attributes by name in lower case; the last one of a name counts."""
    found: dict[str, str] = {}
    for part in rest.split(";"):
        name, _, value = part.partition("=")
        if len(value.strip()) <= LONGEST_ATTRIBUTE:
            found[name.strip().lower()] = value.strip()
    return found


def _why_not(
    name: str, value: str, said: Mapping[str, str], host: str, domain: str, secure: bool
) -> str:
    """Why a browser drops a cookie, in the words of RFC 6265bis; "" where it keeps it."""
    prefix = name.lower()
    reasons = {
        "empty": not name and not value,
        "longer than 4096 characters": len(name) + len(value) > LONGEST_PAIR,
        "Domain is not of this host": said.get("domain") == "."
        or not _is_within(host, domain)
        or (domain != host and "." not in domain),
        "Secure on plain http": "secure" in said and not secure,
        "SameSite=None without Secure": said.get("samesite", "").lower() == "none"
        and "secure" not in said,
        "Partitioned without Secure": "partitioned" in said and "secure" not in said,
        "__Http- without Secure and HttpOnly": prefix.startswith(("__http-", "__host-http-"))
        and not {"secure", "httponly"} <= set(said),
        "__Secure- without Secure": prefix.startswith("__secure-") and "secure" not in said,
        "__Host- without Secure, with Domain, or with a Path other than /": prefix.startswith(
            "__host-"
        )
        and ("secure" not in said or bool(said.get("domain")) or said.get("path") != "/"),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _is_over(said: Mapping[str, str]) -> bool:
    """Whether the cookie has expired already; Max-Age counts before Expires."""
    if DIGITS.fullmatch(said.get("max-age", "")):
        return said["max-age"].startswith("-") or not said["max-age"].strip("0")
    ends = _date(said.get("expires", ""))
    return ends is not None and ends < time.time()


def _date(text: str) -> float | None:
    """Seconds since 1970 (RFC 6265bis section 5.1.1); None where it is no date."""
    clock = day = month = year = None
    for word in filter(None, DELIMITERS.split(text)):
        if clock is None and (match := CLOCK.fullmatch(word)):
            clock = (int(match[1]), int(match[2]), int(match[3]))
        elif day is None and (match := DAY.fullmatch(word)):
            day = int(match.group(1))
        elif month is None and word[:3].lower() in MONTHS:
            month = MONTHS.index(word[:3].lower()) + 1
        elif year is None and (match := YEAR.fullmatch(word)):
            year = int(match.group(1))
    if clock is None or day is None or month is None or year is None:
        return None
    year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    try:
        return datetime(year, month, day, *clock, tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _place(url: str) -> tuple[str, str, bool] | None:
    """Host, path, and whether the connection counts as secure: loopback always does."""
    host, parts = hostname(url), split(url)
    if not host or parts is None:
        return None
    return host.lower(), parts.path or "/", parts.scheme == "https" or is_loopback_host(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_within(host: str, domain: str) -> bool:
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def _is_under(path: str, of: str) -> bool:
    return path == of or (path.startswith(of) and (of.endswith("/") or path[len(of)] == "/"))


def _default_path(path: str) -> str:
    return path[: path.rfind("/")] or "/" if path.startswith("/") else "/"
