"""What the checks judge: the trace of a run, what the target says of itself, what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mockauth.manifest.auth import Auth, OAuth
from mockauth.manifest.mcp import McpService
from mockauth.manifest.openapi import OpenApi
from mockauth.manifest.plugin import Manifest
from mockauth.profiles import PLUGIN, Profile
from mockauth.wire import Secret, Trace
from mockauth.wire.markup import Pages


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the developer gave: the strings pasted into ChatGPT, and the test user."""

    client_id: str = ""
    client_secret: Secret = field(default_factory=lambda: Secret(""))
    username: str = ""
    password: Secret = field(default_factory=lambda: Secret(""))
    token: Secret = field(default_factory=lambda: Secret(""))
    verification_token: Secret = field(default_factory=lambda: Secret(""))
    redirect_uri: str = ""
    """The production callback that is sent."""
    redirect_uris: tuple[str, ...] = ()
    """Every production callback of this plugin or GPT, the one that is sent first: an Action has
    one at chat.openai.com and one at chatgpt.com."""
    other_client_id: str = ""
    other_client_secret: Secret = field(default_factory=lambda: Secret(""))
    other_redirect_uri: str = ""
    """The callback of the second client, where it has one of its own."""
    other_username: str = ""
    other_password: Secret = field(default_factory=lambda: Secret(""))
    other_token: Secret = field(default_factory=lambda: Secret(""))
    other_resource: str = ""
    """The endpoint of a second MCP server with the same authorization server."""
    resource_client_id: str = ""
    """The client that the resource server is at the introspection endpoint (RFC 7662 section 2.1)."""
    resource_client_secret: Secret = field(default_factory=lambda: Secret(""))
    broad_scope: str = ""
    """A scope that covers others, such as `files` where a tool needs `files:read`."""
    narrow_scope: str = ""
    """A part of the scope with which the chosen operation must be refused."""
    owned_path: str = ""
    """The path of an object that belongs to the first user alone."""
    privacy_policy_url: str = ""
    """The privacy policy that a public GPT names in the editor."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that a check may look at. Offline (`lint`) there is no target and an empty trace."""

    profile: Profile = PLUGIN
    given: Given = field(default_factory=Given)
    trace: Trace = field(default_factory=Trace)
    target: str = ""
    """Origin of the server under test; "" offline."""
    manifest: Manifest | None = None
    openapi: OpenApi | None = None
    mcp: McpService | None = None
    """What an MCP server says of itself; None for anything else."""
    auth: Auth | None = None
    """The declared auth, from the manifest or, for an Action, from the configuration."""
    addresses: Mapping[str, tuple[str, ...]] | None = None
    """The IP addresses behind each public host, as the engine resolved them; a name that did not
    resolve has none. None when nothing was resolved: offline, in process, a local target."""

    uncalled: str = ""
    """Why none of the operations that the document has is called."""
    stuck: str = ""
    """Why mockauth could not get through the login pages; the server has accepted the request."""
    stuck_for: str = ""
    """The same for programs: a `Reason` of the browser's landing."""
    stopped_by: str = ""
    """What on the pages of the ordinary login stops a browser, though a code came."""
    dropped: tuple[tuple[str, str], ...] = ()
    """The cookies that a browser does not keep or send, and why, where the login failed."""
    unsendable: str = ""
    """The rule of a field that keeps browsers from sending a login form that the server accepts."""

    pages: Pages = field(default_factory=Pages)
    """The pages of the record, parsed."""

    @property
    def oauth(self) -> OAuth | None:
        """The declared auth when it is oauth."""
        return self.auth if isinstance(self.auth, OAuth) else None
