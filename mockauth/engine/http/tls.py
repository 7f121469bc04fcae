"""A TLS handshake with a server, and what it says of the server.

Sources: RFC 9325 section 3.1.1; OpenAI, Plugins in production and Actions in production.
"""

from __future__ import annotations

import socket
import ssl
import time
import warnings
from dataclasses import dataclass

from mockauth.wire.words import say

HANDSHAKE_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Handshake:
    """What was negotiated. `problem` says why the certificate is not to be trusted, "" when it is;
    `days_left` is how long it still holds, None where nobody could read it."""

    version: str
    problem: str = ""
    days_left: float | None = None
    older: tuple[str, ...] = ()
    """Versions below TLS 1.2 that the server takes as well."""


def shake_hands(host: str, port: int, seconds: float = HANDSHAKE_SECONDS) -> Handshake:
    """Negotiate with `host` as ChatGPT would, then with less and less care, each time within
    `seconds`.

    Raises:
        OSError: nothing there speaks TLS of any version.
    """
    problem, days = "", None
    try:
        version, days = _negotiate(host, port, ssl.create_default_context(), seconds)
    except ssl.SSLCertVerificationError as wrong:
        problem = wrong.verify_message
        version, _ = _negotiate(host, port, _careless(), seconds)
    except ssl.SSLError:
        version, _ = _negotiate(host, port, _old(), seconds)
        problem = say("not looked at: no handshake with TLS 1.2 or newer")
    return Handshake(
        version=version, problem=problem, days_left=days, older=_older(host, port, seconds)
    )


def _negotiate(
    host: str, port: int, context: ssl.SSLContext, seconds: float
) -> tuple[str, float | None]:
    with (
        socket.create_connection((host, port), timeout=seconds) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        ends = (secured.getpeercert() or {}).get("notAfter")
        days = None
        if isinstance(ends, str):
            days = (ssl.cert_time_to_seconds(ends) - time.time()) / 86400
        return secured.version() or "", days


def _careless() -> ssl.SSLContext:
    """A context that takes any certificate: whether it is to be trusted was asked before."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _old() -> ssl.SSLContext:
    """A context that takes what no client should: only to say that a server offers it."""
    context = _careless()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def _older(host: str, port: int, seconds: float) -> tuple[str, ...]:
    try:
        version, _ = _negotiate(host, port, _old(), seconds)
    except OSError:
        return ()
    return (version,) if version else ()
