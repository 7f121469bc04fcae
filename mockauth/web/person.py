"""Whose request it is: a random name in the session cookie, and whether the admin token was given."""

from __future__ import annotations

import hmac

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface

from mockauth.engine.installation.keeper import Keeper

COOKIE = "mockauth_chatgpt"


class BoundSessions(SecureCookieSessionInterface):
    """Flask's signed cookie. Over https it is bound to this very host, for which browsers want
    `Secure` and the whole path (RFC 6265bis section 4.1.3.2)."""

    def get_cookie_name(self, app: Flask) -> str:
        """The name of the cookie."""
        return f"__Host-{COOKIE}" if request.is_secure else COOKIE

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether it is sent over https only."""
        return request.is_secure


def person(keeper: Keeper) -> str:
    """The person of this browser; a new one where there is none."""
    known = known_person(keeper)
    if known:
        return known
    session["person"] = keeper.new_person()
    session.permanent = True
    return str(session["person"])


def known_person(keeper: Keeper) -> str:
    """The person of this browser; "" where no session came along, or one of another store."""
    named = str(session.get("person", ""))
    return named if keeper.knows(named) else ""


def is_admitted(token: str) -> bool:
    """Whether this session gave the admin token, or none is wanted."""
    return not token or session.get("admitted") == fingerprint(token)


def admit(token: str, given: str) -> bool:
    """Let this session in where the token is right."""
    if not hmac.compare_digest(token.encode(), given.encode("utf-8", "replace")):
        return False
    session["admitted"] = fingerprint(token)
    return True


def fingerprint(token: str) -> str:
    """What a session keeps of the admin token: a new token ends the sessions of the old one."""
    return hmac.new(b"mockauth pages", token.encode(), "sha256").hexdigest()
