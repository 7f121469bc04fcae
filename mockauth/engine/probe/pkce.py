"""PKCE (RFC 7636): verifiers and their challenges, and whether a server honours them at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.pkce import challenge, challenge_params, verifier_params
from mockauth.chatgpt.token import token_request
from mockauth.engine.probe.outcome import token_outcome
from mockauth.engine.target import browsers, discovery
from mockauth.engine.target.subject import Subject

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


ALTERED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "swapped-": str.swapcase,
        "longer-": lambda text: f"{text}aa",
        "other-end-": lambda text: text[:-2] + ("b" if text[-2] == "a" else "a") + text[-1],
    }
)
"""Challenges that the good verifier fits only by a loose comparison: without regard to letter case, of
the beginning alone. The last character is kept: it has bits that mean nothing."""


def material(name: str) -> str:
    """A verifier or challenge by its name in a scenario file, such as `short-challenge`."""
    kind, _, part = name.rpartition("-")
    if f"{kind}-" in ALTERED:
        return ALTERED[f"{kind}-"](challenge(GOOD))
    verifier = VERIFIERS[f"{kind}-" if kind else ""]
    return challenge(verifier) if part == "challenge" else verifier


def honours_pkce(subject: Subject) -> bool:
    """Whether the server publishes PKCE, or has refused a wrong or missing verifier once while the
    right one was accepted. A server that ignores challenge and verifier breaks nothing. The answer
    is kept: it costs three flows."""
    return subject.once(_tried)


def _tried(subject: Subject) -> bool:
    if discovery.metadata(subject).get("code_challenge_methods_supported"):
        return True
    wrong = VERIFIERS["long-"][:60]
    return _redeems(subject, GOOD) and not (_redeems(subject, wrong) and _redeems(subject, ""))


def _redeems(subject: Subject, verifier: str) -> bool:
    """Whether a code that was asked for with the challenge is redeemed with this verifier."""
    client = subject.target.client
    if client is None:
        return False
    with subject.during("supply"):
        pending = subject.target.pending()
        request = authorization_request(replace(client, verifier=""), pending)
        landing = browsers.authorize(
            subject, replace(request, query=(*request.query, *challenge_params(GOOD)))
        )
        code = code_at(landing.params)
    if not code:
        return False
    exchange = token_request(replace(client, verifier=""), code, client.redirect_uri)
    exchange = replace(exchange, params=(*exchange.params, *verifier_params(verifier)))
    with subject.during("altered", "pkce"):
        return token_outcome(subject.driver.send(exchange, "token")) == "accepted"
