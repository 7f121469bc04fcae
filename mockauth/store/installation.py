"""An installed plugin or Action, and the way to being installed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal
from uuid import uuid4

from mockauth.wire.secret import Secret

Kind = Literal["plugin", "action", "mcp"]
AuthType = Literal["none", "service_http", "user_http", "oauth"]
"""The manifest's `auth.type`; an Action has one of them, too."""
Level = Literal["service", "user"]
"""`service` is installed once for everybody; of `user` each person has an installation."""
PRODUCTION_HOST = "chat.openai.com"
NO_SECRET = Secret("")


class InstallState(StrEnum):
    """How far an installation has come. The manifest is read twice: at FOUND, when the
    verification token may still be missing, and before VERIFIED, when it must match."""

    FOUND = "found"
    """Manifest and document were read and judged."""
    GIVEN = "given"
    """Credentials were pasted; the verification token was made and is shown."""
    VERIFIED = "verified"
    """The second read of the manifest had this verification token."""
    INSTALLED = "installed"


S = InstallState
STEPS: Mapping[AuthType, tuple[InstallState, ...]] = MappingProxyType(
    {
        "none": (S.FOUND, S.INSTALLED),
        "service_http": (S.FOUND, S.GIVEN, S.VERIFIED, S.INSTALLED),
        # Each user pastes a key after the installation: that is a connection.
        "user_http": (S.FOUND, S.INSTALLED),
        "oauth": (S.FOUND, S.GIVEN, S.VERIFIED, S.INSTALLED),
    }
)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One plugin or Action as one person installed it, with what they pasted."""

    id: str = field(default_factory=lambda: uuid4().hex)
    """Of this row. The callback has `plugin_id`, which several persons may have installed."""
    plugin_id: str
    """`plugin-<uuid>` or `g-<40 hex>`: a part of the callback's path."""
    kind: Kind
    target: str
    """What was typed in: a site root, the URL of a manifest, of a document."""
    owner: str
    """The id of the person who installed it."""
    level: Level = "user"
    auth: AuthType
    name: str = ""
    """`name_for_human`, or the title of the document."""
    manifest: str = ""
    """The text as read; for an Action the editor's fields as JSON."""
    document: str = ""
    """The OpenAPI document as read."""
    document_url: str = ""
    client_id: str = ""
    client_secret: Secret = NO_SECRET
    service_token: Secret = NO_SECRET
    verification_token: str = ""
    """What mockauth made. It stands in a public manifest, so it is no secret."""
    token_read: str = ""
    """The token that the last reading of the manifest had: shown beside ours when they differ."""
    state: InstallState = InstallState.FOUND
    redirect_host: str = PRODUCTION_HOST
    """The host, with its port where there is one, of the callback."""
    created: float = 0.0
    updated: float = 0.0
    version: int = 0
    """Counts the changes, so that of two that were made from one reading the second is refused.
    The store fills in this and both moments."""

    @property
    def next_state(self) -> InstallState | None:
        """What comes after `state`; None when it is installed."""
        steps = STEPS[self.auth]
        if self.state not in steps[:-1]:
            return None
        return steps[steps.index(self.state) + 1]


@dataclass(frozen=True, kw_only=True)
class InstallationSummary:
    """A line of the plugin store: no texts and no secrets, so that a thousand are quick."""

    id: str
    plugin_id: str
    kind: Kind
    name: str
    target: str
    owner: str
    level: Level
    auth: AuthType
    state: InstallState
    updated: float
    connected: float | None
    """Since when the person who looks has been connected; None when they are not."""


def new_plugin_id() -> str:
    """An id as ChatGPT gives to a plugin in development."""
    return f"plugin-{uuid4()}"


def new_action_id() -> str:
    """An id as the GPT editor gives to an Action."""
    return f"g-{secrets.token_hex(20)}"


def new_verification_token() -> str:
    """32 lowercase hexadecimal characters, as in ChatGPT's samples."""
    return secrets.token_hex(16)
