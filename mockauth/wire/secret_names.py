"""Which names carry a secret, on any wire: parameters, members of JSON, headers, cookies."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

SECRET_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "accesstoken": "access token",
        "apikey": "API key",
        "assertion": "assertion",
        "authenticitytoken": "form token",
        "authorization": "credentials",
        "authtoken": "token",
        "bearer": "token",
        "clientassertion": "assertion",
        "clientsecret": "client secret",
        "code": "code",
        "codeverifier": "code verifier",
        "cookie": "cookie",
        "credentials": "credentials",
        "csrf": "form token",
        "csrfmiddlewaretoken": "form token",
        "csrftoken": "form token",
        "devicecode": "code",
        "idtoken": "id token",
        "jsessionid": "session",
        "jwt": "token",
        "otp": "one-time password",
        "passphrase": "password",
        "passwd": "password",
        "password": "password",
        "phpsessid": "session",
        "privatekey": "private key",
        "pwd": "password",
        "refreshtoken": "refresh token",
        "secret": "secret",
        "session": "session",
        "sessionid": "session",
        "setcookie": "cookie",
        "sid": "session",
        "ticket": "token",
        "token": "token",
        "totp": "one-time password",
        "usercode": "code",
        "xapikey": "API key",
        "xcsrftoken": "form token",
    }
)
"""A name in lower case without its separators, and what its value is called."""
ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "token": "token",
        "secret": "secret",
        "password": "password",
        "apikey": "API key",
        "jwt": "token",
        "authorization": "credentials",
        "sessionid": "session",
    }
)
"""How names end that others made up: `github_token`, `X-Amz-Security-Token`, `newPassword`."""
SEPARATORS = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 64
"""Characters; a longer name is text."""


def secret_name(name: str) -> str:
    """What the value under `name` is called, "" when it is no secret.

    Letter case and separators do not matter: accessToken, Access-Token and access_token are one.
    """
    return _kind_of(name) if len(name) <= LONGEST_NAME else ""


@lru_cache(maxsize=1024)
def _kind_of(name: str) -> str:
    plain = SEPARATORS.sub("", name.lower())
    known = SECRET_NAMES.get(plain)
    if known is not None:
        return known
    return next((kind for ending, kind in ENDINGS.items() if plain.endswith(ending)), "")
