"""Every rule mockauth judges, from Python checks and scenario files alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mockauth.checks.client.read import CHECKS
from mockauth.checks.registry import all_checks
from mockauth.checks.rule import Rule
from mockauth.profiles import MCP, PROFILES, Level, Profile
from mockauth.profiles.mcp import Revision, with_revision
from mockauth.scenario.client_words import client_words
from mockauth.scenario.library import load_library
from mockauth.scenario.words import probe_words

TESTED = {
    "static": (
        "Judged on the text of the manifest, the OpenAPI document or the configuration; nothing is "
        "sent for it."
    ),
    "read": "Judged on the recorded exchanges; nothing is sent for it.",
}
TESTED_OF_CLIENTS = {
    "static": "The file or folder that is named with --store is searched after the run.",
    "read": "Judged on what the client sent to the mock.",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A rule of the catalogue, and how it is tested, one sentence each."""

    rule: Rule
    tested: tuple[str, ...]
    mcp: Profile = MCP
    """The profile of an MCP server, at the levels of one revision where one was named."""

    def level(self, profile: str) -> Level | None:
        """The level under a profile; None when the rule does not apply there."""
        if profile == self.mcp.name:
            return self.mcp.level(self.rule.id, self.rule.levels)
        if profile in PROFILES:
            return PROFILES[profile].level(self.rule.id, self.rule.levels)
        return self.rule.levels.get(profile)


def at_revision(entries: Sequence[Entry], revision: Revision) -> tuple[Entry, ...]:
    """The same rules with the levels that a revision of MCP gives them."""
    mcp = with_revision(MCP, revision)
    return tuple(replace(entry, mcp=mcp) for entry in entries)


def catalogue(folders: Sequence[Path] = ()) -> tuple[Entry, ...]:
    """Every rule there is, with those of the scenario files in `folders`, by area and id.

    Raises:
        UsageError: for a folder or a scenario file that cannot be used.
    """
    entries = [Entry(rule=check.rule, tested=(TESTED[check.rule.kind],)) for check in all_checks()]
    entries += [Entry(rule=c.rule, tested=(TESTED_OF_CLIENTS[c.rule.kind],)) for c in CHECKS]
    library = load_library(folders)
    entries += [Entry(rule=probe.rule, tested=probe_words(probe)) for probe in library.probes]
    entries += [Entry(rule=probe.rule, tested=client_words(probe)) for probe in library.clients]
    return tuple(sorted(entries, key=lambda entry: (entry.rule.area, entry.rule.id)))
