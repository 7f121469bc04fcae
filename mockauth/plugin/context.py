"""One plugin at work: its settings, its memory, its clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockauth.clock import Clock
from mockauth.plugin.active_faults import Switches
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import ClientConfig, PluginConfig
from mockauth.plugin.fetch import Bounds, Fetched, fetch
from mockauth.plugin.state import PluginState

if TYPE_CHECKING:
    from mockauth.plugin.control_state import Control
    from mockauth.plugin.signing import Signing


class Now(threading.local):
    """The settings of the request that this thread serves; None where they are those of the app.

    They are asked for 60 times in a sign-in: too often for what Flask offers (`g`).
    """

    config: PluginConfig | None = None


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """What every part of one app shares. `signing` is there where tokens are JWTs,
    `control` where it can be changed while it runs."""

    base: PluginConfig
    state: PluginState
    clock: Clock
    switches: Switches = field(default_factory=Switches)
    now: Now = field(default_factory=lambda: Now())
    signing: Signing | None = None
    control: Control | None = None
    fetch: Callable[[str, Bounds], Fetched] = fetch
    """How what a client names is fetched; raises `FetchError`."""

    def reset_faults(self) -> None:
        """Switch on the faults of the settings that have a trigger, and no others."""
        with self.switches.lock:
            self.switches.armed.clear()
            for fault in self.base.faults:
                if fault.trigger is not None:
                    self.switches.switch_on(fault, fault.trigger, self.clock.now())

    @property
    def config(self) -> PluginConfig:
        """The settings, with the faults that are on for this request."""
        return self.now.config or self.base

    @property
    def clients(self) -> tuple[ClientConfig, ...]:
        """The clients of the settings, and those that have registered since."""
        with self.state.lock:
            registered = tuple(self.state.clients.values())
        return (*self.config.clients, *registered)

    def client(self, client_id: str) -> ClientConfig | None:
        """The client of that id, or None."""
        given = next((one for one in self.config.clients if one.id == client_id), None)
        with self.state.lock:
            return given or self.state.clients.get(client_id)

    @property
    def policy(self) -> Behaviour:
        """The behaviours, with the faults that are on for this request."""
        return (self.now.config or self.base).policy
