"""The 2023 plugin manifest, `/.well-known/ai-plugin.json`, read leniently.

The reader keeps what it can understand and never raises: the static checks judge the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockauth.manifest.auth import Auth
from mockauth.manifest.document import JsonDocument

WELL_KNOWN = "/.well-known/ai-plugin.json"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """A manifest: the document, its members, and the parts the flow needs."""

    document: JsonDocument
    data: dict[str, Any]
    """The members as published; empty when the document is no object."""
    auth: Auth | None
    """None when the auth block cannot be understood well enough to go on."""
    api_url: str | None
    """`api.url`, resolved against the manifest's own URL when it is relative; None if absent."""


def read_manifest(text: bytes, source: str) -> Manifest:
    """Read a manifest from its bytes; `source` is the URL or path it came from."""
    raise NotImplementedError
