"""The S256 transformation of proof keys (RFC 7636 section 4.2)."""

from __future__ import annotations

import base64
import hashlib


def challenge_of(verifier: str) -> str:
    """The challenge that a verifier fits."""
    hashed = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
