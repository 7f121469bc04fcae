"""The redirect to ChatGPT's callback, captured before it left."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from urllib.parse import unquote

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.header import directives
from mockauth.checks.jwt import read_jwt
from mockauth.checks.record import (
    CONTROL,
    ODD,
    callback_params,
    codes,
    error_redirects,
    landed,
    redirect_before,
    sent_state,
)
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.message import every, first, pairs_of
from mockauth.wire.url import origin, without_query
from mockauth.wire.words import AT_CLIENT_URL, cut, own, say

AT = AT_CLIENT_URL
MISSING_STATE = '"Missing `state` param in response from OAuth provider"'
COULD_NOT = "{could_not_install}"
REGISTERED = {
    "invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type",
    "invalid_scope", "server_error", "temporarily_unavailable", "invalid_target",
    "interaction_required", "login_required", "account_selection_required", "consent_required",
    "invalid_request_uri", "invalid_request_object", "request_not_supported",
    "request_uri_not_supported", "registration_not_supported",
    "unmet_authentication_requirements",
}  # fmt: skip
TOKENS = ("access_token", "id_token", "refresh_token")


def _errors(evidence: Evidence) -> list[Exchange]:
    found = error_redirects(evidence)
    if not found:
        raise NotApplicable(say("no error redirect was seen"))
    return found


def _ordinary(evidence: Evidence) -> Exchange:
    callback = landed(evidence)
    if first(callback_params(callback), "error"):
        raise Blocked(say("the ordinary flow ended with an error (see authorize.request-accepted)"))
    return callback


@check(
    "callback.exact-uri",
    "MMM",
    refs=("RFC6749-4.1.2", "openai/chatgpt-retrieval-plugin#185"),
    auth=("oauth",),
    shows=COULD_NOT,
    why="ChatGPT's callback is one exact address; an extra slash makes it another page.",
    fix="Append parameters to redirect_uri as it was sent; change nothing of it.",
)
def exact_uri(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The browser comes back by GET to exactly the redirect_uri that was sent."""
    callback = _ordinary(evidence)
    target = callback.request.target.partition("#")[0].partition("?")[0]
    wanted = evidence.given.redirect_uri.partition("?")[0]
    if callback.request.method != "GET":
        yield _by_post(evidence, callback)
    elif target != wanted:
        yield Finding(
            expected=wanted,
            actual=target,
            fix=_altered(wanted, target),
            at=AT,
            exchanges=(callback.n,),
        )
    else:
        yield Seen(actual=target, exchanges=(callback.n,))


def _by_post(evidence: Evidence, callback: Exchange) -> Finding:
    """A form arrives at the callback: by a redirect that repeats it, or by one of its own."""
    before = redirect_before(evidence, callback)
    status, place = before.answer.status, without_query(before.request.target)
    # 307 and 308 make a browser send the form once more (RFC 9110 section 15.4.8).
    if status in (307, 308):
        how = say("status {} at {} repeats the POST", status, place)
        fix = say(
            "Answer the form with 303 or 302: {} makes the browser send it once more, to ChatGPT.",
            status,
        )
    else:
        how = say("the page at {} sends a form to it", place)
        fix = say(
            "Redirect by 302 or 303 with code and state in the query; form_post is for clients "
            "that ask for it with response_mode."
        )
    names = ", ".join(dict.fromkeys(name for name, _ in callback.request.params)) or say("nothing")
    return Finding(
        expected=say("reached by GET, with code and state in the query"),
        actual=say("reached by POST: {}; the form has {:.80}", how, names),
        fix=fix,
        at=AT,
        exchanges=(before.n, callback.n),
    )


def _altered(wanted: str, target: str) -> str:
    """What to change where another address is called back than was sent; "" says the rule's fix."""
    if target == wanted + "/":
        return say("Add no slash to redirect_uri: ChatGPT's page has none.")
    if target == wanted.rstrip("/"):
        return say("Leave the slash at the end of redirect_uri.")
    if origin(target) != origin(wanted):
        return say("Call back the redirect_uri of the request, not an address from the settings.")
    if unquote(target) == unquote(wanted):
        return say("Leave the percent-encoding of redirect_uri as it was sent.")
    return ""


@check(
    "callback.code-once",
    "MMM",
    refs=("RFC6749-4.1.2",),
    auth=("oauth",),
    shows="callback opens, nothing happens",
    why="ChatGPT exchanges the code; it needs exactly one.",
    fix="Send exactly one code.",
)
def code_once(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The callback carries exactly one code, in the query."""
    callback = _ordinary(evidence)
    query = _received(callback, "code")
    if len(query) == 1 and query[0]:
        yield Seen(actual=say("one code"), exchanges=(callback.n,))
    else:
        behind = first(pairs_of(callback.request.target.partition("#")[2]), "code")
        where = say(" (one is in the fragment)") if behind else ""
        fix = say("Put code and state into the query: browsers keep what follows the #.")
        yield Finding(
            expected=say("one code in the query"),
            actual=say("{} codes{}", len(query), where),
            fix=fix if behind else "",
            at=AT,
            exchanges=(callback.n,),
        )


def _received(callback: Exchange, name: str) -> tuple[str, ...]:
    """The values that ChatGPT gets: those of the query, which a form brings only where the query
    has none. A form that a 307 repeats is the login form, with whatever that had."""
    request = callback.request
    return every(request.all_query, name) or every(request.params, name)


@check(
    "callback.state-once-equal",
    "MMM",
    refs=("RFC6749-4.1.2", "forum-296963"),
    auth=("oauth",),
    shows=MISSING_STATE,
    why="ChatGPT refuses a callback without the state it sent.",
    fix="Send state back unchanged, URL-encoded once, on success and on error.",
)
def state_once_equal(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The callback carries the state that was sent, once."""
    callback = _ordinary(evidence)
    states = _received(callback, "state")
    if states == (sent_state(evidence, callback),):
        yield Seen(actual=say("equal"), exchanges=(callback.n,))
        return
    actual = (
        say("no state in the query")
        if not states
        else say("{} of them", len(states))
        if len(states) > 1
        else say("another")
    )
    yield Finding(
        expected=say("the state that was sent, once"), actual=actual, at=AT, exchanges=(callback.n,)
    )


@check(
    "callback.no-token-in-redirect",
    "MMM",
    refs=("RFC6749-4.1.2", "RFC9700-4.3.2"),
    auth=("oauth",),
    shows="callback opens, nothing happens",
    why="A token in the address bar ends up in histories and logs.",
    fix="Send a code; give the token at the token endpoint ({authorization_url}) only.",
)
def no_token_in_redirect(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The redirect contains no token."""
    callback = landed(evidence)
    named = [name for name in TOKENS if first(callback_params(callback), name) is not None]
    if named:
        yield Finding(
            expected=say("only code and state"),
            actual=", ".join(named),
            at=AT,
            exchanges=(callback.n,),
        )
    else:
        yield Seen(actual=say("no token"), exchanges=(callback.n,))


@check(
    "callback.error-has-state",
    "MMM",
    refs=("RFC6749-4.1.2.1",),
    auth=("oauth",),
    shows=MISSING_STATE,
    why="Without it ChatGPT cannot tell whose login failed.",
    fix="Send state on errors too.",
)
def error_has_state(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Error redirects carry the state that was sent."""
    for callback in _errors(evidence):
        sent = sent_state(evidence, callback)
        if sent and every(callback_params(callback), "state") != (sent,):
            yield Finding(
                expected=say("the state that was sent"),
                actual=say("none, or another"),
                at=AT,
                exchanges=(callback.n,),
            )
        else:
            yield Seen(actual=say("equal"), exchanges=(callback.n,))


@check(
    "callback.error-no-code",
    "MMM",
    refs=("RFC6749-4.1.2.1",),
    auth=("oauth",),
    why="A refusal must not carry a code.",
    fix="Send error or code, never both.",
)
def error_no_code(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Error redirects carry no code and no token."""
    for callback in _errors(evidence):
        named = [n for n in ("code", *TOKENS) if first(callback_params(callback), n)]
        if named:
            yield Finding(
                expected=say("error alone"),
                actual=say("error with {}", named[0]),
                at=AT,
                exchanges=(callback.n,),
            )
        else:
            yield Seen(actual=say("no code"), exchanges=(callback.n,))


@check(
    "callback.error-code-registered",
    "MMM",
    refs=("RFC6749-4.1.2.1",),
    auth=("oauth",),
    why="Clients act on the registered values.",
    fix="Use the value that RFC 6749 names.",
)
def error_code_registered(evidence: Evidence) -> Iterator[Finding | Seen]:
    """`error` is one of the registered values."""
    for callback in _errors(evidence):
        error = first(callback_params(callback), "error") or ""
        if error in REGISTERED:
            yield Seen(actual=error, exchanges=(callback.n,))
        else:
            yield Finding(
                expected=say("a registered value, such as access_denied"),
                actual=error,
                at=AT,
                exchanges=(callback.n,),
            )


@check(
    "callback.error-text-charset",
    "MMM",
    refs=("RFC6749-4.1.2.1", "RFC6749-A.8"),
    auth=("oauth",),
    why="Other characters break logs and headers.",
    fix='Use printable ASCII without " and \\.',
)
def error_text_charset(evidence: Evidence) -> Iterator[Finding | Seen]:
    """error_description and error_uri use only allowed characters."""
    for callback in _errors(evidence):
        for name in ("error", "error_description", "error_uri"):
            value = first(callback_params(callback), name) or ""
            if ODD.search(value):
                yield Finding(
                    expected=say('printable ASCII without " and \\'),
                    actual=say("{} has other characters", own(name)),
                    at=AT,
                    exchanges=(callback.n,),
                    tolerated=not CONTROL.search(value),
                )
        yield Seen(actual=say("read"), exchanges=(callback.n,))


@check(
    "callback.code-long-enough",
    "MMM",
    refs=("RFC6749-10.10",),
    auth=("oauth",),
    why="A short code can be guessed.",
    fix="Make codes of 128 random bits or more.",
)
def code_long_enough(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Codes can hold 128 random bits."""
    for callback, code in codes(evidence):
        room = room_in_bits(code)
        if room < 128 * 0.9:  # an alphabet is only guessed from one value
            yield Finding(
                expected=say("room for 128 bits"),
                at=AT,
                exchanges=(callback.n,),
                actual=say("{} characters, room for {:.0f} bits", len(code), room),
            )
            return
    yield Seen(actual=say("room for {:.0f} bits", room), exchanges=(callback.n,))


def room_in_bits(value: str) -> float:
    """How many bits a value of this length and alphabet can hold at most."""
    alphabet = 64
    if re.fullmatch(r"[0-9]+", value):
        alphabet = 10
    elif re.fullmatch(r"[0-9a-f-]+|[0-9A-F-]+", value):
        alphabet = 16
        value = value.replace("-", "")
    return len(value) * math.log2(alphabet)


@check(
    "callback.code-random",
    "MMM",
    refs=("RFC6749-10.10", "RFC6819-5.1.4.2.2"),
    auth=("oauth",),
    why="A counter or a clock can be guessed.",
    fix="Take codes from a cryptographic generator.",
)
def code_random(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Codes are random: not counted up, no large shared part."""
    values = list(dict.fromkeys(code for _, code in codes(evidence)))
    if len(values) < 5:
        raise Blocked(say("{} different codes were seen, 5 are needed to tell", len(values)))
    bits = varying_bits(values)
    if bits < 96:
        yield Finding(
            expected=say("random codes"),
            at=AT,
            actual=say("only about {:.0f} bits change from code to code", bits),
        )
    else:
        yield Seen(actual=say("about {:.0f} bits change over {} codes", bits, len(values)))


def varying_bits(values: list[str]) -> float:
    """The bits in the places that change, over values of one run. Position by position: the
    number of different characters there, which many samples of random text drive up."""
    tokens = [read_jwt(value) for value in values]
    if all(token is not None and not token.unsigned for token in tokens):
        values = [value.rpartition(".")[2] for value in values]  # a signed JWT: its signature
    length = min(map(len, values))
    total = 0.0
    for at in range(length):
        seen = {value[at] for value in values}
        if len(seen) > 1:
            # From n samples of an alphabet of 64, about n differ; scale to what one place can hold.
            share = min(1.0, len(seen) / min(len(values), 12))
            total += 6 * share if len(seen) > 2 else 1
    return total


@check(
    "callback.code-unique",
    "MMM",
    refs=("RFC6749-10.10",),
    auth=("oauth",),
    why="Two people would share one code.",
    fix="Make a new code for each login.",
)
def code_unique(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every login gets a different code."""
    values = [code for _, code in codes(evidence)]
    if len(values) < 2:
        raise Blocked(say("only one code was seen"))
    if len(set(values)) < len(values):
        yield Finding(
            expected=say("different codes"),
            at=AT,
            actual=say("{} logins, {} codes", len(values), len(set(values))),
        )
    else:
        yield Seen(actual=say("{} different codes", len(values)))


@check(
    "callback.code-charset",
    "SSS",
    refs=("RFC6749-A.11",),
    auth=("oauth",),
    why="Other characters get damaged on the way.",
    fix="Use URL-safe base64.",
)
def code_charset(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Codes are printable ASCII."""
    for callback, code in codes(evidence):
        if not re.fullmatch(r"[\x20-\x7e]+", code):
            yield Finding(
                expected=say("printable ASCII"),
                actual=say("other characters"),
                at=AT,
                exchanges=(callback.n,),
            )
            return
    yield Seen(actual=say("printable ASCII"))


@check(
    "callback.redirect-no-store",
    "SSS",
    refs=("RFC9700-4.2.4",),
    auth=("oauth",),
    practice=True,
    why="A cached redirect reveals the code.",
    fix="Send Cache-Control: no-store with the redirect.",
)
def redirect_no_store(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The redirect with the code is not stored."""
    callback = _ordinary(evidence)
    before = redirect_before(evidence, callback)
    said = directives(before.answer)
    if "no-store" in said:
        yield Seen(actual=say("no-store"), exchanges=(before.n,))
    else:
        actual = cut(", ".join(sorted(said)), 120) or say("absent")
        yield Finding(
            expected=say("Cache-Control: no-store"), actual=actual, at=AT, exchanges=(before.n,)
        )


@check(
    "callback.fragment-neutralised",
    "iii",
    refs=("RFC9700-4.1.3",),
    auth=("oauth",),
    why="A browser carries the fragment of the page before over to a redirect that has none.",
    fix="No change needed; ending the redirect with #_ removes an old fragment.",
)
def fragment_neutralised(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The redirect ends in its own fragment, which replaces an earlier one."""
    callback = _ordinary(evidence)
    _, mark, fragment = callback.request.target.partition("#")
    if mark and not pairs_of(fragment):
        yield Seen(
            actual=say("the redirect ends in #") + cut(fragment, 20), exchanges=(callback.n,)
        )
    elif fragment.startswith("_"):
        yield Seen(actual=say("the redirect ends in #_…"), exchanges=(callback.n,))
    else:
        actual = say("it contains parameters") if mark else say("the redirect has no fragment")
        yield Finding(expected=say("#_, or nothing"), actual=actual, at=AT, exchanges=(callback.n,))
