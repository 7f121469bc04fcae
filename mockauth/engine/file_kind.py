"""What a file is, told by its structure: a manifest, an OpenAPI document, a scenario, settings, or
none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from mockauth.manifest.document import read_json
from mockauth.manifest.openapi import METHODS, read_openapi

Kind = Literal["manifest", "openapi", "scenario", "settings", "other"]
OF_PLUGINS = frozenset(
    {"name_for_model", "name_for_human", "description_for_model", "description_for_human"}
)
"""Members that no other kind of file has."""
OF_MANIFESTS = frozenset({"schema_version", "auth", "api", "logo_url", "contact_email",
                          "legal_info_url"})  # fmt: skip
ENOUGH = 3
VERSION = re.compile(r"\d+(?:\.\d[\w.+-]*)?")
HELD = frozenset({*METHODS, "$ref"})
"""Members of a path in a document that names no version."""
BROKEN_MANIFEST = re.compile(rb"[\"'](?:name|description)_for_(?:model|human)[\"']\s*:")
BROKEN_OPENAPI = re.compile(
    rb"^\s*[\"']?(?:openapi|swagger)[\"']?\s*:\s*[\"']?\d|[{,]\s*\"(?:openapi|swagger)\"\s*:\s*\"\d",
    re.M,
)
OF_SETTINGS = re.compile(rb"^\s*\[\[?\s*tool\s*\.\s*mockauth\b", re.M)
"""A table of mockauth in a file that belongs to others, too."""
SCENARIO = re.compile(rb"\A(?:\s*(?:#[^\n]*)?\n)*mockauth:")


def kind_of(path: Path, text: bytes) -> Kind:
    """The kind of a file with this name and text."""
    if path.suffix == ".toml":
        is_ours = path.name != "pyproject.toml" or OF_SETTINGS.search(text)
        return "settings" if is_ours else "other"
    is_yaml = path.suffix in (".yaml", ".yml", "")
    if is_yaml and SCENARIO.match(text[:20_000]):
        return "scenario"
    data = _members(text)
    if data:
        return _by_members(data, path)
    if BROKEN_MANIFEST.search(text) or path.name.startswith("ai-plugin"):
        return "manifest"
    return "openapi" if BROKEN_OPENAPI.search(text[:20_000]) else "other"


def _members(text: bytes) -> Mapping[str, Any]:
    """The members at the top of a JSON or YAML text; none where it cannot be read."""
    found = read_openapi(text, "").data
    if found is None:
        repaired = read_json(text, "").data
        found = repaired if isinstance(repaired, dict) else {}
    return found


def _is_path(name: object, item: object) -> bool:
    return str(name).startswith("/") and isinstance(item, dict) and bool(HELD & item.keys())


def _by_members(data: Mapping[str, Any], path: Path) -> Kind:
    names = data.keys()
    if OF_PLUGINS & names or len(OF_MANIFESTS & names) >= ENOUGH:
        return "manifest"
    if any(VERSION.fullmatch(str(data.get(word))) for word in ("openapi", "swagger")):
        return "openapi"
    paths = data.get("paths")
    if isinstance(paths, dict) and any(_is_path(*entry) for entry in paths.items()):
        return "openapi"  # the version is missing, which is what it will be told
    return "manifest" if path.name.startswith("ai-plugin") else "other"
