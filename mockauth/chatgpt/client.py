"""The client that ChatGPT is towards one service: the strings pasted at installation."""

from __future__ import annotations

from dataclasses import dataclass

from mockauth.manifest.auth import OAuth
from mockauth.wire import Secret
from mockauth.wire.message import JSON, Encoding, Pairs

API_AGENT = (
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; "
    "+https://openai.com/bot"
)
"""Observed on API calls of 2023 plugins."""

BROWSER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)
"""The user's own browser during sign-in."""


@dataclass(frozen=True, kw_only=True)
class Client:
    """An installed OAuth client: endpoints, credentials, callback, and how it authenticates.

    `auth.client_url` is the authorize endpoint, `auth.authorization_url` the TOKEN endpoint, both
    already mapped to the server under test.
    """

    auth: OAuth
    id: str
    secret: Secret
    redirect_uri: str
    encoding: Encoding
    verifier: str = ""
    """The proof key (RFC 7636): of an MCP client, or where a server demands one. To plugins and
    Actions ChatGPT sends none."""
    resource: str = ""
    """The resource that tokens are asked for (RFC 8707), of an MCP client."""
    sends_secret: bool = True
    """False is a public client."""
    sends_empty_scope: bool = True
    """ChatGPT sends plugins and Actions a scope even where none is declared."""


def scope_params(client: Client) -> Pairs:
    """The scope of an authorization request."""
    sent = client.auth.scope or client.sends_empty_scope
    return (("scope", client.auth.scope),) if sent else ()


def resource_params(client: Client) -> Pairs:
    """The resource of every request for a token (RFC 8707 section 2); none without one."""
    return (("resource", client.resource),) if client.resource else ()


def declared_encoding(content_type: str) -> Encoding:
    """The body encoding that authorization_content_type names; JSON only where it says JSON."""
    return "json" if content_type.partition(";")[0].strip().lower() == JSON else "form"
