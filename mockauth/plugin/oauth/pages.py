"""The plugin's own pages: login, consent, error. They work without script and leak nothing."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, render_template_string
from werkzeug.wrappers import Response as BaseResponse

LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}
input,button{font:inherit;padding:.4rem .6rem;margin:.2rem 0;width:100%;box-sizing:border-box}
</style></head><body><h1>{{ title }}</h1>"""
LOGIN = (
    LAYOUT
    + """{% if note %}<p role="alert">{{ note }}</p>{% endif %}
<form method="post" action="{{ action }}"><input type="hidden" name="csrf_token" value="{{ csrf }}">
<input type="hidden" name="next" value="{{ onward }}">
<label>User name <input name="username" type="{{ kind }}" value="{{ hint }}" autocomplete="username" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required>
</label><button type="submit">Log in</button></form></body></html>"""
)
CONSENT = (
    LAYOUT
    + """<p><strong><bdi>{{ client }}</bdi></strong> at {{ back }} asks for:</p>
<ul>{% for word in scope.split() %}<li>{{ word }}</li>{% endfor %}</ul>
<form method="post" action="{{ action }}">
<input type="hidden" name="csrf_token" value="{{ csrf }}">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form></body></html>"""
)
ERROR = (
    LAYOUT
    + """<p>{{ text }}</p>
{% if reasons %}<ul>{% for reason in reasons %}<li>{{ reason }}</li>{% endfor %}</ul>{% endif %}
</body></html>"""
)


def login(
    action: str,
    onward: str,
    csrf: str,
    origins: str,
    note: str = "",
    hint: str = "",
    kind: str = "text",
) -> BaseResponse:
    """The login page; `onward` is where a right password leads, `origins` what may follow it, `kind`
    the type of the field for the name."""
    html = render_template_string(
        LOGIN,
        title="Log in",
        action=action,
        onward=onward,
        csrf=csrf,
        note=note,
        hint=visible(hint),
        kind=kind,
    )
    return private(Response(html), f"'self' {origins}")


def consent(client: str, back: str, scope: str, action: str, csrf: str) -> BaseResponse:
    """The consent page. Chromium applies form-action to the redirect that follows, so the
    validated origin of the callback is named."""
    html = render_template_string(
        CONSENT,
        title="Allow access?",
        client=visible(client),
        back=visible(back),
        scope=visible(scope),
        action=action,
        csrf=csrf,
    )
    return private(Response(html), f"'self' {back}")


def error(status: int, text: str, reasons: Sequence[str] = ()) -> BaseResponse:
    """A page that leads nowhere; `reasons` are for the author of the application."""
    html = render_template_string(
        ERROR, title="That did not work", text=visible(text), reasons=list(map(visible, reasons))
    )
    return private(Response(html, status=status), "'none'")


def visible(text: str) -> str:
    """A text of somebody else's, in which control and format characters are shown as \\u202e: they
    would turn the sentence round that stands beside them."""
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode("ascii")
        for one in text
    )


def private(response: BaseResponse, form_action: str = "'self'") -> BaseResponse:
    """The headers of everything that shows or carries sign-in data."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
        f"base-uri 'none'; form-action {form_action}"
    )
    return response
