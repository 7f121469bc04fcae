"""Values for the store, with the least that a test must say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mockauth.store.connection import Connection
from mockauth.store.installation import Installation, new_plugin_id
from mockauth.store.login import PendingLogin
from mockauth.store.person import Person
from mockauth.store.run import Run, RunSummary
from mockauth.store.store import Store
from mockauth.wire.secret import Secret


def installation(owner: Person, **more: Any) -> Installation:
    """A plugin with OAuth whose credentials were pasted."""
    made = Installation(
        plugin_id=new_plugin_id(),
        kind="plugin",
        target="http://localhost:3333",
        owner=owner.id,
        auth="oauth",
        name="Todo",
        manifest='{"schema_version": "v1"}',
        client_id="chatgpt",
        client_secret=Secret("a client secret", "client secret"),
    )
    return replace(made, **more)


def login(of: Installation, person: Person, **more: Any) -> PendingLogin:
    """A login at the installation."""
    made = PendingLogin(
        installation=of.id,
        person=person.id,
        host="chat.openai.com",
        redirect_uri=f"https://chat.openai.com/aip/{of.plugin_id}/oauth/callback",
    )
    return replace(made, **more)


def connection(to: Installation, person: Person, **more: Any) -> Connection:
    """A connection with both tokens."""
    made = Connection(
        installation=to.id,
        person=person.id,
        access_token=Secret("an access token", "access token"),
        refresh_token=Secret("a refresh token", "refresh token"),
    )
    return replace(made, **more)


def run(of: Installation | None = None, report: str = '{"checks": []}', **more: Any) -> Run:
    """A run without findings."""
    summary = RunSummary(
        installation=of.id if of else None,
        target="http://localhost:3333",
        started=1000.0,
        duration_ms=20,
        exit_code=0,
        counts={"pass": 3},
    )
    return Run(summary=replace(summary, **more), report=report)


def installed(store: Store, **more: Any) -> tuple[Installation, Person]:
    """An installation in the store, and its owner."""
    owner = store.add_person()
    return store.install(installation(owner, **more)), owner
