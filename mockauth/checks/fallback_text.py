"""What the second tries of a run do otherwise than ChatGPT, in words for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mockauth.wire import Exchange
from mockauth.wire.trace import Fallback
from mockauth.wire.url import hostname

TEXTS: Mapping[Fallback, str] = MappingProxyType(
    {
        Fallback.BASIC_HEADER: "a Basic header",
        Fallback.BODY_CREDENTIALS: "credentials in the body",
        Fallback.BROWSER_AGENT: "a browser's User-Agent",
        Fallback.CALLBACK_SLASH: "a slash after the callback",
        Fallback.FORM_BODY: "a form body",
        Fallback.JSON_BODY: "a json body",
        Fallback.LOGGED_IN: "a session that is logged in already",
        Fallback.NO_OPENAI_HEADERS: "no openai- headers",
        Fallback.NO_SCOPE: "no scope parameter",
        Fallback.OTHER_CALLBACK: "the other callback",
        Fallback.PKCE: "a PKCE code_challenge",
    }
)


def text_of(exchange: Exchange) -> str:
    """What helped where a second try was accepted; "" for any other exchange."""
    if exchange.fallback is Fallback.OTHER_CALLBACK:
        return f"the callback at {hostname(exchange.request.url)}"
    return TEXTS[exchange.fallback] if exchange.fallback else ""
