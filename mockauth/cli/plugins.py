"""The `[serve]` table of the settings file: one plugin, or several, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from mockauth.scenario.misbehaving import with_faults

    own = {name: value for name, value in table.items() if name != "plugins"}
    entries = table.get("plugins", [])
    if not isinstance(entries, list):
        raise UsageError(f"{source}: serve.plugins must be a list; write [[serve.plugins]]")
    shared = _plugin(own, f"{source}: serve", None)
    if not entries:
        plugin = _shaped(replace(shared, **given), own, given)
        return (with_faults(plugin, _faults(own, f"{source}: serve")),)
    plugins = []
    for i, entry in enumerate(entries, 1):
        place = f"{source}: serve.plugins entry {i}"
        plugin = replace(_plugin(entry, place, shared), **given)
        plugin = _shaped(plugin, {**own, **entry}, given)
        names = [*_faults(own, f"{source}: serve"), *_faults(entry, place)]
        plugins.append(with_faults(plugin, names))
    return tuple(plugins)


def called_back(plugin: PluginConfig, redirect_uris: Sequence[str]) -> PluginConfig:
    """The same plugin, whose clients may be called back at these addresses, too.

    Raises:
        UsageError: one of them is no address, or has a fragment (RFC 6749 section 3.1.2).
    """
    # Flask comes with the plugin, which --help must not load.
    from mockauth.plugin.valid import wrong_uri

    for wrong in filter(None, map(wrong_uri, redirect_uris)):
        raise UsageError(f"--{wrong.replace('_', '-', 1)}")
    if not redirect_uris:
        return plugin
    clients = tuple(
        replace(client, redirect_uris=(*(client.redirect_uris or ("{callback}",)), *redirect_uris))
        for client in plugin.clients
    )
    return replace(plugin, clients=clients)


def _shaped(
    plugin: PluginConfig, table: Mapping[str, Any], given: Mapping[str, Any]
) -> PluginConfig:
    """What follows from the API where nobody has said otherwise: OpenAI's has keys, and no todos;
    the clients of an MCP server register, write form, and must use PKCE."""
    if plugin.api == "mcp":
        # What travels takes 4 ms to import, which --help must not.
        from mockauth.wire.message import FORM

        policy = {"pkce_required": True, **table.get("policy", {})}
        usual: dict[str, Any] = {"registration": True, "content_type": FORM}
        shaped = {name: value for name, value in usual.items() if name not in (*table, *given)}
        return replace(plugin, policy=replace(plugin.policy, **policy), **shaped)
    if plugin.api != "embeddings":
        return plugin
    if "auth" not in table and "auth" not in given:
        plugin = replace(plugin, auth="service_http")
    return plugin if "scope" in table else replace(plugin, scope="embeddings")


def _faults(table: Any, place: str) -> list[str]:
    names = table.get("faults", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f'{place}.faults must be a list of names, such as ["token.error-200"]')
    return names


def _plugin(table: Any, place: str, shared: PluginConfig | None) -> PluginConfig:
    # Flask comes with the plugin, which --help must not load.
    from mockauth.plugin.behaviour import Policy
    from mockauth.plugin.config import PluginConfig
    from mockauth.plugin.valid import wrong_settings

    if table == {}:
        return shared or PluginConfig()
    # What reads a table brings YAML with it, and most servers have none.
    from mockauth.scenario.form import members
    from mockauth.scenario.strict import Document

    if not isinstance(table, dict):
        raise UsageError(f"{place} must be a table")
    skipped = ("faults", "policy")
    form = members(PluginConfig, MappingProxyType({}), skip=skipped, known=(*skipped, "plugins"))
    document = Document(file=place)
    own = {name: value for name, value in table.items() if name not in skipped}
    values = form.read(document, (), own)
    policy = members(Policy, MappingProxyType({})).read(
        document, ("policy",), table.get("policy", {})
    )
    if document.problems:
        told = [f"{place}.{one.path}: {one.message}" for one in document.problems[:MOST_SHOWN]]
        raise UsageError(*told)
    base = shared or PluginConfig()
    plugin = replace(base, **values, policy=replace(base.policy, **policy))
    for wrong in wrong_settings(plugin):
        raise UsageError(f"{place}.{wrong}")
    return plugin
