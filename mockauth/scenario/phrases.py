"""References and sentence parts, for telling a scenario in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from mockauth.scenario.reference import expand

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "random": "a random value",
        "client.id": "client id",
        "client.secret": "client secret",
        "other.id": "second client's id",
        "other.secret": "second client's secret",
        "other.callback": "second client's callback",
        "callback.near-host": "callback's host with x for a dot",
        "callback.capitals": "callback with the end of its path in capitals",
        "callback.detour": "callback with /../x before its last two segments",
        "other.access_token": "second user's access token",
        "callback.host": "callback's host",
        "callback.other-host": "ChatGPT's other callback host",
        "callback.origin": "callback's origin",
        "callback.path": "callback's path",
        "callback.base": "callback without its scheme",
        "scope": "declared scope",
        "narrow.scope": "a scope that is not enough",
        "wide.scope": "more than the scope",
        "user.name": "user name",
        "user.password": "password",
        "service_token": "pasted token",
        "other_service_token": "second user's token",
        "verification_token": "verification token",
        "access_token": "access token",
        "refresh_token": "refresh token",
        "newest.refresh_token": "newest refresh token",
        "granted.refresh_token": "first refresh token",
        "fresh.code": "a fresh code",
        "fresh.access_token": "a fresh access token",
        "fresh.refresh_token": "a fresh refresh token",
        "revoked.refresh_token": "a refresh token that was revoked",
        "resource.lookalike": "another site whose address begins with the server's",
        "listed.query": "query, where it is listed",
        "listed.fragment": "fragment, where it is listed",
        "listed.form_post": "form_post, where it is listed",
        "scheme": "declared scheme",
        "other_scheme": "the scheme that is not declared",
        "part.scope": "the first word of the scope",
        "pkce.verifier": "a PKCE verifier",
        "pkce.challenge": "the challenge of the verifier",
        "pkce.short-verifier": "a verifier of 42 characters",
        "pkce.short-challenge": "the challenge of that verifier",
        "pkce.long-verifier": "a verifier of 129 characters",
        "pkce.long-challenge": "the challenge of that verifier",
        "pkce.odd-verifier": "a verifier with a character that is not allowed",
        "pkce.odd-challenge": "the challenge of that verifier",
        "pkce.swapped-challenge": "the challenge in other letter case",
        "pkce.other-end-challenge": "the challenge with another end",
        "pkce.longer-challenge": "the challenge with more at its end",
        "filler": "a long text",
        "trap": "an address that nobody may ask for",
        "document.url": "the address of the document",
        "wrong.basic": "Basic credentials with a wrong secret",
        "other.basic": "Basic credentials of the second client",
        "encoded.basic": "Basic credentials, every letter percent-encoded",
        "forged.none": "the token with alg none",
        "forged.payload": "the token with another payload",
        "forged.hs256": "the token signed with the public key as HMAC secret",
        "forged.own-key": "the token signed with a key of ours",
    }
)
"""What a reference is called; one that is not here is its own name."""
Phrase = Callable[[Any], str]


def told(text: str) -> str:
    """`text` with its references as `‹words›`."""
    return expand(text, lambda reference: f"‹{_name(reference)}›")


def differing(value: Any, usual: Any, phrases: Mapping[str, Phrase]) -> list[str]:
    """One phrase for each field of a dataclass that is not as usual, in the order of `phrases`; a
    field without a phrase of its own is told by its name, so that nothing is left out."""
    names = [field.name for field in fields(value)]
    parts = []
    for name in (*phrases, *(name for name in names if name not in phrases)):
        if name in names and getattr(value, name) != getattr(usual, name):
            plain = f"{name.replace('_', ' ')} {_plain(getattr(value, name))}"
            parts.append(phrases[name](getattr(value, name)) if name in phrases else plain)
    return [part for part in parts if part]


def word(table: Mapping[str, str], name: object) -> str:
    """What `table` says of a name, or the name itself."""
    return table.get(str(name), str(name))


def either(values: tuple[str, ...] | list[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    return _joined(list(values), "or")


def both(values: tuple[str, ...] | list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return _joined(list(values), "and")


def _joined(values: list[str], word: str) -> str:
    if len(values) < 2:
        return "".join(values)
    return f"{', '.join(values[:-1])} {word} {values[-1]}"


def _name(reference: str) -> str:
    first, _, rest = reference.partition(".")
    if first == "variant":
        return rest
    step, _, part = reference.rpartition(".")
    if step.endswith((".response", ".request")):
        name, _, side = step.rpartition(".")
        return f"{part} of the {'answer to' if side == 'response' else 'request'} “{name}”"
    return NAMES.get(reference, reference.replace(".", " ").replace("_", " "))


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value).replace("-", " ")
