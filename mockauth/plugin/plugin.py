"""One plugin at work: its settings, its memory, its clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, has_app_context, request

from mockauth.clock import Clock
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.policy import Policy
from mockauth.plugin.state import State

if TYPE_CHECKING:
    from mockauth.plugin.control.control import Control
    from mockauth.plugin.signing import Signing


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """What every part of one app shares. `signing` is there where tokens are JWTs,
    `control` where it can be changed while it runs."""

    base: PluginConfig
    state: State
    clock: Clock
    signing: Signing | None = None
    control: Control | None = None

    @property
    def config(self) -> PluginConfig:
        """The settings, with the faults that are on for this request."""
        if has_app_context() and "config" in g:
            config: PluginConfig = g.config
            return config
        return self.base

    @property
    def policy(self) -> Policy:
        """The behaviours, with the faults that are on for this request."""
        return self.config.policy


def base_url() -> str:
    """The address of this plugin as the client wrote it, without a slash; the issuer."""
    return request.url_root.rstrip("/")
