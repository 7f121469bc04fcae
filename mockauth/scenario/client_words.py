"""A probe of a client in words: how the mock answers, and what the client must do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mockauth.profiles.mcp import REVISIONS
from mockauth.scenario.client_model import AnswerEdit, ClientProbe, Declared, Start
from mockauth.scenario.phrases import both, told

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "authorize": "the answer of the authorize endpoint (client_url)",
        "callback": "the callback",
        "token": "the token answer",
        "refresh": "the answer to a refresh",
        "api": "the answer of the API",
        "resource": "the metadata of the resource",
        "metadata": "the metadata of the authorization server",
        "register": "the answer to a registration",
    }
)
NEXT: Mapping[str, str] = MappingProxyType(
    {
        "none": "the client must not ask the token endpoint, and must say that the sign-in failed",
        "error-shown": (
            "the client must not ask the token endpoint, and must show the error or end with a "
            "status other than 0"
        ),
        "api": "the client must go on, and call the API with the token",
        "error": "the client must end by itself with an error, and must not use the answer",
        "few-tries": "the client may retry a few times, but not before Retry-After",
        "nothing-elsewhere": "no secret, code or token may reach the other host",
        "refresh-and-repeat": "the client must refresh, and call again with the new token",
        "newest-refresh-token": "the second refresh must use the refresh token of the first one",
        "one-login": "the client must ask for one new login, or end with an error; not in a loop",
        "declared-encoding": "the token request must have the declared content type",
        "declared-method": "the client must authenticate by that method, correctly encoded",
        "registered-method": "the client must authenticate as its registration was answered",
        "callback-decoded": "the client must exchange the code, percent-decoded",
        "token-unused": "the client must not use the token, and must say that the sign-in failed",
        "few-calls": "the client may call again a few times, with pauses, but not before Retry-After",
        "no-new-login": "the client must not ask for a new login",
        "failure-told": "the client must say that the call failed, or end with a status other than 0",
        "own-query": "that query must be sent back with the parameters",
        "no-login": "the client must begin no login, and must say that it cannot",
        "document-unused": "the client must use no address of this document",
        "found": "the client must find the authorization server, and sign in",
        "proceeds": "the client must take the callback, and go on",
        "nothing-insecure": "nothing may be sent to that address",
        "error-unshown": "the client must stop, and show nothing of the error",
        "scope-of-challenge": "the client must ask for the scope of the challenge",
        "scope-of-resource": "the client must ask for the scopes that the metadata of the resource lists",
        "scope-absent": "the client must ask for no scope",
        "no-offline-access": "the client must not ask for offline_access",
        "step-up-union": "the client must ask for the scope that it had and the one that is missing",
        "few-step-ups": "the client must give up after three new authorizations",
        "registers": "the client must register itself",
        "names-document": "the client must name its document, or say that it has none",
        "credentials-bound": "the client must register at the new server, too, or stop",
        "session-kept": "every request after initialize must carry the session",
        "other-version": "a client of the newest revision must go on with an older one",
    }
)
SPECIAL: Mapping[str, str] = MappingProxyType(
    {
        "replayed": "is that of an earlier login",
        "crossed": "is that of the other client",
        "state-cut": "has the state without its end",
        "state-longer": "has the state with something behind it",
        "state-first": "has the state with another first character",
        "state-last": "has the state with another last character",
        "state-case": "has the state in the other letter case",
        "state-encoded": "has the state with every character percent-encoded",
        "code-slash": "has a code with `/` and `=`, percent-encoded",
        "code-plus": "has a code with `+` and `%`, percent-encoded",
        "expired": "is 401 for the token of the first grant",
        "expired-twice": "is 401 for the tokens of the first two grants",
        "held": "does not come",
        "bomb": "is 64 MB of blanks, compressed where the client takes that",
        "step-up": "is 403 for a tool until one scope more is granted",
        "step-up-forever": "is 403 for every tool",
        "moved": "is 401 for a token that has worked, and another authorization server is named from then on",
        "named-place": "stands where the challenge says, and at no well-known address",
        "root-place": "stands at the root alone",
        "appended-place": "stands behind the path of the issuer alone",
    }
)


def client_words(probe: ClientProbe) -> tuple[str, ...]:
    """What awaits the client, one sentence for each start."""
    return tuple(_start(start) for start in probe.starts)


def _start(start: Start) -> str:
    named = f"“{start.name}”: " if start.name else ""
    parts = list(_declared(start.declare))
    parts += [
        f"{ANSWERS[step.do]} {both(list(_change(step.change)))}"
        for step in start.steps
        if not step.change.is_empty
    ]
    if start.at_once > 1:
        parts.insert(0, f"{start.at_once} clients are started at once")
    given = ", ".join(parts)
    sentence = f"{given}: {NEXT[start.expected]}."
    optional = " A client that does not get this far is not judged by it." if start.optional else ""
    return named + sentence[0].upper() + sentence[1:] + _revisions(start) + optional


def _revisions(start: Start) -> str:
    if start.until != REVISIONS[-1]:
        return f" In MCP up to {start.until}."
    return f" In MCP from {start.since} on." if start.since != REVISIONS[0] else ""


def _declared(declared: Declared) -> Iterator[str]:
    if declared.authorize_query:
        yield f"the addresses of both endpoints end in `?{declared.authorize_query}`"
    if declared.content_type:
        which = "the chosen" if declared.content_type == "same" else "the other"
        yield f"the manifest declares {which} content type of form and JSON"
    if declared.auth_method:
        yield f"the token endpoint serves `{declared.auth_method}` only"
    for name, value in (*declared.config.items(), *declared.policy.items()):
        yield f"the mock has `{name}` = `{json.dumps(value)}`"


def _change(edit: AnswerEdit) -> Iterator[str]:
    if edit.special:
        yield SPECIAL[edit.special]
    if edit.status is not None:
        yield f"has status {edit.status}"
    shown = {name: value for name, value in edit.headers.items() if value is not None}
    for name, value in shown.items():
        yield f"has `{name}: {value.replace('${elsewhere}', '‹another host›')}`"
    if edit.body:
        yield f"has the body `{told(edit.body)}`"
    for name, one in edit.json.set.items():
        yield f"has `{name}` = `{json.dumps(one)}`"
    for name in edit.json.remove:
        yield f"has no `{name}`"
    for name, text in edit.redirect.set.items():
        yield f"has `{name}` = `{text}`"
    for name in edit.redirect.remove:
        yield f"has no `{name}`"
