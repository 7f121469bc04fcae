"""The authorize endpoint (client_url) in the ordinary flow."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.fallback_text import text_of
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.obstacle import obstacle
from mockauth.checks.record import browsed, callback_params, is_page, landed
from mockauth.checks.registry import check
from mockauth.manifest.address import flaw_of
from mockauth.wire import Exchange
from mockauth.wire.message import first
from mockauth.wire.trace import Fallback
from mockauth.wire.words import AT_CLIENT_URL, own, say

AT = AT_CLIENT_URL


def _flow(evidence: Evidence) -> list[Exchange]:
    found = evidence.trace.ordinary("authorize", "page", "callback")
    if not found:
        raise Blocked(say("the authorize endpoint ({client_url}) was not asked"))
    return found


def _helped(evidence: Evidence) -> Exchange | None:
    """The second try that was accepted where the ordinary request was refused; None for none."""
    tries = evidence.trace.select("callback", purpose="fallback")
    return next((e for e in tries if first(e.request.all_query, "code")), None)


@check(
    "authorize.request-accepted",
    "MMM",
    refs=("RFC6749-3.1", "OAI-plugin-auth"),
    auth=("oauth",),
    shows="error page of the login server at once",
    why="This is the request that every user's browser makes.",
    fix="Accept ChatGPT's request: response_type, client_id, redirect_uri, scope, state.",
)
def request_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """ChatGPT's authorization request leads to a login or to the callback with a code."""
    flow = _flow(evidence)
    last = flow[-1]
    params = callback_params(last) if last.step == "callback" else ()
    stopped_at = obstacle(evidence)
    if stopped_at:
        raise Blocked(
            say("the request leads to pages that stop every browser (see {})", own(stopped_at))
        )
    if first(params, "code"):
        yield Seen(actual=say("the callback was reached with a code"), exchanges=(last.n,))
        return
    error = first(params, "error")
    if last.trouble == "not-asked" and evidence.oauth is not None and evidence.profile.has_manifest:
        flaw = flaw_of(evidence.oauth.client_url)
        if flaw:
            raise Blocked(say("{client_url} cannot be opened: {} (see manifest.urls-usable)", flaw))
    if evidence.stuck and _helped(evidence) is None:
        raise Blocked(evidence.stuck)
    said = (
        say("error={}: {}", error, first(params, "error_description") or "")
        if error
        else last.outcome
    )
    helped = _helped(evidence)
    if helped is not None:
        said += say("; with {} it is accepted", text_of(helped))
        fix = _mend_of(helped, evidence)
    else:
        fix = _fix(evidence, flow, error or "")
    yield Finding(
        expected=say("a login page, then the callback with a code"),
        actual=said,
        fix=fix,
        at=AT,
        exchanges=(flow[0].n, last.n),
    )


def _mend_of(helped: Exchange, evidence: Evidence) -> str:
    """What to change, from what helped."""
    if helped.fallback is Fallback.LOGGED_IN:
        return say(
            "Look at what follows the first login: the answer to its form, and its way back."
        )
    if helped.fallback is Fallback.PKCE:
        return say(
            "Require PKCE of public clients only: ChatGPT has a secret and sends no challenge."
        )
    if helped.fallback is Fallback.NO_SCOPE:
        return _scope_fix(evidence)
    if helped.fallback is Fallback.NO_RESOURCE:
        return say("Take resource (RFC 8707), or ignore it: every client of MCP sends it.")
    if helped.fallback is Fallback.CALLBACK_SLASH:
        return say("Register {} exactly, without a slash at its end.", evidence.given.redirect_uri)
    return say("ChatGPT does not send {}: do not require it.", text_of(helped))


def _fix(evidence: Evidence, flow: list[Exchange], error: str) -> str:
    """The fix for the mistake that the refusal shows; "" where it shows none."""
    answer = flow[0].answer
    said = answer.text[:2000].lower() if not answer.ok else ""
    if answer.status == 405 or "grant_type" in said:
        return say(
            "{client_url} is the authorize endpoint{in_a_manifest}, and this "
            "answers like a TOKEN endpoint: look whether {client_url} and "
            "{authorization_url} are swapped."
        )
    if answer.status == 404:
        return say(
            "{client_url} must be the address of the authorize endpoint; nothing is served there."
        )
    if error == "invalid_scope":
        return _scope_fix(evidence)
    if error:
        return ""
    uri = evidence.given.redirect_uri
    if evidence.mcp is not None:
        return say("Register {} for this client: ChatGPT comes back there.", uri)
    return say("Register {}, or give your plugin id with --plugin-id.", uri)


def _scope_fix(evidence: Evidence) -> str:
    if evidence.oauth is not None and not evidence.oauth.scope:
        return say(
            "{The_manifest}'s scope is empty, so ChatGPT sends scope= : treat an empty "
            "scope like none (RFC 6749 section 3.1), or name a scope in {the_manifest}."
        )
    return say("Treat a scope that is empty or not known like no scope, or correct {the_manifest}.")


@check(
    "authorize.own-query-kept",
    "MMM",
    refs=("RFC6749-3.1",),
    auth=("oauth",),
    why="An endpoint may have its own query.",
    fix="Read parameters by name, in any place.",
)
def own_query_kept(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An authorize endpoint with its own query works with ChatGPT's parameters appended."""
    if evidence.oauth is None or "?" not in evidence.oauth.client_url:
        raise NotApplicable(say("{client_url} has no query"))
    yield from request_accepted.judge(evidence)


@check(
    "authorize.login-before-code",
    "SSS",
    refs=("RFC6749-3.1", "RFC9700-4.11.2"),
    auth=("oauth",),
    why="Otherwise opening a link is enough to be signed in.",
    fix="Ask for a login before a code is issued.",
)
def login_before_code(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No code is issued before the user has acted on a page."""
    _flow(evidence)
    if not first(callback_params(landed(evidence)), "code"):
        raise Blocked(say("no code was seen (see authorize.request-accepted)"))
    flow = browsed(evidence)
    if not flow:
        raise Blocked(say("nothing of the way to the callback was recorded"))
    pages = [e for e in flow if e.step == "page" and e.request.method == "POST"]
    shown = [e for e in flow if is_page(e)]
    if any(e.answer.status == 401 and e.answer.header("WWW-Authenticate") for e in flow):
        yield Seen(actual=say("the browser's dialog was shown first"), exchanges=(flow[0].n,))
    elif pages or shown:
        yield Seen(actual=say("a page was shown first"), exchanges=(flow[0].n,))
    else:
        yield Finding(
            expected=say("a login or consent page first"),
            actual=say("a code came at once"),
            at=AT,
            exchanges=(flow[0].n,),
        )


@check(
    "pkce.optional-for-secret-client",
    "MMX",
    refs=("OAI-plugin-auth", "forum-527074"),
    auth=("oauth",),
    practice=True,
    shows="provider requires a challenge",
    why="2023 plugins and GPT Actions send no challenge.",
    fix="Require PKCE only if a challenge was sent or the client has no secret.",
)
def optional_for_secret_client(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A client with a secret signs in without a PKCE challenge."""
    flow = _flow(evidence)
    helped = _helped(evidence)
    if helped is not None and helped.fallback is Fallback.PKCE:
        yield Finding(
            expected=say("a code without code_challenge"),
            actual=say("a challenge is required"),
            at=AT,
            exchanges=(flow[0].n,),
        )
    elif flow[-1].step == "callback" and first(callback_params(flow[-1]), "code"):
        yield Seen(actual=say("a code came without a challenge"), exchanges=(flow[-1].n,))
    else:
        raise Blocked(say("refused for another reason (see authorize.request-accepted)"))
