"""No legal answer is blamed: the faultless plugin, answering in other words that mean the same."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.wire import Request, Response
from mockauth.wire.message import Pairs, pairs_of

TARGET = "http://localhost:5000"
CALLBACK = re.compile(r"https://chat(gpt\.com|\.openai\.com)/aip/")
Change = Callable[[Request, Response, Random], Response]


def with_header(answer: Response, name: str, value: str | None) -> Response:
    """The answer with one header set, or taken away."""
    kept = tuple(pair for pair in answer.headers if pair[0].lower() != name.lower())
    return replace(answer, headers=kept if value is None else (*kept, (name, value)))


def with_body(answer: Response, body: str) -> Response:
    """The answer with another body, and its length."""
    made = replace(answer, body=body.encode())
    return with_header(made, "Content-Length", str(len(made.body)))


def path_of(request: Request) -> str:
    """The path that was asked for."""
    return request.target.removeprefix(TARGET).partition("?")[0]


def with_members(answer: Response, members: Mapping[str, Any]) -> Response:
    """The JSON answer with these members."""
    return with_body(answer, json.dumps(members))


def html(answer: Response) -> bool:
    """Whether it is a page."""
    return answer.ok and answer.media_type == "text/html"


# Headers (RFC 9110 section 5: names in any letter case, in any order).


def header_names_shout(request: Request, answer: Response, random: Random) -> Response:
    """Header names in other letters."""
    shout = random.choice((str.upper, str.lower, str.swapcase))
    return replace(answer, headers=tuple((shout(name), value) for name, value in answer.headers))


def headers_shuffled(request: Request, answer: Response, random: Random) -> Response:
    """Headers in another order."""
    return replace(answer, headers=tuple(random.sample(answer.headers, len(answer.headers))))


def cookies_twice(request: Request, answer: Response, random: Random) -> Response:
    """Every cookie is set twice, as two layers of a server do."""
    again = tuple(pair for pair in answer.headers if pair[0].lower() == "set-cookie")
    return replace(answer, headers=(*answer.headers, *again))


def cookies_in_other_words(request: Request, answer: Response, random: Random) -> Response:
    """Attributes of cookies in small letters, and more of them (RFC 6265 section 5.2)."""

    def reworded(value: str) -> str:
        pair, *attributes = value.split(";")
        return ";".join([pair, *map(str.lower, reversed(attributes)), " Max-Age=3600"])

    headers = answer.headers
    return replace(
        answer,
        headers=tuple((n, reworded(v) if n.lower() == "set-cookie" else v) for n, v in headers),
    )


def more_headers(request: Request, answer: Response, random: Random) -> Response:
    """Headers that nobody asked for."""
    more = (("Server", "nginx"), ("X-Request-Id", "5f1c"), ("Vary", "Accept"), ("Expires", "0"))
    return replace(answer, headers=(*more, *answer.headers))


def charset_named(request: Request, answer: Response, random: Random) -> Response:
    """Content-Type with a charset, in other letters."""
    if not answer.media_type.startswith(("application/json", "text/")):
        return answer
    said = random.choice(("; charset=utf-8", ";charset=UTF-8", '; Charset="utf-8"'))
    return with_header(answer, "Content-Type", answer.media_type + said)


def never_cached(request: Request, answer: Response, random: Random) -> Response:
    """no-store in company."""
    if "no-store" not in (answer.header("Cache-Control") or ""):
        return answer
    said = ("private, no-store", "no-cache, No-Store, max-age=0", "no-store,private")
    return with_header(answer, "Cache-Control", random.choice(said))


def no_pragma(request: Request, answer: Response, random: Random) -> Response:
    """Pragma left out (RFC 9111 section 5.4 deprecates it)."""
    return with_header(answer, "Pragma", None)


# Redirects and pages.


def found_for_see_other(request: Request, answer: Response, random: Random) -> Response:
    """302 for 303, and back (RFC 9700 section 4.12)."""
    return replace(answer, status={302: 303, 303: 302}.get(answer.status, answer.status))


def absolute_locations(request: Request, answer: Response, random: Random) -> Response:
    """Redirects within the site as whole addresses."""
    location = answer.header("Location") or ""
    return with_header(answer, "Location", TARGET + location) if location[:1] == "/" else answer


def _callback(answer: Response, change: Callable[[Pairs], Pairs], **quoting: Any) -> Response:
    location = answer.header("Location") or ""
    path, mark, query = location.partition("?")
    if not CALLBACK.match(location) or not mark or "#" in location:
        return answer
    return with_header(
        answer, "Location", f"{path}?{urlencode(change(pairs_of(query)), **quoting)}"
    )


def callback_shuffled(request: Request, answer: Response, random: Random) -> Response:
    """The parameters of the redirect in another order."""
    return _callback(answer, lambda pairs: tuple(random.sample(pairs, len(pairs))))


def callback_with_more(request: Request, answer: Response, random: Random) -> Response:
    """More parameters in the redirect (OpenID Connect Session Management, RFC 6749 section 4.1.2)."""
    more = (("session_state", "9d0c.5f1c2b7e"), ("locale", "en"))
    return _callback(answer, lambda pairs: (*pairs, *more))


def callback_quoted(request: Request, answer: Response, random: Random) -> Response:
    """A blank as %20, and nothing left unquoted."""
    return _callback(answer, lambda pairs: pairs, quote_via=lambda s, *_: quote(s, safe=""))


def callback_from_a_page(request: Request, answer: Response, random: Random) -> Response:
    """A page that goes to the callback by itself, in place of the redirect."""
    location = answer.header("Location") or ""
    if not CALLBACK.match(location) or "error=" in location:
        return answer
    address = location.replace("&", "&amp;")
    page = f'<!doctype html><meta http-equiv="refresh" content="0;url={address}"><p>One moment.'
    made = with_header(replace(answer, status=200), "Location", None)
    return with_header(with_body(made, page), "Content-Type", "text/html; charset=utf-8")


def refused_on_a_page(request: Request, answer: Response, random: Random) -> Response:
    """A bad request ends on a page, and not at the callback; what the user refused does not."""
    location = answer.header("Location") or ""
    if not CALLBACK.match(location) or "error=" not in location or "access_denied" in location:
        return answer
    made = with_header(replace(answer, status=400), "Location", None)
    return with_header(with_body(made, "<p>That cannot be served."), "Content-Type", "text/html")


def pages_of_refusal(request: Request, answer: Response, random: Random) -> Response:
    """The page of a refusal under another status."""
    if path_of(request) != "/authorize" or answer.status != 400:
        return answer
    return replace(answer, status=random.choice((200, 401, 403, 404, 422)))


def tags_shout(request: Request, answer: Response, random: Random) -> Response:
    """Pages with tags and attributes in capitals, without needless quotation marks."""
    if not html(answer):
        return answer
    text = answer.text.replace('<form method="post"', "<FORM METHOD=Post")
    return with_body(answer, text.replace("<input", "<INPUT").replace("<button", "<BUTTON"))


def inputs_for_buttons(request: Request, answer: Response, random: Random) -> Response:
    """Pages whose buttons are inputs."""
    if not html(answer):
        return answer
    kept = re.sub(
        r'<button type="submit">([^<]*)</button>', r'<input type="submit" value="\1">', answer.text
    )
    plain = re.sub(r"<button ([^>]*)>[^<]*</button>", r'<input type="submit" \1>', kept)
    return with_body(answer, plain)


def another_form_first(request: Request, answer: Response, random: Random) -> Response:
    """Pages with a search and a choice of languages above the form."""
    if not html(answer) or "<form" not in answer.text:
        return answer
    more = '<form action="/search"><input name="q"><button>Search</button></form>'
    more += '<form action="/language" method="post"><select name="l"><option>en</select></form>'
    return with_body(answer, answer.text.replace("<body>", "<body>" + more))


# The token endpoint (RFC 6749 section 5).


def _at_token(request: Request, answer: Response) -> dict[str, Any]:
    return dict(answer.members) if path_of(request) == "/token" else {}


def json_turned_round(request: Request, answer: Response, random: Random) -> Response:
    """The members of JSON answers in another order, with white space and escapes (RFC 8259)."""
    if not answer.members:
        return answer
    members = dict(reversed(answer.members.items()))
    text = json.dumps(members, indent=3).replace("/", "\\/")
    return with_body(answer, f"\r\n\t {text} \n")


def json_shuffled(request: Request, answer: Response, random: Random) -> Response:
    """The members of JSON answers in an order that changes from answer to answer."""
    members = list(answer.members.items())
    return with_members(answer, dict(random.sample(members, len(members)))) if members else answer


def token_with_more(request: Request, answer: Response, random: Random) -> Response:
    """Members that RFC 6749 does not name."""
    members = _at_token(request, answer)
    more = {"trace_id": "5f1c", "created_at": 1_700_000_000, "ext": {"a": [None]}}
    return with_members(answer, {**more, **members}) if members else answer


def manifest_with_more(request: Request, answer: Response, random: Random) -> Response:
    """Members that the documentation of 2023 does not name."""
    if path_of(request) != "/.well-known/ai-plugin.json" or not answer.ok:
        return answer
    return with_members(answer, {"x_version": 3, "ext": None, **answer.members})


def bearer_in_other_letters(request: Request, answer: Response, random: Random) -> Response:
    """token_type in other letters (RFC 6749 section 5.1)."""
    members = _at_token(request, answer)
    if "token_type" not in members:
        return answer
    word = random.choice(("bearer", "BEARER", "Bearer"))
    return with_members(answer, {**members, "token_type": word})


def scope_turned_round(request: Request, answer: Response, random: Random) -> Response:
    """The same scope in another order (RFC 6749 section 3.3)."""
    members = _at_token(request, answer)
    if not isinstance(members.get("scope"), str):
        return answer
    turned = " ".join(reversed(members["scope"].split()))
    return with_members(answer, {**members, "scope": turned})


def scope_left_out(request: Request, answer: Response, random: Random) -> Response:
    """No scope where everything was granted (RFC 6749 section 5.1)."""
    members = _at_token(request, answer)
    if set(str(members.get("scope", "")).split()) != set(PluginConfig().scope.split()):
        return answer
    del members["scope"]
    return with_members(answer, members)


def no_expiry(request: Request, answer: Response, random: Random) -> Response:
    """Neither expires_in nor a refresh token (both optional, RFC 6749 section 5.1)."""
    members = _at_token(request, answer)
    if "access_token" not in members:
        return answer
    kept = {n: v for n, v in members.items() if n not in ("expires_in", "refresh_token")}
    return with_members(answer, kept)


def refresh_token_repeated(request: Request, answer: Response, random: Random) -> Response:
    """A refresh that does not replace the token says it once more."""
    members, shown = _at_token(request, answer), request.param("refresh_token")
    if not shown or "access_token" not in members or "refresh_token" in members:
        return answer
    return with_members(answer, {**members, "refresh_token": shown})


def no_description(request: Request, answer: Response, random: Random) -> Response:
    """Errors without a description."""
    answer = _callback(answer, lambda pairs: tuple(p for p in pairs if p[0] != "error_description"))
    members = _at_token(request, answer)
    if "error" not in members:
        return answer
    return with_members(answer, {"error": members["error"]})


def invalid_client_is_400(request: Request, answer: Response, random: Random) -> Response:
    """400 for a wrong secret in the body; 401 is due for one in a header (RFC 6749 section 5.2)."""
    by_header = request.header("Authorization") is not None
    if path_of(request) != "/token" or answer.status != 401 or by_header:
        return answer
    return with_header(replace(answer, status=400), "WWW-Authenticate", None)


# The API (RFC 6750 section 3, RFC 9110 section 11.6.1).


def challenge_in_other_words(request: Request, answer: Response, random: Random) -> Response:
    """The challenge in small letters, its parameters in another order."""
    said = answer.header("WWW-Authenticate") or ""
    if not said:
        return answer
    scheme, _, rest = said.partition(" ")
    parts = re.findall(r'[\w-]+="[^"]*"', rest)
    turned = " ,  ".join(reversed(parts)) if parts else rest
    return with_header(answer, "WWW-Authenticate", f"{scheme.lower()} {turned}")


def two_challenges(request: Request, answer: Response, random: Random) -> Response:
    """The API would take two schemes."""
    said = answer.header("WWW-Authenticate") or ""
    if not path_of(request).startswith("/todos") or not said:
        return answer
    return with_header(answer, "WWW-Authenticate", f'Negotiate, {said}, DPoP algs="ES256"')


def api_refuses_in_plain_text(request: Request, answer: Response, random: Random) -> Response:
    """Refusals of the API as plain text."""
    if not path_of(request).startswith("/todos") or answer.status not in (401, 403):
        return answer
    return with_header(with_body(answer, "no"), "Content-Type", "text/plain")


def stamped(request: Request, answer: Response, random: Random) -> Response:
    """Answers of the API that say when, or under which number, they were made."""
    if not path_of(request).startswith("/todos") or not (answer.ok and answer.members):
        return answer
    return with_members(answer, {**answer.members, "request_id": random.getrandbits(64)})


CHANGES: tuple[Change, ...] = (
    header_names_shout, headers_shuffled, cookies_twice, cookies_in_other_words, more_headers,
    charset_named, never_cached, no_pragma, found_for_see_other, absolute_locations,
    callback_shuffled, callback_with_more, callback_quoted, callback_from_a_page,
    refused_on_a_page, pages_of_refusal, tags_shout, inputs_for_buttons, another_form_first,
    json_turned_round, token_with_more, manifest_with_more, bearer_in_other_letters,
    scope_turned_round, scope_left_out, no_expiry, refresh_token_repeated, no_description,
    invalid_client_is_400, challenge_in_other_words, two_challenges, api_refuses_in_plain_text,
)  # fmt: skip

MODES: Mapping[str, Mapping[str, Any]] = {
    "as it is": {},
    "keeps refresh tokens": {"policy": Behaviour(refresh_rotates=False)},
    "ends a replaced refresh token at the first use of the new access token": {
        "policy": Behaviour(refresh_old_dies_at_use=True)
    },
    "gives no refresh token": {"policy": Behaviour(refresh_issued=False)},
    "ignores PKCE": {"policy": Behaviour(pkce_supported=False)},
    "ignores an unknown scope": {"policy": Behaviour(unknown_scope="ignored")},
    "takes POST at authorize": {"policy": Behaviour(authorize_post=True)},
    "publishes nothing": {"metadata": False, "issuer_in_redirect": False},
    "JWT": {"token_format": "jwt"},
    "form": {"content_type": "application/x-www-form-urlencoded"},
    "no scope": {"scope": ""},
    "login only": {"login": "login"},
}
"""What a correct server may do otherwise, beyond its words."""

BROKEN_MODES = {"any user reaches any object": {"policy": Behaviour(object_owner_checked=False)}}

ADVISED: Mapping[Change | str, set[str]] = {
    no_expiry: {"grant.expires-in-present"},
    refused_on_a_page: {"scope.unknown-handled", "authorize.error-reaches-client"},
    "gives no refresh token": {"grant.refresh-token-present"},
}
"""What the catalogue advises against: a warning there is no blame."""

WITHOUT_REFRESH = {
    "token.basic-auth-accepted",
    "token.code-reuse-revokes",
    "refresh.access-token-not-usable",
}
"""Not judged where no refresh token is issued, though they could be: see the test below."""
UNJUDGED: Mapping[Change | str, set[str]] = {
    no_expiry: WITHOUT_REFRESH | {"api.expired-token-refused", "api.expired-token-is-401"},
    "gives no refresh token": WITHOUT_REFRESH,
}
"""What cannot be judged where the server answers so."""


@dataclass
class Reworded(WsgiTransport):
    """An app whose answers are changed on their way."""

    changes: tuple[Change, ...] = ()
    random: Random = field(default_factory=Random)

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Send to the app and change what it answers."""
        answer = super().send(request, seconds=seconds, keep=keep, most=most)
        for change in self.changes:
            answer = change(request, answer, self.random)
        return answer


def run_reworded(changes: tuple[Change, ...], mode: str, seed: int) -> Run:
    """Check the faultless plugin, its answers changed."""
    logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
    config, clock = PluginConfig(**{**MODES, **BROKEN_MODES}[mode]), MovableClock()
    random = Random(seed)  # noqa: S311 - it chooses words, no secrets
    transport = Reworded(create_app(config, clock), changes=changes, random=random)
    options = replace(options_for(config, TARGET), slow=True)
    *_, last = run_check(options, transport=transport, clock=clock)
    assert isinstance(last, RunFinished)
    return last.run


def blamed(run: Run, changes: tuple[Change, ...], mode: str) -> dict[str, str]:
    """What was found broken or could not be judged, beyond what is expected of these changes."""
    keys: list[Change | str] = [*changes, mode]
    advised = set().union(*(ADVISED.get(key, set()) for key in keys))
    unjudged = set().union(*(UNJUDGED.get(key, set()) for key in keys))
    return {
        r.rule.id: f"{r.state}: {r.actual}"
        for r in run.results
        if r.state in ("fail", "error")
        or (r.state == "warn" and r.rule.id not in advised)
        or (r.state == "blocked" and r.rule.id not in unjudged)
    }


@settings(
    max_examples=6,
    derandomize=True,
    database=None,
    # A smaller example of what failed would take minutes; the ids of the rules say enough.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    changes=st.sets(st.sampled_from(CHANGES), min_size=12),
    mode=st.sampled_from(list(MODES)),
    seed=st.integers(0, 2**32),
)
def test_no_legal_answer_is_blamed(changes: set[Change], mode: str, seed: int) -> None:
    chosen = tuple(change for change in CHANGES if change in changes)
    if mode == "ignores an unknown scope":  # there the scope must be named
        chosen = tuple(change for change in chosen if change is not scope_left_out)

    assert blamed(run_reworded(chosen, mode, seed), chosen, mode) == {}


@pytest.mark.parametrize("mode", ["as it is", "keeps refresh tokens"])
def test_all_legal_changes_at_once_are_not_blamed(mode: str) -> None:
    chosen = tuple(change for change in CHANGES if change is not no_expiry)

    assert blamed(run_reworded(chosen, mode, 1), chosen, mode) == {}


BYTES = "bodies are compared byte by byte, though the members of a JSON object have no order"


def test_the_order_of_members_may_change_from_answer_to_answer() -> None:
    changes = (json_shuffled,)

    assert blamed(run_reworded(changes, "as it is", 3), changes, "as it is") == {}


def test_a_leak_is_found_although_no_two_answers_are_the_same() -> None:
    run = run_reworded((stamped,), "any user reaches any object", 0)

    states = {r.rule.id: r.state for r in run.results}
    assert states["api.other-user-isolated"] == "fail"


def test_a_server_without_refresh_tokens_is_judged_in_the_rest() -> None:
    run = run_reworded((), "gives no refresh token", 0)

    assert [r.rule.id for r in run.results if r.state == "blocked"] == []
