"""The manifest's addresses: https, ports, fragments, and ChatGPT's domain rules."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.manifest import AUTH, START, manifest_of, readable
from mockauth.checks.registry import check
from mockauth.manifest.domains import is_at_or_below, registrable_domain, root_domain
from mockauth.manifest.plugin import Manifest
from mockauth.wire.url import hostname, is_loopback_host, join, origin, split
from mockauth.wire.words import AT_AUTHORIZATION_URL, AT_CLIENT_URL, say

PROD = "OAI-plugin-prod"
SHARED = ("google.com", "googleapis.com", "microsoft.com", "microsoftonline.com", "windows.net",
          "live.com", "adobe.com", "adobelogin.com")  # fmt: skip


API = say("/servers/0/url")
"""Where an Action says in its OpenAPI document what host its calls go to."""


def endpoints(evidence: Evidence) -> list[tuple[str, str]]:
    """(pointer, URL) of every endpoint that the manifest names, or the GPT editor and the OpenAPI
    document of an Action."""
    named: list[tuple[str, str]] = []
    manifest = evidence.manifest
    if evidence.oauth is not None:
        named += [(AT_CLIENT_URL, evidence.oauth.client_url)]
        named += [(AT_AUTHORIZATION_URL, evidence.oauth.authorization_url)]
    elif manifest is not None and manifest.text("auth", "type") == "oauth":
        # One of the two is missing; the other is judged all the same.
        named += [(AT_CLIENT_URL, manifest.text("auth", "client_url"))]
        named += [(AT_AUTHORIZATION_URL, manifest.text("auth", "authorization_url"))]
    if evidence.manifest is not None and evidence.manifest.api_url:
        named += [("/api/url", evidence.manifest.api_url)]
    if evidence.manifest is None and evidence.openapi is not None:
        named += [(API, evidence.openapi.base)]
    return [(at, url) for at, url in named if "://" in url]


def public_endpoints(evidence: Evidence) -> list[tuple[str, str]]:
    """The endpoints that are not on this machine, wherever the server under test is; n/a when
    there are none."""
    named = endpoints(evidence)
    found = [
        (at, url) for at, url in named if hostname(url) and not is_loopback_host(hostname(url))
    ]
    if not found:
        raise NotApplicable(say("no address names a public host"))
    return found


def _root(evidence: Evidence) -> str:
    """The root domain; read from a file or served on this machine, it is taken from api.url."""
    manifest = readable(evidence)
    root = root_domain((is_published(manifest) and manifest.url) or manifest.api_url or "")
    if not root:
        raise Blocked(say("offline, and api.url is relative: the manifest's own host is not known"))
    if is_loopback_host(root):
        raise NotApplicable(say("the plugin is on this machine"))
    return root


def is_published(manifest: Manifest) -> bool:
    """Whether it was fetched from where it is published: not from a file, nor this machine."""
    return bool(manifest.url) and not is_loopback_host(hostname(manifest.url))


def is_https(url: str) -> bool:
    """Whether the scheme is https, in any letter case (RFC 3986 section 3.1)."""
    return url[:8].lower() == "https://"


@check(
    "manifest.https", "M--", refs=(START,), kind="static", practice=True,
    why="ChatGPT reads public manifests over https only.", fix="Serve it over https.",
)  # fmt: skip
def https(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The manifest is served over https, this machine excepted."""
    url = manifest_of(evidence).url
    if not url or is_loopback_host(hostname(url)):
        raise NotApplicable(say("read from a file, or from this machine"))
    if is_https(url):
        yield Seen(actual=origin(url))
    else:
        yield Finding(expected=say("https"), actual=origin(url))


@check(
    "manifest.redirects-allowed", "M--", refs=(PROD,), practice=True,
    shows="installation refused",
    why="ChatGPT follows a redirect only to a child subdomain or from www to the bare host.",
    fix="Serve the manifest at the address itself.",
)  # fmt: skip
def redirects_allowed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Fetching the manifest is not redirected, but to a child subdomain or from www."""
    hops = evidence.trace.ordinary("manifest")
    if not hops:
        raise NotApplicable(say("the manifest was read from a file"))
    for hop in hops:
        target = join(hop.request.target, hop.answer.header("Location") or "")
        if not hop.answer.is_redirect:
            yield Seen(actual=hop.outcome, exchanges=(hop.n,))
            continue
        before, after = hostname(hop.request.target), hostname(target)
        if before == after or after == before.removeprefix("www.") or after.endswith("." + before):
            yield Seen(actual=say("{} to {}", before, after), exchanges=(hop.n,))
        else:
            yield Finding(
                expected=say("no redirect, or one below {}", before),
                actual=say("a redirect from {} to {}", before, after),
                exchanges=(hop.n,),
            )


@check(
    "manifest.oauth-urls-distinct", "M--", refs=(AUTH,), kind="static", practice=True,
    auth=("oauth",), shows="login page or 405 at the exchange",
    why="One is a page for the user, the other takes ChatGPT's POST.",
    fix="client_url is the authorize endpoint, authorization_url is the TOKEN endpoint.",
)  # fmt: skip
def oauth_urls_distinct(evidence: Evidence) -> Iterator[Finding | Seen]:
    """client_url and authorization_url differ."""
    oauth = evidence.oauth
    if oauth is None:
        raise Blocked(say("the oauth block cannot be read (see manifest.auth-fields-complete)"))
    if oauth.client_url.rstrip("/") == oauth.authorization_url.rstrip("/"):
        yield Finding(
            expected=say("authorize endpoint (client_url) and token endpoint (authorization_url)"),
            actual=say("both are the same address"),
            at=AT_AUTHORIZATION_URL,
        )
    else:
        yield Seen(actual=say("two addresses"))


@check(
    "manifest.oauth-urls-share-domain", "-M-", refs=("OAI-action-start",), kind="static",
    practice=True, auth=("oauth",),
    shows='"Authorization URL, Token URL, and API hostname must share a root domain"',
    why="GPT Actions refuse split domains; 2023 plugins did not.",
    fix="Serve sign-in and API under one registrable domain.",
)  # fmt: skip
def oauth_urls_share_domain(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Authorize endpoint, token endpoint and API share a registrable domain."""
    domains = {at: registrable_domain(hostname(url)) for at, url in public_endpoints(evidence)}
    api = domains.get("/api/url", domains.get(API))
    for at, domain in domains.items():
        if api is not None and domain not in (api, *SHARED):
            yield Finding(expected=say("a host under {}", api), actual=domain, at=at)
    yield Seen(actual=", ".join(sorted(set(domains.values()))))


@check(
    "manifest.api-url-on-domain", "M--", refs=(PROD,), kind="static", practice=True,
    shows="installation refused",
    why="ChatGPT's domain policy.",
    fix="Serve the OpenAPI document at or below the manifest's host.",
)  # fmt: skip
def api_url_on_domain(evidence: Evidence) -> Iterator[Finding | Seen]:
    """api.url is on the manifest's root domain or below it."""
    manifest = readable(evidence)
    if not is_published(manifest):
        raise NotApplicable(
            say("read from a file or this machine: where it is published is not known")
        )
    root, host = _root(evidence), hostname(manifest.api_url or "")
    if not host:
        raise Blocked(say("api.url is missing (see manifest.required-fields)"))
    if is_at_or_below(host, root):
        yield Seen(actual=say("{} is at or below {}", host, root))
    else:
        yield Finding(expected=say("{} or a host below it", root), actual=host, at=say("/api/url"))


@check(
    "manifest.legal-and-contact-domain", "S--", refs=(PROD,), kind="static", practice=True,
    shows="installation refused",
    why="The document asks for it; of the approved plugins a third do not keep it.",
    fix="Use a contact address and a legal page on the plugin's own domain.",
)  # fmt: skip
def legal_and_contact_domain(evidence: Evidence) -> Iterator[Finding | Seen]:
    """legal_info_url and contact_email are on the plugin's own domain."""
    root = registrable_domain(_root(evidence))
    manifest = readable(evidence)
    mail = manifest.text("contact_email").rpartition("@")[2].strip().lower()
    for at, host in (("/contact_email", mail),
                     ("/legal_info_url", hostname(manifest.text("legal_info_url")))):  # fmt: skip
        if not host:
            # What is missing or malformed is the matter of other checks.
            yield Seen(actual=say("{} names no host", at))
        elif registrable_domain(host) != root:
            yield Finding(expected=say("an address on {}", root), actual=host, at=at)
        else:
            yield Seen(actual=say("{} is on {}", at, root))


@check(
    "manifest.host-allowed-by-chatgpt", "ii-", refs=(AUTH, "openai/plugins-quickstart#22"),
    kind="static", practice=True, shows="host refused",
    why="ChatGPT let only plugins without sign-in run on localhost, spelled localhost:PORT.",
    fix="Nothing here: testing sign-in on localhost is what mockauth is for.",
)  # fmt: skip
def host_allowed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """ChatGPT itself would have taken this host."""
    host = hostname(evidence.target or readable(evidence).api_url or "")
    if not host:
        raise Blocked(say("no host is named"))
    if not is_loopback_host(host):
        yield Seen(actual=say("{} is a public name", host))
    elif not evidence.profile.has_manifest:
        yield Finding(expected=say("a public host: the GPT editor takes no other"), actual=host)
    elif evidence.auth is not None and evidence.auth.type == "none" and host == "localhost":
        yield Seen(actual=say("localhost without sign-in"))
    else:
        yield Finding(expected=say("a public host, or localhost:PORT without sign-in"), actual=host)


@check(
    "transport.endpoints-https", "MMM", refs=("RFC6749-3.1", "RFC6749-3.2", "RFC9700-2.6"),
    kind="static",
    why="Codes, secrets and tokens would travel in the clear.", fix="Publish the https address.",
)  # fmt: skip
def endpoints_https(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every endpoint is named with https, this machine excepted."""
    for at, url in public_endpoints(evidence):
        if is_https(url):
            yield Seen(actual=say("{}: https", at))
        else:
            yield Finding(expected=say("https"), actual=url.partition("?")[0], at=at)


@check(
    "transport.endpoints-no-fragment", "MMM", refs=("RFC6749-3.1", "RFC6749-3.2"), kind="static",
    why="Whatever stands behind # is never sent.", fix="Take the # part out.",
)  # fmt: skip
def endpoints_no_fragment(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No endpoint has a fragment."""
    for at, url in endpoints(evidence):
        if "#" in url:
            yield Finding(expected=say("an address without #"), actual=url.partition("?")[0], at=at)
        else:
            yield Seen(actual=say("{}: no fragment", at))


@check(
    "transport.port-443", "MM-", refs=(PROD, "OAI-action-prod"), kind="static", practice=True,
    shows="cannot reach the server",
    why="ChatGPT connects to port 443 only.", fix="Serve it on port 443.",
)  # fmt: skip
def port_443(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The manifest, the document, the API and the token endpoint are on port 443."""
    # The user's browser opens client_url, and takes any port.
    own_calls = [(at, url) for at, url in public_endpoints(evidence) if at != AT_CLIENT_URL]
    for at, url in own_calls:
        parts = split(url)
        port = parts.port if parts else None
        if port in (None, 443) or not is_https(url):
            yield Seen(actual=say("{}: port {}", at, port or 443))
        else:
            yield Finding(expected=say("port 443"), actual=say("port {}", port), at=at)
    if not own_calls:
        raise NotApplicable(say("no address names a public host that ChatGPT calls"))
