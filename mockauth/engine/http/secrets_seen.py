"""Which parts of an exchange are secret: learnt from each as it is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockauth.wire import Exchange, Pairs
from mockauth.wire.message import pairs_of
from mockauth.wire.secret import Secrets

SECRET_NAMES = {
    "code": "code",
    "client_secret": "client secret",
    "code_verifier": "code verifier",
    "access_token": "access token",
    "refresh_token": "refresh token",
    "id_token": "id token",
    "password": "password",
    "passwd": "password",
    "csrf_token": "form token",
    "csrfmiddlewaretoken": "form token",
}

SHORTEST_CREDENTIALS = 10
"""Shorter ones are words that a probe made up, such as `Bearer undefined`; the header itself is
masked in reports whatever it holds."""


def learn(secrets: Secrets, exchange: Exchange) -> None:
    """Register every secret that the exchange shows, in either direction."""
    request, answer = exchange.request, exchange.answer
    for pairs in (request.all_query, request.params, _fragment(request.target)):
        _pairs(secrets, pairs)
    if request.raw and not request.params:
        _pairs(secrets, pairs_of(request.raw[:65536].decode("utf-8", errors="replace")))
    for name, value in (*request.headers, *answer.headers):
        # A probe's made-up Authorization holds a known secret, or none at all.
        if exchange.purpose != "altered" or name.lower() != "authorization":
            _header(secrets, name.lower(), value)
    for name, value in _strings(answer.json() if len(answer.body) < 1_000_000 else None):
        # `code` in an answer is a word such as invalid_client; codes travel in redirects.
        if name in SECRET_NAMES and name != "code":
            secrets.add(value, SECRET_NAMES[name])


def _pairs(secrets: Secrets, pairs: Pairs) -> None:
    for name, value in pairs:
        if name.lower() in SECRET_NAMES:
            secrets.add(value, SECRET_NAMES[name.lower()])


def _header(secrets: Secrets, name: str, value: str) -> None:
    if name == "authorization":
        credentials = value.partition(" ")[2].strip()
        if len(credentials) >= SHORTEST_CREDENTIALS:
            secrets.add(credentials, "credentials")
    elif name == "cookie":
        for part in value.split(";"):
            secrets.add(part.partition("=")[2].strip(), "cookie")
    elif name == "set-cookie":
        secrets.add(value.partition(";")[0].partition("=")[2].strip(' "'), "cookie")
    elif name == "location":
        _pairs(secrets, pairs_of(value.partition("#")[0].partition("?")[2]))
        _pairs(secrets, _fragment(value))


def _fragment(url: str) -> Pairs:
    return pairs_of(url.partition("#")[2])


def _strings(value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    if depth > 8:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str):
                yield name, inner
            else:
                yield from _strings(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:100]:
            yield from _strings(inner, depth + 1)
