"""The manifest's own addresses, mapped to the server under test when they cannot be it.

Published manifests say `https://127.0.0.1:5003` while they serve http, or carry the address of
production while the service runs on a developer's machine.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

from mockauth.wire.url import DEFAULT_PORTS, hostname, is_loopback_host, origin, split
from mockauth.wire.words import say

IDENTITY_PROVIDERS = (
    "google.com", "googleapis.com", "microsoftonline.com", "live.com", "adobe.com",
    "adobelogin.com", "auth0.com", "okta.com", "oktapreview.com", "github.com", "amazoncognito.com",
    "onelogin.com",
    "salesforce.com", "slack.com", "facebook.com", "atlassian.com", "clerk.accounts.dev",
)  # fmt: skip
"""Hosts that sign in for others: a plugin on this machine does not stand in for them."""


@dataclass
class UrlMap:
    """Maps addresses to `target`, the origin of the server under test; remembers what it did."""

    target: str
    enabled: bool = True
    notes: list[str] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    """Hosts that the manifest names. Any other public host, ChatGPT's own callback above all, is
    never the server under test."""
    named: set[str] = field(default_factory=set)
    """Addresses that the manifest and the user name."""
    refuses: Callable[[str], str] = lambda url: ""
    """Why an address must not be asked; "" where it may be."""
    _known: dict[str, str] = field(default_factory=dict)

    @property
    def mapped(self) -> dict[str, str]:
        """Each address that was asked elsewhere, with where."""
        return {base: to for base, to in self._known.items() if base != to}

    def __call__(self, url: str) -> str:
        """The address to ask instead of `url`; the same one where it can be the server itself."""
        base = origin(url)
        if not self.enabled or not base or base == self.target or self._is_foreign(base):
            return url
        if base not in self._known:
            self._known[base] = self._decide(base)
            if self._known[base] != base:
                self.notes.append(
                    say(
                        "{} (as published) is mapped to the server under test, {}; --map "
                        "off keeps it",
                        base,
                        self._known[base],
                    )
                )
        if self._known[base] == base:
            return url
        return self._known[base] + re.sub(r"^[^:]*://[^/?#]*", "", url.strip())

    def _is_foreign(self, base: str) -> bool:
        """Whether it is a port of this machine that nobody names: not even looked at."""
        host = hostname(base)
        if not is_loopback_host(host) or _port(base) == _port(self.target):
            return False
        return self.refuses(base) != ""

    def _decide(self, base: str) -> str:
        if not is_loopback_host(hostname(self.target)):
            return base  # a public service is tested at the addresses it publishes
        host = hostname(base)
        if not is_loopback_host(host):
            external = any(host == p or host.endswith("." + p) for p in IDENTITY_PROVIDERS)
            return self.target if host in self.declared and not external else base
        port = _port(base)
        if port == _port(self.target):
            return self.target
        if not _listens(host, port):
            return self.target
        if base.startswith("https:") and not _speaks_tls(host, port):
            return f"http://{host}:{port}"
        return base


def _port(base: str) -> int:
    parts = split(base)
    return (parts.port or DEFAULT_PORTS.get(parts.scheme, 0)) if parts else 0


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


def _speaks_tls(host: str, port: int) -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only whether it is TLS; trust is judged elsewhere
    try:
        with (
            socket.create_connection((host, port), timeout=2) as plain,
            context.wrap_socket(plain),
        ):
            return True
    except OSError:
        return False
