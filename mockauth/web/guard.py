"""What every page is guarded by: the host, the admin token, form tokens, and headers."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.wrappers import Response as BaseResponse
from wtforms import ValidationError

from mockauth.web.person import is_admitted
from mockauth.web.settings import PageSettings
from mockauth.wire.url import hostname, is_loopback_host

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FORM_SECONDS = 86_400
"""How long a form is good; people leave pages open."""
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("Cache-Control", "no-store"),
    # As ChatGPT's own pages: the plugin sees where its user comes from, not what they looked at.
    ("Referrer-Policy", "strict-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
OPEN = ("chatgpt.sign_in", "chatgpt.static")
"""What is shown to who has not given the admin token."""


def guard(blueprint: Blueprint, settings: PageSettings) -> None:
    """Guard every page of a blueprint; those of other blueprints do not notice."""

    @blueprint.before_request
    def check() -> BaseResponse | tuple[str, int] | None:
        if not _is_own_host(settings):
            return render_template(
                "chatgpt/message.html", title="Wrong host", host=request.host
            ), 403
        if not is_admitted(settings.admin_token) and request.endpoint not in OPEN:
            return redirect(url_for("chatgpt.sign_in"), 303)
        if (
            request.method == "POST"
            and not _is_callback()
            and not has_form_token(request.form.get("csrf_token", ""))
        ):
            return render_template("chatgpt/message.html", title="This page is too old"), 400
        return None

    @blueprint.after_request
    def protect(response: BaseResponse) -> BaseResponse:
        for name, value in HEADERS:
            response.headers.setdefault(name, value)
        if request.endpoint == "chatgpt.static":
            response.headers["Cache-Control"] = "max-age=300"
        return response

    @blueprint.context_processor
    def forms() -> dict[str, object]:
        return {"form_token": form_token, "settings": settings}


def form_token() -> str:
    """The token that every form of this session carries."""
    return str(generate_csrf())


def has_form_token(given: str) -> bool:
    """Whether `given` is a token of this session."""
    try:
        validate_csrf(given, time_limit=FORM_SECONDS)
    except ValidationError:
        return False
    return True


def _is_callback() -> bool:
    """A callback is for the plugin's redirects, which carry the state in place of a token."""
    return request.blueprint in ("callback", "connector")


def _is_own_host(settings: PageSettings) -> bool:
    """Whether the browser was asked for an address of ours: a page of another site whose name was
    pointed at this machine (DNS rebinding) is told nothing."""
    host = hostname(f"//{request.host}")
    if is_loopback_host(host) or host in settings.hosts:
        return True
    return settings.is_public and _is_address(host)


def _is_address(host: str) -> bool:
    """Whether it is an IP address, which nobody can point elsewhere."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
