"""The `[serve]` table of the settings file: one plugin, or several, as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.plugin.config import PluginConfig

MOST_SHOWN = 5
EXAMPLE = "http://localhost:8080/callback"
SCOPE = re.compile(r"([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?")


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
    for wrong in filter(None, map(_wrong_uri, redirect_uris)):
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
    from mockauth.plugin.config import PluginConfig
    from mockauth.plugin.policy import Policy

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
        raise UsageError("\n".join(told))
    base = shared or PluginConfig()
    plugin = replace(base, **values, policy=replace(base.policy, **policy))
    for wrong in _wrong_values(plugin):
        raise UsageError(f"{place}.{wrong}")
    return plugin


def _wrong_values(plugin: PluginConfig) -> Iterator[str]:
    """What no server could serve, although it is of the right type."""
    for name in ("access_seconds", "code_seconds", "refresh_seconds"):
        if getattr(plugin, name) < 1:
            yield f"{name}: must be 1 or more, not {getattr(plugin, name)}"
    if not SCOPE.fullmatch(plugin.scope):
        yield f"scope: must be words of ASCII with one blank between (RFC 6749 section 3.3), not {plugin.scope!r}"
    for kind, names in (
        ("clients", [client.id for client in plugin.clients]),
        ("users", [user.name for user in plugin.users]),
    ):
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None or "" in names:
            yield f"{kind}: {twice!r} stands twice" if twice else f"{kind}: a name is empty"
    for client in plugin.clients:
        if bool(client.secret) == (client.auth_method == "none") and client.auth_method:
            needs = "no secret" if client.secret else "a secret"
            yield f"clients: {client.id} has auth_method {client.auth_method}, which needs {needs}"
        yield from (
            f"clients: {client.id}: {told}"
            for told in map(_wrong_uri, client.redirect_uris)
            if told
        )


def _wrong_uri(uri: str) -> str:
    """What keeps an address from being a callback (RFC 6749 section 3.1.2), or ""."""
    whole = uri.replace("{callback}", "https://callback.example")
    if urlsplit(whole).scheme and "#" not in whole and "*" not in whole:
        return ""
    return f"redirect_uri {uri}: must be a whole address without # or *, such as {EXAMPLE}"
