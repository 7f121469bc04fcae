"""The `[serve]` table of the settings file: one plugin, or several, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.plugin.config import PluginConfig

MOST_SHOWN = 5


def plugins_of(
    table: Mapping[str, Any], source: str, given: Mapping[str, Any]
) -> tuple[PluginConfig, ...]:
    """The plugins to serve: the table over the defaults, `given` (from the command line) over the
    table. With `[[serve.plugins]]` each entry is one more plugin, on top of what the table says.

    Raises:
        UsageError: an unknown key or a wrong value; each problem names its place.
    """
    from mockauth.engine.demo import with_faults

    own = {name: value for name, value in table.items() if name != "plugins"}
    entries = table.get("plugins", [])
    if not isinstance(entries, list):
        raise UsageError(f"{source}: serve.plugins must be a list; write [[serve.plugins]]")
    shared = _plugin(own, f"{source}: serve", None)
    if not entries:
        return (with_faults(replace(shared, **given), _faults(own, f"{source}: serve")),)
    plugins = []
    for i, entry in enumerate(entries, 1):
        place = f"{source}: serve.plugins entry {i}"
        plugin = replace(_plugin(entry, place, shared), **given)
        names = [*_faults(own, f"{source}: serve"), *_faults(entry, place)]
        plugins.append(with_faults(plugin, names))
    return tuple(plugins)


def _faults(table: Any, place: str) -> list[str]:
    names = table.get("faults", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f'{place}.faults must be a list of names, such as ["token.error-200"]')
    return names


def _plugin(table: Any, place: str, shared: PluginConfig | None) -> PluginConfig:
    # Flask comes with the plugin, which --help must not load.
    from mockauth.plugin.config import PluginConfig
    from mockauth.plugin.policy import Policy
    from mockauth.scenario.form import members
    from mockauth.scenario.strict import Document

    if not isinstance(table, dict):
        raise UsageError(f"{place} must be a table")
    skipped = ("faults", "policy")
    form = members(PluginConfig, MappingProxyType({}), skip=skipped)
    document = Document(file=place)
    own = {name: value for name, value in table.items() if name not in skipped}
    values = form.read(document, (), own)
    policy = members(Policy, MappingProxyType({})).read(
        document, ("policy",), table.get("policy", {})
    )
    if document.problems:
        told = [f"{place}.{one.path}: {one.message}" for one in document.problems[:MOST_SHOWN]]
        raise UsageError("\n".join(told))
    base = shared or PluginConfig()
    return replace(base, **values, policy=replace(base.policy, **policy))
