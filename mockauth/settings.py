"""The settings file: `mockauth.toml`, or `[tool.mockauth]` of `pyproject.toml`.

The command line and the fixtures read it alike; `[serve]` becomes one plugin, or several.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.plugin.config import PluginConfig

TABLES = ("check", "lint", "login", "levels", "waiver", "serve")
NAMES = ("mockauth.toml", "pyproject.toml")
MOST_SHOWN = 5
"""Problems of one table that are named."""


def read_settings(value: str | None) -> tuple[dict[str, Any], str]:
    """What the first file with settings says, and its name."""
    for name in [value] if value else NAMES:
        path = Path(name)
        if not path.is_file():
            if value:
                raise UsageError(f"{path}: no such file (--config)")
            continue
        data = tables_of(_read(path), path)
        if data:
            return data, str(path)
    return {}, ""


def settings_file() -> Path | None:
    """The file that is read where none is named: the first that exists."""
    return next((path for path in map(Path, NAMES) if path.is_file()), None)


def hint(key: str, known: Iterable[str]) -> str:
    """The end of a sentence that suggests the known word nearest to `key`, or nothing."""
    near = get_close_matches(key, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


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
    from mockauth.plugin.config_problems import wrong_uri

    for wrong in filter(None, map(wrong_uri, redirect_uris)):
        raise UsageError(f"--{wrong.replace('_', '-', 1)}")
    if not redirect_uris:
        return plugin
    clients = tuple(
        replace(client, redirect_uris=(*(client.redirect_uris or ("{callback}",)), *redirect_uris))
        for client in plugin.clients
    )
    return replace(plugin, clients=clients)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise UsageError(f"{path}: {wrong.strerror} (--config)") from wrong


def tables_of(text: bytes, path: Path) -> dict[str, Any]:
    """The tables of a settings file that has this text.

    Raises:
        UsageError: it is not TOML, or has a table that mockauth does not know.
    """
    data = _our_part(text, path)
    for key in data:
        if key not in TABLES:
            near = hint(key, TABLES) or f"; there are {', '.join(TABLES)}"
            raise UsageError(f"{path}: unknown key {key!r}{near}")
    return data


def _our_part(text: bytes, path: Path) -> dict[str, Any]:
    try:
        data: Any = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise UsageError(f"{path}: not TOML: {wrong}") from wrong
    if path.name == "pyproject.toml":
        # Somebody else's file: only our own table of it is ours to judge.
        tool = data.get("tool", {})
        data = tool.get("mockauth", {}) if isinstance(tool, dict) else {}
    if not isinstance(data, dict):
        raise UsageError(f"{path}: tool.mockauth must be a table; write [tool.mockauth.check]")
    return data


def _shaped(
    plugin: PluginConfig, table: Mapping[str, Any], given: Mapping[str, Any]
) -> PluginConfig:
    """What follows from the API where nobody has said otherwise: OpenAI's has keys, and no todos;
    the clients of an MCP server register, write form, and must use PKCE."""
    if plugin.api == "mcp":
        # What travels takes 4 ms to import, which --help must not.
        from mockauth.plugin.mcp_server import as_mcp_server

        return as_mcp_server(plugin, {*table, *given, *table.get("policy", {})})
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
    from mockauth.plugin.behaviour import Behaviour
    from mockauth.plugin.config import PluginConfig
    from mockauth.plugin.config_problems import wrong_settings

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
    policy = members(Behaviour, MappingProxyType({})).read(
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
