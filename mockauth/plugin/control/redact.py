"""A request as the journal keeps it: parameters by name, secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.lookup import access_token
from mockauth.plugin.state import digest
from mockauth.wire.secret import Secrets, Span
from mockauth.wire.secret_names import secret_name
from mockauth.wire.secret_views import views

PIECE = re.compile(rb"[A-Za-z0-9._~-]{16,}")
"""What may be a code or a token."""
LONGEST_SHOWN = 200
LOOKED_AT = 1024
"""Bytes of a text in which codes and tokens are looked for; fewer are shown."""
SIZES = (43,)
"""Characters of the codes and tokens that are issued, JWTs apart."""
SHORTEST = 6
"""Shorter secrets are samples that stand in ordinary words, too."""


class Redaction:
    """Masks what a plugin knows to be secret, for one reading of its journal."""

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin
        self._secrets = Secrets()
        for secret, kind in _known(plugin):
            self._secrets.add(secret, kind)

    def params(self, params: Mapping[str, str]) -> dict[str, str]:
        """The parameters with every secret as its name: by its own name, or by its value wherever
        it has got to."""
        return {
            self.text(name): f"‹{secret_name(name)}›" if secret_name(name) else self.text(value)
            for name, value in params.items()
        }

    def text(self, text: str) -> str:
        """The start of a text with every secret in it masked, in any encoding."""
        return self._secrets.scrub(text, LONGEST_SHOWN, also=self._issued(text))

    def _issued(self, text: str) -> Iterator[Span]:
        """Codes and tokens that were issued: only their digests are kept, so that each piece of the
        text is tried."""
        for view in views(text):
            for piece in PIECE.finditer(view.data[:LOOKED_AT]):
                for start, end in _parts(*piece.span()):
                    kind = _kind(self._plugin, view.data[start:end].decode())
                    if kind:
                        yield *view.place(start, end), f"‹{kind}›"


def _parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    """A piece of text, and every part of it that is as long as a code or token that is issued."""
    yield start, end
    for size in SIZES:
        yield from ((at, at + size) for at in range(start, end - size + 1))


def _kind(plugin: Plugin, value: str) -> str:
    """What a code or token is called; "" for every other text."""
    state = plugin.state
    with state.lock:
        if digest(value) in state.codes:
            return "code"
        if digest(value) in state.refresh:
            return "refresh_token"
    return "access_token" if access_token(plugin, value) else ""


def _known(plugin: Plugin) -> Iterator[tuple[str, str]]:
    config = plugin.control.config_for(plugin.base) if plugin.control else plugin.base
    given = [(client.secret, "client_secret") for client in (*config.clients, *plugin.clients)]
    given += [(user.password, "password") for user in config.users]
    given += [(user.key, "user key") for user in config.users]
    given.append((config.service_token, "service token"))
    return (pair for pair in given if len(pair[0]) >= SHORTEST)
