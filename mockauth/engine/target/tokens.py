"""The tokens of a run: fresh ones, and the one that ordinary calls are made with."""

from __future__ import annotations

from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import Grant, read_token
from mockauth.engine.target import browsers, requests
from mockauth.engine.target.subject import Subject


def fresh_grant(subject: Subject, *, user: str = "first", client: Client | None = None) -> Grant:
    """Tokens from a whole new flow, recorded as supply."""
    with subject.during("supply"):
        return from_flow(subject, user=user, client=client)


def from_flow(subject: Subject, *, user: str = "first", client: Client | None = None) -> Grant:
    """Tokens from a whole new flow; empty ones where no code came."""
    code = browsers.fresh_code(subject, user=user, client=client)
    return read_token(requests.exchange(subject, code, client).response) if code else Grant()


def keep(subject: Subject, grant: Grant) -> None:
    """Make `grant` the one that calls are made with."""
    subject.grant, subject.granted_at = grant, subject.clock.now()


def for_api(subject: Subject) -> str:
    """An access token of the first user that has not expired, or the one that was given."""
    lifetime = subject.grant.expires_in
    if lifetime is not None and subject.clock.now() - subject.granted_at > lifetime - 1:
        renewed = fresh_grant(subject)
        if renewed.access_token:
            keep(subject, renewed)
    return subject.grant.access_token or subject.target.given.token.reveal()
