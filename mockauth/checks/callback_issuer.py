"""`iss` in the redirect to an MCP client (RFC 9207)."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, NotApplicable, Seen
from mockauth.checks.mcp_service import needs_no_tls, server
from mockauth.checks.record import callback_params, error_redirects, landed
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.message import every, first
from mockauth.wire.url import origin
from mockauth.wire.words import AT_CLIENT_URL, say


def _promised(evidence: Evidence) -> bool:
    return server(evidence).promises_issuer


def _sent(evidence: Evidence) -> tuple[Exchange, str]:
    """The callback and its `iss`, or a verdict that it has none."""
    callback = landed(evidence)
    issuer = first(callback_params(callback), "iss")
    if not issuer:
        raise NotApplicable(say("the redirect has no `iss`"))
    return callback, issuer


@check(
    "callback.iss-present-when-advertised",
    "--M",
    refs=("RFC9207-2.3", "MCP-auth"),
    auth=("oauth",),
    why="A client that was promised `iss` must refuse a redirect without it.",
    fix="Add `iss` to every redirect, or take the promise out of the metadata.",
)
def iss_present(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The redirect has one `iss` where the metadata promises it"""
    callback = landed(evidence)
    if not _promised(evidence):
        raise NotApplicable(say("the metadata does not promise `iss`"))
    values = every(callback_params(callback), "iss")
    if len(values) == 1 and values[0]:
        yield Seen(actual=values[0], exchanges=(callback.n,))
        return
    yield Finding(
        expected=say("one `iss`"),
        actual=say("{} of them", len(values)),
        at=AT_CLIENT_URL,
        exchanges=(callback.n,),
    )


@check(
    "callback.iss-equals-issuer",
    "--M",
    refs=("RFC9207-2", "RFC9207-2.4"),
    auth=("oauth",),
    why="A client must refuse a redirect of another issuer; nothing is normalised.",
    fix="Send the issuer of the metadata, letter for letter.",
)
def iss_equals(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`iss` in the redirect is the issuer of the metadata, letter for letter"""
    callback, issuer = _sent(evidence)
    wanted = server(evidence).text("issuer")
    if issuer == wanted:
        yield Seen(actual=issuer, exchanges=(callback.n,))
        return
    yield Finding(expected=wanted, actual=issuer, at=AT_CLIENT_URL, exchanges=(callback.n,))


@check(
    "callback.iss-advertised-when-sent",
    "--M",
    refs=("RFC9207-2.3", "MCP-auth"),
    auth=("oauth",),
    why="A client that is not told does not look for `iss`, and can be led to another server.",
    fix="Set authorization_response_iss_parameter_supported to true.",
)
def iss_advertised(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The metadata promises the `iss` that is sent"""
    callback, _ = _sent(evidence)
    if _promised(evidence):
        yield Seen(actual=say("promised"), exchanges=(callback.n,))
        return
    yield Finding(
        expected=say("authorization_response_iss_parameter_supported: true"),
        actual=say("`iss` was sent and is not promised"),
        at=server(evidence).url,
        exchanges=(callback.n,),
    )


@check(
    "callback.iss-well-formed",
    "--M",
    refs=("RFC9207-2",),
    auth=("oauth",),
    why="An issuer with a query or fragment cannot be compared.",
    fix="Send an https URL without query and fragment.",
)
def iss_well_formed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`iss` in the redirect is an https URL without query and fragment"""
    callback, issuer = _sent(evidence)
    if origin(issuer) and needs_no_tls(issuer) and not {"?", "#"} & set(issuer):
        yield Seen(actual=issuer, exchanges=(callback.n,))
        return
    yield Finding(
        expected=say("an https URL without query and fragment"),
        actual=issuer,
        at=AT_CLIENT_URL,
        exchanges=(callback.n,),
    )


@check(
    "callback.iss-on-error",
    "--M",
    refs=("RFC9207-2", "RFC9207-2.3", "MCP-auth"),
    auth=("oauth",),
    why="A client must not act on an error whose issuer it cannot tell.",
    fix="Add `iss` to redirects with an error, too.",
)
def iss_on_error(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A redirect with an error has `iss` where the metadata promises it"""
    if not _promised(evidence):
        raise NotApplicable(say("the metadata does not promise `iss`"))
    redirects = error_redirects(evidence)
    if not redirects:
        raise NotApplicable(say("no error redirect was seen"))
    wanted = server(evidence).text("issuer")
    for callback in redirects:
        issuer = first(callback_params(callback), "iss")
        if issuer == wanted:
            yield Seen(actual=issuer, exchanges=(callback.n,))
        else:
            yield Finding(
                expected=wanted,
                actual=issuer or say("no `iss`"),
                at=AT_CLIENT_URL,
                exchanges=(callback.n,),
            )
