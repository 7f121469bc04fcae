"""Which parts of an exchange are secret: learnt from each as it is recorded."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

from mockauth.wire import Exchange, Pairs, Request
from mockauth.wire.message import pairs_of
from mockauth.wire.secret import CODE, Secrets, named_values
from mockauth.wire.secret_names import secret_name

SHORTEST_CREDENTIALS = 10
"""Shorter ones are words that a probe made up, such as `Bearer undefined`; the header itself is
masked in reports whatever it holds."""
LARGEST_SEARCHED = 1_000_000
"""Bytes of a body that is read; what stands beyond is hidden by its name alone."""
MOST_MEMBERS = 10_000
ORIGIN = re.compile(r"^https?://[^/?#]*")
DEEPEST_ESCAPES = 4
PUBLIC = ("manifest", "openapi", "asset", "metadata")
"""Steps whose answers everybody can read: an example in a document is no secret."""


def learn(secrets: Secrets, exchange: Exchange) -> None:
    """Register every secret that the exchange shows, in either direction, and whatever an alteration
    has made of one: an altered secret differs from it by a character."""
    request, answer = exchange.request, exchange.answer
    for pairs in (request.all_query, request.params, _fragment(request.target)):
        _pairs(secrets, pairs, used=True)
    _raw(secrets, request)
    for name, value in request.headers:
        _header(secrets, name.lower(), value, used=True)
    for value in answer.headers_named("Set-Cookie"):
        cookie = _cookie(value)
        if _is_own_request(cookie, request):
            secrets.pass_over(cookie)
    for name, value in answer.headers:
        _header(secrets, name.lower(), value)
    if exchange.step in ("token", "refresh"):
        _granted(secrets, answer.members)
    if exchange.step not in PUBLIC and len(answer.body) < LARGEST_SEARCHED:
        _answered(secrets, answer.json())


def _raw(secrets: Secrets, request: Request) -> None:
    """The parameters of a body that is given literally: JSON, a form, or what a probe broke."""
    if not request.raw or len(request.raw) >= LARGEST_SEARCHED:
        return
    text = request.raw.decode("utf-8", errors="replace")
    try:
        _pairs(secrets, tuple(_strings(json.loads(text))), used=True)
    except (ValueError, RecursionError):
        _pairs(secrets, pairs_of(text))
        for value, kind in named_values(text):
            secrets.learn(value, kind)


def _granted(secrets: Secrets, members: Mapping[str, Any]) -> None:
    """The tokens that the run goes on with."""
    for name in ("access_token", "refresh_token"):
        token = members.get(name)
        if isinstance(token, str):
            secrets.learn(token, secret_name(name), used=True)


def _answered(secrets: Secrets, value: Any) -> None:
    for name, text in _strings(value):
        kind = secret_name(name)
        # `code` in an answer is a word such as invalid_client, unless it is long.
        if kind and not (kind == "code" and len(text) < CODE):
            secrets.learn(text, kind)


def _pairs(secrets: Secrets, pairs: Pairs, *, used: bool = False) -> None:
    for name, value in pairs:
        kind = secret_name(name)
        if kind:
            secrets.learn(value, kind, used=used)


def _header(secrets: Secrets, name: str, value: str, *, used: bool = False) -> None:
    if name == "cookie":
        for part in value.split(";"):
            secrets.learn(part.partition("=")[2].strip(), "cookie", used=used)
    elif name == "set-cookie":
        secrets.learn(_cookie(value), "cookie")
    elif name == "location":
        _pairs(secrets, pairs_of(value.partition("#")[0].partition("?")[2]))
        _pairs(secrets, _fragment(value))
    elif secret_name(name):
        credentials = value.partition(" ")[2].strip() or value.strip()
        if len(credentials) >= SHORTEST_CREDENTIALS:
            secrets.learn(credentials, "credentials", used=used)
            _basic(secrets, value)


def _cookie(header: str) -> str:
    return header.partition(";")[0].partition("=")[2].strip(' "')


def _is_own_request(cookie: str, request: Request) -> bool:
    """Whether a cookie keeps the authorization request as it came, to go on with it after the
    login: its names and values are mockauth's own, and what is secret of them is known."""
    kept = ORIGIN.sub("", _decoded(cookie))
    if "response_type=" not in kept or any(named_values(kept)):
        return False
    came = (request.target, request.raw.decode("utf-8", "replace") if request.raw else "")
    return any(kept in _decoded(text) for text in came)


def _decoded(text: str) -> str:
    """A text with every escape taken off."""
    for _ in range(DEEPEST_ESCAPES):
        text, before = unquote_plus(text), text
        if text == before:
            break
    return text


def _basic(secrets: Secrets, header: str) -> None:
    """Register the password in Basic credentials (RFC 7617), as it is and as a form writes it."""
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        pair = base64.b64decode(credentials.strip(), validate=True).decode("utf-8")
    except ValueError:
        return
    password = pair.partition(":")[2]
    for value in dict.fromkeys((password, unquote_plus(password))):
        secrets.learn(value, "password")


def _fragment(url: str) -> Pairs:
    return pairs_of(url.partition("#")[2])


def _strings(value: Any) -> Iterator[tuple[str, str]]:
    """Every named text in a JSON value, however deep; a list carries the name of its member."""
    waiting: list[tuple[str, Any]] = [("", value)]
    for _ in range(MOST_MEMBERS):
        if not waiting:
            return
        name, inner = waiting.pop()
        if isinstance(inner, str):
            yield name, inner
        elif isinstance(inner, dict):
            waiting += inner.items()
        elif isinstance(inner, list):
            waiting += ((name, one) for one in inner[:MOST_MEMBERS])
