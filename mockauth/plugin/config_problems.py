"""Settings that no server could serve, although each is of the right type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mockauth.plugin.config import ClientConfig, PluginConfig

EXAMPLE = "http://localhost:8080/callback"
SCOPE = re.compile(r"([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?")
"""RFC 6749 section 3.3."""
TENANT = re.compile(r"([A-Za-z0-9_-]+)?")
GRANTS = ("authorization_code", "refresh_token")
LONGEST_LIFETIME = 10**9
"""Seconds: thirty years, with which every clock can reckon."""
LIFETIMES = ("access_seconds", "code_seconds", "refresh_seconds")


def wrong_settings(plugin: PluginConfig) -> Iterator[str]:
    """What is wrong with a plugin, each as `place: what`."""
    for name in LIFETIMES:
        seconds = getattr(plugin, name)
        if not 1 <= seconds <= LONGEST_LIFETIME:
            wanted = f"at most {LONGEST_LIFETIME}" if seconds > 1 else f"1 or more, not {seconds}"
            yield f"{name}: must be {wanted}"
    if not SCOPE.fullmatch(plugin.scope):
        yield f"scope: must be words of ASCII with one blank between, not {plugin.scope!r}"
    for kind, names in (
        ("clients", [client.id for client in plugin.clients]),
        ("users", [user.name for user in plugin.users]),
    ):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None or "" in names:
            yield f"{kind}: {twice!r} appears twice" if twice else f"{kind}: a name is empty"
    if not TENANT.fullmatch(plugin.tenant):
        yield f"tenant: must be one part of a path, such as t1, not {plugin.tenant!r}"
    if plugin.metadata_forms != "oauth" and plugin.token_format != "jwt":
        yield 'metadata_forms: the OpenID form names keys; set token_format to "jwt", too'
    for client in plugin.clients:
        yield from (f"clients: {client.id}: {told}" for told in wrong_client(plugin, client))


def wrong_client(plugin: PluginConfig, client: ClientConfig) -> Iterator[str]:
    """What is wrong with a client of a plugin."""
    if client.auth_method == "private_key_jwt":
        if not (client.jwks or client.jwks_uri):
            yield "auth_method private_key_jwt needs jwks or jwks_uri"
    elif bool(client.secret) == (client.auth_method == "none") and client.auth_method:
        needs = "no secret" if client.secret else "a secret"
        yield f"auth_method {client.auth_method} needs {needs}"
    unknown = [name for name in client.grant_types if name not in GRANTS]
    if unknown:
        yield f"grant_types: {unknown[0]!r} is not one of {', '.join(GRANTS)}"
    beyond = [word for word in client.scope.split() if word not in plugin.scope.split()]
    if beyond:
        yield f"scope: the plugin has no {beyond[0]!r}"
    yield from filter(None, map(wrong_uri, client.redirect_uris))


def wrong_uri(uri: str) -> str:
    """What keeps an address from being a callback (RFC 6749 section 3.1.2), or ""."""
    whole = uri.replace("{callback}", "https://callback.example")
    try:
        is_whole = bool(urlsplit(whole).scheme)
    except ValueError:
        is_whole = False
    if is_whole and re.fullmatch(r"[\x21\x22\x24-\x29\x2b-\x7e]+", whole):
        return ""
    return f"redirect_uri {uri}: must be a whole address without # or *, such as {EXAMPLE}"
