"""What a rule says in the report of an MCP server."""

from __future__ import annotations

import re

import pytest

from mockauth.checks.rule import Rule
from mockauth.engine.catalogue import catalogue
from mockauth.profiles import MCP
from mockauth.wire.secret import Secrets
from mockauth.wire.words import render

FOREIGN = re.compile(
    r"openapi|manifest|gpt editor|client_url|authorization_url|operationid|token url|plugin", re.I
)
"""Words of a 2023 plugin and of a GPT Action."""
COMPARES = ("authorize.redirect-other-id-refused",)
"""Rules that speak of all generations at once."""


@pytest.mark.parametrize("name", ["title", "why", "fix", "chatgpt_shows"])
def test_a_rule_of_mcp_speaks_of_no_manifest_and_no_editor(name: str) -> None:
    def told(rule: Rule) -> str:
        return render(getattr(rule, name), Secrets(), profile="mcp")

    rules = [entry.rule for entry in catalogue(()) if "mcp" in entry.rule.levels]
    judged = [
        rule for rule in rules if rule.area != "client" and rule.id not in {*MCP.off, *COMPARES}
    ]
    assert judged
    assert {rule.id: told(rule) for rule in judged if FOREIGN.search(told(rule))} == {}
