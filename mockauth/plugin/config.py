"""What the built-in plugin declares, whom it knows, and how it behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from mockauth.errors import UsageError
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.faults.fault import Fault
from mockauth.plugin.login_name import Login
from mockauth.wire.message import AuthMethod

ClientAuth = Literal[AuthMethod, "private_key_jwt"]
McpRevision = Literal["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"]
DEMO_PLUGIN_ID = "plugin-00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, kw_only=True)
class ClientConfig:
    """A registered OAuth client; its strings are of the developer's own choosing.

    A client without a secret is public and must use PKCE. In `redirect_uris`, `{callback}` stands
    for each callback of each plugin id; empty means these callbacks.
    """

    id: str
    secret: str = ""
    redirect_uris: tuple[str, ...] = ()
    name: str = ""
    """What the consent page calls it; "" is its id."""
    auth_method: ClientAuth = ""
    """The one way in which it may authenticate (RFC 7591 section 2); "" is any that its secret
    allows."""
    other_auth_methods: tuple[ClientAuth, ...] = ()
    """Ways that will do besides `auth_method`, as a client ID metadata document may name them."""
    jwks: Mapping[str, Any] = field(default_factory=dict)
    """Its public keys, for private_key_jwt (RFC 7517 section 5)."""
    jwks_uri: str = ""
    """Where they stand, in place of `jwks`."""
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token")
    scope: str = ""
    """The most that it may ask for; "" is all that the plugin has."""

    @property
    def is_document(self) -> bool:
        """Whether its id is the address of the document that describes it."""
        return "://" in self.id


@dataclass(frozen=True, kw_only=True)
class UserConfig:
    """A user who can log in, the key that a user_http plugin gives out, and what a token says of
    the user beyond the name."""

    name: str
    password: str
    key: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PluginConfig:
    """The built-in plugin. The secrets here are published samples and protect nothing.

    `access_seconds`, `code_seconds` and `refresh_seconds` are lifetimes in seconds.
    """

    name: str = ""
    """The first path segment, where one server has several plugins."""
    api: Literal["todo", "embeddings", "mcp"] = "todo"
    """What is protected: things to do, embeddings as OpenAI's API has them, or an MCP server."""
    auth: Literal["none", "service_http", "user_http", "oauth"] = "oauth"
    authorization_type: Literal["bearer", "basic"] = "bearer"
    api_key_header: str = ""
    """The header of an API key (GPT Actions only); "" is Authorization."""
    content_type: str = "application/json"
    scope: str = "todos:read todos:write"
    login: Login = "login_and_consent"
    """Which pages a sign-in shows."""
    clients: tuple[ClientConfig, ...] = (
        ClientConfig(id="demo-client", secret="demo-secret-3f9a7c51d2"),
        ClientConfig(
            id="other-client",
            secret="other/secret+88b1e06c=4d",
            redirect_uris=("{callback}", "{callback}?x=1"),
        ),
    )
    users: tuple[UserConfig, ...] = (
        UserConfig(name="ada", password="analytical-engine", key="ada-key-5d1f0b7c9e2a4836"),
        UserConfig(name="grace", password="first-compiler", key="grace-key-71c3e8a90b5d2f64"),
    )
    service_token: str = "service-token-2c9d4e7f1a6b8350"
    verification_token: str = "5f1c2b7e9a4d4c83b6e0d1f2a3948576"
    plugin_ids: tuple[str, ...] = (DEMO_PLUGIN_ID,)
    callback_hosts: tuple[str, ...] = ("chat.openai.com", "chatgpt.com")
    access_seconds: int = 3600
    code_seconds: int = 60
    refresh_seconds: int = 30 * 86400
    token_format: Literal["opaque", "jwt"] = "opaque"
    metadata: bool = True
    """Whether /.well-known/oauth-authorization-server is there (RFC 8414)."""
    issuer_in_redirect: bool = True
    """Whether redirects to the callback carry `iss` (RFC 9207)."""
    revocation: bool = True
    """Whether /revoke is there (RFC 7009)."""
    introspection: bool = True
    """Whether /introspect is there (RFC 7662)."""
    cors: bool = True
    """Whether pages at the origin of a registered callback may read metadata, token answers,
    userinfo and the API."""
    userinfo: bool = True
    """Whether /userinfo is there (OpenID Connect Core 5.3)."""
    registration: bool = False
    """Whether /register is there, and clients may register themselves (RFC 7591)."""
    mcp_revision: McpRevision = "2026-07-28"
    """The revision of MCP that is served; the newest comes with 2025-11-25 and 2025-06-18."""
    mcp_mode: Literal["stateless", "session"] = "stateless"
    """Whether `initialize` begins a session, before 2026-07-28, which has none."""
    mcp_answers: Literal["json", "events"] = "json"
    """Whether a message is answered by JSON, or by a stream of one event."""
    mcp_tools: Literal["sample", "conformance", "client"] = "sample"
    """The tools: those of a list of things to do, or those that MCP's conformance suite calls; "client" is
    the list with the one that the suite's clients call."""
    mixed: bool = False
    """Whether the MCP server has a tool that needs no sign-in."""
    tool_challenge: bool = False
    """Whether a tool that needs a sign-in says so in its result, as ChatGPT reads it."""
    tenant: str = ""
    """The path of the issuer of an MCP server, such as t1."""
    metadata_forms: Literal["oauth", "openid", "both"] = "oauth"
    """Where the metadata stands: in the place of RFC 8414, in that of OpenID Connect Discovery."""
    client_documents: bool = False
    """Whether a client_id may be the address of a client ID metadata document."""
    client_assertions: bool = False
    """Whether clients may authenticate by private_key_jwt (RFC 7523)."""
    document_http: bool = False
    """Whether such a document may be served by http on this machine."""
    document_authority: str = ""
    """A PEM file of the authority that documents on this machine are served under."""
    offline_access: bool = False
    """Whether there is the scope offline_access, for refresh tokens."""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    """Members of the manifest to overwrite, by dotted path."""
    openapi: Mapping[str, Any] = field(default_factory=dict)
    """The same for the OpenAPI document."""
    policy: Behaviour = field(default_factory=Behaviour)
    faults: tuple[Fault, ...] = ()

    @cached_property
    def redirect_uris(self) -> tuple[str, ...]:
        """The callbacks of every plugin id on every host."""
        return tuple(
            f"https://{h}/aip/{p}/oauth/callback"
            for p in self.plugin_ids
            for h in self.callback_hosts
        )

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """Every scope that there is."""
        return (*self.scope.split(), *(("offline_access",) if self.offline_access else ()))

    @property
    def takes_documents(self) -> bool:
        """Whether client ID metadata documents are taken: MCP names them since 2025-11-25."""
        return self.client_documents and self.mcp_revision >= "2025-11-25"

    def registered(self, client: ClientConfig) -> tuple[str, ...]:
        """The redirect URIs that `client` has registered."""
        return _filled(client.redirect_uris or ("{callback}",), self.redirect_uris)

    def user(self, name: str) -> UserConfig | None:
        """The user of that name, or None."""
        return next((user for user in self.users if user.name == name), None)

    def with_faults(self, *faults: Fault) -> PluginConfig:
        """The same plugin with these faults: each sets what it needs and loosens what it names. One
        with a trigger only joins `faults`; the app switches it on where it fits.

        Raises:
            UsageError: when a fault sets something that the plugin does not have.
        """
        known = {item.name for item in fields(self)}
        config = replace(self, faults=(*self.faults, *faults))
        for fault in faults:
            wrong = [name for name in fault.config if name not in known]
            if wrong:
                raise UsageError(f"fault {fault.name}: the plugin has no setting {wrong[0]!r}")
            policy = {} if fault.trigger else fault.policy
            config = replace(config, policy=replace(config.policy, **policy), **dict(fault.config))
        return config


@lru_cache(maxsize=256)
def _filled(uris: tuple[str, ...], callbacks: tuple[str, ...]) -> tuple[str, ...]:
    """The redirect URIs with the callbacks put in. They are asked for at every sign-in."""
    return tuple(
        uri.replace("{callback}", callback)
        for uri in uris
        for callback in (callbacks if "{callback}" in uri else ("",))
    )
