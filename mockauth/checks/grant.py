"""The token answer, at the exchange and at every refresh."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockauth.checks.byte_order_mark import told_mark
from mockauth.checks.callback import room_in_bits, varying_bits
from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import directives
from mockauth.checks.jwt import claimed_scope, read_jwt
from mockauth.checks.record import codes, grants, second_user_flows
from mockauth.checks.registry import check
from mockauth.checks.token import AT
from mockauth.wire.words import cut, own, say

COULD_NOT = "{could_not_install}"
YEAR = 365 * 86400
KNOWN_MEMBERS = ("access_token", "token_type", "expires_in", "refresh_token", "scope")


def _tokens(evidence: Evidence, name: str = "access_token") -> list[tuple[int, str]]:
    found = [(e.n, e.answer.members.get(name)) for e in grants(evidence)]
    return [(n, token) for n, token in found if isinstance(token, str) and token]


def _seconds(value: object) -> float | None:
    """A lifetime in seconds of more than none and at most a year; None for anything else."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if number and 0 < value <= YEAR else None  # type: ignore[operator, return-value]


@check(
    "grant.json-content-type",
    "MMM",
    auth=("oauth",),
    shows=COULD_NOT,
    refs=("RFC6749-5.1", "openai/chatgpt-retrieval-plugin#185"),
    why="ChatGPT parses the answer as JSON.",
    fix="Serve the token answer as application/json.",
)
def json_content_type(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token answer is served as application/json."""
    for e in grants(evidence):
        if e.answer.media_type == "application/json":
            yield Seen(actual=e.outcome, exchanges=(e.n,))
        else:
            yield Finding(
                expected=say("application/json"),
                at=AT,
                exchanges=(e.n,),
                actual=e.answer.media_type or say("no Content-Type"),
            )


@check(
    "grant.no-byte-order-mark",
    "MMM",
    refs=("RFC8259-8.1",),
    auth=("oauth",),
    shows=COULD_NOT,
    why="JSON must not begin with one, and common parsers stop at it, Python's among them.",
    fix="Encode the answer as UTF-8 without a byte order mark.",
)
def no_byte_order_mark(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token answer does not begin with a byte order mark."""
    for e in grants(evidence):
        marked = told_mark(e.answer.body)
        if marked:
            yield Finding(
                expected=say("JSON from the first byte on"),
                actual=marked,
                at=AT,
                exchanges=(e.n,),
            )
        else:
            yield Seen(actual=say("none"), exchanges=(e.n,))


@check(
    "grant.access-token-string",
    "MMM",
    refs=("RFC6749-5.1",),
    auth=("oauth",),
    shows=COULD_NOT,
    why="ChatGPT looks for access_token at the top level.",
    fix='Answer {"access_token": "…", "token_type": "bearer", …}.',
)
def access_token_string(evidence: Evidence) -> Iterator[Finding | Seen]:
    """access_token is a string at the top level of the answer."""
    for e in grants(evidence):
        token = e.answer.members.get("access_token")
        if isinstance(token, str) and token:
            yield Seen(actual=say("a string"), exchanges=(e.n,))
        else:
            names = ", ".join(e.answer.members) or "no JSON object"
            yield Finding(
                expected=say("access_token"), actual=cut(names, 120), at=AT, exchanges=(e.n,)
            )


@check(
    "grant.token-type-bearer",
    "MMM",
    refs=("RFC6749-5.1", "RFC6749-7.1"),
    auth=("oauth",),
    why="A client must not use a token whose type it does not know.",
    fix='Add "token_type": "bearer".',
)
def token_type_bearer(evidence: Evidence) -> Iterator[Finding | Seen]:
    """token_type is bearer, in any letter case."""
    for e in grants(evidence):
        kind = e.answer.members.get("token_type")
        if isinstance(kind, str) and kind.lower() == "bearer":
            yield Seen(actual=kind, exchanges=(e.n,))
        else:
            yield Finding(
                expected=say("bearer"),
                actual=say("missing") if kind is None else cut(str(kind), 40),
                at=AT,
                exchanges=(e.n,),
            )


@check(
    "grant.no-store",
    "MMM",
    refs=("RFC6749-5.1",),
    auth=("oauth",),
    why="A cached token answer gives the token to the next one who asks.",
    fix="Add Cache-Control: no-store to every answer that carries a token.",
)
def no_store(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token answer carries Cache-Control: no-store."""
    for e in grants(evidence):
        said = directives(e.answer)
        actual = cut(", ".join(sorted(said)), 120) or say("absent")
        if "no-store" in said:
            yield Seen(actual=actual, exchanges=(e.n,))
        else:
            yield Finding(
                expected=say("Cache-Control: no-store"), actual=actual, at=AT, exchanges=(e.n,)
            )


@check(
    "grant.pragma-no-cache",
    "ii-",
    refs=("RFC6749-5.1", "RFC9111-5.4"),
    auth=("oauth",),
    why="RFC 6749 asks for it, but RFC 9111 calls it obsolete.",
    fix="Add Pragma: no-cache, or leave it out.",
)
def pragma_no_cache(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token answer carries Pragma: no-cache."""
    e = grants(evidence)[0]
    if "no-cache" in directives(e.answer, "Pragma"):
        yield Seen(actual=say("Pragma: no-cache"), exchanges=(e.n,))
    else:
        yield Finding(
            expected=say("Pragma: no-cache"), actual=say("absent"), at=AT, exchanges=(e.n,)
        )


@check(
    "grant.expires-in-present",
    "SSS",
    refs=("RFC6749-5.1",),
    auth=("oauth",),
    why="Without it ChatGPT notices the expiry only when a call fails.",
    fix="Add expires_in, in seconds.",
)
def expires_in_present(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token answer says when the token expires."""
    e = grants(evidence)[0]
    if e.answer.members.get("expires_in") is not None:
        yield Seen(actual=say("expires_in is there"), exchanges=(e.n,))
    else:
        actual = say("null") if "expires_in" in e.answer.members else say("missing")
        yield Finding(expected=say("expires_in"), actual=actual, at=AT, exchanges=(e.n,))


@check(
    "grant.expires-in-number",
    "SSS",
    refs=("RFC6749-5.1", "RFC6749-A.14"),
    auth=("oauth",),
    why="ChatGPT cannot use a string, milliseconds or a date.",
    fix="Send the seconds until expiry as a JSON number.",
)
def expires_in_number(evidence: Evidence) -> Iterator[Finding | Seen]:
    """expires_in is a number of seconds, at most a year."""
    for e in grants(evidence):
        value = e.answer.members.get("expires_in")
        if value is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if _seconds(value) is not None:
            yield Seen(actual=say("{} s", str(value)), exchanges=(e.n,))
        else:
            kind = "" if number else say(" ({})", own(type(value).__name__))
            yield Finding(
                expected=say("a number > 0, at most a year"),
                actual=say("{!r:.40}{}", value, kind),
                at=AT,
                exchanges=(e.n,),
            )
    if all(e.answer.members.get("expires_in") is None for e in grants(evidence)):
        raise NotApplicable(say("there is no expires_in"))


@check(
    "grant.lifetime-short",
    "SSS",
    refs=("RFC6750-5.3",),
    auth=("oauth",),
    why="A stolen token works until it expires.",
    fix="Let access tokens expire within an hour.",
)
def lifetime_short(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Access tokens expire within an hour."""
    e = grants(evidence)[0]
    value = _seconds(e.answer.members.get("expires_in"))
    if value is None:
        raise NotApplicable(
            say("there is no expires_in that can be read (see grant.expires-in-number)")
        )
    if value <= 3600:
        yield Seen(actual=say("{} s", str(value)), exchanges=(e.n,))
    else:
        yield Finding(
            expected=say("at most 3600 s"), actual=say("{} s", str(value)), at=AT, exchanges=(e.n,)
        )


@check(
    "grant.refresh-token-present",
    "SSS",
    refs=("forum-156658", "forum-533147"),
    auth=("oauth",),
    practice=True,
    shows='"User is missing credentials" after minutes or hours',
    why="Users are signed out when the token expires.",
    fix="Issue a refresh_token at the top level.",
)
def refresh_token_present(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A token that expires comes with a refresh token."""
    e = grants(evidence)[0]
    refresh = e.answer.members.get("refresh_token")
    if isinstance(refresh, str) and refresh:
        yield Seen(actual=say("a refresh token"), exchanges=(e.n,))
    elif e.answer.members.get("expires_in") is None:
        yield Seen(actual=say("no refresh token, and no expires_in"), exchanges=(e.n,))
    else:
        ends = e.answer.members["expires_in"]
        yield Finding(
            expected=say("refresh_token"),
            actual=say("none, and the token expires in {!r:.20} s", ends),
            at=AT,
            exchanges=(e.n,),
        )


@check(
    "grant.scope-when-narrowed",
    "MMM",
    refs=("RFC6749-3.3", "RFC6749-5.1"),
    auth=("oauth",),
    why="The client must know what it was not allowed.",
    fix="Send scope when less was granted.",
)
def scope_when_narrowed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """If the granted scope differs from the requested one, the answer names it."""
    e = grants(evidence)[0]
    asked = set((evidence.oauth.scope if evidence.oauth else "").split())
    scope = e.answer.members.get("scope")
    claimed = claimed_scope(e.answer)
    if scope is None and claimed is not None and claimed != asked:
        yield Finding(
            expected=say("scope {!r:.80}, as the token has it", " ".join(sorted(claimed))),
            actual=say("no scope in the answer"),
            at=AT,
            exchanges=(e.n,),
        )
    elif scope is None:
        # Left out means that it is what was asked for (RFC 6749 section 5.1).
        yield Seen(actual=say("no scope: as asked"), exchanges=(e.n,))
    elif isinstance(scope, str):
        yield Seen(
            actual=say("scope {!r:.80}", scope) if set(scope.split()) != asked else say("as asked"),
            exchanges=(e.n,),
        )
    else:
        # A list is what several real servers send; ChatGPT never read it.
        yield Finding(
            expected=say("a string"),
            actual=say("a {}", own(type(scope).__name__)),
            fix=say("Send scope as one string, the words separated by blanks."),
            at=AT,
            exchanges=(e.n,),
            tolerated=True,
        )
    yield from _unknown_granted(evidence)


def _unknown_granted(evidence: Evidence) -> Iterator[Finding]:
    """A token for a scope that does not exist: what was granted instead must be named."""
    if not (evidence.oauth and evidence.oauth.scope.strip()):
        return  # a server without scopes has none to name
    for e in evidence.trace.select("token", purpose="altered", probe="scope.unknown-handled"):
        if e.answer.ok and "access_token" in e.answer.members and "scope" not in e.answer.members:
            # Servers without scopes at all do this too.
            yield Finding(
                expected=say("the granted scope"),
                at=AT,
                exchanges=(e.n,),
                tolerated=True,
                actual=say("a token for a scope that does not exist, and no scope named"),
            )


@check(
    "grant.access-token-unguessable",
    "MMM",
    refs=("RFC6749-10.10", "RFC6750-2.1"),
    auth=("oauth",),
    why="An attacker who guesses a token gets into that account.",
    fix="Make tokens of 128 random bits or more.",
)
def access_token_unguessable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Access tokens can hold 128 random bits and are not counted up."""
    tokens = _tokens(evidence)
    if not tokens:
        raise Blocked(say("no access token was seen"))
    n, token = tokens[0]
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", token):
        # Tokens with | or : are issued in practice and travel well; a blank breaks the header.
        yield Finding(
            expected=say("letters, digits and - . _ ~ + /"),
            actual=say("other characters"),
            at=AT,
            fix=say("Make the token of URL-safe base64."),
            exchanges=(n,),
            tolerated=re.fullmatch(r"[!-~]+", token) is not None,
        )
    yield _randomness(tokens)


@check(
    "grant.refresh-token-unguessable",
    "MMM",
    refs=("RFC6749-10.10", "RFC6749-10.4"),
    auth=("oauth",),
    why="Whoever guesses a refresh token has the account for good.",
    fix="Make refresh tokens of 128 random bits or more.",
)
def refresh_token_unguessable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Refresh tokens can hold 128 random bits and are not counted up."""
    tokens = _tokens(evidence, "refresh_token")
    if not tokens:
        raise NotApplicable(say("no refresh token was seen"))
    yield _randomness(tokens)


def _randomness(tokens: list[tuple[int, str]]) -> Finding | Seen:
    distinct = list(dict.fromkeys(token for _, token in tokens))
    n, token = tokens[0]
    if room_in_bits(_secret_part(token)) < 128 * 0.9:
        actual = say("{} characters that can be secret", len(_secret_part(token)))
        return Finding(expected=say("room for 128 bits"), actual=actual, at=AT, exchanges=(n,))
    if len(distinct) >= 5 and varying_bits(distinct) < 96:
        actual = say("only about {:.0f} bits change", varying_bits(distinct))
        return Finding(expected=say("random tokens"), actual=actual, at=AT, exchanges=(n,))
    return Seen(actual=say("{} characters", len(token)), exchanges=(n,))


def _secret_part(token: str) -> str:
    """What cannot be computed: of a signed JWT the signature, else the whole token."""
    jwt = read_jwt(token)
    return token if jwt is None or jwt.unsigned else jwt.signature


@check(
    "grant.tokens-differ-per-flow",
    "SSS",
    refs=("RFC6749-10.3",),
    auth=("oauth",),
    practice=True,
    why="If two logins share a token, one of them cannot be revoked alone.",
    fix="Make a new token for each login.",
)
def tokens_differ(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Two logins get different tokens."""
    flows = [e for e in grants(evidence) if e.step == "token"]
    judged = 0
    for name in ("access_token", "refresh_token"):
        issued = [(e, e.answer.members.get(name)) for e in flows]
        texts = [(e, value) for e, value in issued if isinstance(value, str) and value]
        if len(texts) < 2:
            continue
        judged += 1
        distinct = len({value for _, value in texts})
        if distinct < len(texts):
            yield Finding(
                expected=say("a different {} for each login", own(name)),
                at=AT,
                actual=say("{} logins, {} of {}", len(texts), distinct, own(name)),
                fix=say(
                    "Make a new token for each login, stored with its user: one kept in a "
                    "variable or for each client gives a user another user's token."
                ),
                exchanges=(texts[0][0].n, texts[1][0].n),
            )
        else:
            yield Seen(
                actual=say("{} different of {}", distinct, own(name)), exchanges=(texts[0][0].n,)
            )
    if not judged:
        raise Blocked(say("fewer than two logins got a token in this run"))


@check(
    "grant.token-not-another-secret",
    "CCC",
    refs=("RFC6749-10.3",),
    auth=("oauth",),
    practice=True,
    why="Everybody who sees the token then knows the other secret too.",
    fix="Generate separate tokens; never hand out a secret as a token.",
)
def token_not_another_secret(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The access token is not the code, the client's id or secret, the password, or that of another user."""
    yield from _of_another_user(evidence)
    given = evidence.given
    others = {
        given.client_id: "the client id",
        given.client_secret.reveal(): "the client secret",
        given.password.reveal(): "the password",
        given.username: "the user name",
    }
    others |= {code: "an authorization code" for _, code in codes(evidence)}
    tokens = evidence.oauth.verification_tokens if evidence.oauth else {}
    others |= dict.fromkeys(tokens.values(), "the verification token")
    seen = _tokens(evidence)
    if not seen:
        raise Blocked(say("no access token was seen"))
    for n, token in seen:
        if token in others:
            yield Finding(
                expected=say("a separate token"),
                actual=say("the access token is {}", others[token]),
                at=AT,
                exchanges=(n,),
            )
            return
    yield Seen(actual=say("equal to none of them"), exchanges=(seen[0][0],))


def _of_another_user(evidence: Evidence) -> Iterator[Finding]:
    """A token of the second user's login that the first user's login gave as well."""
    second = second_user_flows(evidence)
    issued = [(e, e.answer.members.get("access_token")) for e in grants(evidence)]
    texts = [(e, token) for e, token in issued if isinstance(token, str) and token]
    first = {token: e.n for e, token in reversed(texts) if e.flow not in second}
    for e, token in texts:
        if e.flow in second and token in first:
            yield Finding(
                expected=say("a token of the user who logged in"),
                actual=say("the second user's login gave the token of the first user"),
                fix=say(
                    "Look up the code that was sent, and make the token for the user stored "
                    "with it; keep no token in a variable or for each client."
                ),
                at=AT,
                exchanges=(first[token], e.n),
            )
            return


@check(
    "grant.extra-fields-noted",
    "iii",
    refs=("RFC6749-5.1",),
    auth=("oauth",),
    why="ChatGPT ignores members that it does not know, such as id_token.",
    fix="No change needed; you may leave out what nobody reads.",
)
def extra_fields_noted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token answer has only the members that RFC 6749 names."""
    for e in grants(evidence)[:1]:
        extra = [name for name in e.answer.members if name not in KNOWN_MEMBERS]
        if extra:
            yield Finding(
                expected=say("nothing more, or what is ignored"),
                at=AT,
                exchanges=(e.n,),
                actual=say("also {}", ", ".join(map(_shown_name, extra[:12]))),
            )
        else:
            yield Seen(actual=say("only what RFC 6749 names"), exchanges=(e.n,))


def _shown_name(name: str) -> str:
    return name if re.fullmatch(r"[\w.:-]{1,40}", name, re.ASCII) else "one with an odd name"


@check(
    "refresh.works",
    "MMM",
    refs=("RFC6749-6", "OAI-action-auth"),
    auth=("oauth",),
    shows='"User is missing credentials" after minutes or hours',
    why="If the refresh fails, users are signed out when the first token expires.",
    fix="Accept grant_type=refresh_token in the encoding of the exchange; answer a new access token.",
)
def refresh_works(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The refresh gives a new access token that the API accepts."""
    grants(evidence)
    last = evidence.trace.last("refresh")
    if last is None:
        raise NotApplicable(say("the server issues no refresh token"))
    token = last.answer.members.get("access_token")
    if not last.answer.ok or not isinstance(token, str):
        yield Finding(
            expected=say("200 with access_token"), actual=last.outcome, at=AT, exchanges=(last.n,)
        )
        return
    asked = evidence.trace.ordinary("api")
    calls = [e for e in asked if e.n > last.n]
    before = [e for e in asked if e.n < last.n]
    if before and not before[-1].answer.ok:
        # The first token is refused as well: another rule says so, and this one is no worse.
        seen = say("a new access token; the API refuses the first one, too")
        yield Seen(actual=seen, exchanges=(last.n,))
    elif calls and calls[0].answer.status in (401, 403):
        yield Finding(
            expected=say("the API accepts the new token"),
            actual=calls[0].outcome,
            at=AT,
            exchanges=(last.n, calls[0].n),
        )
    else:
        yield Seen(actual=say("a new access token"), exchanges=(last.n, *(c.n for c in calls)))
