"""A user logs in: away to client_url, back at the callback, and the code becomes tokens.

Between the two halves lies a browser, so all that the second needs is kept by the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from mockauth.chatgpt.authorize import Pending, authorization_request, code_at
from mockauth.chatgpt.token import Grant, read_token
from mockauth.checks.registry import all_checks
from mockauth.engine.flow.basic_header import choose_basic
from mockauth.engine.installation.arrival import MEANINGS, Arrival, Meaning
from mockauth.engine.installation.connector import TODAY, callback_path, verifier_of, wrong_issuer
from mockauth.engine.installation.dealings import World, dealing, secrets_of
from mockauth.engine.installation.installation import Connection, Installation, granted
from mockauth.engine.installation.pending import PendingLogin, Way
from mockauth.engine.installation.remark import Remark, remarks
from mockauth.engine.installation.token_message import missing_token
from mockauth.engine.result.verdict import judge
from mockauth.engine.target import requests
from mockauth.engine.target.subject import Subject
from mockauth.profiles import PROFILES
from mockauth.store.login import LIFETIME
from mockauth.wire import Pairs, Request
from mockauth.wire.message import every, first, pairs_of
from mockauth.wire.secret import Secrets
from mockauth.wire.words import render

EXCHANGE, GRANT = "token.exchange-works", "grant."
READ_AREAS = ("callback", "grant", "token")
"""Areas whose checks read what a login leaves in the record."""
SHORTEST_STATE = 12
"""Characters of a state that may be one of ours."""
USE_NOTHING_UP = (Arrival.TWICE, Arrival.OTHER_HOST, Arrival.POSTED)
"""Callbacks after which the right one may still come."""
TOKENS = ("access_token", "code", "id_token")


@dataclass(frozen=True, kw_only=True)
class Callback:
    """What came back, as it came: by the browser, or as an address that was pasted."""

    url: str
    method: str = "GET"
    form: Pairs = ()
    host: str = ""
    """The host that was asked; "" for an address that was pasted."""
    has_session: bool = True
    """Whether the browser sent a session of these pages along."""

    @property
    def query(self) -> Pairs:
        """The parameters of the query."""
        return pairs_of(self.url.partition("#")[0].partition("?")[2])

    @property
    def fragment(self) -> Pairs:
        """The parameters of the fragment, which only a pasted address has."""
        return pairs_of(self.url.partition("#")[2])


@dataclass(frozen=True, kw_only=True)
class Landed:
    """How a login ended, and what was found on the way."""

    arrival: Arrival
    meaning: Meaning | None = None
    remarks: tuple[Remark, ...] = ()
    error: str = ""
    """`error` and its description as the plugin sent them: text of others."""
    exchange: Mapping[str, Any] | None = None
    """The exchange of the code, masked."""
    answered: str = ""
    """What the token endpoint answered, in the words that ChatGPT uses; masked."""

    @property
    def lead(self) -> Remark | None:
        """What to fix first where the exchange failed; None where `meaning` says it already.

        That the exchange failed says least, unless its answer shows why; what is wrong with an answer
        that should hold a token says more.
        """
        if self.arrival is not Arrival.EXCHANGE_FAILED:
            return None
        failed = [one for one in self.remarks if one.id == EXCHANGE]
        shows_why = [one for one in failed if one.is_particular]
        of_answer = [one for one in self.remarks if one.is_fatal and one.id.startswith(GRANT)]
        return next(iter((*shows_why, *of_answer, *failed)), None)


def start(
    world: World, installation: Installation, person: str, *, base: str, way: Way, state: str
) -> str:
    """Start a login; the address that the user's browser goes to. `base` is where these pages are.

    `state` is a UUID, as ChatGPT's was.
    """
    pending = PendingLogin(
        state=state,
        installation=installation.id,
        person=person,
        host=base.partition("://")[2],
        redirect_uri=redirect_uri(installation, base, way),
        way=way,
        started_at=world.clock.now(),
        login=secrets.token_hex(4),
    )
    world.keeper.await_callback(pending)
    with _login(world, installation, pending) as subject:
        return subject.driver.witness(_request(subject, pending), "authorize").request.target


def redirect_uri(installation: Installation, base: str, way: Way) -> str:
    """The callback that is sent, and that the plugin must know."""
    if installation.is_mcp:
        return (TODAY if way is Way.PASTED else base) + callback_path(installation)
    if way is Way.PASTED:
        return PROFILES[installation.profile].redirect_uri(installation.id)
    return f"{base}/aip/{installation.id}/oauth/callback"


def arrive(world: World, installation: Installation, person: str, callback: Callback) -> Landed:
    """The second half: judge the callback, take the state, exchange the code."""
    params = callback.query
    state = first(params, "state") or first((*callback.fragment, *callback.form), "state") or ""
    pending = world.keeper.pending(state) if state else None
    wrong = _wrong(world, installation, person, callback, pending)
    if pending is None or pending.installation != installation.id or pending.person != person:
        _note(world, installation, person, callback)
        ended = _end(None, wrong or Arrival.WRONG_STATE)
        return replace(ended, error=_error(secrets_of(installation), callback))
    if wrong is None or wrong not in USE_NOTHING_UP:
        taken = world.keeper.take(pending)
        wrong = wrong if taken or wrong is Arrival.LATE else Arrival.TWICE
    if wrong in USE_NOTHING_UP:
        _note(world, installation, person, callback, pending.login)
        return _end(None, wrong)
    return _land(world, installation, pending, callback, wrong)


def _note(
    world: World, installation: Installation, person: str, callback: Callback, login: str = ""
) -> None:
    """Keep a callback that nothing more came of, in the record of who it came to."""
    if person:
        with dealing(world, installation, person, login=login) as subject:
            _hide(subject, first(callback.query, "state") or "")
            came = Request(method=callback.method, url=callback.url, params=callback.form)
            subject.driver.witness(came, "callback")


def _wrong(
    world: World,
    installation: Installation,
    person: str,
    callback: Callback,
    pending: PendingLogin | None,
) -> Arrival | None:
    """What is wrong with a callback before its code is looked at; None for nothing."""
    shape = _shape(callback)
    if pending is None or shape is Arrival.POSTED:
        return shape or _stateless(callback)
    if pending.installation != installation.id:
        return Arrival.OTHER_PLUGIN
    if pending.person != person:
        return Arrival.OTHER_SESSION if callback.has_session else Arrival.NOT_BOUND
    if pending.used_at is not None:
        return Arrival.TWICE
    if callback.host and callback.host != pending.host:
        return Arrival.OTHER_HOST
    if world.clock.now() - pending.started_at > LIFETIME:
        return Arrival.LATE
    return shape or _issuer(installation, callback) or _empty(callback)


def _issuer(installation: Installation, callback: Callback) -> Arrival | None:
    return wrong_issuer(installation, first(callback.query, "iss")) if installation.is_mcp else None


def _shape(callback: Callback) -> Arrival | None:
    if callback.method != "GET":
        return Arrival.POSTED
    if any(len(every(callback.query, name)) > 1 for name in ("code", "state")):
        return Arrival.SEVERAL
    carried = {name for name, _ in callback.query} & {"code", "error"}
    if not carried and any(name in TOKENS for name, _ in callback.fragment):
        return Arrival.FRAGMENT
    return None


def _stateless(callback: Callback) -> Arrival:
    if first(callback.query, "state"):
        return Arrival.WRONG_STATE
    named = {name for name, _ in callback.query}
    if "error" in named:
        is_denied = first(callback.query, "error") == "access_denied"
        return Arrival.DENIED_NO_STATE if is_denied else Arrival.REFUSED_NO_STATE
    return Arrival.NO_STATE if "code" in named else Arrival.NO_CODE


def _empty(callback: Callback) -> Arrival | None:
    error = first(callback.query, "error")
    if error is not None:
        return Arrival.DENIED if error == "access_denied" else Arrival.REFUSED
    return None if code_at(callback.query) else Arrival.NO_CODE


def _land(
    world: World,
    installation: Installation,
    pending: PendingLogin,
    callback: Callback,
    wrong: Arrival | None,
) -> Landed:
    with _login(world, installation, pending) as subject:
        # The authorization request went through the browser; here it is known again, not sent.
        subject.driver.watch, watch = lambda exchange: None, subject.driver.watch
        subject.driver.witness(_request(subject, pending), "authorize")
        subject.driver.watch = watch
        came = Request(method=callback.method, url=callback.url, params=callback.form)
        subject.driver.witness(came, "callback")
        if wrong is not None:
            return replace(_end(subject, wrong), error=_error(subject.driver.secrets, callback))
        choose_basic(subject)
        answer = requests.exchange(subject, code_at(callback.query)).response
        grant = read_token(answer)
        if not grant.access_token:
            ended = _end(subject, Arrival.EXCHANGE_FAILED)
            last = subject.driver.trace.last("token")
            known = subject.driver.secrets
            shown = world.mask(last, known, installation.profile) if last else None
            return replace(ended, answered=_answered(subject), exchange=shown)
        _connect(world, installation, pending.person, grant)
        return _end(subject, Arrival.CONNECTED)


def _connect(world: World, installation: Installation, person: str, grant: Grant) -> None:
    new = Connection(installation=installation.id, person=person)
    world.keeper.connect(granted(new, grant, world.clock.now()))


def _end(subject: Subject | None, arrival: Arrival) -> Landed:
    found = tuple(_found(subject)) if subject is not None else ()
    return Landed(arrival=arrival, meaning=MEANINGS.get(arrival), remarks=found)


def _found(subject: Subject) -> Iterator[Remark]:
    """What the checks say of this login. Only what an exchange of it shows is told: the record of
    one login lacks most of what a run has."""
    evidence = subject.target.evidence(subject.driver.trace)
    for check in all_checks():
        if check.rule.area in READ_AREAS and check.rule.kind == "read":
            result = judge(check, evidence)
            if result.exchanges:
                profile = subject.target.profile.name
                yield from remarks([result], subject.driver.secrets, {}, profile=profile)


def _error(known: Secrets, callback: Callback) -> str:
    told = (first(callback.query, name) for name in ("error", "error_description"))
    return render(": ".join(filter(None, told)), known)


def _answered(subject: Subject) -> str:
    """What came of the exchange, in ChatGPT's own words."""
    last = subject.driver.trace.last("token")
    return missing_token(last, subject.driver.secrets) if last is not None else ""


def _request(subject: Subject, pending: PendingLogin) -> Request:
    client = replace(subject.target.oauth_client, redirect_uri=pending.redirect_uri)
    return authorization_request(
        client, Pending(redirect_uri=pending.redirect_uri, state=pending.state)
    )


@contextmanager
def _login(world: World, installation: Installation, pending: PendingLogin) -> Iterator[Subject]:
    with dealing(
        world,
        installation,
        pending.person,
        login=pending.login,
        redirect_uri=pending.redirect_uri,
        verifier=verifier_of(installation, pending.state) if installation.is_mcp else "",
    ) as subject:
        _hide(subject, pending.state)
        yield subject


def _hide(subject: Subject, state: str) -> None:
    """Keep a state out of the record: until it is used, whoever knows it can end the login."""
    if len(state) >= SHORTEST_STATE:
        subject.driver.secrets.add(state, "state")
