"""What an altered request led to, in one word: accepted, refused, broken, or limited."""

from __future__ import annotations

from typing import Any, Literal

from mockauth.browser.landing import Landing, matches
from mockauth.chatgpt.mcp import tool_challenges, tool_failed
from mockauth.wire import Exchange, Response
from mockauth.wire.message import first
from mockauth.wire.rpc import error_of

Outcome = Literal["accepted", "refused", "broken", "limited"]
"""`broken`: 5xx, broken off or timed out. `limited`: 429, stop asking."""
GIVES = ("code", "access_token", "id_token")
"""What a callback may give."""


def token_outcome(exchange: Exchange) -> Outcome:
    """Accepted means that a token came, whatever the status says: that is what does harm."""
    answer = exchange.response
    if answer is None or answer.status >= 500:
        return "broken"
    if answer.status == 429:
        return "limited"
    return "accepted" if answer.status < 400 and _has_token(answer) else "refused"


def _has_token(answer: Response) -> bool:
    return _holds_token(answer.json(), 0)


def _holds_token(value: Any, depth: int) -> bool:
    if isinstance(value, dict) and depth < 4:
        token = value.get("access_token")
        return (isinstance(token, str) and token != "") or any(
            _holds_token(inner, depth + 1) for inner in value.values()
        )
    return False


def api_outcome(exchange: Exchange) -> Outcome:
    """Accepted is 2xx; a redirect is neither a refusal nor harmless, so it counts as broken."""
    answer = exchange.response
    if answer is None or answer.status >= 500:
        return "broken"
    if answer.status == 429:
        return "limited"
    if 300 <= answer.status < 400:
        return "broken"
    return "accepted" if answer.ok else "refused"


def mcp_outcome(exchange: Exchange) -> Outcome:
    """Of an answer with 2xx: a registration that gives a client, metadata that is JSON, a message
    without a JSON-RPC error. A tool that ran and failed was accepted, one that asks for a sign-in
    was not."""
    answer = exchange.answer
    if exchange.step == "register":
        return "accepted" if answer.members.get("client_id") else "refused"
    if exchange.step == "metadata":
        return "accepted" if answer.members else "refused"
    if exchange.step in ("api", "rpc"):
        asks = tool_challenges(answer) is not None
        return "refused" if asks or error_of(answer) else "accepted"
    return "accepted"


def revocation_outcome(exchange: Exchange) -> Outcome:
    """Accepted is any 2xx: a client ignores its body (RFC 7009 section 2.2; Keycloak names an error there)."""
    return api_outcome(exchange)


def introspection_outcome(exchange: Exchange) -> Outcome:
    """Accepted means that the token is said to be active, in whatever form (RFC 7662 section 2.2)."""
    outcome = api_outcome(exchange)
    said = str(exchange.answer.members.get("active")).lower()
    return "refused" if outcome == "accepted" and said not in ("true", "1") else outcome


def refused_in_message(exchange: Exchange) -> bool:
    """Whether an MCP server refused a call with a good status: no such tool, or a failed one."""
    answer = exchange.answer
    return exchange.step in ("api", "rpc") and bool(error_of(answer) or tool_failed(answer))


def authorize_outcome(landing: Landing) -> Outcome:
    """Accepted means that a code (or a token) came; any error page or error redirect refuses."""
    params = (*landing.params, *landing.fragment)
    if landing.left:
        gave = any(first(params, name) for name in GIVES)
        # With `error` beside it a code is not taken by any client; callback.error-no-code tells.
        return "accepted" if gave and not first(params, "error") else "refused"
    status = landing.page.answer.status if landing.page else 0
    if landing.outcome == "timeout" or status >= 500 or (landing.page and not status):
        return "broken"
    return "limited" if status == 429 else "refused"


def left_for(landing: Landing, registered: str) -> str:
    """The address off the site that the browser was sent to, unless it is the registered
    callback with nothing but the protocol's own parameters added; "" when it went nowhere new."""
    if not landing.left:
        return ""
    own = {"code", "state", "error", "error_description", "error_uri", "iss", "scope"}
    own |= {"session_state", "access_token", "id_token", "token_type", "expires_in", "authuser"}
    added = {name for name, _ in (*landing.query, *landing.fragment)}
    if matches(landing.url, (registered,)) and "?" not in registered:
        path = landing.url.partition("?")[0].partition("#")[0]
        if path == registered and added <= own and not _bare_fragment(landing.url):
            return ""
    return landing.url.partition("code=")[0]


def _bare_fragment(url: str) -> bool:
    """A fragment of the request that came back (`#x`), as opposed to `#_=_` or parameters."""
    fragment = url.partition("#")[2]
    return fragment not in ("", "_", "_=_") and "=" not in fragment
