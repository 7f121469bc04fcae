"""A plugin or an Action that somebody has registered here, and one user's connection to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from mockauth.chatgpt.token import Grant
from mockauth.engine.installation.remark import Remark
from mockauth.manifest.editor import EditorForm
from mockauth.manifest.mcp import McpService
from mockauth.wire import Secret

Kind = Literal["none", "service_http", "user_http", "oauth"]
NO_SECRET = Secret("")


class Phase(StrEnum):
    """How far the installation is (OpenAI, Plugin authentication, 2023): the manifest is read a
    first time when it is found, and a second time to verify the token."""

    UNREADABLE = "unreadable"
    """No manifest, or one without an auth block that can be understood."""
    FOUND = "found"
    """Read and judged; what is pasted comes next."""
    VERIFYING = "verifying"
    """The verification token is shown, and looked for in the manifest."""
    READY = "ready"
    """Every user can install it."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """A manifest or an OpenAPI document as it was read last, and where."""

    url: str = ""
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What its developer typed, and what was read. `id` is the part of the callback after /aip/."""

    id: str
    owner: str
    """The person who may change it."""
    target: str
    """The address of the service: `http://localhost:3333`."""
    profile: Literal["plugin", "action", "mcp"] = "plugin"
    """`plugin` (2023, with a manifest), `action` (GPT Action, with the editor's form) or `mcp`."""
    phase: Phase = Phase.UNREADABLE
    kind: Kind | Literal[""] = ""
    """The auth type; "" as long as it is not known."""
    name: str = ""
    """What people call it; text of others."""
    description: str = ""
    manifest: Document = field(default_factory=Document)
    openapi: Document = field(default_factory=Document)
    logo: bytes = b""
    form: EditorForm = field(default_factory=EditorForm)
    mcp: McpService | None = None
    """What an MCP server said of itself."""
    auth_method: str = ""
    """How the client of an MCP server authenticates at the token endpoint (RFC 7591 section 2)."""
    is_registered: bool = False
    """Whether that client was registered here, rather than given."""
    registered_uri: str = ""
    """The callback that it was registered with; "" where that is not known."""
    client_id: str = ""
    client_secret: Secret = NO_SECRET
    service_token: Secret = NO_SECRET
    verification_token: str = ""
    """The one that ChatGPT shows; its developer puts it into the manifest."""
    published_token: str | None = None
    """What the manifest had at the last attempt to verify; None where it was not tried."""
    remarks: tuple[Remark, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader must know, such as an address mapped to the server under test."""
    stopped: str = ""
    """Why nothing could be read; "" otherwise."""

    @property
    def is_mcp(self) -> bool:
        """Whether it is the connector of an MCP server."""
        return self.profile == "mcp"

    @property
    def is_action(self) -> bool:
        """Whether it has the GPT editor's form in place of a manifest."""
        return self.profile == "action"

    @property
    def fatal(self) -> tuple[Remark, ...]:
        """What ChatGPT would have stopped at."""
        return tuple(one for one in self.remarks if one.is_fatal)


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What one user has of a plugin: the tokens of a login, or the key that was pasted. It is there
    as long as the plugin can be used.

    `expires_at` is in seconds since the epoch, None where nothing was said.
    """

    installation: str
    person: str
    access_token: Secret = NO_SECRET
    """With `user_http` the key; empty where the plugin has no login of its users."""
    refresh_token: Secret = NO_SECRET
    expires_at: float | None = None
    scope: str = ""

    def is_expired(self, now: float) -> bool:
        """Whether the access token has expired, as far as its answer said."""
        return self.expires_at is not None and self.expires_at <= now


def key_of(installation: Installation, connection: Connection | None) -> Secret:
    """What is sent with every call where no token of a login is: the user's own key, or the service's."""
    if installation.kind == "user_http" and connection is not None:
        return connection.access_token
    # What an MCP connector keeps there is the key of its PKCE verifiers, which goes to nobody.
    return NO_SECRET if installation.is_mcp else installation.service_token


def granted(connection: Connection, grant: Grant, now: float) -> Connection:
    """The connection with new tokens. A refresh that names no new refresh token keeps the old one
    (RFC 6749 section 6)."""
    return replace(
        connection,
        access_token=Secret(grant.access_token, "access_token"),
        refresh_token=Secret(grant.refresh_token, "refresh_token")
        if grant.refresh_token
        else connection.refresh_token,
        expires_at=None if grant.expires_in is None else now + grant.expires_in,
        scope=grant.scope or "",
    )
