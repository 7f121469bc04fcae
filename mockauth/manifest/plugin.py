"""The 2023 plugin manifest, `/.well-known/ai-plugin.json`, read leniently.

The reader keeps what it can understand and never raises: the static checks judge the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mockauth.manifest.auth import Auth, HttpAuth, NoAuth, OAuth
from mockauth.manifest.document import JsonDocument, read_json
from mockauth.wire.url import join, split

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

    @property
    def url(self) -> str:
        """Where it was fetched; "" when it was read from a file."""
        source = self.document.source
        return source if source.startswith(("http://", "https://")) else ""

    def text(self, *path: str) -> str:
        """The string at that path of members, or ""."""
        value: Any = self.data
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, str) else ""


def read_manifest(text: bytes, source: str) -> Manifest:
    """Read a manifest from its bytes; `source` is the URL or path it came from. Never raises."""
    document = read_json(text, source)
    data = document.data if isinstance(document.data, dict) else {}
    block = data.get("auth")
    return Manifest(
        document=document,
        data=data,
        auth=_auth(block) if isinstance(block, dict) else None,
        api_url=_api_url(data.get("api"), source),
    )


def _auth(block: Mapping[str, Any]) -> Auth | None:
    kind = block.get("type")
    tokens = _tokens(block.get("verification_tokens"))
    if kind == "none":
        return NoAuth()
    if kind in ("service_http", "user_http"):
        basic = str(block.get("authorization_type", "")).strip().lower() == "basic"
        scheme: Literal["basic", "bearer"] = "basic" if basic else "bearer"
        return HttpAuth(type=kind, authorization_type=scheme, verification_tokens=tokens)
    if kind == "oauth":
        authorize, token = block.get("client_url"), block.get("authorization_url")
        if not isinstance(authorize, str) or not isinstance(token, str):
            return None
        content_type, scope = block.get("authorization_content_type"), block.get("scope")
        return OAuth(
            client_url=authorize,
            authorization_url=token,
            authorization_content_type=content_type if isinstance(content_type, str) else "",
            scope=scope if isinstance(scope, str) else "",
            verification_tokens=tokens,
        )
    return None


def _tokens(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): token for name, token in value.items() if isinstance(token, str)}


def _api_url(api: object, source: str) -> str | None:
    url = api.get("url") if isinstance(api, dict) else None
    if not isinstance(url, str) or not url.strip() or split(url) is None:
        return None
    if source.startswith(("http://", "https://")):
        return join(source, url.strip())
    return url.strip()
