"""What the choices in the GPT editor change of the Action profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from mockauth.profiles.profile import Level, Profile

TokenExchange = Literal["post", "basic"]
"""Token Exchange Method: "Default (POST request)" or "Basic authorization header"."""

OTHER_METHOD: Mapping[TokenExchange, str] = MappingProxyType(
    {"post": "token.basic-auth-accepted", "basic": "token.post-auth-accepted"}
)
"""The method that was chosen is a must; RFC 6749 section 2.3.1 wants or allows the other."""

NO_SCHEME = "the key is sent in a custom header, which has no scheme"
ABOUT_SCHEMES = (
    "api.challenge-well-formed",
    "api.scheme-case-ignored",
    "api.scheme-required",
    "service.other-scheme-refused",
    "service.basic-token-sent-raw",
)


def with_exchange(profile: Profile, exchange: TokenExchange) -> Profile:
    """The profile with that Token Exchange Method chosen."""
    advice = _advice(profile, OTHER_METHOD[exchange])
    return replace(profile.altered(advice, {}), client_auth=exchange)


def with_custom_header(profile: Profile) -> Profile:
    """The profile for an API key in a custom header: rules about schemes have no subject.

    A challenge names a scheme, and none is registered for such keys, so it is advice.
    """
    advice = _advice(profile, "api.challenge-present")
    return profile.altered(advice, dict.fromkeys(ABOUT_SCHEMES, NO_SCHEME))


def _advice(profile: Profile, check_id: str) -> Mapping[str, Level]:
    """`should` for a check, unless the developer has chosen a level of it."""
    chosen = {check_id, check_id.partition(".")[0]} & profile.overrides.keys()
    return {} if chosen else {check_id: "should"}
