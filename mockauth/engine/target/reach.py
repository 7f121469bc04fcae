"""Which addresses a run may ask: those that the user or the manifest names, and no private one on
behalf of a public service."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from mockauth.wire.url import DEFAULT_PORTS, is_private_host, split
from mockauth.wire.words import say

NUMBER = re.compile(r"(?i)0x[0-9a-f]*|[0-9]+")
EMBEDDED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""IPv6 ranges whose last 32 bits are an IPv4 address (RFC 6052, RFC 8215, RFC 4291 2.5.5.1)."""

SPECIAL = ipaddress.ip_network("192.0.0.0/24")
"""Protocol assignments (RFC 6890), of which Python calls some global."""

Place = tuple[str, int]
"""A host in its one spelling, loopback as `localhost`, and the port."""


def refusal(
    url: str, *, target: str, named: Iterable[str], addresses: Mapping[str, tuple[str, ...]]
) -> str:
    """Why `url` must not be asked, in words for the report; "" where it may be.

    Args:
        url: where a request, a redirect, a form or a document leads.
        target: the origin of the server under test, which may always be asked.
        named: addresses that the user or the manifest names.
        addresses: the IP addresses behind names, as far as they were resolved.
    """
    place, home = place_of(url), place_of(target)
    if place is None:
        return "it is no http or https address"
    if place == home:
        return ""
    if home is None or _is_private(home[0], addresses):
        if place in map(place_of, named):
            return ""
        return say("neither the target, its manifest nor --allow-host names {}", _shown(place))
    if _is_private(place[0], addresses):
        return say("a public service leads to the private address {}", _shown(place))
    return ""


def addresses_allowed(hosts: Iterable[str]) -> tuple[str, ...]:
    """The addresses that `--allow-host HOST[:PORT]` names, by http and by https."""
    return tuple(f"{scheme}://{host}" for host in hosts for scheme in DEFAULT_PORTS)


def place_of(url: str) -> Place | None:
    """The host in its one spelling and the port; None for anything but an http or https URL."""
    parts = split(url.strip())
    if parts is None or parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        return None
    return plain_host(parts.hostname), parts.port or DEFAULT_PORTS[parts.scheme]


@lru_cache(maxsize=256)
def plain_host(host: str) -> str:
    """The host as resolvers understand it: an address in its usual form, however it is written
    (`127.1`, `0x7f000001`, `::ffff:127.0.0.1`), every loopback one as `localhost`."""
    name = _ascii(host).strip("[]").partition("%")[0].rstrip(".").lower()
    address = _address(name)
    if address is None:
        return "localhost" if name.endswith(".localhost") else name
    if address.is_loopback or address.is_unspecified:
        return "localhost"
    return str(address)


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _odd_ipv4(name)
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.is_loopback or address.is_unspecified:
        return address
    if any(address in network for network in EMBEDDED):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _odd_ipv4(name: str) -> ipaddress.IPv4Address | None:
    """An IPv4 address in one to four parts, decimal, octal or hexadecimal, as `inet_aton` and
    browsers read it (WHATWG URL, section 3.5)."""
    parts = name.split(".")
    if len(parts) > 4 or not all(NUMBER.fullmatch(part) and len(part) < 20 for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
        total = sum(number << (24 - 8 * i) for i, number in enumerate(numbers[:-1])) + numbers[-1]
        return ipaddress.IPv4Address(total)
    except ValueError:
        return None


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)


def _is_private(host: str, addresses: Mapping[str, tuple[str, ...]]) -> bool:
    return any(map(_is_private_address, (host, *map(plain_host, addresses.get(host, ())))))


@lru_cache(maxsize=256)
def _is_private_address(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return is_private_host(host)
    special = address.is_multicast or address.is_reserved or address in SPECIAL
    old = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    return special or old or not address.is_global


def _shown(place: Place) -> str:
    return f"{place[0]}:{place[1]}"


@dataclass
class Reach:
    """The rule for one run: what is named so far, and what names resolve to."""

    target: str
    resolve: Callable[[str], tuple[str, ...]] = lambda host: ()
    """Asked once for each name that a request goes to; never for a target on this machine."""
    named: set[str] = field(default_factory=set)
    _addresses: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, url: str) -> str:
        """Why `url` must not be asked; "" where it may be."""
        self._look_up(url)
        named, known = self.named, self._addresses
        return refusal(url, target=self.target, named=named, addresses=known)

    def _look_up(self, url: str) -> None:
        home = place_of(self.target)
        if home is None or _is_private_address(home[0]):
            return
        for place in (home, place_of(url)):
            if place is not None and place[0] not in self._addresses:
                known = _is_private_address(place[0]) or _address(place[0]) is not None
                self._addresses[place[0]] = () if known else self.resolve(place[0])
