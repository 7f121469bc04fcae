"""ChatGPT's domain rules (OpenAI, Plugins in production, 2023)."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import TYPE_CHECKING

from mockauth.wire.url import hostname

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def root_domain(manifest_url: str) -> str:
    """The host of the manifest without a leading `www.`; "" when the URL has no host."""
    return hostname(manifest_url).removeprefix("www.")


def is_at_or_below(host: str, root: str) -> bool:
    """Whether `host` is the root domain or a subdomain of it."""
    return bool(root) and (host == root or host.endswith("." + root))


def registrable_domain(host: str) -> str:
    """The public suffix plus one label: `example.co.uk` for `api.example.co.uk`. An IP address or a
    single label has no domain: it stands for itself."""
    if "." not in host or is_address(host):
        return host.lower()
    return _suffixes().privatesuffix(host.lower()) or host.lower()


@cache
def _suffixes() -> PublicSuffixList:
    # The list takes 30 ms to read; most commands never need it. It is immutable once read.
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()


def is_address(host: str) -> bool:
    """Whether a host is an IP address, so that no name has to be resolved."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
