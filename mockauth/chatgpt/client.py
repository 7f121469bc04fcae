"""The client that ChatGPT is towards one service: the strings pasted at installation."""

from __future__ import annotations

from dataclasses import dataclass

from mockauth.manifest.auth import OAuth
from mockauth.wire import Secret
from mockauth.wire.message import JSON, Encoding

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
    """The proof key (RFC 7636) where a server demands one; ChatGPT sends none."""


def declared_encoding(content_type: str) -> Encoding:
    """The body encoding that authorization_content_type names; JSON only where it says JSON."""
    return "json" if content_type.partition(";")[0].strip().lower() == JSON else "form"
