"""The user's side of the authorize endpoint: who is signed in, the login form, form tokens."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import redirect, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth import pages
from mockauth.plugin.oauth.comparison import FITS, same
from mockauth.plugin.oauth.shape import ONE_TIME_CODE, PICTURE_SAYS, SHAPES, Asked, Shape
from mockauth.wire.message import first, pairs_of
from mockauth.wire.url import origin

SENDABLE = re.compile(r"[\x21-\x7e]*")
"""What our own `next` is made of: an encoded query, which can stand in a Location."""
TOO_OLD = "This page is too old. Go back to ChatGPT and start again."


def login_page(plugin: Plugin, onward: str, note: str = "", hint: str = "") -> BaseResponse:
    """The login page that comes next; `onward` is where the login leads."""
    origins = " ".join(dict.fromkeys(filter(None, map(origin, _redirect_uris(plugin, onward)))))
    form = pages.LoginForm(
        action=url_for("oauth.login"),
        onward=onward,
        csrf=form_token(),
        origins=origins,
        note=note,
        hint=hint,
        kind="email" if plugin.policy.names_are_addresses else "text",
        method="get" if plugin.policy.login_by_get else "post",
    )
    page = pages.login(shape_of(plugin), _step(plugin), form)
    if not plugin.policy.hint_escaped:
        page.set_data(page.get_data() + f"<p>Hello {hint}</p>".encode())
    return page


def first_login_page(plugin: Plugin, onward: str) -> BaseResponse:
    """The login page of somebody who comes from the authorize endpoint."""
    _start_again()
    return login_page(plugin, onward, hint=hint_of(onward))


def login(plugin: Plugin) -> BaseResponse:
    """The answer to a login page: the next one, or the way onward."""
    onward = request.values.get("next", "")
    policy, shape = plugin.policy, shape_of(plugin)
    if policy.login_csrf and not form_token_fits(plugin):
        return pages.error(400, TOO_OLD)
    if not SENDABLE.fullmatch(onward):
        return pages.error(400, TOO_OLD)
    if policy.next_checked and not onward.startswith(url_for("oauth.authorize") + "?"):
        return pages.error(400, TOO_OLD)
    if "cookies" in request.form:  # a banner was answered
        return login_page(plugin, onward)
    step = _step(plugin)
    if not all(ANSWERED[asked](plugin) for asked in shape.login[step].asks):
        _start_again()
        return login_page(plugin, onward, shape.words.wrong)
    if step + 1 < len(shape.login):
        session["step"] = step + 1
        return login_page(plugin, onward)
    session["user"] = session["named"]
    _start_again()
    return redirect(onward, 303)


def shape_of(plugin: Plugin) -> Shape:
    """The pages that the plugin shows."""
    return SHAPES[plugin.config.login]


def _step(plugin: Plugin) -> int:
    """Which login page this session is at."""
    return min(int(session.get("step", 0)), len(shape_of(plugin).login) - 1)


def _start_again() -> None:
    for name in ("step", "named"):
        if name in session:
            del session[name]


def _names(plugin: Plugin) -> bool:
    session["named"] = request.values.get("username", "")
    return bool(session["named"])


def _proves(plugin: Plugin) -> bool:
    """Whether the password is that of the user whose name was given."""
    return has_password(plugin, session.get("named"), request.values.get("password"))


def has_password(plugin: Plugin, name: str | None, password: str | None) -> bool:
    """Whether these are the name and the password of a user."""
    given, match = password or "", plugin.policy.password_match
    return any(
        (not plugin.policy.password_checked or FITS[match](given, user.password))
        and user.name == name
        for user in plugin.config.users
    )


ANSWERED: Mapping[Asked, Callable[[Plugin], bool]] = MappingProxyType(
    {
        "username": _names,
        "password": _proves,
        "code": lambda plugin: request.form.get("code") == ONE_TIME_CODE,
        "picture": lambda plugin: request.form.get("captcha", "").lower() == PICTURE_SAYS,
        "stay": lambda plugin: "stay" in request.form,
    }
)
"""Whether a login page sent what it asks for."""


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


def form_token_fits(plugin: Plugin) -> bool:
    """Whether the form comes from a page of this session (RFC 6749 section 10.12)."""
    kept, given = session.get("csrf", ""), request.values.get("csrf_token", "")
    if not plugin.policy.form_token_bound:
        return bool(given)
    return bool(kept) and same(given, kept)


def _redirect_uris(plugin: Plugin, onward: str) -> tuple[str, ...]:
    """The callbacks of the client that asks: those of others have no place in its page's policy."""
    client = plugin.client(first(pairs_of(onward.partition("?")[2]), "client_id") or "")
    return plugin.config.registered(client) if client else ()
