"""Access tokens that are JWTs: what anybody who holds one can read in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.jwt import Jwt, read_jwt
from mockauth.checks.mcp_service import names_resource, protected
from mockauth.checks.record import grants
from mockauth.checks.registry import check
from mockauth.checks.token import AT
from mockauth.wire import Exchange
from mockauth.wire.words import cut, own, say

CLOCKS_DIFFER = 60.0
"""Seconds by which the clock of the answer and the one of the token may differ."""
PERSONAL = re.compile(
    r"e?-?mail(?!.*verified)|phone(?!.*verified)|address|birth|gender|^(full_?|first_?|last_?|given_?|"
    r"family_?|middle_?|nick)?name$|surname|picture|avatar|ssn|passport|zoneinfo|^locale$",
    re.IGNORECASE,
)
AN_ID = re.compile(r"^(sub|client_id|azp|aud|iss|jti|sid|u?id|user_?id|user_?name|upn)$", re.I)
MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
SECRET_NAME = re.compile(r"passw|secret|private_?key|api_?key|refresh_?token", re.IGNORECASE)


def _jwts(evidence: Evidence) -> list[tuple[Exchange, Jwt]]:
    texts = [
        (e, token)
        for e in grants(evidence)
        if isinstance(token := e.answer.members.get("access_token"), str) and token
    ]
    if not texts:
        raise Blocked(say("no access token was seen (see grant.access-token-string)"))
    found = [(e, jwt) for e, token in texts if (jwt := read_jwt(token)) is not None]
    if not found:
        raise NotApplicable(say("the access token is opaque, no JWT"))
    return found


@check(
    "grant.jwt-signed",
    "iiM",
    refs=("RFC8725-3.1", "RFC8725-3.2"),
    auth=("oauth",),
    why="Anybody can write a token that nobody signs.",
    fix="Sign the token with an algorithm that the API pins, such as RS256; never alg none.",
)
def jwt_signed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An access token that is a JWT is signed."""
    for e, jwt in _jwts(evidence):
        alg = cut(str(jwt.header.get("alg")), 40)
        if jwt.unsigned:
            lacking = "" if jwt.signature else say(", no signature part")
            yield Finding(
                expected=say("a signature"),
                actual=say("alg {!r}{}", alg, lacking),
                at=AT,
                exchanges=(e.n,),
            )
        else:
            yield Seen(actual=say("alg {!r}", alg), exchanges=(e.n,))


@check(
    "grant.jwt-exp-matches",
    "iiS",
    refs=("RFC9068-2.2",),
    auth=("oauth",),
    why="ChatGPT uses expires_in, the API uses exp: if they differ, calls fail early.",
    fix="Compute exp and expires_in from one lifetime.",
)
def jwt_exp_matches(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The exp of a JWT fits expires_in."""
    compared = 0
    for e, jwt in _jwts(evidence):
        lifetime, exp = _number(e.answer.members.get("expires_in")), jwt.claims.get("exp")
        end = _number(exp)
        if end is None:
            actual = say("no exp") if exp is None else say("exp is a {}", own(type(exp).__name__))
            yield Finding(
                expected=say("exp, in seconds since 1970"), actual=actual, at=AT, exchanges=(e.n,)
            )
            continue
        if lifetime is None:
            continue
        left = [end - start for start in _starts(e, jwt)]
        if not left:
            raise Blocked(say("neither iat in the token nor a Date header says when it was issued"))
        compared += 1
        slack = max(CLOCKS_DIFFER, lifetime / 100)
        if any(abs(seconds - lifetime) <= slack for seconds in left):
            yield Seen(actual=say("both expire in about {:.0f} s", lifetime), exchanges=(e.n,))
        else:
            yield Finding(
                expected=say("exp {:.0f} s after issue, as expires_in says", lifetime),
                at=AT,
                actual=say("exp {:.0f} s after issue", left[0]),
                exchanges=(e.n,),
            )
    if not compared and all(
        _number(jwt.claims.get("exp")) is not None for _, jwt in _jwts(evidence)
    ):
        raise NotApplicable(say("there is no expires_in to compare exp with"))


def _starts(exchange: Exchange, jwt: Jwt) -> Iterator[float]:
    """When the token was issued, by each clock that says so, in seconds since 1970."""
    for name in ("iat", "nbf"):
        issued = _number(jwt.claims.get(name))
        if issued is not None:
            yield issued
    try:
        yield parsedate_to_datetime(exchange.answer.header("Date") or "").timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


@check(
    "grant.jwt-iss-aud",
    "--M",
    refs=("RFC9068-2.2", "OAI-mcp-auth", "anthropics/claude-ai-mcp#299"),
    auth=("oauth",),
    why="A server that compares issuer and audience refuses a token that names others.",
    fix="Name the issuer of the metadata as iss, and the resource as aud, letter for letter.",
    shows="token 200, first call 401",
)
def jwt_names_issuer(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A JWT names the issuer and the resource, letter for letter"""
    known = protected(evidence)
    issuer = known.server.text("issuer") if known.server else ""
    for answer, jwt in _jwts(evidence):
        asked = known.resource_id if names_resource(answer) else ""
        for name, wanted in (("iss", issuer), ("aud", asked)):
            said = jwt.claims.get(name)
            if not wanted:
                continue
            if said == wanted or (isinstance(said, list) and wanted in said):
                yield Seen(actual=own(name), exchanges=(answer.n,))
                continue
            yield Finding(
                expected=say("{} {}", own(name), wanted),
                actual=say("{:.200}", str(said)) if said is not None else say("absent"),
                at=AT,
                exchanges=(answer.n,),
                # RFC 7519 section 4.1: both are optional.
                tolerated=said is None,
            )
            return


@check(
    "grant.jwt-no-personal-data",
    "iiS",
    refs=("RFC9068-6",),
    auth=("oauth",),
    why="ChatGPT stores the token, and everybody who sees it can read it.",
    fix="Put an id into the token and look the rest up; never a password or a secret.",
)
def jwt_no_personal_data(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A JWT holds no password, no secret, and nothing about the person but an id."""
    given = evidence.given
    secrets = {given.client_secret.reveal(), given.password.reveal()} - {"", given.username}
    for e, jwt in _jwts(evidence):
        # Names only: the values are what must not be shown again.
        named = sorted({_safe(n) for n, v in jwt.named_values() if _tells(n, v, secrets)})
        if named:
            yield Finding(
                expected=say("an id alone"),
                actual=say("claims ") + cut(", ".join(named), 120),
                at=AT,
                exchanges=(e.n,),
            )
        else:
            yield Seen(actual=say("{} claims, none personal", len(jwt.claims)), exchanges=(e.n,))


def _tells(name: str, value: object, secrets: set[str]) -> bool:
    if not isinstance(value, str) or not value:
        return False
    if value in secrets or SECRET_NAME.search(name):
        return True
    return not AN_ID.match(name) and bool(PERSONAL.search(name) or MAIL.fullmatch(value))


def _safe(name: str) -> str:
    return name if re.fullmatch(r"[\w:/.-]{1,40}", name, re.ASCII) else "with an odd name"
