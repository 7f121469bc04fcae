"""The parts of a sign-in that every profile has: through the pages, a call, a refresh."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from mockauth.chatgpt.token import read_token
from mockauth.checks.refusal import says_error
from mockauth.engine.events import Event, Noted
from mockauth.engine.flow.fallbacks import (
    ask_for_code,
    ask_for_host,
    diagnose,
    give_up,
    note_dropped,
    note_unsendable,
    other_callback,
)
from mockauth.engine.target import requests, tokens
from mockauth.engine.target.discovery import WALLS
from mockauth.engine.target.operations import without_token
from mockauth.engine.target.subject import Subject
from mockauth.wire.trace import Fallback
from mockauth.wire.words import say


def authorize_user(subject: Subject) -> Generator[Event, None, str]:
    """The code of the ordinary login, or of what the run goes on with; "" for none."""
    landing, code = ask_for_code(subject)
    if landing.outcome == "error_page":
        refused = subject.target.oauth_client.redirect_uri
        accepted = other_callback(subject)
        if accepted:
            yield Noted(say("{} was refused; the run goes on with {}", refused, accepted))
            landing, code = ask_for_code(subject)
    subject.target = replace(subject.target, login=landing)
    if code and landing.pressed:
        yield Noted(say("signed in by pressing {}", landing.way))
    if not code:
        note_dropped(subject)
        note_unsendable(subject, landing)
    elif landing.stopped_by:
        subject.target = replace(subject.target, stopped_by=landing.stopped_by)
    if subject.target.dropped or subject.target.unsendable:
        return ""
    if landing.reason == "may-not-visit":
        ask_for_host(subject, landing)
    if landing.outcome == "stuck":
        give_up(subject, landing)
    if not code:
        with subject.during("fallback", fallback=Fallback.LOGGED_IN):
            _, code = ask_for_code(subject)
    return code or (yield from diagnose(subject))


def call_api(subject: Subject, token: str) -> None:
    """Call the API; where it refuses, look for the cause: ChatGPT's own headers, its User-Agent, or
    a refusal that only stands in the body."""
    operation = subject.target.operation
    if operation is None:
        return
    answer = requests.call(subject, operation, token).answer
    if answer.ok:
        if says_error(answer):
            subject.once(without_token)
        return
    plain = requests.call_plainly(subject, operation, token).answer
    if plain.status in WALLS:
        requests.call_as_browser(subject, operation, token)


def refresh_once(subject: Subject) -> None:
    """Refresh, and call the API with the new token."""
    refresh_token = subject.grant.refresh_token
    again = read_token(requests.refresh(subject, refresh_token).response)
    if not again.access_token:
        return
    tokens.keep(subject, replace(again, refresh_token=again.refresh_token or refresh_token))
    if subject.target.operation:
        requests.call(subject, subject.target.operation, again.access_token)
