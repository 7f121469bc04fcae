"""What a step expects, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockauth.profiles.mcp import REVISIONS
from mockauth.scenario.model import Expect
from mockauth.scenario.phrases import Phrase, both, differing, either, told, word

VERDICTS = {
    "refused": "it must be refused",
    "accepted": "it must be accepted",
    "either": "it may be accepted or refused; the result is noted",
}
REDIRECTS = {
    "callback": "it must end at the callback",
    "none": "the browser must not be sent off the site",
    "nowhere-new": "the browser must not be sent anywhere but to the registered callback",
}
PAGES = {
    "shown": "the user must see a page first",
    "escaped": "no page may have the sent text as markup",
    "client-host": "a page must show the host of the client_id",
    "redirect-host": "a page must show the host of the redirect URI",
    "warning": "the pages must say something that they did not say at the first sign-in",
}
ENDPOINTS = {
    "browser": "a browser",
    "token-endpoint": "a token request",
    "stream": "by a stream of events, or with 405",
    "no-stream": "by anything but a stream of events",
}
ASIDE = "where nobody can tell whom the token is for, the check is blocked"
AUDIENCES = {
    "checked": ASIDE,
    "bound": ASIDE,
    "mapped": f"or the token is for this server; {ASIDE}",
    "granted": f"as the token is for this server; {ASIDE}",
}
UNLESS = {
    "scope-empty": "the manifest's scope is empty",
    "scope-without-openid": "the scope names no `openid`: OpenID Connect allows it",
    "another-token": "the answer has another refresh token than those that came before",
}
CHALLENGES = {
    "well-formed": "the WWW-Authenticate header is well formed",
    "without-error": "the WWW-Authenticate header has no `error`",
    "in-tool": "the result has `mcp/www_authenticate` with all that ChatGPT reads",
}
ACTIVE = {
    "true": "with `active` as the JSON value true",
    "false": "with `active` as the JSON value false",
    "alone": "with nothing beside `active`",
}
VERSIONS = {
    "not-invented": "without agreeing on a version that was made up",
    "listed": f"with {REVISIONS[-1]} among the versions that it lists",
}
WINNERS = {
    "one": "at most one of them may be accepted",
    "any": "any number of them may be accepted",
}


def expect_words(expect: Expect) -> str:
    """What must come back, such as "it must be refused, with status 401"; "" for nothing."""
    return ", ".join(differing(expect, Expect(), PHRASES)).replace(", (", " (")


def _params(pairs: Any) -> str:
    parts = []
    for name, value in pairs:
        same = value == "same"
        shown = either([f"`{one}`" for one in value.split("|")])
        parts.append(f"`{name}` as it was sent" if same else f"`{name}` = {shown}")
    return f"the callback carries {both(parts)}"


def _headers(pairs: Any) -> str:
    parts = []
    for name, texts in pairs:
        if texts is None:
            parts.append(f"no {name}")
        else:
            held = both([f"`{text}`" for text in texts if text])
            parts.append(f"{name} with {held}" if held else name)
    return f"the answer has {both(parts)}"


def _quoted(names: Any) -> list[str]:
    return [f"`{name}`" for name in names]


PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        "verdict": lambda verdict: word(VERDICTS, verdict),
        "or_error": lambda errors: f"or end with the error {either(_quoted(errors))}",
        "or_refused_as": lambda step: f"or be refused just as “{step}”",
        "winners": lambda winners: word(WINNERS, winners),
        "redirect_to": lambda where: word(REDIRECTS, where),
        "answers": lambda kind: f"it must answer {word(ENDPOINTS, kind)}",
        "status": lambda statuses: f"with status {either(statuses)}",
        "tolerated": lambda statuses: f"(status {either(statuses)} is a warning at most)",
        "tolerated_unless": lambda case: f"(a warning at most, unless {word(UNLESS, case)})",
        "tolerated_always": lambda _: "(anything else is a warning at most)",
        "error": lambda errors: f"with `error` {either(_quoted(errors))}",
        "rpc_error": lambda codes: f"with the JSON-RPC error {either(list(map(str, codes)))}",
        "registered": lambda pairs: f"with {both([f'`{n}` = `{told(v)}`' for n, v in pairs])}",
        "members": lambda names: f"with {both(_quoted(names))}",
        "active": lambda kind: word(ACTIVE, kind),
        "version": lambda kind: word(VERSIONS, kind),
        "rpc_id": lambda _: "with the id of the message",
        "session": lambda _: "the session is long and like no other of the run",
        "audience": lambda kind: word(AUDIENCES, kind),
        "params": _params,
        "absent": lambda names: f"the callback carries no {either(_quoted(names))}",
        "once": lambda names: f"the callback carries {both(_quoted(names))} at most once",
        "fetched": lambda _: "nothing but the document is fetched",
        "page": lambda kind: word(PAGES, kind),
        "headers": _headers,
        "query": lambda _: "the query of the callback is kept",
        "challenge": lambda kind: word(CHALLENGES, kind),
        "body": lambda _: "the body is not an HTML page",
        "scope": lambda scope: (
            "the scope is the one that was granted"
            if scope == "unchanged"
            else "the scope is no wider than the one that was granted"
        ),
        "like": lambda step: f"with the same status and media type as “{step}”",
        "same_body_as": lambda step: f"with the same body as “{step}”",
        "other_body_than": lambda step: f"without the data of “{step}”",
        "tls": lambda versions: f"TLS {either([v.removeprefix('TLSv') for v in versions])} is used",
        "certificate": lambda _: "the certificate is trusted",
    }
)
