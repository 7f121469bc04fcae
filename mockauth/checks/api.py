"""The API, as ChatGPT calls it with a token, with the wrong one, and without."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.header import directives
from mockauth.checks.record import accepted_calls, calls
from mockauth.checks.refusal import says_error
from mockauth.checks.registry import check
from mockauth.wire import Exchange
from mockauth.wire.rpc import error_of
from mockauth.wire.trace import Fallback
from mockauth.wire.words import cut, say

LIST_TOOLS, METHOD_NOT_FOUND = "tools/list", -32601


@check(
    "api.valid-token-accepted",
    "MMM",
    refs=("RFC6750-2.1", "OAI-plugin-auth"),
    auth=("oauth", "service_http", "user_http"),
    shows="{could_not_call}",
    why="Sign-in is for nothing when the API refuses the token.",
    fix="Accept Authorization: Bearer (or Basic, as declared) with the token that was issued.",
)
def valid_token_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The API accepts the token as declared."""
    _require_no_filter(evidence)
    is_agreed = evidence.mcp is not None and bool(evidence.mcp.revision)
    for call in calls(evidence):
        if call.answer.ok and not says_error(call.answer):
            yield Seen(actual=call.outcome, exchanges=(call.n,))
        elif _may_be_of_the_call(call, is_agreed=is_agreed) and _refused_without(evidence):
            actual = say("{}, while a call without the token gets 401", call.outcome)
            yield Seen(actual=actual, exchanges=(call.n,))
        else:
            yield _not_accepted(call, is_mcp=evidence.mcp is not None)


def _may_be_of_the_call(call: Exchange, *, is_agreed: bool) -> bool:
    """Whether a refusal may be of what was made up for the call, not of the token. Nothing is made up in
    tools/list, where a revision of MCP is agreed on; only a server without tools may not know it
    (JSON-RPC 2.0, section 5.1)."""
    if call.answer.status not in (400, 404, 405, 422):
        return False
    if not is_agreed or not _lists_tools(call):
        return True
    return error_of(call.answer).get("code") == METHOD_NOT_FOUND


def _lists_tools(call: Exchange) -> bool:
    return call.request.members.get("method") == LIST_TOOLS


def _refused_without(evidence: Evidence) -> bool:
    """Whether a call without the token got 401: then the API knows the caller."""
    sent = evidence.trace.select("api")
    return any(e.answer.status == 401 for e in sent if e.purpose in ("altered", "supply"))


def _not_accepted(call: Exchange, *, is_mcp: bool) -> Finding:
    actual = call.outcome
    if call.answer.ok:
        actual = say("{} with an error in the body", actual)
    return Finding(
        expected=say("2xx"),
        actual=actual,
        fix=_fix_of(call, is_mcp=is_mcp),
        at=call.request.url,
        exchanges=(call.n,),
        shows="" if call.answer.status in (401, 403) else say("an error of the API"),
    )


def _fix_of(call: Exchange, *, is_mcp: bool) -> str:
    """What to change where the status says that it is not the token; "" where it may be."""
    status = call.answer.status
    if status in (404, 405, 501) and is_mcp:
        return say("Answer POST at the address of the MCP endpoint.")
    if status in (404, 405, 501):
        return say(
            "Nothing is served there for that method: compare {the_document} with your routes; "
            "--operation names another."
        )
    if status in (400, 422) and _lists_tools(call):
        return say("Answer tools/list as it was sent; demand no session that you did not give.")
    if status in (400, 422):
        return say(
            "Make the call that {the_document} describes work, or name another with --operation."
        )
    if status >= 500:
        return say("The call crashes: look into the log of your server.")
    return say("Answer at the declared URL itself.") if 300 <= status < 400 else ""


def _require_no_filter(evidence: Evidence) -> None:
    """Raise where the token is taken from a browser, so that a filter is what refuses."""
    tries = evidence.trace.select("api", purpose="fallback")
    helped = [e for e in tries if e.fallback is Fallback.BROWSER_AGENT and e.answer.ok]
    if helped:
        raise Blocked(
            say(
                "a browser's User-Agent gets {}: a filter refuses ChatGPT, not the token "
                "(see transport.no-bot-wall)",
                helped[0].outcome,
            )
        )


@check(
    "service.token-accepted",
    "MM-",
    refs=("OAI-plugin-auth",),
    practice=True,
    auth=("service_http", "user_http"),
    shows="API 401 with the right service token",
    why="All calls carry this token.",
    fix="Accept the token under the scheme that authorization_type names.",
)
def service_token_accepted(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The pasted token is accepted under the declared scheme."""
    yield from valid_token_accepted.judge(evidence)


@check(
    "none.api-open",
    "MM-",
    refs=("OAI-plugin-auth",),
    practice=True,
    auth=("none",),
    why="With auth none ChatGPT sends no token.",
    fix="Answer without a token, or declare the auth type that the API wants.",
)
def api_open(evidence: Evidence) -> Iterator[Finding | Seen]:
    """An API with auth none answers without a token."""
    for call in calls(evidence):
        if call.answer.ok:
            yield Seen(actual=call.outcome, exchanges=(call.n,))
        else:
            yield Finding(
                expected=say("2xx"), actual=call.outcome, at=call.request.url, exchanges=(call.n,)
            )


@check(
    "api.openai-headers-tolerated",
    "MM-",
    refs=("OAI-plugin-prod",),
    practice=True,
    auth=("oauth", "service_http", "user_http"),
    why="ChatGPT sends them with every call.",
    fix="Ignore headers you do not know.",
)
def openai_headers_tolerated(evidence: Evidence) -> Iterator[Finding | Seen]:
    """ChatGPT's own headers beside the token do no harm."""
    tries = evidence.trace.select("api", purpose="fallback")
    plain = [e for e in tries if e.fallback is Fallback.NO_OPENAI_HEADERS]
    for call in calls(evidence):
        if call.answer.ok:
            yield Seen(actual=call.outcome, exchanges=(call.n,))
        elif any(other.answer.ok for other in plain):
            actual = say("{}, and {} without them", call.outcome, plain[0].outcome)
            yield Finding(
                expected=say("2xx"),
                actual=actual,
                at=call.request.url,
                exchanges=(call.n, plain[0].n),
            )
        else:
            raise Blocked(
                say("the call is refused without them, too (see api.valid-token-accepted)")
            )


@check(
    "api.not-cacheable-publicly",
    "SSS",
    refs=("RFC9111-3.5", "RFC6750-2.3"),
    auth=("oauth", "service_http", "user_http"),
    why="A shared cache would give one user's data to another.",
    fix="Send Cache-Control: private or no-store.",
)
def not_cacheable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Answers to a token are not marked public."""
    for call in accepted_calls(evidence):
        said = directives(call.answer)
        actual = cut(", ".join(sorted(said)), 120)
        # no-store and private forbid a shared cache whatever else is said (RFC 9111 5.2.2).
        if said & {"public", "s-maxage"} and not said & {"no-store", "private"}:
            yield Finding(expected=say("private or no-store"), actual=actual, exchanges=(call.n,))
        else:
            yield Seen(actual=actual or say("no Cache-Control"), exchanges=(call.n,))


@check(
    "api.json-content-type",
    "SSS",
    refs=("RFC9110-8.3", "RFC8259-11"),
    practice=True,
    why="A client that goes by Content-Type takes the data for a web page.",
    fix="Serve it as application/json.",
)
def json_content_type(evidence: Evidence) -> Iterator[Finding | Seen]:
    """JSON of the API is not served as a web page."""
    for call in accepted_calls(evidence):
        kind = call.answer.media_type
        if "html" in kind and isinstance(call.answer.json(), dict | list):
            yield Finding(
                expected=say("application/json"),
                actual=say("JSON as {}", kind),
                at=call.request.url,
                exchanges=(call.n,),
            )
        else:
            yield Seen(actual=call.outcome, exchanges=(call.n,))
