"""The request that this thread serves: its address, its credentials."""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from urllib.parse import unquote_plus

from flask import Request, request
from werkzeug.sansio.utils import get_current_url


def current_request() -> Request:
    """The request itself, for those who look at it more than once: Flask's `request` is a proxy, and
    finds it anew each time."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # typed as Request
    return found


def base_url() -> str:
    """The address of this plugin as the client wrote it, without a slash; the issuer."""
    given = current_request()
    return _base_url(given.scheme, given.host, given.root_path)


def bearer() -> str:
    """The token of the Authorization header, whatever its scheme; "" where there is none."""
    return request.headers.get("Authorization", "").strip().partition(" ")[2].strip()


def basic_pair() -> tuple[str, str] | None:
    """The id and secret of a Basic header as they stand there (RFC 7617 section 2); None where there
    is no such pair."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    client_id, colon, secret = pair.partition(":")
    return (client_id, secret) if colon and scheme.lower() == "basic" else None


def decoded_basic_pair() -> tuple[str, str]:
    """The same, form-decoded (RFC 6749 section 2.3.1); empty where there is none."""
    client_id, secret = basic_pair() or ("", "")
    return unquote_plus(client_id), unquote_plus(secret)


@lru_cache(maxsize=256)
def _base_url(scheme: str, host: str, root_path: str) -> str:
    """As Werkzeug spells it, which takes 20 µs."""
    return get_current_url(scheme, host, root_path).rstrip("/")
