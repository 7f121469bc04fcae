"""The profiles: 2023 plugin (ai-plugin.json) and GPT Action, each with its sources.

The same behaviour is a must in one and breaks another, so severity is looked up here: a check
carries its level per profile, and a profile may override it by id or by area.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

Level = Literal["critical", "must", "should", "info", "must-not"]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How one generation of ChatGPT signs in. Times are seconds, sizes characters."""

    name: str
    title: str
    callbacks: tuple[str, ...]
    """Redirect templates with `{plugin_id}`; the first is the one that is sent."""
    default_plugin_id: str
    has_manifest: bool
    state: Literal["required", "ignored"]
    """Whether ChatGPT refused a callback without its state."""
    token_encoding: Literal["declared", "form", "json"]
    """`declared`: authorization_content_type of the manifest."""
    client_auth: Literal["post", "basic"]
    document_seconds: float = 15.0
    api_seconds: float = 45.0
    api_characters: int = 100_000
    overrides: Mapping[str, Level] = field(default_factory=lambda: MappingProxyType({}))

    def redirect_uri(self, plugin_id: str) -> str:
        """The production callback of that plugin or GPT."""
        return self.callbacks[0].format(plugin_id=plugin_id)

    def redirect_uris(self, plugin_id: str) -> tuple[str, ...]:
        """Every production callback of that plugin or GPT."""
        return tuple(template.format(plugin_id=plugin_id) for template in self.callbacks)

    def level(self, check_id: str, levels: Mapping[str, Level]) -> Level | None:
        """The level of a check here: override by id, by area, else its own; None is n/a."""
        area = check_id.partition(".")[0]
        for key in (check_id, area):
            if key in self.overrides:
                return self.overrides[key]
        return levels.get(self.name)


PLUGIN = Profile(
    name="plugin",
    title="2023 plugin (ai-plugin.json)",
    callbacks=("https://chat.openai.com/aip/{plugin_id}/oauth/callback",),
    default_plugin_id="plugin-00000000-0000-4000-8000-000000000000",
    has_manifest=True,
    state="required",
    token_encoding="declared",
    client_auth="post",
)

ACTION = Profile(
    name="action",
    title="GPT Action",
    callbacks=(
        "https://chat.openai.com/aip/{plugin_id}/oauth/callback",
        "https://chatgpt.com/aip/{plugin_id}/oauth/callback",
    ),
    default_plugin_id="g-0000000000000000000000000000000000000000",
    has_manifest=False,
    state="required",
    token_encoding="form",
    client_auth="post",
)

PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (PLUGIN, ACTION)})
