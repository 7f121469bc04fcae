"""A change of a message, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockauth.scenario.model import Change, Serving
from mockauth.scenario.phrases import Phrase, both, differing, told, word

ENCODINGS = {
    "form": "as application/x-www-form-urlencoded",
    "json": "as application/json",
    "query": "with its parameters in the address",
}
CLIENT_AUTH = {
    "post": "with client_id and client_secret in the body",
    "basic": "with the client's credentials in Authorization: Basic",
    "none": "without the client's secret",
    "both": "with the client's credentials in the body and in Authorization: Basic",
}


ASSERTIONS = {
    "none": "without an assertion",
    "for-endpoint": "with an assertion for the token endpoint",
    "for-issuer": "with an assertion for the issuer",
    "wrong-audience": "with an assertion for somebody else",
    "expired": "with an assertion that has expired",
    "other-issuer": "with an assertion whose `iss` is another client",
    "other-subject": "with an assertion whose `sub` is another client",
    "unsigned": "with an assertion that nobody has signed",
    "foreign-key": "with an assertion signed by a key that is not the client's",
    "again": "with the assertion that was sent before",
}


def change_words(change: Change) -> str:
    """The change as the rest of a sentence: ", with `code` = ‹a random value›"; "" for none."""
    return "".join(f", {part}" for part in differing(change, Change(), PHRASES))


def serve_words(serving: Serving) -> str:
    """How a document is served, as the rest of a sentence; "" for as it should be."""
    return "".join(f", {part}" for part in differing(serving, Serving(), SERVED))


def _set(pairs: Any) -> str:
    parts = [
        f"`{name}` = `{told(value)}`" if value else f"an empty `{name}`" for name, value in pairs
    ]
    return f"with {both(parts)}"


def _without(names: Any) -> str:
    return "without " + both([f"`{name}`" for name in names])


def _twice(pairs: Any) -> str:
    return both([f"`{name}` once more, as `{told(value)}`" for name, value in pairs])


def _alter(pairs: Any) -> str:
    return both([f"`{name}` altered ({how.replace('-', ' ')})" for name, how in pairs])


def _headers(pairs: Any) -> str:
    parts = [
        f"without {name}" if value is None else f"with `{name}: {told(value)}`"
        for name, value in pairs
    ]
    return both(parts)


def _members(members: Any) -> str:
    parts = [f"`{name}` = `{told(json.dumps(value))}`" for name, value in members.items()]
    return f"with the JSON members {both(parts)}"


def _form(form: Any) -> str:
    which = {"last": "the consent form", "login": "the login form"}.get(form.which, form.which)
    if form.borrowed:
        return f"{which} sent by another site with the values of another browser's form"
    hidden = {"token": "its hidden token", "cookies": "the cookies"}
    return f"{which} sent without {both([hidden.get(name, name) for name in form.without])}"


ADDRESSES = {
    "no-path": "at an address without a path",
    "dots": "at an address with .. in its path",
    "fragment": "at an address with a fragment",
    "user": "at an address with a user name",
    "private": "at an address that only programs of that machine can ask",
}
KEYS = {
    "published": "with a jwks_uri that leads to the client's public key",
    "private": "with the client's private key in it",
    "renewed": "with another key at its jwks_uri",
    "at-private-address": "with a jwks_uri that only programs of that machine can ask",
}
SERVED: Mapping[str, Phrase] = MappingProxyType(
    {
        "status": lambda status: f"with status {status}",
        "media_type": lambda kind: f"as {kind}",
        "body": lambda body: f"with `{body}` in its place",
        "moved": lambda _: "behind a redirect",
        "padded": lambda _: "with ten megabytes of blanks behind it",
        "address": lambda kind: word(ADDRESSES, kind),
        "keys": lambda kind: word(KEYS, kind),
        "again": lambda _: "at the address of the one before",
    }
)
PHRASES: Mapping[str, Phrase] = MappingProxyType(
    {
        "method": lambda method: f"by {method}",
        "encoding": lambda encoding: word(ENCODINGS, encoding),
        "auth": lambda auth: word(CLIENT_AUTH, auth),
        "set": _set,
        "remove": _without,
        "twice": _twice,
        "alter": _alter,
        "query": lambda pairs: f"{_set(pairs)} in the address",
        "headers": _headers,
        "members": _members,
        "raw": lambda raw: f"with the body `{told(raw)}`" if raw else "with an empty body",
        "reverse": lambda _: "with its parameters in reverse order",
        "plain_http": lambda _: "over http:// instead of https://",
        "assertion": lambda kind: word(ASSERTIONS, kind),
        "form": _form,
        "onward": lambda url: f"with each next-like parameter of the login page = `{told(url)}`",
    }
)
