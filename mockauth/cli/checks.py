"""`mockauth checks`: list what is judged, or explain one."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from mockauth.checks.rule import Rule


@click.command()
@click.argument("check_id", required=False)
@click.option("--area", default="", help="Only this area, such as token.")
def checks(check_id: str | None, area: str) -> None:
    """List the checks, or explain one: requirement, source, why, how to mend."""
    # The checks and the scenario files, which --help must not load.
    from mockauth.engine.catalogue import all_rules

    rules = {rule.id: rule for rule in all_rules()}
    if check_id is None:
        for rule in rules.values():
            if not area or rule.area == area:
                level = rule.levels.get("plugin", "-")
                click.echo(f"{rule.id:44} {level:9} {rule.kind:7} {rule.title}")
        return
    if check_id not in rules:
        near = get_close_matches(check_id, rules, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageError(f"{check_id}: no such check{hint}")
    _explain(rules[check_id])


def _explain(rule: Rule) -> None:
    levels = ", ".join(f"{name} {level}" for name, level in rule.levels.items())
    click.echo(f"{rule.id}\n\n{rule.title}\n")
    click.echo(f"level    {levels}")
    click.echo(f"for      {', '.join(rule.auth)}")
    if rule.needs:
        click.echo(f"needs    {', '.join(rule.needs)}")
    for ref in rule.refs:
        click.echo(f"source   {ref}{_address(ref)}")
    click.echo(f"why      {rule.why}")
    click.echo(f"fix      {rule.fix}")
    if rule.chatgpt_shows:
        click.echo(f"ChatGPT  shows {rule.chatgpt_shows}")


def _address(ref: str) -> str:
    rfc = re.fullmatch(r"RFC(\d+)-(.+)", ref)
    if not rfc:
        return ""
    part = "appendix" if rfc.group(2)[0].isalpha() else "section"
    return f"  https://www.rfc-editor.org/rfc/rfc{rfc.group(1)}#{part}-{rfc.group(2)}"
