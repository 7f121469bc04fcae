"""Using an installed plugin as ChatGPT does: calls with the user's token, which is refreshed when it
has expired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from mockauth.chatgpt.token import read_token
from mockauth.checks.registry import all_checks
from mockauth.engine.flow.basic_header import choose_basic
from mockauth.engine.http.recorder import CALL_SECONDS
from mockauth.engine.installation.dealings import World, dealing
from mockauth.engine.installation.installation import Connection, Installation, granted
from mockauth.engine.installation.operation_form import form_of, request_of
from mockauth.engine.installation.remark import Remark, remarks
from mockauth.engine.installation.token_message import MISSING_CREDENTIALS, missing_token
from mockauth.engine.result.verdict import judge
from mockauth.engine.target import requests
from mockauth.engine.target.subject import Subject
from mockauth.wire import Exchange, Response
from mockauth.wire.words import Words, render, say

READ_AREAS = ("transport",)
"""Areas whose checks read the answer of a call: its length, its time."""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to change, and the rule that a run judges it by."""

    fix: Words
    check: str


NO_REFRESH_TOKEN = Advice(
    fix=say(
        "Issue a refresh_token with the access token, or an access token that does not expire."
    ),
    check="grant.refresh-token-present",
)
NOT_REFRESHED = Advice(
    fix=say(
        "Answer grant_type=refresh_token with a new access_token as long as the refresh token is "
        "good; what was answered is below."
    ),
    check="refresh.works",
)
REFUSED: Mapping[str, Advice] = MappingProxyType(
    {
        "oauth": Advice(
            fix=say(
                "Accept the access token that the token endpoint ({authorization_url}) issued, in the "
                "header Authorization."
            ),
            check="api.valid-token-accepted",
        ),
        "user_http": Advice(
            fix=say(
                "Is it a key that your API knows? Take it back on the plugin's page and paste the "
                "right one; the API must accept it in the header Authorization."
            ),
            check="api.valid-token-accepted",
        ),
        "service_http": Advice(
            fix=say(
                "Is it the token that your API knows? Give the right one on the plugin's page; the "
                "API must accept it in the header Authorization."
            ),
            check="service.token-accepted",
        ),
        "none": Advice(
            fix=say(
                "With auth type none ChatGPT sends no credentials: ask for none, or declare a type."
            ),
            check="none.api-open",
        ),
    }
)
"""By auth type, what to do when the API refuses the credentials."""


@dataclass(frozen=True, kw_only=True)
class Used:
    """What came of a call. `problem` says why none was made, or what ChatGPT makes of it."""

    exchange: Mapping[str, Any] | None = None
    """The last one, masked."""
    answer: Response | None = field(default=None, repr=False)
    """What the API answered, as it came; never for a page."""
    is_refreshed: bool = False
    """The token had expired, and was refreshed first."""
    shown: str = ""
    """What ChatGPT would have shown; "" where it goes on."""
    problem: str = ""
    advice: Advice | None = None
    remarks: tuple[Remark, ...] = ()
    limits: tuple[str, ...] = ()
    """ChatGPT's limits, each with what was measured."""


def use(
    world: World,
    installation: Installation,
    connection: Connection,
    number: int,
    filled: Mapping[str, str],
) -> Used:
    """Call an operation with what was filled in; `number` is its place in the document."""
    with dealing(world, installation, connection.person, connection) as subject:
        refreshed = False
        if installation.kind == "oauth" and connection.is_expired(world.clock.now()):
            wrong = _renew(world, subject, connection)
            if wrong is not None:
                return wrong
            refreshed = True
        openapi = subject.target.openapi
        if openapi is None or number >= len(openapi.operations):
            return Used(problem=say("The OpenAPI document has no such operation any more."))
        operation = openapi.operations[number]
        refused = subject.target.url_map.refuses(subject.target.base_url)
        if refused:
            return Used(problem=say("The API is not called: {}", refused))
        request = request_of(
            subject, form_of(openapi, operation), filled, _token(subject, installation, connection)
        )
        exchange = subject.driver.send(request, "api")
        return Used(
            exchange=_masked(world, subject, exchange),
            answer=exchange.response,
            is_refreshed=refreshed,
            problem=_problem(exchange, has_credentials=installation.kind != "none"),
            advice=REFUSED.get(installation.kind) if _is_refused(exchange) else None,
            remarks=tuple(_found(subject)),
            limits=_limits(subject, exchange),
        )


def refresh(world: World, installation: Installation, connection: Connection) -> Used:
    """Refresh the token now, as ChatGPT does from time to time."""
    with dealing(world, installation, connection.person, connection) as subject:
        return _renew(world, subject, connection) or Used(is_refreshed=True)


def expire(world: World, connection: Connection) -> Connection:
    """Let the token expire: the next use refreshes it first."""
    over = replace(connection, expires_at=world.clock.now())
    world.keeper.connect(over)
    return over


def _renew(world: World, subject: Subject, connection: Connection) -> Used | None:
    """Refresh, and keep the new tokens; what to show where that fails."""
    if not connection.refresh_token:
        return Used(
            shown=MISSING_CREDENTIALS,
            problem=say(
                "The access token has expired and the token endpoint gave no refresh_token, so the "
                "user must log in again."
            ),
            advice=NO_REFRESH_TOKEN,
        )
    choose_basic(subject)
    exchange = requests.refresh(subject, connection.refresh_token.reveal())
    grant = read_token(exchange.response)
    if not grant.access_token:
        told = missing_token(exchange, subject.driver.secrets)
        return Used(
            exchange=_masked(world, subject, exchange),
            shown=told,
            problem=say("The token could not be refreshed, so the user must log in again."),
            advice=NOT_REFRESHED,
            remarks=tuple(_found(subject, "grant", "refresh", "token")),
        )
    renewed = granted(connection, grant, world.clock.now())
    world.keeper.connect(renewed)
    subject.grant = grant
    return None


def _masked(world: World, subject: Subject, exchange: Exchange) -> Mapping[str, Any]:
    return world.mask(exchange, subject.driver.secrets, subject.target.profile.name)


def _token(subject: Subject, installation: Installation, connection: Connection) -> str | None:
    if installation.kind in ("oauth", "user_http"):
        return subject.grant.access_token or connection.access_token.reveal()
    return installation.service_token.reveal() if installation.kind == "service_http" else None


def _problem(exchange: Exchange, *, has_credentials: bool) -> str:
    answer = exchange.response
    if answer is None:
        return say("No answer: {}", exchange.error)
    if _is_refused(exchange):
        what = say("the credentials") if has_credentials else say("a call without credentials")
        return say("The API refused {} with status {}.", what, answer.status)
    return "" if answer.ok else say("The API answered with status {}.", answer.status)


def _is_refused(exchange: Exchange) -> bool:
    return exchange.answer.status in (401, 403)


def _limits(subject: Subject, exchange: Exchange) -> tuple[str, ...]:
    """Both limits, with what was measured."""
    most = subject.target.profile.api_characters
    size, seconds = exchange.answer.characters, exchange.elapsed_ms / 1000
    told = (
        say("{} of {} characters", size, most),
        say("{:.2f} of {:.0f} seconds", seconds, CALL_SECONDS),
    )
    return tuple(render(one, subject.driver.secrets) for one in told)


def _found(subject: Subject, *areas: str) -> Iterator[Remark]:
    evidence = subject.target.evidence(subject.driver.trace)
    for check in all_checks():
        if check.rule.area in (areas or READ_AREAS) and check.rule.kind == "read":
            result = judge(check, evidence)
            if result.exchanges:
                profile = subject.target.profile.name
                yield from remarks([result], subject.driver.secrets, {}, profile=profile)
