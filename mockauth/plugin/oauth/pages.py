"""The plugin's own pages: login, consent, error. They leak nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from flask import Response
from jinja2 import Environment, Template
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.oauth.shape import Shape
from mockauth.plugin.oauth.texts import ENGLISH
from mockauth.wire.message import pairs_of
from mockauth.wire.url import origin

LAYOUT = """<!doctype html>
<html lang="{{ words.lang }}" dir="{{ words.direction }}"><head><meta charset="utf-8"><title>{{ title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}
input,button{font:inherit;padding:.4rem .6rem;margin:.2rem 0;width:100%;box-sizing:border-box}
[type=radio]{width:auto}
</style></head><body><h1>{{ title }}</h1>"""
NOTE = """{% if note %}<p role="alert">{{ note }}</p>{% endif %}
"""
END = "</body></html>"
TURBO = """// Does with forms what Turbo does, for faults that need such a library.
addEventListener("submit", async event => {
  if (event.target.closest("[data-turbo=false]")) return
  event.preventDefault()
  const form = new FormData(event.target, event.submitter)
  const answer = await fetch(event.target.action, {method: "POST", body: new URLSearchParams(form)})
  document.body.innerHTML = await answer.text()
})
"""
BY_SCRIPT = "<p>One moment …</p><script>location.replace({{ url|tojson }})</script>"
BY_FORM = """<form method="post" action="{{ url.partition('?')[0] }}">
{% for name, value in fields %}<input type="hidden" name="{{ name }}" value="{{ value }}">{% endfor %}
</form><script>document.forms[0].submit()</script>"""
ERROR = (
    LAYOUT
    + """<p>{{ text }}</p>
{% if reasons %}<ul>{% for reason in reasons %}<li>{{ reason }}</li>{% endfor %}</ul>{% endif %}
</body></html>"""
)


@dataclass(frozen=True, kw_only=True)
class LoginForm:
    """What a login page holds: `onward` is where the login leads, `origins` what may follow it,
    `note` says what was wrong, `kind` is the type of the field for the name."""

    action: str
    onward: str
    csrf: str
    origins: str
    note: str = ""
    hint: str = ""
    kind: str = "text"
    method: str = "post"


def login(shape: Shape, step: int, form: LoginForm) -> BaseResponse:
    """One of the login pages of a shape."""
    words = shape.words
    html = template(LAYOUT + NOTE + shape.login[step].body + END).render(
        title=words.log_in,
        words=words,
        action=form.action,
        onward=form.onward,
        csrf=form.csrf,
        note=form.note,
        hint=visible(form.hint),
        kind=form.kind,
        method=form.method,
    )
    return private(Response(html), f"'self' {form.origins}{shape.policy}")


@dataclass(frozen=True, kw_only=True)
class ConsentForm:
    """What a consent page holds: `back` is the origin that the answer goes to, `host` the one that
    describes the client, `local` whether any program of the user's machine could be the client."""

    client: str
    back: str
    scope: str
    action: str
    csrf: str
    host: str = ""
    local: bool = False
    back_shown: bool = True


def consent(shape: Shape, form: ConsentForm) -> BaseResponse:
    """The consent page. Chromium applies form-action to the redirect that follows, so the
    validated origin of the callback is named."""
    html = template(LAYOUT + shape.consent + END).render(
        title=shape.words.question,
        words=shape.words,
        client=visible(form.client),
        back=visible(form.back) if form.back_shown else "",
        scope=visible(form.scope),
        host=visible(form.host),
        local=form.local,
        action=form.action,
        csrf=form.csrf,
    )
    return private(Response(html), f"'self' {form.back}{shape.policy}")


def onward(how: str, url: str) -> BaseResponse:
    """A page that goes on to the callback by itself; `how` is `Behaviour.goes_on_by`."""
    html = template(LAYOUT + (BY_FORM if how == "form-post" else BY_SCRIPT) + END).render(
        title="Back to the application",
        words=ENGLISH,
        url=url,
        fields=pairs_of(url.partition("?")[2]),
    )
    script = "" if how == "stopped-script" else "; script-src 'unsafe-inline'"
    return private(Response(html), f"'self' {origin(url)}{script}")


def script() -> BaseResponse:
    """The stand-in for a script library."""
    return Response(TURBO, mimetype="text/javascript")


def error(status: int, text: str, reasons: Sequence[str] = ()) -> BaseResponse:
    """A page that leads nowhere; `reasons` are for the author of the application."""
    html = template(ERROR).render(
        title="That did not work",
        words=ENGLISH,
        text=visible(text),
        reasons=list(map(visible, reasons)),
    )
    return private(Response(html, status=status), "'none'")


@cache
def template(source: str) -> Template:
    """A page, compiled once in a process, because that takes longer than all else in a request."""
    return Environment(autoescape=True).from_string(source)


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
