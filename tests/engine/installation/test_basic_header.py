"""A connector of a server that takes a client in a Basic header and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.transport import TransportError, WsgiTransport
from mockauth.engine.installation import login
from mockauth.engine.installation.arrival import Arrival
from mockauth.engine.installation.dealings import World
from mockauth.engine.installation.installation import Connection, Installation
from mockauth.engine.installation.keeper import Keeper
from mockauth.engine.installation.login import Callback
from mockauth.engine.installation.pending import Way
from mockauth.engine.installation.use import refresh
from mockauth.manifest.mcp import Document, McpService
from mockauth.store.store import open_store
from mockauth.wire import Request, Response, Secret
from mockauth.wire.message import first, pairs_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BASE = "http://localhost:5000"
PAGES = "http://localhost:3000"
KNOWN = ("the-code", "the-refresh-token")
METADATA = {"authorization_endpoint": f"{BASE}/authorize", "token_endpoint": f"{BASE}/token"}
CONNECTOR = Installation(
    id="plugin-00000000-0000-4000-8000-000000000000",
    owner="",
    target=f"{BASE}/mcp",
    profile="mcp",
    kind="oauth",
    mcp=McpService(url=f"{BASE}/mcp", servers=(Document(url="", data=METADATA),)),
    auth_method="client_secret_basic",
    client_id="the-client",
    client_secret=Secret("the-secret-of-the-client"),
)


def strict(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """A token endpoint that calls a client in the body a second method of authentication."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    sent = dict(pairs_of(body))
    is_basic = environ.get("HTTP_AUTHORIZATION", "").startswith("Basic ")
    status, answer = "400 Bad Request", {"error": "invalid_grant"}
    if not is_basic or "client_id" in sent:
        answer = {"error": "invalid_request"}
    elif {*KNOWN} & {*sent.values()}:
        status, answer = "200 OK", {"access_token": "at-new", "token_type": "Bearer"}
    start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [json.dumps(answer).encode()]


@pytest.fixture
def world() -> Iterator[World]:
    """The pages before that server."""
    with open_store("memory") as store:
        yield World(
            keeper=Keeper(store),
            mask=lambda exchange, secrets, profile: {"response": None},
            transport=lambda: WsgiTransport(strict),
        )


def test_a_code_is_exchanged_where_the_body_may_not_name_the_client(world: World) -> None:
    person = world.keeper.new_person()
    connector = replace(CONNECTOR, owner=person)
    world.keeper.keep(connector)
    state = "00000000-0000-4000-8000-000000000001"
    away = login.start(world, connector, person, base=PAGES, way=Way.OWN, state=state)
    back = first(pairs_of(away.partition("?")[2]), "redirect_uri")

    callback = Callback(url=f"{back}?code={KNOWN[0]}&state={state}")
    landed = login.arrive(world, connector, person, callback)

    assert landed.arrival is Arrival.CONNECTED


class Silent(WsgiTransport):
    """A network on which nobody answers."""

    asked = 0

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Count the request, and give up."""
        self.asked += 1
        raise TransportError("no answer")


def test_where_nobody_answers_the_place_is_asked_for_once(world: World) -> None:
    person = world.keeper.new_person()
    silent = Silent(strict)
    silent_world = replace(world, transport=lambda: silent)
    kept = Connection(installation=CONNECTOR.id, person=person, refresh_token=Secret(KNOWN[1]))
    connector = replace(CONNECTOR, owner=person)
    world.keeper.keep(connector)

    assert refresh(silent_world, connector, kept).problem
    assert silent.asked == 2


def test_a_token_is_refreshed_where_the_body_may_not_name_the_client(world: World) -> None:
    person = world.keeper.new_person()
    connector = replace(CONNECTOR, owner=person)
    world.keeper.keep(connector)
    kept = Connection(installation=connector.id, person=person, refresh_token=Secret(KNOWN[1]))

    assert refresh(world, connector, kept).is_refreshed
