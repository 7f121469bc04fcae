"""What an MCP server says of itself: its challenge, the metadata of the resource and of the
authorization server, and where these documents lie.

Sources: RFC 9728 section 3, RFC 8414 section 3, OpenID Connect Discovery 1.0 section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from mockauth.wire import Secret
from mockauth.wire.message import Pairs, first
from mockauth.wire.url import origin, split

RESOURCE = "/.well-known/oauth-protected-resource"
SERVER = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"
ISS_FLAG = "authorization_response_iss_parameter_supported"
Way = Literal["", "given", "document", "dynamic"]
"""How the client came to its id: none, the developer's, a client ID metadata document, RFC 7591."""
Documents = Literal["", "taken", "refused", "unfetched", "untrusted"]
"""What became of a client ID metadata document: nobody tried, it was taken, it was fetched and refused, it was not
fetched, or the authority that it is served under is not trusted."""
OFFLINE = "offline_access"
"""The scope that asks for a refresh token (OpenID Connect Core 1.0 section 11)."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Document:
    """A metadata document that was found; `exchange` is its number in the record."""

    url: str
    data: Mapping[str, Any]
    exchange: int = 0
    built_from: str = ""
    """The resource or issuer that the URL was made of."""
    is_misplaced: bool = False
    """It stands where no client looks for it."""

    def text(self, name: str) -> str:
        """A member that is a string; "" for any other."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...] | None:
        """The strings of a member that is a list; None where it is absent or no list."""
        value = self.data.get(name)
        return tuple(filter(_is_text, value)) if isinstance(value, list) else None

    def says(self, name: str) -> bool:
        """Whether a member is `true`."""
        return self.data.get(name) is True

    @property
    def promises_issuer(self) -> bool:
        """Whether every redirect carries `iss` (RFC 9207 section 3)."""
        return self.says(ISS_FLAG)


@dataclass(frozen=True, kw_only=True)
class McpService:
    """An MCP server, as far as it is known."""

    url: str
    """The endpoint as entered."""
    wanted: str = "auto"
    revision: str = ""
    """The one that it is spoken to in; "" as long as nobody knows."""
    served: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """The method that does not work with the token, of each other revision that is served and not usable."""
    session: str = ""
    challenge: Pairs | None = None
    """The parameters of the Bearer challenge without a token; None where there was none."""
    opened: int = 0
    """The number of the exchange that was made without a token."""
    is_open: bool = False
    """It answered without a token."""
    resources: tuple[Document, ...] = ()
    """The protected resource metadata found, the one that counts first."""
    asked_resources: tuple[int, ...] = ()
    servers: tuple[Document, ...] = ()
    """The authorization server metadata found, the one that counts first."""
    asked_servers: tuple[int, ...] = ()
    asked_keys: int = 0
    """The number of the exchange that asked for jwks_uri."""
    way: Way = ""
    documents: Documents = ""
    """Whether the server takes client ID metadata documents."""
    tried_documents: int = 0
    """The number of the exchange that shows it."""
    document_works: bool = False
    """A document of this run led to a token."""
    refused_scope: str | None = None
    """What was asked for first, where the ordinary call was refused for its scope."""
    stepped_up: tuple[int, ...] = ()
    """The numbers of the exchanges that were refused so, where a sign-in for more opened the call."""
    tools: tuple[Mapping[str, Any], ...] = ()

    @property
    def resource(self) -> Document | None:
        """The protected resource metadata that counts."""
        return self.resources[0] if self.resources else None

    @property
    def server(self) -> Document | None:
        """The authorization server metadata that counts."""
        return self.servers[0] if self.servers else None

    @property
    def resource_id(self) -> str:
        """What the `resource` parameter holds: the document's own string unaltered."""
        return (self.resource.text("resource") if self.resource else "") or self.url

    @property
    def scope(self) -> str:
        """What is asked for: the challenge's scope, else all that the resource's metadata lists."""
        challenged = first(self.challenge or (), "scope")
        if challenged is not None:
            return challenged
        listed = self.resource.texts("scopes_supported") if self.resource else None
        return " ".join(listed or ())


def resource_urls(url: str) -> tuple[str, ...]:
    """Where the metadata of a resource is looked for: with its path, then at the root."""
    path = _path(url)
    root = origin(url) + RESOURCE
    return (root + path, root) if path else (root,)


def server_urls(issuer: str) -> tuple[str, ...]:
    """Where the metadata of an issuer is looked for, in the order of MCP 2025-11-25."""
    base, path = origin(issuer), _path(issuer)
    if not path:
        return (base + SERVER, base + OPENID)
    return (base + SERVER + path, base + OPENID + path, base + path + OPENID)


def wrong_server_urls(issuer: str) -> tuple[str, ...]:
    """Where servers put the metadata of an issuer with a path by mistake: behind the path, or at the root."""
    base, path = origin(issuer), _path(issuer)
    return (base + path + SERVER, base + SERVER, base + OPENID) if path else ()


def methods_of(server: Document | None) -> tuple[str, ...]:
    """How clients may authenticate; without a list it is Basic (RFC 8414 section 2)."""
    listed = server.texts("token_endpoint_auth_methods_supported") if server else None
    return ("client_secret_basic",) if listed is None else listed


def method_of_given(server: Document | None, secret: Secret) -> str:
    """How a client that the developer registered authenticates: with its secret, if it has one."""
    if not secret:
        return "none"
    is_taken = "client_secret_post" in methods_of(server)
    return "client_secret_post" if is_taken else "client_secret_basic"


def _path(url: str) -> str:
    parts = split(url)
    return parts.path.rstrip("/") if parts else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)
