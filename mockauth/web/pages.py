"""What every page stands on: the settings, the world, and the plugin that its address names."""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort

from mockauth.engine.installation.dealings import World
from mockauth.engine.installation.installation import Connection, Installation
from mockauth.engine.installation.keeper import Keeper
from mockauth.report.redacted import Redactor
from mockauth.store.store import open_store
from mockauth.web.person import known_person, person
from mockauth.web.settings import PageSettings
from mockauth.web.shown import about


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The pages of one server."""

    settings: PageSettings
    world: World

    def person(self) -> str:
        """The person of this browser; a new one where somebody does something for the first time."""
        return person(self.world.keeper)

    def known_person(self) -> str:
        """The person of this browser; "" where no session came along."""
        return known_person(self.world.keeper)

    def installation(self, id: str) -> Installation:
        """The installation of that id, or a page that says that there is none."""
        found = self.world.keeper.installation(id)
        if found is None:
            abort(404)
        about(found, self.world.keeper.connection(id, self.known_person()))
        return found

    def owned(self, id: str) -> Installation:
        """The same, where this person may change it."""
        found = self.installation(id)
        if found.owner != self.known_person():
            abort(403)
        return found

    def connection(self, installation: Installation) -> Connection | None:
        """What this person has of it."""
        return self.world.keeper.connection(installation.id, self.known_person())


def pages_of(settings: PageSettings) -> Pages:
    """The pages that these settings make."""
    world = World(
        keeper=Keeper(open_store(settings.store, clock=settings.clock)),
        mask=lambda exchange, secrets, profile: Redactor(secrets, profile).exchange(exchange),
        clock=settings.clock,
        transport=settings.transport,
        resolve=settings.resolve,
        is_public=settings.is_public,
    )
    return Pages(settings=settings, world=world)
