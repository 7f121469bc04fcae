"""Credentials in a request of a client: how it authenticates, and which secrets it carries."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, quote_plus, unquote_plus

from mockauth.checks.client.visit import Visit
from mockauth.wire import Exchange, Request
from mockauth.wire.basic import read_basic
from mockauth.wire.message import first
from mockauth.wire.words import say


def secret_carried(exchange: Exchange, secrets: Mapping[str, str]) -> str:
    """Which secret a request carries, or ""."""
    request = exchange.request
    header = request.header("Authorization") or ""
    texts = [request.target, request.body.decode("utf-8", "replace")]
    texts += [value for _, value in request.headers] + list(basic_pair(exchange.request) or ())
    for value, kind in secrets.items():
        spelled = {value, quote(value, safe=""), quote_plus(value)}
        if value and any(one in text for one in spelled for text in texts):
            return kind
    return say("Authorization header") if header else ""


def methods_used(exchange: Exchange) -> list[str]:
    """The ways of authentication of a request (RFC 6749 section 2.3.1)."""
    used = []
    pair = basic_pair(exchange.request)
    # An empty secret is none, however it is sent (RFC 6749 section 2.3.1 lets it be left out).
    if pair is not None and pair != (pair[0], ""):
        used.append("client_secret_basic")
    if first(exchange.request.params, "client_secret"):
        used.append("client_secret_post")
    return used or ["none"]


def badly_encoded(visit: Visit, exchange: Exchange) -> tuple[str, str] | None:
    """Expected and actual, where the secret does not arrive as it was given."""
    secret = visit.terms.client_secret
    pair = basic_pair(exchange.request)
    name = pair[0] if pair else first(exchange.request.params, "client_id") or ""
    if not secret or visit.terms.client_id not in (name, unquote_plus(name)):
        return None  # it has registered, and got a secret that needs no encoding
    if pair is not None and unquote_plus(pair[1]) != secret:
        raw = "not encoded" if pair[1] == secret else "another secret"
        return "id and secret form-encoded before base64 (RFC 6749 section 2.3.1)", raw
    posted = first(exchange.request.params, "client_secret")
    if pair is None and posted and posted != secret:
        return "the client secret", "another secret"
    return None


def basic_pair(request: Request) -> tuple[str, str] | None:
    """The pair of a Basic header as it was sent, not form-decoded; None where there is none."""
    try:
        return read_basic(request.header("Authorization") or "")
    except ValueError:
        return "", ""
