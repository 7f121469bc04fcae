"""What an answer must hold besides a verdict, one function for each word of `expect`.

Each gives "" when the answer fits, else what was seen instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from mockauth.chatgpt.mcp import STATELESS, tool_challenges
from mockauth.checks.header import LONGEST_HEADER, challenges, challenges_in, joined
from mockauth.checks.token import REGISTERED
from mockauth.scenario.model import Expect
from mockauth.wire import Exchange, Response
from mockauth.wire.message import JSON, first
from mockauth.wire.rpc import EVENTS, error_of, read_message, result_of
from mockauth.wire.url import join, split
from mockauth.wire.words import own, say

INVENTED = "2099-01-01"
"""A revision of MCP that there is not."""
REFUSED_REGISTRATION = (
    "invalid_redirect_uri",
    "invalid_client_metadata",
    "invalid_software_statement",
    "unapproved_software_statement",
)
"""RFC 7591 section 3.2.2."""
PAGE = re.compile(r"(?i)<input[^>]*type=[\"']?password")
NO_ENDPOINT = (404, 405, 501)
NO_STREAM = (400, 405, 406, 409)
"""No stream at all, none without a session, or no second one."""
IN_TOOL = ("resource_metadata", "error", "error_description")
"""What ChatGPT reads of a challenge in the result of a tool."""


def has_known_error(answer: Response) -> bool:
    """Whether an answer can be judged by its `error`. One that has none, or an invented one, breaks
    another rule (token.error-is-json, token.error-code-registered); a crash has none of its own."""
    known = (*REGISTERED, *REFUSED_REGISTRATION)
    return answer.status >= 500 or answer.members.get("error") in known


def error_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """`error` of the JSON answer is one of those expected."""
    if not expect.error or not has_known_error(answer):
        return ""
    error = answer.members.get("error")
    if error in expect.error:
        return ""
    shown = say("no error member") if error is None else say("error {!r:.60}", str(error))
    return say("{} instead of {}", shown, own(" or ".join(expect.error)))


def headers_fit(answer: Response, expect: Expect, scheme: str) -> str:
    """Each named header holds its texts in any letter case, `*` holding all; null is absent."""
    for name, texts in expect.headers:
        values = answer.headers_named(name)
        joined = ", ".join(values)
        if texts is None:
            if values:
                return say("{}: {:.120}", own(name), joined)
            continue
        if not values:
            return say("no {} header", own(name))
        missing = [text for text in texts if text.lower() not in joined.lower()]
        if missing and joined.strip() != "*":
            return say("{}: {:.120} (without {})", own(name), joined, own(", ".join(missing)))
    return ""


def names_no_error(answer: Response, expect: Expect, scheme: str) -> str:
    """No challenge names an error."""
    if expect.challenge != "without-error":
        return ""
    named = [first(challenge.params, "error") for challenge in challenges(answer)]
    found = next((error for error in named if error is not None), "")
    return say("the challenge names error={:.60}", found) if found else ""


def challenge_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """A challenge names the declared scheme with a parameter, none of them twice
    (RFC 6750 section 3), and with commas between them (RFC 9110 section 11.2)."""
    if expect.challenge != "well-formed":
        return ""
    for challenge in challenges(answer):
        names = [name for name, _ in challenge.params]
        once = bool(names) and len(set(names)) == len(names)
        if challenge.scheme == scheme and once and challenge.is_list:
            return ""
    return say("WWW-Authenticate: {:.120}", joined(answer, "WWW-Authenticate"))


def body_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """The body is no web page: not empty, and not JSON under another name."""
    is_page = "html" in answer.media_type and answer.body.strip() and answer.json() is None
    if expect.body == "no-page" and is_page:
        return say("a web page ({})", answer.media_type)
    return ""


def endpoint_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """The address answers as a page for browsers, or as a token endpoint (RFC 6749 section 3)."""
    if not expect.answers:
        return ""
    if expect.answers in ("stream", "no-stream"):
        return _streams(answer, expect.answers)
    shown = say("{} {}", answer.status, answer.media_type or say("without Content-Type"))
    if answer.status in NO_ENDPOINT:
        return shown
    if expect.answers == "browser":
        return ""
    if answer.is_redirect:
        return say("{}, a redirect", answer.status)
    page = "html" in answer.media_type
    if page and (answer.ok or PAGE.search(answer.text)):
        return say("{}, a page for people", shown)
    return ""


def _streams(answer: Response, wanted: str) -> str:
    """Of a GET: a stream, or a refusal of one; `no-stream`, a page, too."""
    is_stream = answer.ok and answer.media_type == EVENTS
    fits = is_stream or answer.status in NO_STREAM if wanted == "stream" else not is_stream
    if fits:
        return ""
    return say("{} {}", answer.status, answer.media_type or say("without Content-Type"))


def challenges_in_tool(answer: Response, expect: Expect, scheme: str) -> str:
    """The challenge in a tool's result names what ChatGPT needs to offer a sign-in
    (OpenAI, Apps SDK, Authentication)."""
    if expect.challenge != "in-tool":
        return ""
    told = tool_challenges(answer)
    if not told:
        return say("a result without mcp/www_authenticate")
    for text in told:
        bearer = [c.params for c in challenges_in(text[:LONGEST_HEADER]) if c.scheme == "bearer"]
        missing = [name for name in IN_TOOL if not any(first(params, name) for params in bearer)]
        if missing:
            return say("a challenge without {}", own(", ").join(map(own, missing)))
    return ""


def members_are_there(answer: Response, expect: Expect, scheme: str) -> str:
    """Each named member of the JSON-RPC answer holds something."""
    for dotted in expect.members:
        value: object = read_message(answer)
        for name in dotted.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        if not value:
            return say("no {}", own(dotted))
    return ""


def _is_error(value: object) -> bool:
    """Whether it is the error of an answer (JSON-RPC 2.0 section 5.1)."""
    if not isinstance(value, dict) or not isinstance(value.get("message"), str):
        return False
    code = value.get("code")
    return isinstance(code, int) and not isinstance(code, bool)


def echoes_id(exchange: Exchange, expect: Expect) -> str:
    """A JSON-RPC answer is well formed and has the id of its message (JSON-RPC 2.0 section 5)."""
    said, sent = read_message(exchange.answer), exchange.request.members.get("id")
    if not expect.rpc_id or (expect.rpc_id == "in-result" and "result" not in said):
        return ""
    if said.get("jsonrpc") != "2.0":
        return say("no answer of JSON-RPC 2.0")
    error = said.get("error")
    if "error" in said and not _is_error(error):
        return say("error {:.60}: no object with a code and a message", json.dumps(error))
    came = said.get("id")
    shown = json.dumps(came)
    return "" if came == sent else say("id {:.40} for {}", shown, json.dumps(sent))


def versions_are_listed(answer: Response, expect: Expect, scheme: str) -> str:
    """The refusal of a version lists the one that the run is in (MCP 2026-07-28, schema)."""
    data = error_of(answer).get("data")
    listed = data.get("supported") if isinstance(data, dict) else None
    fits = isinstance(listed, list) and STATELESS in listed
    if expect.version != "listed" or fits:
        return ""
    return say("supported: {:.60}, without {}", json.dumps(listed), own(STATELESS))


def version_is_known(answer: Response, expect: Expect, scheme: str) -> str:
    """The result of `initialize` names a version that the server can know: not the one that the
    message has invented (MCP basic/lifecycle, version negotiation)."""
    result = result_of(answer) or {}
    if expect.version != "not-invented" or result.get("protocolVersion") != INVENTED:
        return ""
    return say("protocolVersion {}, which nobody speaks", own(INVENTED))


def rpc_error_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """The code of the JSON-RPC error is one of those expected."""
    code = error_of(answer).get("code") if expect.rpc_error else None
    if not expect.rpc_error or code in expect.rpc_error:
        return ""
    shown = say("no JSON-RPC error") if code is None else say("JSON-RPC error {!r:.20}", str(code))
    return say("{} instead of {}", shown, own(" or ".join(map(str, expect.rpc_error))))


def registered_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """Each named member of the answer to a registration is that text, where it is there at all."""
    for name, wanted in expect.registered:
        came = answer.members.get(name, wanted)
        if came != wanted:
            return say("{} {!r:.60} instead of {!r}", own(name), str(came), wanted)
    return ""


def description_fits(answer: Response, expect: Expect, scheme: str) -> str:
    """`active` of an introspected token is there, no text, and alone where it must be (RFC 7662 section 2.2)."""
    if not expect.active:
        return ""
    told = answer.members
    if expect.active == "alone":
        more = [name for name in told if name != "active"]
        return (
            say("`active` and {}", say(", ").join(say("{:.40}", name) for name in more))
            if more
            else ""
        )
    if told.get("active") is (expect.active == "true"):
        return ""
    if "active" not in told:
        return say("no JSON object with `active`: {} {}", answer.status, answer.media_type)
    return say("`active` is {:.40}", json.dumps(told["active"]))


MATCHERS: tuple[Callable[[Response, Expect, str], str], ...] = (
    error_fits,
    headers_fit,
    names_no_error,
    challenge_fits,
    body_fits,
    endpoint_fits,
    rpc_error_fits,
    registered_fits,
    members_are_there,
    challenges_in_tool,
    version_is_known,
    description_fits,
    versions_are_listed,
)


def mismatch(exchange: Exchange, expect: Expect, scheme: str) -> str:
    """The first thing in which the answer does not fit; "" when all of it does."""
    if expect.answers == "token-endpoint" and _is_moved(exchange):
        return ""  # token.no-redirect's business: the address is nearly right
    for matcher in MATCHERS:
        seen = matcher(exchange.answer, expect, scheme)
        if seen:
            return seen
    return echoes_id(exchange, expect)


def _is_moved(exchange: Exchange) -> bool:
    """Whether the answer is a redirect to the same path, but for a slash at its end, its letter
    case, the scheme or the host."""
    if not exchange.answer.is_redirect:
        return False
    asked = split(exchange.request.url)
    target = split(join(exchange.request.url, exchange.answer.header("Location") or ""))
    if asked is None or target is None:
        return False
    return asked.path.rstrip("/").lower() == target.path.rstrip("/").lower()


def unlike(answer: Response, other: Response) -> str:
    """What tells two answers apart that should be of one kind: status and media type. A server of MCP
    sends each of its messages as JSON or as a stream of events, as it likes."""
    mine = say("{} {}", answer.status, answer.media_type)
    its = say("{} {}", other.status, other.media_type)
    is_message = {answer.media_type, other.media_type} == {JSON, EVENTS}
    alike = mine == its or (is_message and answer.status == other.status)
    return "" if alike else say("{} instead of {}", mine, its)


def wider(scope: str, granted: str) -> tuple[str, ...]:
    """The words of `scope` that were not granted."""
    known = set(granted.split())
    return tuple(word for word in scope.split() if word not in known)
