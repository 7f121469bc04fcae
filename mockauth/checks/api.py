"""The API, as ChatGPT calls it with a token, with the wrong one, and without."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.registry import check
from mockauth.wire import Exchange


def _calls(evidence: Evidence) -> list[Exchange]:
    calls = evidence.trace.ordinary("api")
    if calls:
        return calls
    if evidence.openapi is None:
        raise Blocked("the OpenAPI document could not be read (see openapi.served)")
    if evidence.openapi.operation() is None:
        raise Blocked("no operation to call: name one with --operation", by_option="--operation")
    raise Blocked("there was no token to call the API with (see token.exchange-works)")


def _without(evidence: Evidence, probe: str = "api.no-token-is-401") -> list[Exchange]:
    found = evidence.trace.select("api", purpose="altered", probe=probe)
    if not found:
        raise Blocked(f"no such call was made (see {probe})")
    return found


@check(
    "api.valid-token-accepted", "MMM", refs=("RFC6750-2.1", "OAI-plugin-auth"),
    auth=("oauth", "service_http", "user_http"), shows='"Authorization error accessing plugins"',
    why="Sign-in is for nothing when the API refuses the token.",
    fix="Accept Authorization: Bearer (or Basic, as declared) with the token that was issued.",
)  # fmt: skip
def valid_token_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The API accepts the token as declared."""
    for call in _calls(evidence):
        if call.answer.ok:
            yield Seen(actual=call.outcome, exchanges=(call.n,))
        elif call.answer.status in (400, 404, 405, 422) and any(
            e.answer.status == 401 for e in evidence.trace.select("api", purpose="altered")
        ):
            actual = f"{call.outcome}, while a call without the token gets 401"
            yield Seen(actual=actual, exchanges=(call.n,))
        else:
            yield Finding(expected="2xx", actual=call.outcome, at=call.request.url,
                          exchanges=(call.n,))  # fmt: skip


@check(
    "service.token-accepted", "MM-", refs=("OAI-plugin-auth",), practice=True,
    auth=("service_http", "user_http"), shows="API 401 with the right service token",
    why="All calls carry this token.",
    fix="Accept the token under the scheme that authorization_type names.",
)  # fmt: skip
def service_token_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The pasted token is accepted under the declared scheme."""
    yield from valid_token_accepted.judge(evidence)


@check(
    "none.api-open", "MM-", refs=("OAI-plugin-auth",), practice=True, auth=("none",),
    why="With auth none ChatGPT sends no token.",
    fix="Answer without a token, or declare the auth type that the API wants.",
)  # fmt: skip
def api_open(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An API with auth none answers without a token."""
    for call in _calls(evidence):
        if call.answer.ok:
            yield Seen(actual=call.outcome, exchanges=(call.n,))
        else:
            yield Finding(expected="2xx", actual=call.outcome, at=call.request.url,
                          exchanges=(call.n,))  # fmt: skip


@check(
    "api.openai-headers-tolerated", "MM-", refs=("OAI-plugin-prod",), practice=True,
    auth=("oauth", "service_http", "user_http"),
    why="ChatGPT sends them with every call.", fix="Ignore headers you do not know.",
)  # fmt: skip
def openai_headers_tolerated(evidence: Evidence) -> Iterator[Finding | Seen]:
    """ChatGPT's own headers beside the token do no harm."""
    yield from valid_token_accepted.judge(evidence)


@check(
    "api.challenge-present", "MMM", refs=("RFC9110-15.5.2", "RFC6750-3"),
    auth=("oauth", "service_http", "user_http"),
    why="A 401 must say how to sign in.", fix="Add WWW-Authenticate: Bearer to every 401.",
)  # fmt: skip
def challenge_present(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A 401 carries WWW-Authenticate."""
    judged = [e for e in _without(evidence) if e.answer.status == 401]
    if not judged:
        raise NotApplicable("the API does not answer 401 (see api.no-token-is-401)")
    for e in judged:
        challenge = e.answer.header("WWW-Authenticate")
        if challenge:
            yield Seen(actual=challenge, exchanges=(e.n,))
        else:
            yield Finding(expected="WWW-Authenticate", actual="401 without it", exchanges=(e.n,))


@check(
    "api.challenge-well-formed", "SSM", refs=("RFC6750-3",),
    auth=("oauth", "service_http", "user_http"),
    why="Clients parse it.", fix='Write it as Bearer realm="…", each parameter once.',
)  # fmt: skip
def challenge_well_formed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The challenge names the declared scheme with at least one parameter."""
    wanted = getattr(evidence.auth, "authorization_type", "bearer")
    for e in _without(evidence):
        challenge = e.answer.header("WWW-Authenticate")
        if challenge is None:
            continue
        scheme, _, rest = challenge.partition(" ")
        names = re.findall(r'([\w-]+)\s*=\s*(?:"[^"]*"|[^\s,"]+)', rest)
        good = scheme.lower() == wanted and names and len(set(names)) == len(names)
        if good:
            yield Seen(actual=challenge, exchanges=(e.n,))
        else:
            yield Finding(expected=f'{wanted.title()} realm="…"', actual=challenge[:120],
                          exchanges=(e.n,))  # fmt: skip
    if all(e.answer.header("WWW-Authenticate") is None for e in _without(evidence)):
        raise NotApplicable("there is no challenge (see api.challenge-present)")


@check(
    "api.401-body-not-html", "SSS", refs=("RFC6750-3",), practice=True,
    auth=("oauth", "service_http", "user_http"),
    why="The model gets the body to read.", fix="Answer with JSON or an empty body.",
)  # fmt: skip
def body_not_html(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A refused call is not answered with a web page."""
    for e in _without(evidence):
        if "html" in e.answer.media_type and e.answer.status in (401, 403):
            yield Finding(expected="JSON", actual=e.outcome, exchanges=(e.n,))
        else:
            yield Seen(actual=e.outcome, exchanges=(e.n,))


@check(
    "api.invalid-token-error-code", "SSS", refs=("RFC6750-3.1",), auth=("oauth",),
    why="It tells the client to refresh.", fix='Add error="invalid_token" to the challenge.',
)  # fmt: skip
def invalid_token_code(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A refused token is named invalid_token in the challenge."""
    judged = [
        e
        for e in _without(evidence, "api.garbage-token-is-401")
        if e.answer.status == 401
        and (e.request.header("Authorization") or "").startswith("Bearer ")
    ]
    if not judged:
        raise NotApplicable("the API does not answer 401 (see api.garbage-token-is-401)")
    challenge = judged[0].answer.header("WWW-Authenticate") or ""
    if "invalid_token" in challenge:
        yield Seen(actual=challenge, exchanges=(judged[0].n,))
    else:
        yield Finding(expected='error="invalid_token"', actual=challenge[:120] or "no challenge",
                      exchanges=(judged[0].n,))  # fmt: skip


@check(
    "api.not-cacheable-publicly", "SSS", refs=("RFC9111-3.5", "RFC6750-2.3"),
    auth=("oauth", "service_http", "user_http"),
    why="A shared cache would give one user's data to another.",
    fix="Send Cache-Control: private or no-store.",
)  # fmt: skip
def not_cacheable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Answers to a token are not marked public."""
    for call in _calls(evidence):
        control = (call.answer.header("Cache-Control") or "").lower()
        if "public" in control or "s-maxage" in control:
            yield Finding(expected="private or no-store", actual=control, exchanges=(call.n,))
        else:
            yield Seen(actual=control or "no Cache-Control", exchanges=(call.n,))
