"""Where cheroot takes a request that HTTP tells a server to refuse (RFC 9112): two lengths, no host
or two, a blank before the colon of a header. What comes through is what the issuer is made of."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Any

from cheroot.server import HeaderReader

NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HOST = re.compile(r"([\w.~-]+|\[(?P<address>[0-9A-Fa-f:.]+)\])(:(?P<port>[0-9]{0,5}))?", re.ASCII)
HIGHEST_PORT = 65535
UNSENDABLE = re.compile(rb"[\0\r\n]")
ONCE = (b"Host", b"Content-Length")
MOST_HEADER_BYTES = 64 * 1024


class OnceOnly(dict[bytes, bytes]):
    """Headers, of which some may come once only (RFC 9112 sections 3.2 and 6.3)."""

    def __setitem__(self, name: bytes, value: bytes) -> None:
        """Keep one.

        Raises:
            ValueError: it is there already, and decides who is asked or where the body ends.
        """
        if name in ONCE and name in self:
            raise ValueError(f"{name.decode()} stands twice.")
        if UNSENDABLE.search(value):
            raise ValueError("Malformed header value.")  # RFC 9110 section 5.5
        super().__setitem__(name, value)


class StrictReader(HeaderReader):
    """Reads headers as cheroot does, and refuses more."""

    def __call__(self, rfile: Any, hdict: Any = None) -> Any:
        """The headers, added to `hdict`.

        Raises:
            ValueError: they break RFC 9112; the answer is 400.
        """
        try:
            found = super().__call__(rfile, OnceOnly())
        except UnboundLocalError:  # it takes the first line for one that follows another
            raise ValueError("Malformed header line.") from None
        if not found.get(b"Content-Length", b"0").isdigit():
            raise ValueError("Malformed Content-Length.")
        coding = found.get(b"Transfer-Encoding")
        if coding is not None and b"Content-Length" in found:
            raise ValueError("Transfer-Encoding and Content-Length.")  # section 6.1
        if coding is not None and not NAME.fullmatch(coding):
            raise ValueError(
                "Transfer-Encoding must be chunked."
            )  # cheroot takes an empty one for none
        hdict = {} if hdict is None else hdict
        hdict.update(found)
        return hdict

    def _allow_header(self, key_name: bytes) -> bool:
        # In a WSGI environment A_B and A-B have one name.
        return b"_" not in key_name

    def _transform_key(self, key_name: bytes) -> Any:
        if not NAME.fullmatch(key_name):
            raise ValueError("Malformed header name.")
        return key_name.title()


@lru_cache(maxsize=256)
def names_host(value: str | None) -> bool:
    """Whether a Host header, which HTTP/1.1 demands, is one that addresses can be made of."""
    found = HOST.fullmatch(value or "")
    if found is None or int(found["port"] or 0) > HIGHEST_PORT:
        return False
    if found["address"] is None:
        return True
    try:
        ipaddress.IPv6Address(found["address"])
    except ValueError:
        return False
    return True
