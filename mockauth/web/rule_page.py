"""A rule of the catalogue: what should hold, why, and how to fix it."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from mockauth.checks.registry import all_checks
from mockauth.checks.rule import Rule
from mockauth.scenario.library import load_library
from mockauth.web.pages import Pages


def add_rule_page(blueprint: Blueprint, pages: Pages) -> None:
    """The page that every check id leads to."""

    @blueprint.get("/checks/<id>")
    def rule(id: str) -> str:
        found = rule_named(id)
        if found is None:
            abort(404)
        return render_template("chatgpt/rule.html", rule=found)


def rule_named(id: str) -> Rule | None:
    """The rule of that id: a Python check, or a probe, whose file alone is read."""
    for check in all_checks():
        if check.rule.id == id:
            return check.rule
    library = load_library(())
    if id not in library.probe_files:
        return None
    return next((probe.rule for probe in library.probes_named((id,))), None)
