"""Where installations live between two requests: the store, in the words of the state machine."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockauth.engine.installation.facts import facts_of, with_facts
from mockauth.engine.installation.installation import Connection, Installation, Phase
from mockauth.engine.installation.noted import Noted
from mockauth.engine.installation.pending import PendingLogin, Way
from mockauth.store.connection import Connection as KeptConnection
from mockauth.store.installation import Installation as KeptInstallation
from mockauth.store.installation import InstallationSummary, InstallState
from mockauth.store.kept import Outdated
from mockauth.store.login import PendingLogin as KeptLogin
from mockauth.store.timeline import Entry
from mockauth.wire.url import split

if TYPE_CHECKING:
    from mockauth.store.store import Store

STATES: Mapping[Phase, InstallState] = MappingProxyType(
    {
        Phase.UNREADABLE: InstallState.FOUND,
        Phase.FOUND: InstallState.FOUND,
        Phase.VERIFYING: InstallState.GIVEN,
        Phase.READY: InstallState.INSTALLED,
    }
)
ATTEMPTS = 5
"""How often a change is made again when somebody else changed the same in the meantime."""
PAGE = 100
"""Entries of a timeline that are read at once."""
MOST_READ = 5000
"""Entries that are looked through for the last ones of a person."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of the plugin store. Name and target are text of others."""

    id: str
    name: str
    target: str
    kind: str
    is_action: bool
    is_mcp: bool
    phase: Phase
    is_connected: bool


@dataclass(frozen=True)
class Keeper:
    """Keeps what the pages know. Every method is a transaction of its own."""

    store: Store

    def new_person(self) -> str:
        """The id of somebody who was never here."""
        return self.store.add_person().id

    def knows(self, person: str) -> bool:
        """Whether there is a person of that id."""
        return bool(person) and self.store.person(person) is not None

    def listed(self, person: str) -> Sequence[Listed]:
        """All plugins, as one person sees them."""
        return tuple(map(_listed, self.store.installations(person)))

    def installation(self, id: str) -> Installation | None:
        """The plugin of that id."""
        kept = self._kept(id)
        return _installation(kept) if kept is not None else None

    def keep(self, installation: Installation) -> None:
        """Keep it as it is now; of two changes at once the later one stays."""
        for _ in range(ATTEMPTS):
            kept = self._kept(installation.id)
            if kept is None:
                self.store.install(_columns(installation, _new(installation)))
                return
            with suppress(Outdated):
                self.store.save(_columns(installation, kept))
                return
        raise Outdated

    def remove(self, id: str) -> None:
        """Forget it, and everything that belongs to it."""
        kept = self._kept(id)
        if kept is not None:
            self.store.uninstall(kept.id)

    def connection(self, id: str, person: str) -> Connection | None:
        """What one person has of the plugin of that id."""
        kept = self._kept(id)
        found = self.store.connection(kept.id, person) if kept is not None else None
        return _connection(id, found) if found is not None else None

    def connect(self, connection: Connection) -> None:
        """Keep a connection as it is now; nothing where the plugin is gone."""
        kept = self._kept(connection.installation)
        if kept is not None:
            self.store.connect(
                KeptConnection(
                    installation=kept.id,
                    person=connection.person,
                    access_token=connection.access_token,
                    refresh_token=connection.refresh_token,
                    scope=connection.scope,
                    expires=connection.expires_at,
                )
            )

    def disconnect(self, id: str, person: str) -> None:
        """Forget what one person has of it."""
        kept = self._kept(id)
        if kept is not None:
            self.store.disconnect(kept.id, person)

    def disconnect_all(self, id: str) -> None:
        """Forget what everybody has of it."""
        kept = self._kept(id)
        for one in self.store.connections(kept.id) if kept is not None else ():
            self.store.disconnect(one.installation, one.person)

    def await_callback(self, pending: PendingLogin) -> None:
        """Keep a login that starts."""
        kept = self._kept(pending.installation)
        if kept is not None:
            login = KeptLogin(
                state=pending.state,
                installation=kept.id,
                person=pending.person,
                host=pending.host,
                redirect_uri=pending.redirect_uri,
                flow=pending.login,
            )
            self.store.begin_login(login, pending.person)

    def pending(self, state: str) -> PendingLogin | None:
        """The login of that state, untouched."""
        login = self.store.login(state)
        kept = self.store.installation(login.installation) if login is not None else None
        return _pending(login, kept.plugin_id) if login is not None and kept is not None else None

    def take(self, pending: PendingLogin) -> bool:
        """Mark a login as used; False where it was used before. Of two requests at once one gets
        True."""
        claimed = self.store.claim_login(pending.state, pending.installation, pending.person)
        return isinstance(claimed, KeptLogin)

    def note(self, id: str, person: str, login: str, shown: Mapping[str, Any]) -> None:
        """Keep an exchange, masked, behind those before it."""
        kept = self._kept(id)
        if kept is not None:
            line = json.dumps({"person": person, "shown": shown})
            self.store.record(kept.id, [line], flow=login)

    def lately(
        self, id: str, person: str, *, until: int | None = None, most: int
    ) -> Sequence[Noted]:
        """The last exchanges of one person with a plugin, the oldest first; `until` is the number
        of the last one that is wanted."""
        kept = self._kept(id)
        if kept is None:
            return ()
        end = self.store.last_entry(kept.id) if until is None else until
        found: list[Noted] = []
        for start in range(end - PAGE, end - PAGE - MOST_READ, -PAGE):
            entries = self.store.timeline(kept.id, after=max(0, start), most=PAGE + min(0, start))
            found = [*_of_person(entries, person), *found]
            if start <= 0 or len(found) >= most:
                break
        return tuple(found[-most:])

    def last_noted(self, id: str) -> int:
        """The number of the last exchange with a plugin, whoever it was for."""
        kept = self._kept(id)
        return self.store.last_entry(kept.id) if kept is not None else 0

    def _kept(self, id: str) -> KeptInstallation | None:
        """The row of a plugin. Whoever registers one does it for everybody, so there is one."""
        return next(iter(self.store.installations_of(id)), None)


def _of_person(entries: Iterable[Entry], person: str) -> Iterator[Noted]:
    for entry in entries:
        line = json.loads(entry.line)
        if line["person"] == person:
            yield Noted(number=entry.number, at=entry.at, login=entry.flow, shown=line["shown"])


def _new(installation: Installation) -> KeptInstallation:
    return KeptInstallation(
        plugin_id=installation.id,
        kind=installation.profile,
        target=installation.target,
        owner=installation.owner,
        level="service",
        auth="none",
    )


def _columns(installation: Installation, kept: KeptInstallation) -> KeptInstallation:
    is_unread = installation.phase is Phase.UNREADABLE
    return replace(
        kept,
        # A plugin without auth is ready at once, so that "none" and FOUND say that nothing was read.
        auth="none" if is_unread or not installation.kind else installation.kind,
        name=installation.name,
        manifest=facts_of(installation),
        document=installation.openapi.body.decode("utf-8", "replace"),
        document_url=installation.openapi.url,
        client_id=installation.client_id,
        client_secret=installation.client_secret,
        service_token=installation.service_token,
        verification_token=installation.verification_token,
        token_read=installation.published_token or "",
        state=STATES[installation.phase],
    )


def _installation(kept: KeptInstallation) -> Installation:
    bare = Installation(
        id=kept.plugin_id,
        owner=kept.owner,
        target=kept.target,
        profile=kept.kind,
        name=kept.name,
        client_id=kept.client_id,
        client_secret=kept.client_secret,
        service_token=kept.service_token,
        verification_token=kept.verification_token,
    )
    return with_facts(bare, kept)


def _listed(one: InstallationSummary) -> Listed:
    phases = {state: phase for phase, state in STATES.items() if phase is not Phase.UNREADABLE}
    is_unread = (one.auth, one.state) == ("none", InstallState.FOUND)
    return Listed(
        id=one.plugin_id,
        name=one.name,
        target=one.target,
        kind=one.auth,
        is_action=one.kind == "action",
        is_mcp=one.kind == "mcp",
        phase=Phase.UNREADABLE if is_unread else phases.get(one.state, Phase.FOUND),
        is_connected=one.connected is not None,
    )


def _connection(id: str, kept: KeptConnection) -> Connection:
    return Connection(
        installation=id,
        person=kept.person,
        access_token=kept.access_token,
        refresh_token=kept.refresh_token,
        expires_at=kept.expires,
        scope=kept.scope,
    )


def _pending(login: KeptLogin, id: str) -> PendingLogin:
    came_back = split(login.redirect_uri)
    is_own = came_back is not None and came_back.netloc == login.host
    return PendingLogin(
        state=login.state,
        installation=id,
        person=login.person,
        host=login.host,
        redirect_uri=login.redirect_uri,
        way=Way.OWN if is_own else Way.PASTED,
        started_at=login.created,
        login=login.flow,
        used_at=login.claimed,
    )
