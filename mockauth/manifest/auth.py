"""The four shapes of `auth` in a 2023 manifest, as values.

Source: OpenAI, Plugin authentication (2023). `client_url` is the authorize endpoint and
`authorization_url` is the TOKEN endpoint. A GPT Action has no manifest; its values, typed into
the GPT editor, become the same `OAuth`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Scheme = Literal["bearer", "basic"]


@dataclass(frozen=True, kw_only=True)
class NoAuth:
    """`{"type": "none"}`: anybody may call the API."""

    type: Literal["none"] = "none"


@dataclass(frozen=True, kw_only=True)
class HttpAuth:
    """`service_http` (one token for all users) or `user_http` (each user's own)."""

    type: Literal["service_http", "user_http"]
    authorization_type: Scheme = "bearer"
    header: str = ""
    """The header that carries the bare key, for an Action that has one; "" is Authorization."""
    verification_tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class OAuth:
    """`oauth`: the authorization code flow."""

    client_url: str
    """The authorize endpoint, as declared."""
    authorization_url: str
    """The token endpoint, as declared."""
    authorization_content_type: str = "application/json"
    scope: str = ""
    verification_tokens: Mapping[str, str] = field(default_factory=dict)
    type: Literal["oauth"] = "oauth"


Auth = NoAuth | HttpAuth | OAuth
