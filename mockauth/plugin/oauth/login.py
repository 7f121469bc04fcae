"""The user's side of the authorize endpoint: who is signed in, the login form, form tokens."""

from __future__ import annotations

import hmac
import re
import secrets

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth import pages
from mockauth.wire.message import first, pairs_of
from mockauth.wire.url import origin

SENDABLE = re.compile(r"[\x21-\x7e]*")
"""What our own `next` is made of: an encoded query, which can stand in a Location."""
TOO_OLD = "This page is too old. Go back to ChatGPT and start again."


def login_page(plugin: Plugin, onward: str, note: str = "", hint: str = "") -> BaseResponse:
    """The login form; `onward` is where a right password leads."""
    origins = " ".join(dict.fromkeys(filter(None, map(origin, _redirect_uris(plugin, onward)))))
    kind = "email" if plugin.policy.names_are_addresses else "text"
    return pages.login(url_for("oauth.login"), onward, form_token(), origins, note, hint, kind)


def login(plugin: Plugin) -> BaseResponse:
    """The answer to the login form."""
    onward = request.form.get("next", "")
    policy = plugin.policy
    if policy.login_csrf and not form_token_fits():
        return pages.error(400, TOO_OLD)
    if not SENDABLE.fullmatch(onward):
        return pages.error(400, TOO_OLD)
    if policy.next_checked and not onward.startswith(url_for("oauth.authorize") + "?"):
        return pages.error(400, TOO_OLD)
    for user in plugin.config.users:
        given = request.form.get("password", "").encode("utf-8", "surrogatepass")
        right = hmac.compare_digest(given, user.password.encode())
        if user.name == request.form.get("username") and right:
            session["user"] = user.name
            return redirect(onward, 303)
    return login_page(plugin, onward, "Wrong user name or password.")


def signed_in(plugin: Plugin) -> str | None:
    """The user of this session."""
    user = session.get("user")
    return user if user is not None and plugin.config.user(user) else None


def hint_of(onward: str) -> str:
    """The user name that the authorization request suggests (OpenID Connect Core 3.1.2.1)."""
    pairs = pairs_of(onward.partition("?")[2])
    return first(pairs, "login_hint") or ""


def form_token() -> str:
    """The hidden token of this session's forms."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(16)
    return str(session["csrf"])


def form_token_fits() -> bool:
    """Whether the form comes from a page of this session (RFC 6749 section 10.12)."""
    kept, given = session.get("csrf", ""), request.form.get("csrf_token", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode("utf-8", "surrogatepass"))


def _redirect_uris(plugin: Plugin, onward: str) -> tuple[str, ...]:
    """The callbacks of the client that asks: those of others have no place in its page's policy."""
    client = plugin.client(first(pairs_of(onward.partition("?")[2]), "client_id") or "")
    return plugin.config.registered(client) if client else ()
