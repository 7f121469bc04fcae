"""The addresses behind the names: can ChatGPT, out on the internet, reach them?"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.manifest_urls import endpoints
from mockauth.checks.registry import check
from mockauth.manifest.domains import is_address
from mockauth.wire.url import hostname, is_private_host
from mockauth.wire.words import cut, say

STAND_INS = ipaddress.ip_network("198.18.0.0/15")
"""The range of RFC 2544, from which proxies on a developer's machine answer every name."""


def named_hosts(evidence: Evidence) -> dict[str, str]:
    """Each host that ChatGPT must reach, with the place that names it first."""
    named = [("", evidence.target), *endpoints(evidence)]
    found: dict[str, str] = {}
    for at, url in named:
        if hostname(url):
            found.setdefault(hostname(url), at)
    return found


@check(
    "transport.host-public", "iMi", refs=("OAI-action-prod",), kind="static", practice=True,
    shows="cannot reach the server",
    why="ChatGPT calls from the internet: a private address leads nowhere, or to another machine.",
    fix="Publish a public address for the name, or use a public host.",
)  # fmt: skip
def host_public(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No private, link-local or loopback address stands behind a public name."""
    if not evidence.target:
        raise NotApplicable(say("read from a file: no server is asked for"))
    if is_private_host(hostname(evidence.target)):
        raise NotApplicable(say("the server under test is on this machine or network"))
    unresolved = []
    for host, at in named_hosts(evidence).items():
        known = (evidence.addresses or {}).get(host, ())
        addresses = (host,) if is_private_host(host) or is_address(host) else known
        private = [a for a in addresses if not _is_public(a)]
        if private:
            shown = cut(", ".join(private), 120)
            actual = say("{} is {}, as resolved here", host, shown) if host != shown else host
            yield Finding(expected=say("a public address"), actual=actual, at=at)
        elif addresses:
            yield Seen(actual=say("{} is {:.120}", host, ", ".join(addresses)), at=at)
        else:
            unresolved.append(host)
    if unresolved:
        raise Blocked(say("no address is known here of {}", ", ".join(unresolved)))


def _is_public(text: str) -> bool:
    """Whether an address can be reached from the internet.

    Raises:
        Blocked: for an address that a proxy on this machine made up.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False  # a name that is private by its form
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address in STAND_INS:
        raise Blocked(
            say("the names are resolved to stand-ins here ({}): a proxy is in the way", text)
        )
    return address.is_global
