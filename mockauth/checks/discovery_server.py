"""The metadata of an MCP server's authorization server (RFC 8414)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mockauth.checks.discovery_resource import NO_OAUTH, absent, is_issuer, json_only
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.mcp_service import judged_by, protected, server
from mockauth.checks.registry import check
from mockauth.manifest.mcp import ISS_FLAG, Document, methods_of, server_urls
from mockauth.profiles.mcp import REVISIONS
from mockauth.wire.trace import Step
from mockauth.wire.url import origin
from mockauth.wire.words import own, say

UNREAD = frozenset({"response_types_supported", "response_modes_supported with query"})
"""What clients of the code flow do not read."""
REQUIRED = ("issuer", "authorization_endpoint", "token_endpoint", "response_types_supported")
KNOWN_METHODS = frozenset(("none", "client_secret_post", "client_secret_basic", "private_key_jwt"))
"""What a client such as ChatGPT can do (RFC 8414 section 2, RFC 7591 section 2)."""
SIGNING = "token_endpoint_auth_signing_alg_values_supported"
SIGNED = frozenset({"private_key_jwt", "client_secret_jwt"})
"""How clients authenticate by a signature."""
ALGORITHMS = (
    SIGNING,
    "id_token_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
)
GUARDED = (401, 403, 407)
NOT_THERE = (404, 410, 501, 502, 503, 504)
ENDPOINTS: Mapping[str, Step] = MappingProxyType(
    {
        "authorization_endpoint": "authorize",
        "token_endpoint": "token",
        "registration_endpoint": "register",
    }
)
"""Where the exchanges with an endpoint stand in the record."""
AGREEING = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "registration_endpoint",
    "jwks_uri",
)
PRIVATE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"RSA": ("d", "p", "q"), "EC": ("d",), "OKP": ("d",), "oct": ("k",)}
)
"""The members of a key that are secret (RFC 7518 section 6)."""


@check(
    "discovery.asm-found",
    "--C",
    refs=("RFC8414-3", "MCP-disc"),
    kind="static",
    shows=NO_OAUTH,
    why="Without it a client knows no endpoint.",
    fix="Serve /.well-known/oauth-authorization-server, with the path of the issuer appended.",
)
def asm_found(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata of the authorization server is found"""
    known = protected(evidence)
    if known.server is not None and known.server.url and not known.server.is_misplaced:
        yield Seen(actual=known.server.url, exchanges=(known.server.exchange,))
        return
    tried = [evidence.trace.get(n) for n in known.asked_servers]
    yield Finding(
        expected=say("200 with a JSON object"),
        actual=say("; ").join(say("{}: {}", e.request.url, e.outcome) for e in tried),
        at=tried[0].request.url if tried else known.url,
        exchanges=known.asked_servers,
    )


@check(
    "discovery.asm-path-inserted",
    "--M",
    refs=("RFC8414-3.1", "MCP-disc"),
    kind="static",
    shows=NO_OAUTH,
    why="Clients put the well-known part between the host and the path of the issuer.",
    fix="Serve the metadata of https://host/path at /.well-known/oauth-authorization-server/path.",
)
def asm_path_inserted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata of an issuer with a path stands where its path comes last, or in a place of OpenID"""
    document = server(evidence)
    if len(server_urls(document.built_from)) < 3:
        raise NotApplicable(say("the issuer has no path"))
    if not document.is_misplaced:
        yield Seen(actual=document.url, exchanges=(document.exchange,))
        return
    yield Finding(
        expected=server_urls(document.built_from)[0],
        actual=say("{} only", document.url),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.metadata-public",
    "--S",
    refs=("RFC8414-3", "RFC9728-3"),
    kind="static",
    why="Whoever reads metadata has no token yet.",
    fix="Serve both metadata documents to everybody.",
)
def metadata_public(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Metadata is given without credentials"""
    known = protected(evidence)
    read = [(known.resources, known.asked_resources), (known.servers, known.asked_servers)]
    # The oldest revision knows no metadata of a resource, and a server of it has none.
    for found, asked in read[judged_by(evidence) == REVISIONS[0] :]:
        exchanges = [evidence.trace.get(n) for n in asked]
        guarded = [e for e in exchanges if e.answer.status in GUARDED]
        # A server may answer so to every address that it does not have.
        if guarded and not found:
            yield Finding(
                expected=say("200"),
                actual=guarded[0].outcome,
                at=guarded[0].request.url,
                exchanges=(guarded[0].n,),
            )
        elif found:
            yield Seen(actual=found[0].url, exchanges=(found[0].exchange,))


@check(
    "discovery.endpoints-reachable",
    "--M",
    refs=("RFC8414-2",),
    why="A client follows the metadata; an address that leads nowhere ends the sign-in.",
    fix="Write the addresses of your endpoints into the metadata as they are.",
)
def endpoints_reachable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every endpoint of the metadata that the sign-in needs answers"""
    yield from _answering(evidence, server(evidence))


@check(
    "discovery.default-endpoints-work",
    "--M",
    refs=("MCP-disc",),
    why="Clients of MCP 2025-03-26 use these paths where there is no metadata.",
    fix="Serve /authorize, /token and /register at the root of the host, or publish metadata.",
)
def default_endpoints_work(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Without metadata, /authorize, /token and /register answer"""
    document = protected(evidence).server
    if document is None or document.url:
        raise NotApplicable(say("there is metadata"))
    yield from _answering(evidence, document)


def _answering(evidence: Evidence, document: Document) -> Iterator[Finding | Seen]:
    """Whether the endpoints of a document answered in the ordinary flow, as far as it got."""
    for name, step in ENDPOINTS.items():
        asked = evidence.trace.ordinary(step) if document.text(name) else []
        if not asked:
            continue
        exchange = asked[0]
        if exchange.response is None or exchange.answer.status in NOT_THERE:
            yield Finding(
                expected=say("an answer from {}", own(name)),
                actual=exchange.outcome,
                at=document.text(name),
                exchanges=(exchange.n,),
            )
        else:
            seen = say("{}: {}", own(name), exchange.outcome)
            yield Seen(actual=seen, exchanges=(exchange.n,))


@check(
    "discovery.asm-json",
    "--M",
    refs=("RFC8414-3.2",),
    kind="static",
    why="A client that is given a web page with status 200, or a text for a list, stops there.",
    fix="Answer with a JSON object as application/json whose members have the types of RFC 8414 section "
    "2, or with 404 where there is no document.",
)
def asm_json(evidence: Evidence) -> Iterator[Finding | Seen]:
    """What is served as metadata of the authorization server is JSON, and its members have their types"""
    yield from json_only(evidence, protected(evidence).asked_servers)


@check(
    "discovery.asm-issuer-exact",
    "--C",
    refs=("RFC8414-3.3", "MCP-disc"),
    kind="static",
    why="A client must not use metadata whose issuer is another; a slash at the end counts.",
    fix="Write the issuer as one string everywhere: in authorization_servers, in the metadata and in "
    "`iss`.",
)
def asm_issuer_exact(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`issuer` is the one that the URL was made of, letter for letter"""
    document = server(evidence)
    said = document.text("issuer")
    if said == document.built_from:
        yield Seen(actual=said, exchanges=(document.exchange,))
        return
    # No document named the issuer: the origin stood in for it, which has no slash to compare.
    guessed = protected(evidence).resource is None and said.rstrip("/") == document.built_from
    yield Finding(
        expected=document.built_from,
        actual=said or say("absent"),
        at=document.url,
        exchanges=(document.exchange,),
        tolerated=guessed,
    )


@check(
    "discovery.asm-issuer-well-formed",
    "--M",
    refs=("RFC8414-2",),
    kind="static",
    why="An issuer with a query or fragment cannot be compared or built on.",
    fix="Use an https URL without query and fragment.",
)
def asm_issuer_well_formed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`issuer` is an https URL without query and fragment"""
    document = server(evidence)
    said = document.text("issuer")
    if is_issuer(said):
        yield Seen(actual=said, exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("an https URL without query and fragment"),
        actual=absent(document.data.get("issuer")),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.asm-required-fields",
    "--M",
    refs=("RFC8414-2",),
    kind="static",
    why="Without them a client cannot begin.",
    fix="Add what is missing to the metadata, and write endpoints as whole URLs.",
)
def asm_required_fields(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata has issuer, both endpoints as absolute URLs, and the response type code"""
    document = server(evidence)
    missing = [name for name in REQUIRED if not document.data.get(name)]
    types = document.texts("response_types_supported")
    if types and "code" not in types:
        missing.append("response_types_supported with code")
    modes = document.texts("response_modes_supported")
    if modes and "query" not in modes:
        missing.append("response_modes_supported with query")
    unusable = [name for name in ENDPOINTS if not _is_endpoint(document.data.get(name))]
    if not missing and not unusable:
        yield Seen(actual=say("all there"), exchanges=(document.exchange,))
        return
    shown = [say("without {}", own(", ".join(missing)))] if missing else []
    shown += [say("{}: {:.120}", own(name), document.text(name)) for name in unusable]
    yield Finding(
        expected=say("{}; endpoints are whole URLs", own(", ".join(REQUIRED))),
        actual=own("; ").join(shown),
        at=document.url,
        exchanges=(document.exchange,),
        # Clients of code do not look at it, and correct libraries leave it out.
        tolerated=not unusable and {*missing} <= UNREAD,
    )


def _is_endpoint(value: object) -> bool:
    """Whether an endpoint, where it is named, is an absolute URL. A member of another type is a matter of
    discovery.asm-json, a fragment one of transport.endpoints-no-fragment."""
    return not isinstance(value, str) or not value or bool(origin(value))


@check(
    "discovery.asm-no-empty-arrays",
    "--M",
    refs=("RFC8414-3.2",),
    kind="static",
    why="An empty list says that nothing is supported.",
    fix="Leave members without values out.",
)
def asm_no_empty_arrays(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No member of the metadata is an empty list"""
    document = server(evidence)
    empty = [name for name, value in document.data.items() if value == []]
    if not empty:
        yield Seen(actual=say("none"), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("no empty list"),
        actual=say("{}", ", ".join(empty)),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.asm-auth-methods-published",
    "--M",
    refs=("RFC8414-2", "OAI-mcp-auth"),
    kind="static",
    practice=True,
    why="ChatGPT picks from that list; without it the method is client_secret_basic.",
    fix="List token_endpoint_auth_methods_supported, with none for public clients.",
)
def asm_auth_methods(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata lists how clients authenticate, by a method that ChatGPT has"""
    document = server(evidence)
    listed = document.texts("token_endpoint_auth_methods_supported")
    if set(listed or ()) & KNOWN_METHODS:
        yield Seen(actual=say("{}", ", ".join(listed or ())), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say(
            "token_endpoint_auth_methods_supported with one of {}",
            own(", ".join(sorted(KNOWN_METHODS))),
        ),
        actual=absent(document.data.get("token_endpoint_auth_methods_supported")),
        at=document.url,
        exchanges=(document.exchange,),
        # It is an optional member (RFC 8414 section 2): client_secret_basic where it is absent.
        tolerated="token_endpoint_auth_methods_supported" not in document.data,
    )


@check(
    "discovery.documents-agree",
    "--S",
    refs=("RFC8414-5",),
    kind="static",
    why="Which document a client reads depends on the client.",
    fix="Let both documents say the same.",
)
def documents_agree(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The OAuth and the OpenID documents say the same"""
    known = protected(evidence)
    first_one = server(evidence)
    if len(known.servers) < 2:
        raise NotApplicable(say("there is one document"))
    for other in known.servers[1:]:
        wrong = [n for n in AGREEING if first_one.data.get(n) != other.data.get(n)]
        if wrong:
            yield Finding(
                expected=say("the same in {} and {}", first_one.url, other.url),
                actual=say("another {}", own(", ".join(wrong))),
                at=other.url,
                exchanges=(first_one.exchange, other.exchange),
            )
        else:
            yield Seen(actual=other.url, exchanges=(other.exchange,))


@check(
    "discovery.iss-flag-set",
    "--S",
    refs=("RFC9207-3", "MCP-auth", "OAI-mcp-auth"),
    kind="static",
    why="With it ChatGPT uses one stable callback; without it each app has a callback of its own, and "
    "the submission of an app may stop with “Missing OAuth callback data”.",
    fix="Send `iss` with every redirect, and set authorization_response_iss_parameter_supported.",
)
def iss_flag_set(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata promises `iss` in redirects"""
    document = server(evidence)
    if document.promises_issuer:
        yield Seen(actual=say("true"), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("authorization_response_iss_parameter_supported: true"),
        actual=absent(document.data.get(ISS_FLAG)),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.grants-listed",
    "--M",
    refs=("RFC8414-2", "RFC7591-2"),
    why="A client does not begin a grant that the metadata does not list.",
    fix="List authorization_code in grant_types_supported, and refresh_token where you issue refresh "
    "tokens; or leave the member out.",
)
def grants_listed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """grant_types_supported lists the grants that are served, or is absent"""
    document = server(evidence)
    listed = document.texts("grant_types_supported")
    if listed is None:
        raise NotApplicable(say("grant_types_supported is absent"))
    answers = evidence.trace.ordinary("token", "refresh")
    refreshes = [e for e in answers if e.answer.ok and e.answer.members.get("refresh_token")]
    served = ("authorization_code", *(("refresh_token",) if refreshes else ()))
    missing = [grant for grant in served if grant not in listed]
    if not missing:
        yield Seen(actual=say("{}", ", ".join(listed)), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("{} in grant_types_supported", own(", ".join(missing))),
        actual=say("{}", ", ".join(listed)),
        at=document.url,
        exchanges=(document.exchange, *(e.n for e in refreshes[:1])),
        # A client that got a refresh token uses it, whatever the metadata says.
        tolerated="authorization_code" not in missing,
    )


@check(
    "discovery.no-deprecated-grants",
    "--S",
    refs=("OAuth21-10.1", "RFC9700-2.4"),
    kind="static",
    why="Implicit and password grants give tokens and passwords away.",
    fix="Take implicit and password out of grant_types_supported.",
)
def no_deprecated_grants(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata lists neither the implicit nor the password grant"""
    document = server(evidence)
    listed = document.texts("grant_types_supported")
    old = [one for one in listed or () if one in ("implicit", "password")]
    if not old:
        yield Seen(actual=absent(listed), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("neither implicit nor password"),
        actual=own(", ".join(old)),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.no-alg-none",
    "--S",
    refs=("RFC8725-3.2",),
    kind="static",
    why="`none` means that anybody can make such a token.",
    fix="Take none out of the lists of algorithms.",
)
def no_alg_none(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No list of signing algorithms has none"""
    document = server(evidence)
    lists = {name: document.texts(name) for name in ALGORITHMS}
    if not any(lists.values()):
        raise NotApplicable(say("no algorithms are listed"))
    bad = [name for name, listed in lists.items() if "none" in (listed or ())]
    if not bad:
        yield Seen(actual=say("none"), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("no algorithm none"),
        actual=own(", ".join(bad)),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "discovery.asm-signing-algorithms",
    "--M",
    refs=("RFC8414-2",),
    kind="static",
    why="A client with keys does not know by which algorithm to sign.",
    fix="List the algorithms in token_endpoint_auth_signing_alg_values_supported.",
)
def signing_algorithms(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata lists algorithms where it lists private_key_jwt or client_secret_jwt"""
    document = server(evidence)
    if SIGNED.isdisjoint(methods_of(document)):
        raise NotApplicable(say("no client authenticates by a signature"))
    listed = document.texts(SIGNING)
    if listed:
        shown = own(", ").join(say("{}", one) for one in listed)
        yield Seen(actual=shown, exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("{}", own(SIGNING)),
        actual=say("absent"),
        at=document.url,
        exchanges=(document.exchange,),
        # Clients sign with RS256 or ES256 where nothing is said.
        tolerated=True,
    )


@check(
    "discovery.jwks-loads",
    "--M",
    refs=("RFC8414-2", "RFC7517-5"),
    kind="static",
    why="Whoever checks a signature needs the keys.",
    fix="Serve the key set at jwks_uri, or leave jwks_uri out.",
)
def jwks_loads(evidence: Evidence) -> Iterator[Finding | Seen]:
    """jwks_uri leads to a key set with a key"""
    asked, keys = _keys(evidence)
    if keys:
        yield Seen(actual=say("{} keys", len(keys)), exchanges=(asked,))
        return
    exchange = evidence.trace.get(asked)
    yield Finding(
        expected=say("a JSON object with keys"),
        actual=exchange.outcome,
        at=exchange.request.url,
        exchanges=(asked,),
    )


@check(
    "discovery.jwks-no-private-keys",
    "--C",
    refs=("RFC7517-9.2",),
    kind="static",
    why="With a private key anybody makes tokens of yours.",
    fix="Publish public keys only, and replace the key that was published.",
)
def jwks_no_private_keys(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No key of the key set is private"""
    asked, keys = _keys(evidence)
    if not keys:
        raise Blocked(say("there are no keys to look at (see discovery.jwks-loads)"))
    bad = [key for key in keys if any(key.get(n) for n in PRIVATE.get(str(key.get("kty")), ()))]
    if not bad:
        yield Seen(actual=say("{} public keys", len(keys)), exchanges=(asked,))
        return
    yield Finding(
        expected=say("public keys only"),
        actual=say("{} of {} keys are private", len(bad), len(keys)),
        at=evidence.trace.get(asked).request.url,
        exchanges=(asked,),
    )


def _keys(evidence: Evidence) -> tuple[int, list[dict[str, Any]]]:
    known = protected(evidence)
    if not server(evidence).text("jwks_uri"):
        raise NotApplicable(say("the metadata names no jwks_uri"))
    if not known.asked_keys:
        raise Blocked(say("jwks_uri was not asked"))
    answer = evidence.trace.get(known.asked_keys).answer
    found = answer.members.get("keys") if answer.ok else None
    listed = found if isinstance(found, list) else []
    return known.asked_keys, [key for key in listed if isinstance(key, dict)]


@check(
    "pkce.s256-advertised",
    "--C",
    refs=("MCP-sec", "RFC9700-2.1.1", "anthropics/claude-ai-mcp#786"),
    kind="static",
    why="An MCP client refuses to begin where S256 is not listed.",
    fix='Set code_challenge_methods_supported to ["S256"].',
)
def s256_advertised(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata lists the PKCE method S256"""
    document = server(evidence)
    listed = document.texts("code_challenge_methods_supported")
    if "S256" in (listed or ()):
        yield Seen(actual=say("{}", ", ".join(listed or ())), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("code_challenge_methods_supported with S256"),
        actual=absent(listed),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "pkce.plain-not-advertised",
    "--S",
    refs=("OAuth21-4.1.1",),
    kind="static",
    why="The challenge of plain is the verifier, which everybody on the way can read.",
    fix="Take plain out of code_challenge_methods_supported.",
)
def plain_not_advertised(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata does not list the PKCE method plain"""
    document = server(evidence)
    listed = document.texts("code_challenge_methods_supported")
    if listed is None:
        raise NotApplicable(say("no method is listed (see pkce.s256-advertised)"))
    if "plain" not in listed:
        yield Seen(actual=say("{}", ", ".join(listed)), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("no plain"),
        actual=say("{}", ", ".join(listed)),
        at=document.url,
        exchanges=(document.exchange,),
    )


@check(
    "scope.prm-within-asm",
    "--S",
    refs=("linuxfoundation/lfx-mcp#126",),
    kind="static",
    practice=True,
    why="A scope that the authorization server does not know ends in invalid_scope.",
    fix="List each scope of the resource in the authorization server's metadata, too.",
)
def prm_within_asm(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The scopes of the resource are among those of the authorization server"""
    known, document = protected(evidence), server(evidence)
    listed = document.texts("scopes_supported")
    wanted = known.resource.texts("scopes_supported") if known.resource else None
    if listed is None or wanted is None:
        raise NotApplicable(say("not both documents list scopes"))
    unknown = [one for one in wanted if one not in listed]
    if not unknown:
        yield Seen(actual=say("{!r}", " ".join(wanted)), exchanges=(document.exchange,))
        return
    yield Finding(
        expected=say("among {!r}", " ".join(listed)),
        actual=say("{!r} is not", " ".join(unknown)),
        at=document.url,
        exchanges=(document.exchange,),
    )
