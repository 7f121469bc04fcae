"""The Basic header (RFC 7617), read as it was sent: what is in it may be form-encoded or not."""

from __future__ import annotations

import base64

from mockauth.wire.secret import Secret


def read_basic(header: str) -> tuple[str, str] | None:
    """The name and the secret of an Authorization header; None when it is of another scheme.

    Raises:
        ValueError: it is no base64 of a text.
    """
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    name, _, secret = base64.b64decode(rest.strip()).decode().partition(":")
    return name, secret


def basic_authorization(name: str, secret: Secret) -> str:
    """The header with which a browser answers its own dialog, in UTF-8 (RFC 7617 section 2.1)."""
    pair = f"{name}:{secret.reveal()}"
    return f"Basic {base64.b64encode(pair.encode('utf-8', 'surrogatepass')).decode()}"
