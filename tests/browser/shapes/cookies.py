"""Cookies that browsers keep, drop or withhold (RFC 6265bis, as Chromium does it)."""

from __future__ import annotations

from tests.browser.shapes.shape import SIGNS_IN, Shape

LAX = "Path=/; HttpOnly; SameSite=Lax"


def cookie(name: str, attributes: str, cookie_name: str = "sid", host: str = "localhost") -> Shape:
    """The session cookie with these attributes."""
    return Shape(
        name=name, kind="cookie", cookie=cookie_name, cookie_attributes=attributes, host=host
    )


def pending(name: str, attributes: str) -> Shape:
    """The authorization request itself is kept in the cookie's session across a redirect."""
    return Shape(name=name, kind="cookie", cookie_attributes=attributes, request_in_cookie=True)


def by_page(name: str, head: str, attributes: str = LAX) -> Shape:
    """A second cookie, which the form repeats, is set by the page itself."""
    return Shape(name=name, kind="cookie", head=head, cookie_attributes=attributes)


FAR = "notes.test"
SHAPES = [
    cookie("none-without-secure", "Path=/; SameSite=None"),
    cookie("none-secure", "Path=/; SameSite=None; Secure"),
    cookie("none-secure-partitioned", "Path=/; SameSite=None; Secure; Partitioned"),
    cookie("partitioned-without-secure", "Path=/; Partitioned"),
    cookie("lax", LAX),
    cookie("no-samesite", "Path=/; HttpOnly"),
    cookie("samesite-nonsense", "Path=/; SameSite=Whatever"),
    cookie("strict-after-login", "Path=/; SameSite=Strict"),
    pending("strict-pending", "Path=/; SameSite=Strict"),
    pending("strict-pending-lower-case", "path=/; samesite=strict"),
    pending("lax-pending", LAX),
    pending("none-pending-without-secure", "Path=/; SameSite=None"),
    cookie("host-prefix-correct", "Path=/; Secure; HttpOnly; SameSite=Lax", "__Host-sid"),
    cookie("host-prefix-without-secure", LAX, "__Host-sid"),
    cookie("host-prefix-with-domain", "Path=/; Secure; Domain={host}", "__Host-sid"),
    cookie("host-prefix-with-a-path", "Path=/login; Secure", "__Host-sid"),
    cookie("host-prefix-lower-case-without-secure", LAX, "__host-sid"),
    cookie("secure-prefix-correct", "Path=/; Secure", "__Secure-sid"),
    cookie("secure-prefix-without-secure", LAX, "__Secure-sid"),
    cookie("secure-on-localhost", "Path=/; Secure; HttpOnly"),
    cookie("secure-on-http-elsewhere", "Path=/; Secure; HttpOnly", host=FAR),
    cookie("plain-on-http-elsewhere", LAX, host=FAR),
    cookie("domain-is-the-host", "Path=/; Domain={host}", host=FAR),
    cookie("domain-with-a-dot", "Path=/; Domain=.{host}", host=FAR),
    cookie("domain-is-another", "Path=/; Domain=example.com", host=FAR),
    cookie("domain-is-a-suffix", "Path=/; Domain=test", host=FAR),
    cookie("domain-localhost", "Path=/; Domain=localhost"),
    cookie("domain-empty", "Path=/; Domain="),
    cookie("path-login-only", "Path=/login"),
    cookie("path-without-slash", "Path=login"),
    cookie("path-elsewhere", "Path=/somewhere"),
    cookie("path-trailing-slash", "Path=/login/"),
    cookie("no-path", "HttpOnly"),
    cookie("expired", "Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
    cookie("expires-with-dashes", "Path=/; Expires=Wed, 21-Oct-2037 07:28:00 GMT"),
    cookie("expires-two-digit-year", "Path=/; Expires=Wed, 21 Oct 37 07:28:00 GMT"),
    cookie("expires-asctime", "Path=/; Expires=Wed Oct 21 07:28:00 2037"),
    cookie("expires-nonsense", "Path=/; Expires=tomorrow"),
    cookie("expires-past-asctime", "Path=/; Expires=Wed Oct 21 07:28:00 2015"),
    cookie("max-age-zero", "Path=/; Max-Age=0"),
    cookie("max-age-negative", "Path=/; Max-Age=-1"),
    cookie("max-age-over-expires", "Path=/; Max-Age=600; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
    cookie("max-age-nonsense", "Path=/; Max-Age=later"),
    cookie("too-large", "Path=/; Note=" + "x" * 900, cookie_name="sid" + "d" * 4200),
    cookie("attribute-too-long-is-ignored", "Path=/" + "x" * 1100 + "; HttpOnly"),
    cookie("upper-case-attributes", "PATH=/; HTTPONLY; SAMESITE=LAX"),
    cookie("spaces-around", "  Path = / ;  SameSite = Lax "),
    Shape(name="double-submit", kind="cookie", guard="double"),
    by_page(
        "set-by-meta-is-ignored",
        '<meta http-equiv="Set-Cookie" content="extra=1">',
    ),
    Shape(
        name="set-by-script",
        kind="cookie",
        head='<script>document.cookie = "seen=1; path=/"</script>',
        login=(
            '<form method="post" action="/login?{query}" onsubmit="this.c.value='
            "document.cookie.includes('seen=1') ? 'yes' : 'no'\">{hidden}"
            '<input type="hidden" name="c" value="none"><input name="user">'
            '<input type="password" name="password"><button id="k1">Log in</button></form>',
        ),
        wants={"user": "ada", "password": "lovelace-1815", "csrf": "{csrf}", "c": "yes"},
        expected="asks",
    ),
    Shape(
        name="remembered-consent",
        kind="cookie",
        consent="",
        cookie_attributes="Path=/; Max-Age=3600",
        allow=SIGNS_IN,
    ),
]
