"""Text on a page: mockauth's own words as they are, that of others without secrets, on one line."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, g

from mockauth.engine.installation.dealings import secrets_of
from mockauth.engine.installation.installation import Connection, Installation
from mockauth.wire.one_line import one_line
from mockauth.wire.secret import Secrets
from mockauth.wire.url import origin
from mockauth.wire.words import amount, render

LONGEST = 500
LONGEST_BODY = 20_000
"""Characters of a body on a page."""


def add_filters(blueprint: Blueprint) -> None:
    """Teach the templates of a blueprint how text is shown."""
    for one in (told, foreign, body, moment, origin, amount):
        blueprint.add_app_template_filter(one, f"mockauth_{one.__name__}")


def about(installation: Installation, connection: Connection | None) -> None:
    """Say whose secrets must not be on the page of this request."""
    g.mockauth_secrets = secrets_of(installation, connection)
    g.mockauth_profile = installation.profile


def told(message: str) -> str:
    """A message of mockauth's, with text of others in it."""
    return render(message, _secrets(), profile=g.get("mockauth_profile", "plugin"))


def foreign(text: str) -> str:
    """A text of others, at most `LONGEST` characters of it."""
    shown = one_line(_secrets().scrub(text, LONGEST))[:LONGEST]
    return f"{shown}…" if len(text) > LONGEST else shown


def body(text: str) -> str:
    """A body that is masked already, cut; its lines stay."""
    return f"{text[:LONGEST_BODY]}… (cut here)" if len(text) > LONGEST_BODY else text


def moment(at: float | str) -> str:
    """A time of day; `at` is in seconds since the epoch, or in ISO 8601."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at).timestamp()
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _secrets() -> Secrets:
    found = g.get("mockauth_secrets")
    return found if isinstance(found, Secrets) else Secrets()
