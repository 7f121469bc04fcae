"""The Basic header (RFC 7617), read as it was sent: what is in it may be form-encoded or not."""

from __future__ import annotations

import base64


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
