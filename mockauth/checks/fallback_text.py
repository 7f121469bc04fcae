"""What the second tries of a run do otherwise than ChatGPT, in words for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mockauth.wire import Exchange
from mockauth.wire.trace import Fallback
from mockauth.wire.url import hostname
from mockauth.wire.words import Words, say

TEXTS: Mapping[Fallback, Words] = MappingProxyType(
    {
        Fallback.BASIC_HEADER: say("a Basic header"),
        Fallback.BODY_CREDENTIALS: say("credentials in the body"),
        Fallback.BROKEN_RULE: say("a browser that sends what the form forbids"),
        Fallback.BROWSER_AGENT: say("a browser's User-Agent"),
        Fallback.CALLBACK_SLASH: say("a slash after the callback"),
        Fallback.EVERY_COOKIE: say("a browser that keeps every cookie"),
        Fallback.FORM_BODY: say("a form body"),
        Fallback.JSON_BODY: say("a json body"),
        Fallback.LOGGED_IN: say("a session that is logged in already"),
        Fallback.NO_OPENAI_HEADERS: say("no openai- headers"),
        Fallback.NO_RESOURCE: say("no resource parameter"),
        Fallback.NO_SCOPE: say("no scope parameter"),
        Fallback.ORIGIN: say("an Origin header"),
        Fallback.OTHER_CALLBACK: say("the other callback"),
        Fallback.PKCE: say("a PKCE code_challenge"),
    }
)


def text_of(exchange: Exchange) -> Words:
    """What helped where a second try was accepted; "" for any other exchange."""
    if exchange.fallback is Fallback.OTHER_CALLBACK:
        return say("the callback at {}", hostname(exchange.request.url))
    return TEXTS[exchange.fallback] if exchange.fallback else Words()
