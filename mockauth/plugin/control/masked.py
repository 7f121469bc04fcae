"""A request as the journal keeps it: parameters by name, secrets masked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mockauth.plugin.plugin import Plugin
from mockauth.plugin.state import digest

SECRET_NAMES = frozenset(
    {
        "client_secret", "code", "code_verifier", "refresh_token", "access_token", "password",
        "token", "csrf_token", "client_assertion",
    }
)  # fmt: skip
LONGEST = 200
SHORTEST = 6
"""Shorter secrets are samples that stand in ordinary words, too."""


def masked(plugin: Plugin, params: Mapping[str, str]) -> dict[str, str]:
    """The parameters with every secret as its name: by its own name, or by its value wherever it
    has got to."""
    known = dict(_known(plugin))
    return {name: _masked(plugin, name, value, known) for name, value in params.items()}


def _masked(plugin: Plugin, name: str, value: str, known: dict[str, str]) -> str:
    if name in SECRET_NAMES:
        return f"‹{name}›"
    state = plugin.state
    with state.lock:
        issued = {
            "code": digest(value) in state.codes,
            "access_token": digest(value) in state.access,
            "refresh_token": digest(value) in state.refresh,
        }
    for kind, is_it in issued.items():
        if is_it:
            return f"‹{kind}›"
    for secret, kind in known.items():
        value = value.replace(secret, f"‹{kind}›")
    return value[:LONGEST]


def _known(plugin: Plugin) -> Iterator[tuple[str, str]]:
    config = plugin.config
    given = [(client.secret, "client_secret") for client in plugin.clients]
    given += [(user.password, "password") for user in config.users]
    given += [(user.key, "user key") for user in config.users]
    given.append((config.service_token, "service token"))
    return (pair for pair in given if len(pair[0]) >= SHORTEST)
