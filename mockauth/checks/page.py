"""The pages between the authorize request and the callback."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult, quote_plus

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import directives, joined
from mockauth.checks.markup import elements, visible_text
from mockauth.checks.record import (
    before,
    browsed,
    callback_params,
    flow_pages,
    is_page,
    landed,
    redirect_before,
)
from mockauth.checks.registry import check
from mockauth.manifest.domains import registrable_domain
from mockauth.wire import Exchange, Request
from mockauth.wire.markup import Pages
from mockauth.wire.message import first
from mockauth.wire.url import DEFAULT_PORTS, hostname, join, origin, split, without_query
from mockauth.wire.words import cut, say

EVERYBODY = {"*", "https:", "http:", "https://*", "http://*"}
SHORTEST_TOLD = 8
SHORTEST_PASSWORD = 4
"""Characters of a password that is told from other words of an address."""
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href"}
LINKS_THAT_LOAD = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "apple-touch-icon"}
SAFE_POLICIES = {
    "no-referrer", "same-origin", "origin", "strict-origin",
    "strict-origin-when-cross-origin", "origin-when-cross-origin",
    "never", "origin-when-crossorigin",
}  # fmt: skip
LEAKY_POLICIES = {"unsafe-url", "no-referrer-when-downgrade", "always", "default"}


def policies(pages: Pages, exchange: Exchange) -> list[str]:
    """Every Content-Security-Policy of a page, header and meta. Report-Only ones do not count."""
    found = header_policies(exchange)
    for _, attributes in elements(pages, exchange, "meta"):
        if attributes.get("http-equiv", "").strip().lower() == "content-security-policy":
            found.append(attributes.get("content", ""))
    return found


def header_policies(exchange: Exchange) -> list[str]:
    """The policies of the headers: frame-ancestors in a meta is ignored (CSP 3, section 3.3)."""
    return [
        policy.strip()
        for value in exchange.answer.headers_named("Content-Security-Policy")
        for policy in value.split(",")
    ]


def directive(policy: str, name: str) -> list[str] | None:
    """The sources of one directive, or None when the policy does not have it."""
    for part in policy.split(";"):
        words = part.split()
        if words and words[0].lower() == name:
            return words[1:]
    return None


def admits(sources: list[str], page: str, target: str, *, redirected: bool = False) -> bool:
    """Whether a form-action list admits a URL (CSP 3, section 6.7.2).

    `redirected`: the URL is reached by a redirect, where the path of a source does not count.
    """
    parts = split(target)
    if parts is None:
        return False
    return any(_admits(source, page, parts, redirected) for source in sources)


def _admits(source: str, page: str, target: SplitResult, redirected: bool) -> bool:
    word = source.lower()
    if word == "*":
        return target.scheme in ("http", "https")
    if word == "'self'":
        return origin(page) == origin(target.geturl())
    scheme, colon, rest = word.partition("://") if "://" in word else ("", "", word)
    if not colon and word.endswith(":"):
        return _scheme_fits(word[:-1], target.scheme)
    own = split(page)
    if not _scheme_fits(scheme or (own.scheme if own else ""), target.scheme):
        return False
    place, slash, _ = rest.partition("/")
    name, _, port = place.partition(":")
    host = target.hostname or ""
    fits = host.endswith(name[1:]) if name.startswith("*.") else host == name
    if not name or not fits or not _port_fits(port, target):
        return False
    # The path is compared letter for letter, so it is taken from the source as written.
    path = slash + source.partition("://")[2 if "://" in source else 0].partition("/")[2]
    whole = path.endswith("/") and target.path.startswith(path)
    return redirected or path in ("", "/") or whole or target.path == path


def _scheme_fits(named: str, scheme: str) -> bool:
    return named == scheme or (named, scheme) == ("http", "https")


def _port_fits(port: str, target: SplitResult) -> bool:
    default = DEFAULT_PORTS.get(target.scheme)
    actual = target.port or default
    if not port:
        return actual == default
    return port == "*" or port == str(actual) or (port == "80" and actual == 443)


@check(
    "page.form-action-allows-redirect",
    "CCC",
    auth=("oauth",),
    practice=True,
    refs=("w3c/webappsec-csp#8", "1f916-ai/1f916#179"),
    shows="the consent button does nothing; no POST to the token endpoint",
    why="Chromium applies form-action to the redirect that follows the form: the code is issued and "
    "never arrives.",
    fix="Add the validated origin of redirect_uri to form-action, or drop the directive.",
)
def form_action(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The page's Content-Security-Policy lets the form's redirect reach the callback."""
    callback = landed(evidence)
    flow = before(evidence, callback)
    # The last form that was sent, and every redirect behind it.
    posts = [i for i, e in enumerate(flow) if e.request.method == "POST"]
    # A page between them goes on by a link or a script, which form-action does not bind.
    if not posts or not all(e.answer.is_redirect for e in flow[posts[-1] :]):
        raise NotApplicable(say("no form ends in a redirect to the callback"))
    sent = flow[posts[-1]]
    pages = [e for e in flow[: posts[-1]] if is_page(e)]
    if not pages:
        raise Blocked(say("the page that held the form was not seen"))
    page = pages[-1]
    hops = [join(e.request.target, e.answer.header("Location") or "") for e in flow[posts[-1] :]]
    lists = [directive(policy, "form-action") for policy in policies(evidence.pages, page)]
    for i, target in enumerate([sent.request.target, *hops]):
        for sources in lists:
            if sources is None or _lets_through(evidence, sources, page, target, i > 0):
                continue
            yield Finding(
                expected=say("form-action admits {}", origin(target)),
                actual=say("form-action {:.180}", " ".join(sources)),
                at=without_query(page.request.target),
                exchanges=(page.n, sent.n),
            )
            return
    yield Seen(actual=say("the redirect is not stopped"), exchanges=(page.n, sent.n))


def _lets_through(
    evidence: Evidence, sources: list[str], page: Exchange, target: str, redirected: bool
) -> bool:
    if admits(sources, page.request.target, target, redirected=redirected):
        return True
    public = origin(evidence.oauth.client_url) if evidence.oauth else ""
    if not public or origin(target) != evidence.target:
        return False
    # The list may name the published host, which is mapped to the server under test here.
    published = public + target.removeprefix(evidence.target)
    return admits(sources, page.request.target, published, redirected=redirected)


@check(
    "page.frame-guard",
    "MMM",
    refs=("RFC9700-4.16", "RFC6749-10.13"),
    auth=("oauth",),
    why="A page in a foreign frame lets an attacker place the user's click.",
    fix="Send Content-Security-Policy: frame-ancestors 'none', or X-Frame-Options: DENY.",
)
def frame_guard(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Login and consent pages forbid foreign frames."""
    for page in flow_pages(evidence):
        if _guarded(page):
            yield Seen(actual=say("guarded"), exchanges=(page.n,))
        else:
            yield Finding(
                expected=say("frame-ancestors or X-Frame-Options"),
                actual=say("neither"),
                at=without_query(page.request.target),
                exchanges=(page.n,),
            )


def _guarded(page: Exchange) -> bool:
    lists = [directive(policy, "frame-ancestors") for policy in header_policies(page)]
    named = [{word.lower() for word in sources} for sources in lists if sources is not None]
    if named:
        # Browsers ignore X-Frame-Options beside it (CSP 3, section 6.4.2), and obey every policy.
        return any(not sources & EVERYBODY for sources in named)
    options = {word.strip().lower() for word in joined(page.answer, "X-Frame-Options").split(",")}
    return bool(options) and options <= {"deny", "sameorigin"}


@check(
    "page.no-307-after-credentials",
    "MMM",
    refs=("RFC9700-4.12",),
    auth=("oauth",),
    why="307 makes the browser post the password again, to ChatGPT.",
    fix="Answer the form with 303 (or 302).",
)
def no_307(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The answer to the password is no 307 or 308."""
    password = evidence.given.password.reveal()
    posts = [
        e
        for e in browsed(evidence)
        if e.request.method == "POST" and password and _carries(e.request, password)
    ]
    if not posts:
        raise NotApplicable(say("no form with a password was sent"))
    for post in posts:
        if post.answer.status in (307, 308):
            yield Finding(
                expected=say("303 or 302"),
                actual=say("{}", post.answer.status),
                at=without_query(post.request.target),
                exchanges=(post.n,),
            )
        else:
            yield Seen(actual=say("{}", post.answer.status), exchanges=(post.n,))


@check(
    "page.password-not-in-url",
    "MMM",
    refs=("RFC9110-9.3.1", "RFC9700-4.3", "CWE-598"),
    auth=("oauth",),
    why="Addresses are kept in the browser's history, in the logs of servers and proxies, and go to "
    "other sites as a Referer.",
    fix='Write method="post" on the login form, and read the password from the body only.',
)
def password_not_in_url(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The login form sends the password in a body, never in an address."""
    given, password = evidence.given, evidence.given.password.reveal()
    sent = [e for e in browsed(evidence) if password and _sends(e.request, password)]
    if not sent:
        raise NotApplicable(say("no form with a password was sent"))
    by_chance = len(password) < SHORTEST_PASSWORD or password == given.username
    for exchange in sent:
        at = without_query(exchange.request.target)
        stands = _stands_in_address(exchange.request, password)
        if stands and by_chance:
            raise Blocked(say("this test user's password may stand in an address by chance"))
        if stands:
            yield Finding(
                expected=say("the password in the body of a POST"),
                actual=say("the password in the address of a {}", exchange.request.method),
                at=at,
                exchanges=(exchange.n,),
            )
        else:
            yield Seen(actual=say("sent in a body"), at=at, exchanges=(exchange.n,))


def _sends(request: Request, password: str) -> bool:
    return _stands_in_address(request, password) or _carries(request, password)


def _stands_in_address(request: Request, password: str) -> bool:
    return any(value == password for _, value in request.all_query)


@check(
    "page.referrer-policy",
    "SSS",
    refs=("RFC9700-4.2.4",),
    auth=("oauth",),
    why="The address with its parameters leaks to other sites.",
    fix="Send Referrer-Policy: no-referrer.",
)
def referrer_policy(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Pages set a Referrer-Policy that keeps parameters in."""
    for page in flow_pages(evidence):
        sent = _referrer_words(evidence.pages, page)
        known = [word for word in sent if word in SAFE_POLICIES | LEAKY_POLICIES]
        # The last word that a browser knows counts (Referrer Policy, section 8.1).
        if known and known[-1] in SAFE_POLICIES:
            yield Seen(actual=known[-1], exchanges=(page.n,))
        else:
            yield Finding(
                expected=say("Referrer-Policy: no-referrer"),
                actual=cut(" ".join(sent), 120) or say("absent"),
                at=without_query(page.request.target),
                exchanges=(page.n,),
            )


def _referrer_words(pages: Pages, page: Exchange) -> list[str]:
    """The words of the header, then those of each meta, which replaces it."""
    words = joined(page.answer, "Referrer-Policy")
    for _, attributes in elements(pages, page, "meta"):
        if attributes.get("name", "").strip().lower() == "referrer":
            words += ", " + attributes.get("content", "")
    return words.lower().replace(",", " ").split()


@check(
    "page.no-third-party-resources",
    "SSS",
    refs=("RFC9700-4.2.4",),
    auth=("oauth",),
    why="Foreign scripts on a login page can read the password.",
    fix="Serve scripts, styles and images yourself.",
)
def no_third_party(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Pages load nothing from other sites."""
    published = [evidence.oauth.client_url] if evidence.oauth else []
    for page in flow_pages(evidence):
        # What is published at another address is mapped to the server under test, and its own.
        own = {registrable_domain(hostname(url)) for url in (page.request.target, *published)}
        hosts = {
            hostname(join(page.request.target, url)) for url in _loaded(evidence.pages, page)
        } - {""}
        foreign = {host for host in hosts if registrable_domain(host) not in own}
        if foreign:
            yield Finding(
                expected=say("nothing from other sites"),
                actual=cut(", ".join(sorted(foreign)), 120),
                exchanges=(page.n,),
            )
        else:
            yield Seen(actual=say("nothing foreign"), exchanges=(page.n,))


def _loaded(pages: Pages, page: Exchange) -> Iterator[str]:
    """The addresses of what a page loads by itself."""
    for name, attributes in elements(pages, page, *LOADED):
        kinds = set(attributes.get("rel", "").lower().split())
        if name != "link" or kinds & LINKS_THAT_LOAD:
            yield attributes.get(LOADED[name], "").strip()


@check(
    "page.no-store",
    "SSS",
    refs=("RFC9111-5.2.2.5",),
    auth=("oauth",),
    practice=True,
    why="The back button shows somebody else's consent page.",
    fix="Send Cache-Control: no-store with login and consent pages.",
)
def no_store(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Login and consent pages are not stored."""
    for page in flow_pages(evidence):
        said = directives(page.answer)
        actual = cut(", ".join(sorted(said)), 120) or say("absent")
        if "no-store" in said:
            yield Seen(actual=actual, exchanges=(page.n,))
        else:
            yield Finding(
                expected=say("Cache-Control: no-store"),
                actual=actual,
                at=without_query(page.request.target),
                exchanges=(page.n,),
            )


@check(
    "page.no-code-in-html",
    "SSS",
    refs=("RFC9700-4.2.4",),
    auth=("oauth",),
    practice=True,
    why="Scripts can read a page, and the browser can store it.",
    fix="Put code and token into the redirect and the token answer only.",
)
def no_code_in_html(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No page contains a code, except the one that redirects to the callback."""
    callback = landed(evidence)
    code = first(callback_params(callback), "code") or ""
    if not code:
        raise Blocked(say("no code was seen (see authorize.request-accepted)"))
    if len(code) < SHORTEST_TOLD:
        raise Blocked(say("the code is too short to be told from other text"))
    before = redirect_before(evidence, callback)
    for page in flow_pages(evidence):
        if page.n != before.n and code in page.answer.text:
            yield Finding(
                expected=say("no code"),
                actual=say("the page contains the code"),
                exchanges=(page.n,),
            )
        else:
            yield Seen(actual=say("no code"), exchanges=(page.n,))


@check(
    "page.consent-names-client",
    "iiS",
    refs=("MCP-sec",),
    auth=("oauth",),
    needs=("login",),
    why="A user who is not told who asks, and for what, cannot consent.",
    fix="Name the client, the host that the code goes to, and the scopes on the consent page.",
)
def consent_names_client(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The consent page names the client, its host and the scopes."""
    # A gateway asks for consent and sends on to a login that knows nothing of the client.
    pages = asking_pages(evidence)
    text = " ".join(visible_text(evidence.pages, page) for page in pages).lower()
    host = hostname(evidence.given.redirect_uri)
    lacking: list[str] = [] if _is_named(evidence, text.replace(host, "")) else [say("the client")]
    lacking += [] if host in text else [host]
    scopes = evidence.oauth.scope.split() if evidence.oauth else []
    of_client = [page for page in pages if host in visible_text(evidence.pages, page).lower()]
    if not any(_lists_as_many(evidence, page, scopes) for page in of_client):
        lacking += [say("scope {:.40}", scope) for scope in scopes if scope.lower() not in text]
    if lacking:
        yield Finding(
            expected=say("the client, its host and the scopes in the text of the page"),
            actual=say("not named: {}", say(", ").join(lacking)),
            at=without_query(pages[-1].request.target),
            exchanges=(pages[-1].n,),
        )
    else:
        of_us = say("host and scopes are named")
        shown = of_us if _has_own_name(evidence) else say("client, {}", of_us)
        yield Seen(actual=shown, exchanges=(pages[-1].n,))


def _is_named(evidence: Evidence, text: str) -> bool:
    """Whether the text names the client: by its id, or as the product."""
    names = {evidence.given.client_id.lower(), "chatgpt", "openai"} - {""}
    return _has_own_name(evidence) or any(name in text for name in names)


def _has_own_name(evidence: Evidence) -> bool:
    """A client that the developer has made at an MCP server has a name that nobody here knows."""
    return evidence.mcp is not None and evidence.mcp.way == "given"


def _lists_as_many(evidence: Evidence, page: Exchange, scopes: list[str]) -> bool:
    """Whether the page has a list with an entry for each scope, or more: users are told what a scope
    allows rather than its name (django-oauth-toolkit)."""
    return len(list(elements(evidence.pages, page, "li", "dd"))) >= len(scopes)


def asking_pages(evidence: Evidence) -> list[Exchange]:
    """The pages on which somebody acts, by a form or a link; a verdict why there are none."""
    callback = landed(evidence)
    flow = before(evidence, callback)
    # What came last led to the callback by itself.
    pages = [e for e in flow[:-1] if is_page(e)]
    if not pages:
        raise NotApplicable(say("nobody is asked for consent: no form ends at the callback"))
    return pages


def _carries(request: Request, word: str) -> bool:
    """Whether the body of a form holds `word`, as it is or form-encoded."""
    body = request.body.decode("utf-8", "replace")
    return word in body or quote_plus(word) in body
