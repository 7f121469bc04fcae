"""The browsers of the users: authorization requests, driven to their end."""

from __future__ import annotations

from dataclasses import replace

from mockauth.browser.form import Credentials, Decision, Edit
from mockauth.browser.landing import OURS, Landing
from mockauth.browser.login_driver import LoginDriver
from mockauth.browser.session import Session
from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.client import Client
from mockauth.checks.finding import Blocked, NoOtherForm
from mockauth.engine.target.markup import markup
from mockauth.engine.target.subject import Subject
from mockauth.wire import Request, Secret
from mockauth.wire.words import say

WRONG_PASSWORDS = ("wrong-password", "password-in-other-case", "no-password")
TRIED = (*WRONG_PASSWORDS, "markup")
"""Users who do not exist: no other driver may sign in for them with the right password."""
WRONG = "Never-The-Password-4711!"
"""Of a form that most rules for passwords allow. No part of the right one may be in it."""


def authorize(
    subject: Subject,
    request: Request,
    redirect_uris: tuple[str, ...] = (),
    *,
    user: str = "first",
    fresh: bool = False,
    decision: Decision = "allow",
    edit: Edit | None = None,
    wary: bool = False,
) -> Landing:
    """Drive an authorization request to its end; a redirect off the site is recorded. `wary` of one
    to refuse, it takes a page that is none of the flow's for the refusal.

    Raises:
        Blocked: a probe's login failed for a reason that says nothing of the server.
    """
    allowed = redirect_uris or (subject.target.oauth_client.redirect_uri,)
    session = session_of(subject, user, fresh=fresh)
    with subject.wary(wary):
        landing = session.run(request, redirect_uris=allowed, decision=decision, edit=edit)
    if landing.reason in OURS and subject.driver.purpose in ("supply", "altered", "control"):
        raise Blocked(say("the login failed: {}", landing.hint))
    if landing.left:
        subject.driver.capture(landing)
    return landing


def fresh_code(subject: Subject, *, user: str = "first", client: Client | None = None) -> str:
    """A code from the ordinary request, or "" when none came."""
    pending = subject.target.pending()
    if client is None:
        request = authorization_request(subject.target.oauth_client, pending)
        return code_at(authorize(subject, request, user=user).params)
    request = authorization_request(client, replace(pending, redirect_uri=client.redirect_uri))
    return code_at(authorize(subject, request, (client.redirect_uri,), user=user).params)


def session_of(subject: Subject, user: str = "first", *, fresh: bool = False) -> LoginDriver:
    """The browser of a user; `fresh` has no cookies and is not kept."""
    if not fresh and user in subject.sessions:
        return subject.sessions[user]
    if user in TRIED:
        return form_session(subject, user)
    session = subject.logins.driver(form_session(subject, user), subject.target, subject.driver)
    if not fresh:
        subject.sessions[user] = session
    return session


def _not_the(password: Secret, user: str) -> Secret:
    """Another password than the right one; of a user without one, what is left out as the form is sent.

    Raises:
        NoOtherForm: there is none in other letter case.
    """
    if user != "password-in-other-case":
        return Secret(WRONG)
    other = password.reveal().swapcase()
    if other == password.reveal():
        raise NoOtherForm(say("the password has no letters"))
    return Secret(other)


def form_session(subject: Subject, user: str = "first") -> Session:
    """A new HTTP session of a user, which fills in forms whatever --login says."""
    target, given = subject.target, subject.target.given
    name, password = given.username, given.password
    if user == "second":
        name, password = given.other_username, given.other_password
    elif user in TRIED:
        name = markup("user-name") if user == "markup" else name
        password = _not_the(password, user)
    return Session(
        send=subject.driver.send,
        credentials=Credentials(username=name, password=password),
        breaks_rules=user in ("markup", "no-password"),
        hosts=target.hosts,
        map_url=target.url_map,
        refuses=subject.driver.reach,
        pages=target.pages,
        follow_only=target.follow_only,
        is_wary=lambda: subject.is_wary,
        walked=subject.walked,
        overrides=target.overrides,
        obeyed=target.obeyed,
        known_to=target.known_to,
    )
