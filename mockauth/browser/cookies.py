"""A cookie jar over frozen messages."""

from __future__ import annotations

import re
import urllib.request
from email.message import Message
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy

from mockauth.wire import Request, Response
from mockauth.wire.url import hostname, is_loopback_host


class _Answer:
    """What `CookieJar.extract_cookies` wants of a response."""

    def __init__(self, response: Response, host: str) -> None:
        self._headers = Message()
        # Browsers take a Domain that is the host itself, without a dot too (RFC 6265 5.3).
        same = re.compile(rf"(?i);\s*domain\s*=\s*\.?{re.escape(host)}\s*(?=;|$)")
        for name, value in response.headers:
            self._headers[name] = same.sub("", value) if name.lower() == "set-cookie" else value

    def info(self) -> Message:
        return self._headers


class _Policy(DefaultCookiePolicy):
    """Browsers treat loopback as trustworthy: `Secure` cookies travel there over plain http."""

    def return_ok_secure(self, cookie: Cookie, request: urllib.request.Request) -> bool:
        if is_loopback_host(hostname(request.full_url)):
            return True
        return bool(super().return_ok_secure(cookie, request))


class Cookies:
    """The cookies of one user's browser; they live and die with the run."""

    def __init__(self) -> None:
        self._jar = CookieJar(_Policy())

    def header(self, url: str) -> str | None:
        """The Cookie header for a request to `url`, or None."""
        if not hostname(url):
            return None
        carrier = urllib.request.Request(url)  # noqa: S310 - never opened, only a carrier
        self._jar.add_cookie_header(carrier)
        return carrier.get_header("Cookie")

    def keep(self, request: Request, response: Response) -> None:
        """Keep what the answer sets."""
        if not response.headers_named("Set-Cookie") or not hostname(request.target):
            return
        carrier = urllib.request.Request(request.target)  # noqa: S310 - never opened
        answer = _Answer(response, hostname(request.target))
        self._jar.extract_cookies(answer, carrier)  # type: ignore[arg-type]  # duck type
