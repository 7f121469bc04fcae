"""A request as the journal keeps it: parameters by name, secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.lookup import access_token
from mockauth.plugin.state import digest

SECRET_NAMES = frozenset(
    {
        "client_secret", "code", "code_verifier", "refresh_token", "access_token", "password",
        "token", "csrf_token", "client_assertion",
    }
)  # fmt: skip
PIECE = re.compile(r"[A-Za-z0-9._~-]{16,}")
"""What may be a code or a token."""
LONGEST = 200
SHORTEST = 6
"""Shorter secrets are samples that stand in ordinary words, too."""


def masked(plugin: Plugin, params: Mapping[str, str]) -> dict[str, str]:
    """The parameters with every secret as its name: by its own name, or by its value wherever it
    has got to."""
    return {
        name: f"‹{name}›" if name in SECRET_NAMES else masked_text(plugin, value)[:LONGEST]
        for name, value in params.items()
    }


def masked_text(plugin: Plugin, text: str) -> str:
    """A text with every secret in it as its name, whatever stands around it."""
    for secret, kind in _known(plugin):
        text = text.replace(secret, f"‹{kind}›")
    return PIECE.sub(lambda found: _issued(plugin, found[0]) or found[0], text)


def _issued(plugin: Plugin, value: str) -> str:
    """What a code or token is called; "" for every other text."""
    state = plugin.state
    with state.lock:
        if digest(value) in state.codes:
            return "‹code›"
        if digest(value) in state.refresh:
            return "‹refresh_token›"
    return "‹access_token›" if access_token(plugin, value) else ""


def _known(plugin: Plugin) -> Iterator[tuple[str, str]]:
    config = plugin.control.config_for(plugin.base) if plugin.control else plugin.base
    given = [(client.secret, "client_secret") for client in (*config.clients, *plugin.clients)]
    given += [(user.password, "password") for user in config.users]
    given += [(user.key, "user key") for user in config.users]
    given.append((config.service_token, "service token"))
    return (pair for pair in given if len(pair[0]) >= SHORTEST)
