"""Which addresses stand behind the names that a target gives: asked of the system's resolver."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping

from mockauth.checks.evidence import Evidence
from mockauth.checks.host import named_hosts
from mockauth.manifest.domains import is_address
from mockauth.wire.url import hostname, is_private_host

Resolver = Callable[[str], tuple[str, ...]]


def system_addresses(host: str) -> tuple[str, ...]:
    """Every IP address of a name, as this machine resolves it; none when it does not resolve."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_of(evidence: Evidence, resolve: Resolver) -> Mapping[str, tuple[str, ...]] | None:
    """The addresses of each public name that the target gives; None for a target on this machine
    or network, where no name is looked up."""
    if not evidence.target or is_private_host(hostname(evidence.target)):
        return None
    hosts = [h for h in named_hosts(evidence) if not is_private_host(h) and not is_address(h)]
    return {host: resolve(host) for host in hosts}
