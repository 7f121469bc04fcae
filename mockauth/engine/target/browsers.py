"""The browsers of the users: authorization requests, driven to their end."""

from __future__ import annotations

from mockauth.browser.form import Credentials, Decision
from mockauth.browser.landing import Landing
from mockauth.browser.session import Edit, Session
from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.client import Client
from mockauth.engine.target.subject import Subject
from mockauth.wire import Request


def authorize(
    subject: Subject,
    request: Request,
    redirect_uris: tuple[str, ...] = (),
    *,
    user: str = "first",
    fresh: bool = False,
    decision: Decision = "allow",
    edit: Edit | None = None,
) -> Landing:
    """Drive an authorization request to its end; a redirect off the site is recorded."""
    allowed = redirect_uris or (subject.target.oauth_client.redirect_uri,)
    session = session_of(subject, user, fresh=fresh)
    landing = session.run(request, redirect_uris=allowed, decision=decision, edit=edit)
    if landing.left:
        subject.driver.capture(landing)
    return landing


def fresh_code(subject: Subject, *, user: str = "first", client: Client | None = None) -> str:
    """A code from the ordinary request, or "" when none came."""
    request = authorization_request(client or subject.target.oauth_client, subject.target.pending())
    return code_at(authorize(subject, request, user=user).params)


def session_of(subject: Subject, user: str = "first", *, fresh: bool = False) -> Session:
    """The browser of a user; `fresh` has no cookies and is not kept."""
    if not fresh and user in subject.sessions:
        return subject.sessions[user]
    target, given = subject.target, subject.target.given
    name, password = given.username, given.password
    if user == "second":
        name, password = given.other_username, given.other_password
    session = Session(
        send=subject.driver.send,
        credentials=Credentials(username=name, password=password),
        hosts=target.hosts,
        map_url=target.url_map,
        refuses=subject.driver.reach,
        pages=target.pages,
        follow_only=target.follow_only,
        overrides=target.overrides,
        obeyed=target.obeyed,
    )
    if not fresh:
        subject.sessions[user] = session
    return session
