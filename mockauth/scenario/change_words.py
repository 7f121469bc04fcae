"""A change of a message, in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from mockauth.scenario.model import Change
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


def change_words(change: Change) -> str:
    """The change as the rest of a sentence: ", with `code` = ‹a random value›"; "" for none."""
    return "".join(f", {part}" for part in differing(change, Change(), PHRASES))


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
        "form": _form,
        "onward": lambda url: f"with each next-like parameter of the login page = `{told(url)}`",
    }
)
