"""Logos: bytes of others that are shown as images and as nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LARGEST_LOGO = 256 * 1024
"""Bytes of a logo that is kept."""
SIGNATURES: Mapping[bytes, str] = MappingProxyType(
    {
        b"\x89PNG\r\n\x1a\n": "image/png",
        b"\xff\xd8\xff": "image/jpeg",
        b"GIF87a": "image/gif",
        b"GIF89a": "image/gif",
    }
)
"""What an image begins with (WHATWG MIME Sniffing, section 6.1). SVG is not one of them: it can run
script where it is opened by itself."""


def picture(body: bytes) -> str:
    """The media type of an image; "" for anything else, or one that is too large."""
    if len(body) > LARGEST_LOGO:
        return ""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in SIGNATURES.items() if body.startswith(start)), "")
