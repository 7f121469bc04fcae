"""Members of auth that developers invent, and the member of a 2023 manifest that they mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from mockauth.wire.url import without_query
from mockauth.wire.words import own, say

MEANT: Mapping[str, str] = MappingProxyType(
    {
        "token_url": "authorization_url",
        "token_uri": "authorization_url",
        "token_endpoint": "authorization_url",
        "access_token_url": "authorization_url",
        "authorize_url": "client_url",
        "authorization_endpoint": "client_url",
        "auth_url": "client_url",
        "auth_uri": "client_url",
        "login_url": "client_url",
        "content_type": "authorization_content_type",
        "token_content_type": "authorization_content_type",
        "scopes": "scope",
        "verification_token": "verification_tokens",
    }
)
SERVERS = ("authorization_server", "authorization_servers", "issuer", "openid_connect_url")
"""Members that name a server and leave the endpoints to its metadata, which ChatGPT never read."""
TOKEN_NAMES = ("token", "access_token")
AUTHORIZE_NAMES = ("authorize", "authorization", "auth", "login", "consent", "signin", "sign-in")
"""Last parts of an address by which an endpoint is told, where the other one is told as well:
approved plugins call their token endpoint `/authorize`."""
BOTH = say(
    "{client_url} is the authorize endpoint, {authorization_url} is the TOKEN "
    "endpoint{in_a_manifest}"
)


def invented_for(name: str, block: Mapping[str, object]) -> str:
    """The invented member of an auth block that stands where `name` should, or ""."""
    return next((word for word, meant in MEANT.items() if meant == name and word in block), "")


def meant_by(name: str, others: Collection[str]) -> str:
    """Of members that nobody knows, the one that is `name` with a slip in it; "" for none."""
    likely = get_close_matches(name, [str(other) for other in others], n=1, cutoff=0.85)
    return likely[0] if likely else ""


def mend_missing(name: str, block: Mapping[str, object]) -> str:
    """What to do about the missing member `name`; "" where the block gives no hint."""
    word = invented_for(name, block)
    endpoint = name in ("client_url", "authorization_url")
    if word:
        meaning = say("{}; ", BOTH) if endpoint else ""
        return say("{}{} is not a field: put its value in {}.", meaning, word, own(name))
    if name == "client_url" and invented_for("authorization_url", block):
        found = invented_for("authorization_url", block)
        return say(
            "{}; put the authorize endpoint in {client_url}, and the value of {}, "
            "which is not a field, in {authorization_url}.",
            BOTH,
            found,
        )
    server = next((word for word in SERVERS if word in block), "")
    if endpoint and server:
        return say(
            "{}; {} is not a field: ChatGPT read no metadata, write both addresses.", BOTH, server
        )
    return ""


def last_segment(url: object) -> str:
    """The last part of an address's path, in lower case."""
    return without_query(str(url)).strip().rstrip("/").rpartition("/")[2].lower()


def mend_both(word: str, block: Mapping[str, object]) -> str:
    """What to do about an invented member beside authorization_url: nothing that loses the only
    address of the token endpoint."""
    if block.get(word) == block.get("authorization_url"):
        return say("{}; {} is not a field: take it out.", BOTH, word)
    return say(
        "{}; {} is not a field: where it holds the address of the token endpoint, put that into "
        "{authorization_url}, then take {} out.",
        BOTH,
        word,
        word,
    )
