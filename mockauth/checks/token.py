"""The token endpoint (authorization_url): does the exchange work, and how does it refuse."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import quote, quote_plus

from mockauth.checks.evidence import Evidence
from mockauth.checks.fallback_text import text_of
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import packed_as
from mockauth.checks.record import CONTROL, ODD, asks_to_log_in, token_errors
from mockauth.checks.registry import check
from mockauth.manifest.address import flaw_of
from mockauth.wire import Exchange, Response
from mockauth.wire.message import FORM, JSON, Encoding
from mockauth.wire.trace import Fallback
from mockauth.wire.url import without_query
from mockauth.wire.words import AT_AUTHORIZATION_URL, cut, own, say

AT = AT_AUTHORIZATION_URL
ENCODINGS: Mapping[Fallback, Encoding] = MappingProxyType(
    {Fallback.FORM_BODY: "form", Fallback.JSON_BODY: "json"}
)
"""What a body was written in that was accepted at the second try."""
REGISTERED = (
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
    "unsupported_grant_type", "invalid_scope", "invalid_target", "invalid_dpop_proof",
    "slow_down", "temporarily_unavailable", "server_error",
)  # fmt: skip
"""What `error` may be; a tuple, because a server may send a list there."""
WALL = re.compile(
    r"csrf|xsrf|forgery|authenticity.?token|page expired|no session|session (?:expired|required|"
    r"missing|not found)|cookie (?:required|missing|not (?:set|found))|(?:missing|enable|no) (?:\w+ )?cookie|"
    r"(?:missing|invalid|bad) (?:origin|referer)|(?:origin|referer)(?: header)? (?:is )?(?:required|missing|not )"
)
SHORTEST_TOLD = 6
LONGEST_WORD = 16
EXEMPT = say(
    "Exempt the token endpoint ({authorization_url}) from the CSRF guard: it wants an Origin, and "
    "ChatGPT's server, which is no browser, sends none."
)
PAGE_EXPIRED = 419
"""What Laravel answers to a form without its token; registered for nothing."""
WALL_STATUSES = (400, 401, 403, PAGE_EXPIRED, 422)
NOT_OF_THE_CLIENT = ("invalid_grant", "invalid_request", "unsupported_grant_type", "invalid_scope")
"""Errors that are not about who the client is (RFC 6749 section 5.2)."""
HTTP_STATUSES = {400, 401, 404, 405, 413, 415, 429}


def _exchange(evidence: Evidence) -> Exchange:
    last = evidence.trace.last("token")
    if last is None:
        raise Blocked(say("there was no code to exchange (see authorize.request-accepted)"))
    return last


def shown(exchange: Exchange) -> str:
    """What ChatGPT prints when the exchange gives no token."""
    error = exchange.answer.members.get("error")
    data = say("{{'error': {!r:.120}}}", error) if error else exchange.outcome
    url = exchange.request.url
    status = exchange.answer.status
    return say("Missing access token, received {} from {}: response_data={}", status, url, data)


def _helped(evidence: Evidence) -> Exchange | None:
    """The second try that was accepted where the ordinary exchange was refused; None for none."""
    tries = evidence.trace.select("token", purpose="fallback")
    return next((e for e in tries if e.answer.ok and "access_token" in e.answer.members), None)


@check(
    "token.exchange-works",
    "MMM",
    refs=("RFC6749-4.1.3", "OAI-plugin-auth"),
    auth=("oauth",),
    shows='"Missing access token, received N from URL: response_data=…"',
    why="Without a token nobody is signed in.",
    fix="Answer ChatGPT's POST with 200 and access_token in a JSON object.",
)
def exchange_works(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token endpoint answers ChatGPT's POST with a token."""
    last = _exchange(evidence)
    token = last.answer.members.get("access_token")
    if last.answer.ok and isinstance(token, str) and token:
        if last.answer.status == 200:
            yield Seen(actual=last.outcome, exchanges=(last.n,))
        else:
            yield Finding(
                expected=say("200 with access_token"),
                actual=last.outcome,
                at=AT,
                exchanges=(last.n,),
                tolerated=True,
            )
        return
    if last.trouble == "not-asked" and evidence.oauth is not None and evidence.profile.has_manifest:
        flaw = flaw_of(evidence.oauth.authorization_url)
        if flaw:
            raise Blocked(
                say("{authorization_url} cannot be opened: {} (see manifest.urls-usable)", flaw)
            )
    packed = packed_as(last.answer)
    yield Finding(
        expected=say("200 with access_token"),
        actual=say("{} bytes without Content-Encoding", own(packed)) if packed else shown(last),
        fix=_fix(evidence, last),
        at=AT,
        exchanges=(last.n,),
        shows=say('"{}"', shown(last)),
    )


def _fix(evidence: Evidence, last: Exchange) -> str:
    """The fix for the mistake that the answer shows; "" where it shows none."""
    packed = packed_as(last.answer)
    if packed:
        return say(
            "Send Content-Encoding: {} with it, or send it uncompressed: a proxy may drop the "
            "header.",
            own(packed),
        )
    helped = _helped(evidence)
    if helped is not None and helped.fallback is Fallback.ORIGIN:
        return EXEMPT
    if helped is not None:
        if not evidence.profile.has_manifest:
            return say("It accepts {}; it must accept what {the_setting}.", text_of(helped))
        return say("It accepts {}: see token.declared-content-type-accepted.", text_of(helped))
    if _form_wall(last):
        return say("Exempt the token endpoint from form protection: see token.no-browser-needed.")
    if last.answer.status == 405 or asks_to_log_in(last) or _is_page(last):
        return say(
            "{authorization_url} is the TOKEN endpoint{in_a_manifest}, and this "
            "answers like a page: look whether {client_url} and {authorization_url} are "
            "swapped."
        )
    if last.answer.members.get("error") == "invalid_client":
        return say("Use the client id and client secret that your server knows.")
    if 300 <= last.answer.status < 400:
        return say("Answer at exactly the address in {authorization_url}: see token.no-redirect.")
    return ""


def _is_page(exchange: Exchange) -> bool:
    return exchange.answer.ok and "html" in exchange.answer.media_type


def _form_wall(exchange: Exchange) -> bool:
    """Whether a refusal speaks of form protection, a cookie or a session, as frameworks do."""
    answer = exchange.answer
    if answer.status not in WALL_STATUSES:
        return False
    if answer.status == PAGE_EXPIRED:
        return True
    text = answer.text[:5000].lower()
    error = answer.members.get("error")
    registered = isinstance(error, str) and error in REGISTERED
    if registered and answer.status != 403:  # 403 is no status of RFC 6749
        return "csrf" in text
    return bool(WALL.search(text)) or (answer.status == 403 and "forbidden" in text)


@check(
    "token.declared-content-type-accepted",
    "M--",
    refs=("OAI-plugin-auth", "ruvnet/Bot-Generator-Bot#2"),
    auth=("oauth",),
    practice=True,
    shows="login fails, token endpoint logs 400, 415, 500",
    why="ChatGPT sends what authorization_content_type says, and nothing else.",
    fix="Change authorization_content_type, or what the endpoint reads.",
)
def declared_content_type(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token endpoint reads the declared authorization_content_type."""
    last = _exchange(evidence)
    declared, names = last.request.encoding, {"form": FORM, "json": JSON}
    if last.answer.ok and "access_token" in last.answer.members:
        yield Seen(actual=say("a {} body was read", own(declared)), exchanges=(last.n,))
        return
    helped = _helped(evidence)
    if helped is not None and helped.fallback is Fallback.ORIGIN:
        # The body was read once the guard let it through.
        yield Seen(actual=say("a {} body was read", own(declared)), exchanges=(helped.n,))
        return
    other = ENCODINGS.get(helped.fallback) if helped and helped.fallback else None
    if helped is None or other is None:
        raise Blocked(say("no encoding was accepted (see token.exchange-works)"))
    yield Finding(
        expected=say(
            "{the_manifest} says {}: a {} body is read", names.get(declared, declared), declared
        ),
        actual=say("{}; the endpoint understands {}", last.outcome, text_of(helped)),
        fix=say(
            "Write {} as authorization_content_type, or let the token endpoint read {}.",
            names[other],
            names.get(declared, declared),
        ),
        at=say("/auth/authorization_content_type"),
        exchanges=(last.n,),
    )


@check(
    "token.no-browser-needed",
    "MMM",
    refs=("OAI-plugin-auth",),
    auth=("oauth",),
    practice=True,
    shows="works with curl, not in ChatGPT",
    why="ChatGPT's server has no cookies and no form token.",
    fix="Exempt the token endpoint ({authorization_url}) from CSRF protection and sessions.",
)
def no_browser_needed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The exchange needs no cookie, Origin or CSRF token."""
    last = _exchange(evidence)
    spoke = isinstance(last.answer.members.get("error"), str)
    helped = _helped(evidence)
    if helped is not None and helped.fallback is Fallback.ORIGIN:
        sent = helped.request.header("Origin") or ""
        yield Finding(
            expected=say("an answer without Origin"),
            actual=say("{}; with Origin: {} it is {}", last.outcome, sent, helped.outcome),
            fix=EXEMPT,
            at=AT,
            exchanges=(last.n, helped.n),
        )
    elif _form_wall(last):
        actual = say("{}: form protection or a session is required", last.outcome)
        yield Finding(expected=say("no form protection"), actual=actual, at=AT, exchanges=(last.n,))
    elif asks_to_log_in(last):
        yield Finding(
            expected=say("an answer without a session"),
            actual=say("{}: a login page", last.outcome),
            at=AT,
            exchanges=(last.n,),
        )
    elif spoke or (last.answer.ok and "access_token" in last.answer.members):
        yield Seen(actual=last.outcome, exchanges=(last.n,))
    else:
        raise Blocked(
            say("{}: the exchange failed before (see token.exchange-works)", last.outcome)
        )


@check(
    "token.no-redirect",
    "MMM",
    refs=("RFC6749-5.1",),
    auth=("oauth",),
    practice=True,
    shows="works with curl, not in ChatGPT",
    why="A redirect drops the body of the POST.",
    fix="Answer at exactly the address in {authorization_url}; check the slash at its end.",
)
def no_redirect(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The token endpoint does not redirect."""
    last = _exchange(evidence)
    if 300 <= last.answer.status < 400:
        target = cut(without_query(last.answer.header("Location") or "nowhere"), 120)
        yield Finding(
            expected=say("an answer"),
            actual=say("{} to {}", last.answer.status, target),
            at=AT,
            exchanges=(last.n,),
        )
    else:
        yield Seen(actual=last.outcome, exchanges=(last.n,))


@check(
    "token.post-auth-accepted",
    "MMS",
    refs=("RFC6749-2.3.1", "OAI-plugin-auth"),
    auth=("oauth",),
    shows="`invalid_client`",
    why="ChatGPT sends client_id and client_secret in the body.",
    fix="Accept client_secret in the body (client_secret_post).",
)
def post_auth_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Client credentials in the body are accepted."""
    last = _exchange(evidence)
    if evidence.profile.client_auth == "basic":
        # The GPT editor says Basic, so the ordinary exchange had nothing in its body.
        tried = evidence.trace.select("token", purpose="altered", probe="token.post-auth-accepted")
        if not tried:
            raise Blocked(say("no exchange worked (see token.exchange-works)"))
        last = tried[-1]
        if not last.answer.ok:
            yield Finding(
                expected=say("credentials in the body"),
                actual=last.outcome,
                at=AT,
                exchanges=(last.n,),
            )
            return
    helped = _helped(evidence)
    if last.answer.ok and "access_token" in last.answer.members:
        yield Seen(actual=last.outcome, exchanges=(last.n,))
    elif helped is not None and helped.fallback is Fallback.BASIC_HEADER:
        yield Finding(
            expected=say("credentials in the body"),
            at=AT,
            exchanges=(last.n,),
            actual=say("only a Basic header is accepted"),
        )
    elif helped is not None:
        yield Seen(actual=say("accepted in {}", text_of(helped)), exchanges=(last.n,))
    else:
        raise Blocked(say("no exchange worked (see token.exchange-works)"))


@check(
    "token.error-is-json",
    "MMM",
    refs=("RFC6749-5.2",),
    auth=("oauth",),
    shows='"Missing access token, received N from URL: response_data=…"',
    why="ChatGPT reads `error` from JSON; a page tells it nothing.",
    fix="Answer refusals with a JSON object that has `error`.",
)
def error_is_json(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Refusals of the token endpoint are JSON objects with `error`."""
    for exchange in _oauth_errors(evidence):
        is_json = "json" in exchange.answer.media_type
        if is_json and isinstance(exchange.answer.members.get("error"), str):
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
        else:
            # JSON under another type: a correct server does so on one path.
            parsed = isinstance(exchange.answer.members.get("error"), str)
            yield Finding(
                expected=say("a JSON object with error"),
                actual=_labelled(exchange) if parsed else exchange.outcome,
                at=AT,
                exchanges=(exchange.n,),
                tolerated=parsed,
                shows=say('"{}"', shown(exchange)),
            )


def _labelled(exchange: Exchange) -> str:
    """How the JSON of a refusal is declared."""
    kind = exchange.answer.media_type or say("nothing")
    return say("{}: the body is JSON, and its Content-Type says {}", exchange.outcome, kind)


def _oauth_errors(evidence: Evidence) -> list[Exchange]:
    """Refusals that OAuth itself speaks for: HTTP's own (405, 415 …) and crashes left out."""
    found = [
        e
        for e in token_errors(evidence)
        if e.answer.status not in (404, 405, 413, 415, 429)
        and e.answer.status < 500
        and e.request.method == "POST"
    ]
    if not found:
        raise Blocked(say("no refusal of the token endpoint was seen"))
    return found


@check(
    "token.error-code-registered",
    "MMM",
    refs=("RFC6749-5.2",),
    auth=("oauth",),
    why="Clients act on the registered values.",
    fix="Use the value that RFC 6749 names.",
)
def error_code_registered(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`error` at the token endpoint is registered; error_description and error_uri use only allowed characters."""
    for exchange in _oauth_errors(evidence):
        error = exchange.answer.members.get("error")
        yield from _odd_characters(exchange)
        if isinstance(error, str) and error not in REGISTERED:
            yield Finding(
                expected=say("a registered value, such as invalid_grant"),
                actual=cut(error, 60),
                at=AT,
                exchanges=(exchange.n,),
            )
        elif isinstance(error, str):
            yield Seen(actual=error, exchanges=(exchange.n,))


def _odd_characters(exchange: Exchange) -> Iterator[Finding]:
    for name in ("error_description", "error_uri"):
        value = exchange.answer.members.get(name)
        if isinstance(value, str) and ODD.search(value):
            yield Finding(
                expected=say('printable ASCII without " and \\'),
                at=AT,
                actual=say("{} has other characters", own(name)),
                exchanges=(exchange.n,),
                tolerated=not CONTROL.search(value),
            )


@check(
    "token.error-status-400-or-401",
    "MMM",
    refs=("RFC6749-5.2",),
    auth=("oauth",),
    why="ChatGPT takes other statuses for an outage.",
    fix="Answer 400, or 401 for client authentication.",
)
def error_status(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Refusals of the token endpoint have status 400 or 401."""
    for exchange in token_errors(evidence):
        status = exchange.answer.status
        error = exchange.answer.members.get("error")
        if status == 401 and error in NOT_OF_THE_CLIENT:
            # Real servers do it, and a client that reads `error` goes on.
            yield Finding(
                expected=say("400; 401 is for the client's own authentication"),
                actual=say("401 with error {!r}", error),
                fix=say("Answer 400: 401 says that client_id or client_secret is wrong."),
                at=AT,
                exchanges=(exchange.n,),
                tolerated=True,
            )
        elif status in HTTP_STATUSES or status < 400:
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))
        else:
            yield Finding(
                expected=say("400 or 401"), actual=exchange.outcome, at=AT, exchanges=(exchange.n,)
            )


@check(
    "token.challenge-with-401",
    "SSS",
    refs=("RFC9110-15.5.2", "RFC6749-5.2"),
    auth=("oauth",),
    why="HTTP wants every 401 to say how to authenticate; libraries and proxies rely on it.",
    fix='Add WWW-Authenticate: Basic realm="…" to every 401, or answer 400.',
)
def challenge_with_401(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A 401 of the token endpoint carries WWW-Authenticate."""
    refused = [e for e in token_errors(evidence) if e.answer.status == 401]
    if not refused:
        raise NotApplicable(say("the token endpoint never answered 401"))
    bare = [e for e in refused if e.answer.header("WWW-Authenticate") is None]
    if bare:
        yield Finding(
            expected=say("WWW-Authenticate"),
            actual=say("none in {} of {} answers with 401", len(bare), len(refused)),
            at=AT,
            exchanges=(bare[0].n,),
        )
    else:
        yield Seen(actual=say("in {} answers with 401", len(refused)), exchanges=(refused[0].n,))


@check(
    "token.error-not-200",
    "MMM",
    refs=("RFC6749-5.2",),
    auth=("oauth",),
    why="ChatGPT takes a 200 for success.",
    fix="Answer refusals with 400 or 401.",
)
def error_not_200(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An answer with `error` has no 2xx status."""
    for exchange in token_errors(evidence):
        if exchange.answer.ok:
            yield Finding(
                expected=say("400 or 401"),
                actual=say("{} with error", exchange.outcome),
                at=AT,
                exchanges=(exchange.n,),
            )
        else:
            yield Seen(actual=exchange.outcome, exchanges=(exchange.n,))


@check(
    "token.no-secret-echoed",
    "MMM",
    refs=("RFC9700-4.2.4",),
    auth=("oauth",),
    practice=True,
    why="What is echoed ends up in logs and error pages.",
    fix="Do not repeat request values in answers.",
)
def no_secret_echoed(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No answer repeats the client secret or the password."""
    given = evidence.given
    password = given.password.reveal()
    # A short one, or one that is the name too, cannot be told from other text.
    if len(password) < SHORTEST_TOLD or password == given.username:
        password = ""
    secrets = _client_secrets(evidence)
    if not (secrets or password) or any(_like_other_text(secret) for secret in secrets):
        raise Blocked(
            say("a client secret that is short, or a word, cannot be told from other text")
            if secrets
            else say("no client secret and no password is known that can be told from other text")
        )
    looked = 0
    for exchange in evidence.trace:
        # What the manifest gives away is another rule's: manifest.no-secret-inside. A registration
        # gives the secret out.
        if exchange.response is None or exchange.step in ("manifest", "register"):
            continue
        looked += 1
        # A password may be a word of some text: it is echoed only where it was sent.
        sent = password and any(value == password for _, value in exchange.request.params)
        if any(_stands_in(word, exchange.answer) for word in (*secrets, password if sent else "")):
            yield Finding(
                expected=say("no secret"),
                actual=say("the answer contains a secret"),
                at=exchange.request.url,
                exchanges=(exchange.n,),
            )
    if not looked:
        raise Blocked(say("nothing was answered"))
    yield Seen(actual=say("{} answers read", looked))


def _client_secrets(evidence: Evidence) -> set[str]:
    """The secret given and those that registrations gave."""
    issued = (e.answer.members.get("client_secret") for e in evidence.trace.select("register"))
    registered = {secret for secret in issued if isinstance(secret, str)}
    return (registered | {evidence.given.client_secret.reveal()}) - {""}


def _like_other_text(secret: str) -> bool:
    """Whether a client secret is so short, or so much of a word, that it may stand anywhere."""
    return len(secret) < SHORTEST_TOLD or (secret.isalpha() and len(secret) < LONGEST_WORD)


def _stands_in(word: str, answer: Response) -> bool:
    """Whether a secret stands in an answer as a word, as it is or escaped for HTML or a URL."""
    if not word:
        return False
    text = "\n".join([answer.text, *(value for _, value in answer.headers)])
    spellings = {word, html.escape(word), quote(word, safe=""), quote_plus(word)}
    return any(
        re.search(rf"(?<![\w-]){re.escape(spelling)}(?![\w-])", text)
        for spelling in spellings
        if spelling in text
    )
