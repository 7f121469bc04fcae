"""The profiles: 2023 plugin (ai-plugin.json), GPT Action and MCP server.

The same behaviour is a must in one and breaks another, so severity is looked up here: a check
carries its level per profile, and a profile may override it by id or by area.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal, TypeVar

from mockauth.wire.words import own, say

Word = TypeVar("Word", bound=str)
Level = Literal["critical", "must", "should", "info", "must-not"]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """How one generation of ChatGPT signs in. Times are seconds, sizes characters."""

    name: str
    title: str
    callbacks: tuple[str, ...]
    """Redirect templates with `{plugin_id}`; the first is the one that is sent."""
    default_plugin_id: str
    id_shape: str
    """What an id in the callback looks like, as a regular expression."""
    has_manifest: bool
    token_encoding: Literal["declared", "form", "json"]
    """`declared`: authorization_content_type of the manifest."""
    client_auth: Literal["post", "basic"]
    document_seconds: float = 15.0
    api_seconds: float = 45.0
    api_characters: int = 100_000
    overrides: Mapping[str, Level] = field(default_factory=lambda: MappingProxyType({}))
    """Levels by check id or by area; the id wins. A rule that does not apply stays so."""
    off: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Check ids or areas that do not apply, each with its reason."""
    by_revision: frozenset[str] = frozenset()
    """The check ids whose place in either is that of a revision of MCP, not the developer's."""

    def redirect_uri(self, plugin_id: str) -> str:
        """The production callback of that plugin or GPT."""
        return self.callbacks[0].format(plugin_id=plugin_id)

    def redirect_uris(self, plugin_id: str) -> tuple[str, ...]:
        """Every production callback of that plugin or GPT."""
        return tuple(template.format(plugin_id=plugin_id) for template in self.callbacks)

    def level(self, check_id: str, levels: Mapping[str, Level]) -> Level | None:
        """The level of a check here: override by id, by area, else its own; None is n/a."""
        if self.name not in levels or self.why_off(check_id):
            return None
        return _named(self.overrides, check_id) or levels[self.name]

    def why_off(self, check_id: str) -> str:
        """Why a check does not apply although its rule covers this profile; "" when it does."""
        if check_id in self.overrides:
            return own(self.off.get(check_id, ""))
        return own(_named(self.off, check_id) or "")

    def with_levels(self, changes: Mapping[str, Level | Literal["off"]]) -> Profile:
        """The same profile with the developer's own levels, by check id or area."""
        levels = {name: level for name, level in changes.items() if level != "off"}
        off = {name: "switched off by --level" for name, level in changes.items() if level == "off"}
        return self.altered(levels, off)

    def altered(self, levels: Mapping[str, Level], off: Mapping[str, str]) -> Profile:
        """The same profile with more overrides; what it had is replaced where both name one."""
        return replace(
            self,
            overrides=MappingProxyType({**self.overrides, **levels}),
            off=MappingProxyType({**self.off, **off}),
        )

    def renamed(self, title: str) -> Profile:
        """The same profile under another title."""
        return replace(self, title=title)

    def odd_id(self, plugin_id: str) -> str:
        """What is unusual about an id in the callback, as a sentence; "" when nothing is."""
        if re.fullmatch(self.id_shape, plugin_id):
            return ""
        if "/" in plugin_id:
            return say(
                "--plugin-id {} is more than an id: give the one part of the callback "
                "between /aip/ and /oauth/, such as {}",
                plugin_id,
                self.default_plugin_id,
            )
        if re.fullmatch(r"g-[0-9A-Za-z]{9}(-.*)?", plugin_id):
            return say(
                "--plugin-id {} looks like the id in a GPT's share link; the callback "
                "carries another, which the GPT editor shows once the action is saved",
                plugin_id,
            )
        return say(
            "--plugin-id {} is no id that was seen in a callback of a {}; it is used "
            "as it stands (usual: {})",
            plugin_id,
            self.title,
            self.default_plugin_id,
        )


def _named(table: Mapping[str, Word], check_id: str) -> Word | None:
    """What `table` says of a check: under its id, else under its area."""
    return table.get(check_id, table.get(check_id.partition(".")[0]))


PLUGIN = Profile(
    name="plugin",
    title="2023 plugin (ai-plugin.json)",
    callbacks=("https://chat.openai.com/aip/{plugin_id}/oauth/callback",),
    default_plugin_id="plugin-00000000-0000-4000-8000-000000000000",
    id_shape=r"plugin-[0-9a-f]{4,}(-[0-9a-f]+)*",
    has_manifest=True,
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
    id_shape=r"g-[0-9a-f]{10,}(-[\w-]+)?",
    has_manifest=False,
    token_encoding="form",
    client_auth="post",
)

MCP = Profile(
    name="mcp",
    title="MCP server",
    callbacks=(
        "https://chatgpt.com/connector_platform_oauth_redirect",
        "https://chatgpt.com/connector/oauth/{plugin_id}",
    ),
    default_plugin_id="mockauth00000",
    id_shape=r"[\w-]+",
    has_manifest=False,
    token_encoding="form",
    client_auth="post",
    off=MappingProxyType(
        {
            "api.json-content-type": own("MCP answers with JSON or with an event stream"),
            "pkce.optional-for-secret-client": own("every MCP client sends a challenge"),
            "scope.empty-accepted": own("MCP clients leave an empty scope out"),
            "token.basic-auth-accepted": own("a client uses the method that it has registered"),
            "token.post-auth-accepted": own("a client uses the method that it has registered"),
        }
    ),
)

PROFILES: Mapping[str, Profile] = MappingProxyType({p.name: p for p in (PLUGIN, ACTION, MCP)})
