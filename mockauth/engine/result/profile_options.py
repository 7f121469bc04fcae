"""Which profile a run has: the one that was asked for, with the developer's own levels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from mockauth.checks.rule import Rule
from mockauth.engine.file_kind import kind_of
from mockauth.engine.options import CheckOptions
from mockauth.engine.selection import did_you_mean
from mockauth.errors import UsageError
from mockauth.profiles import ACTION, MCP, PLUGIN, Level, Profile
from mockauth.wire.words import Words, say

Change = Level | Literal["off"]
WEB = ("http://", "https://")
CHANGES: tuple[Change, ...] = (*get_args(Level), "off")


def chosen_profile(options: CheckOptions, rules: Sequence[Rule]) -> tuple[Profile, list[str]]:
    """The profile of a run, and the notes that the report must carry because of it.

    `auto` is a 2023 plugin, unless an option is given that only an Action or an MCP server has.

    Raises:
        UsageError: for a profile or a level that does not exist.
    """
    notes: list[str] = []
    form = options.form.given
    is_document = options.profile == "auto" and _is_document(options.target)
    if options.profile == "action" or (options.profile == "auto" and (form or is_document)):
        profile = ACTION
    elif options.profile == MCP.name or _is_of_mcp(options):
        profile = MCP
        if not options.target.startswith(WEB):
            raise UsageError(f"{options.target}: an MCP server is checked at its URL")
    elif options.profile in ("auto", "plugin"):
        profile = PLUGIN
        if form:
            notes.append(say("{} were not used: they belong to --profile action", ", ".join(form)))
    else:
        raise UsageError(
            f"--profile {options.profile}: there are plugin (2023 plugin, ai-plugin.json), action "
            "(GPT Action) and mcp (MCP server)"
        )
    if options.profile == "auto" and profile is ACTION:
        why = say("{}, an OpenAPI document", options.target) if is_document else Words()
        notes.append(say("checked as a GPT Action, because of {}", why or ", ".join(form)))
    if _is_of_mcp(options):
        notes.append(say("checked as an MCP server, because of --revision"))
    if options.plugin_id and profile.odd_id(options.plugin_id):
        notes.append(profile.odd_id(options.plugin_id))
    changes = read_levels(options.levels, rules)
    if changes:
        shown = ", ".join(f"{name} = {level}" for name, level in changes.items())
        notes.append(say("levels changed by configuration: {}", shown))
    return profile.with_levels(changes), notes


def needs_detection(options: CheckOptions) -> bool:
    """Whether nothing but the target itself can tell what it is."""
    return (
        options.profile == "auto"
        and options.target.startswith(WEB)
        and not options.form.given
        and not _is_of_mcp(options)
    )


def _is_document(target: str) -> bool:
    """Whether the target is the file of an OpenAPI document."""
    path = Path(target)
    is_file = not target.startswith(WEB) and path.is_file()
    return is_file and kind_of(path, path.read_bytes()) == "openapi"


def _is_of_mcp(options: CheckOptions) -> bool:
    return options.profile == "auto" and options.revision != "auto"


def read_levels(values: Sequence[str], rules: Sequence[Rule]) -> dict[str, Change]:
    """`ID=LEVEL` or `AREA=LEVEL` as pairs; the last one for a name wins.

    Raises:
        UsageError: for a name or a level that does not exist.
    """
    known = {rule.id for rule in rules} | {rule.area for rule in rules}
    changes: dict[str, Change] = {}
    for value in values:
        name, equals, word = (part.strip() for part in value.partition("="))
        if not equals:
            raise UsageError(
                f"--level {value}: expected ID=LEVEL, such as token.form-accepted=info"
            )
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"--level {value}: no check and no area is called {name}{hint}")
        level = next((change for change in CHANGES if change == word), None)
        if level is None:
            hint = did_you_mean(word, CHANGES)
            raise UsageError(f"--level {value}: expected one of {', '.join(CHANGES)}{hint}")
        changes[name] = level
    return changes
