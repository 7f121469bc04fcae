"""How the pages are set up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mockauth.clock import Clock, SystemClock
from mockauth.engine.http.transport import SocketTransport, Transport
from mockauth.engine.target.dns import Resolver, system_addresses

if TYPE_CHECKING:
    from mockauth.plugin.control.actions import PluginControl


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A plugin whose credentials are published samples, offered with everything filled in."""

    target: str = ""
    """Its address; "" is this server itself."""
    plugin_id: str = ""
    client_id: str = ""
    client_secret: str = ""
    service_token: str = ""
    key: str = ""
    hint: str = ""
    """What to log in with."""
    form: Mapping[str, str] = field(default_factory=dict)
    """The fields of the editor's form where it is a GPT Action; empty for a plugin."""
    is_mcp: bool = False
    """It is an MCP server, whose client registers itself; `target` is its endpoint."""


@dataclass(frozen=True, kw_only=True)
class PageSettings:
    """Who may use the pages, what is filled in, and what they stand on."""

    store: str = "memory"
    """What is kept where, as `--store` says it."""
    hosts: tuple[str, ...] = ()
    """Host names, besides those of loopback, at which the pages answer."""
    admin_token: str = ""
    """What must be entered first; "" asks for nothing."""
    is_public: bool = False
    """Other machines reach the pages."""
    target: str = ""
    """The address that stands in the form already."""
    plugin_id: str = ""
    sample: Sample | None = None
    has_plugin_side: bool = False
    """The same server plays a plugin, too."""
    controls: Mapping[str, PluginControl] = field(default_factory=dict)
    """The switches of its plugins by name, "" for the only one; none where they must not be touched."""
    kept_from: Callable[[], Sequence[str]] = tuple
    """The hosts that the browser at ChatGPT's address asked for, and was kept from."""
    clock: Clock = field(default_factory=SystemClock)
    transport: Callable[[], Transport] = SocketTransport
    resolve: Resolver = system_addresses
