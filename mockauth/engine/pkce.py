"""PKCE (RFC 7636): verifiers and their challenges, and whether a server honours them at all."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from mockauth.chatgpt.authorize import authorization_request, read_callback
from mockauth.chatgpt.token import token_request
from mockauth.engine.outcome import token_outcome
from mockauth.engine.subject import Subject

GOOD = "mockauth-proves-that-it-began-this-flow-0123456789"
VERIFIERS: Mapping[str, str] = MappingProxyType(
    {
        "": GOOD,
        "short-": "mockauth-" + "s" * 33,
        "long-": "mockauth-" + "l" * 120,
        "odd-": "mockauth verifier/with=odd+characters;in:it,0123456789",
    }
)
"""A good verifier, and those of 42 and 129 characters and of characters that RFC 7636 section 4.1
does not allow."""


def challenge(verifier: str) -> str:
    """The S256 challenge of `verifier` (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def material(name: str) -> str:
    """A verifier or challenge by its name in a scenario file, such as `short-challenge`."""
    kind, _, part = name.rpartition("-")
    verifier = VERIFIERS[f"{kind}-" if kind else ""]
    return challenge(verifier) if part == "challenge" else verifier


def honours_pkce(subject: Subject) -> bool:
    """Whether the server publishes PKCE, or has refused a wrong or missing verifier once while the
    right one was accepted. A server that ignores challenge and verifier breaks nothing. The answer
    is kept: it costs three flows."""
    if subject.pkce is None:
        subject.pkce = _published(subject) or (
            _redeems(subject, GOOD)
            and not (_redeems(subject, VERIFIERS["long-"][:60]) and _redeems(subject, ""))
        )
    return subject.pkce


def _published(subject: Subject) -> bool:
    return bool(subject.metadata().get("code_challenge_methods_supported"))


def _redeems(subject: Subject, verifier: str) -> bool:
    """Whether a code that was asked for with the challenge is redeemed with this verifier."""
    client = subject.client
    if client is None:
        return False
    with subject.during("supply"):
        pending = subject.pending()
        request = authorization_request(client, pending)
        added = (("code_challenge", challenge(GOOD)), ("code_challenge_method", "S256"))
        landing = subject.authorize(replace(request, query=(*request.query, *added)))
        code = read_callback(landing.params, pending, state_required=False).code
    if not code:
        return False
    exchange = token_request(client, code, client.redirect_uri)
    if verifier:
        exchange = replace(exchange, params=(*exchange.params, ("code_verifier", verifier)))
    with subject.during("altered", "pkce"):
        return token_outcome(subject.driver.send(exchange, "token")) == "accepted"
