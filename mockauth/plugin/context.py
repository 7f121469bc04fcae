"""One plugin at work: its settings, its memory, its clock."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import Request, request
from werkzeug.sansio.utils import get_current_url

from mockauth.clock import Clock
from mockauth.plugin.behaviour import Policy
from mockauth.plugin.config import ClientConfig, PluginConfig
from mockauth.plugin.faults.active import Switches
from mockauth.plugin.state import State

if TYPE_CHECKING:
    from mockauth.plugin.control.state import Control
    from mockauth.plugin.oauth.signing import Signing


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
    state: State
    clock: Clock
    switches: Switches = field(default_factory=Switches)
    now: Now = field(default_factory=lambda: Now())
    signing: Signing | None = None
    control: Control | None = None

    def rearm(self) -> None:
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
    def policy(self) -> Policy:
        """The behaviours, with the faults that are on for this request."""
        return (self.now.config or self.base).policy


def at_hand() -> Request:
    """The request at hand, for those who look at it more than once: `request` itself is a proxy,
    and finds it anew each time (0.3 µs)."""
    found: Request = request._get_current_object()  # type: ignore[attr-defined]  # typed as Request
    return found


def base_url() -> str:
    """The address of this plugin as the client wrote it, without a slash; the issuer."""
    given = at_hand()
    return _base_url(given.scheme, given.host, given.root_path)


@lru_cache(maxsize=256)
def _base_url(scheme: str, host: str, root_path: str) -> str:
    """As Werkzeug spells it, which takes 20 µs."""
    return get_current_url(scheme, host, root_path).rstrip("/")
