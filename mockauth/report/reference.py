"""The checks as people read them: a list, one explained, or the whole reference as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from mockauth.checks.rule import ALL_AUTH, PROFILE_ORDER
from mockauth.checks.source import Source, source
from mockauth.engine.catalogue import Entry
from mockauth.engine.places import Places
from mockauth.report.need_words import need_words
from mockauth.wire.one_line import one_line

HEAD = """\
# The checks

<!-- Written by `python -m tests.regenerate`; change the checks, not this file. -->

Each check says what should hold, where that is written, why, how mockauth tests it, and how to fix
it. Its level depends on the profile: a 2023 plugin, a GPT Action, or an MCP app.

| level | when it is broken |
|---|---|
| critical | fails: a security hole, or nobody can sign in; not judged is a finding too |
| must | fails |
| should | warns |
| info | is noted |
| must-not | doing it fails: others require it, but it breaks ChatGPT |

A probe sends an altered request. When that is refused, the unaltered request is sent as well: only
if it works does the refusal prove anything. Words in ‹…› are values of the run. A check marked
*practice* rests on no RFC or MCP requirement, but on ChatGPT's own rules or on good
engineering.

In the area client mockauth is the server: `mockauth check-client` judges an OAuth client that signs
in to it.
"""
LINKS = re.compile(r"([*<\[\]])")


def listing(entries: Sequence[Entry], profile: str) -> str:
    """One line a check, with its level under `profile`."""
    lines = [
        f"{entry.rule.id:44} {entry.level(profile) or '-':9} {entry.rule.kind:7} {entry.rule.title}"
        for entry in entries
    ]
    return "\n".join(lines)


def explained(entry: Entry, places: Places) -> str:
    """Everything there is to say of one check, for a terminal."""
    rule = entry.rule
    lines = [rule.id, "", rule.title, ""]
    lines.append(f"level    {_levels(entry)}{' (practice)' if rule.practice else ''}")
    lines.append(f"for      {', '.join(rule.auth)}")
    for need in rule.needs:
        lines.append(f"needs    {need_words(need)}")
    for one in map(source, rule.refs):
        lines.append(f"source   {_source(one)}")
    lines.append(f"why      {rule.why}")
    for n, sentence in enumerate(entry.tested):
        lines.append(f"{'tested' if n == 0 else '':8} {sentence}")
    lines.append(f"fix      {rule.fix}")
    if rule.chatgpt_shows:
        lines.append(f"ChatGPT  shows {rule.chatgpt_shows}")
    return "\n".join([*lines, *_places(places)])


def _places(places: Places) -> Iterator[str]:
    """Where the code is, for somebody who wants to change it."""
    yield f"code     {one_line(str(places.rule))}"
    for n, (name, place) in enumerate(places.faults.items()):
        yield f"{'faults' if n == 0 else '':8} {one_line(str(place))}  {name}"
    for n, place in enumerate(places.tests):
        yield f"{'tests' if n == 0 else '':8} {one_line(str(place))}"


def markdown(entries: Sequence[Entry]) -> str:
    """The reference of all `entries`, by area, as a Markdown document."""
    by_area = [(area, list(group)) for area, group in groupby(entries, lambda e: e.rule.area)]
    index = [f"- [{area}](#{area}) ({len(group)})" for area, group in by_area]
    parts = [HEAD, "\n".join([f"{len(entries)} checks:\n", *index]) + "\n"]
    for area, group in by_area:
        parts.append(f"## {area}\n")
        parts += [section(entry) for entry in group]
    return "\n".join(parts)


def section(entry: Entry) -> str:
    """One check as a section of a Markdown document."""
    return "\n".join([f"### `{entry.rule.id}`", "", *_section(entry), ""])


def _section(entry: Entry) -> Iterator[str]:
    rule = entry.rule
    yield f"{safe(rule.title)}."
    yield ""
    practice = " · *practice*" if rule.practice else ""
    yield f"- **Level**: {_levels(entry)}{practice}"
    if rule.auth != ALL_AUTH:
        yield f"- **For**: {', '.join(rule.auth)}"
    yield f"- **Source**: {'; '.join(_link(source(ref)) for ref in rule.refs)}"
    yield f"- **Why**: {safe(rule.why)}"
    if rule.needs:
        yield f"- **Needs**: {safe('; '.join(need_words(need) for need in rule.needs))}"
    yield from _tested(entry)
    yield f"- **Fix**: {safe(rule.fix)}"
    if rule.chatgpt_shows:
        yield f"- **ChatGPT shows**: {safe(rule.chatgpt_shows)}"


def _tested(entry: Entry) -> Iterator[str]:
    first, *rest = entry.tested
    if not rest:
        yield f"- **Tested**: {safe(first)}"
        return
    yield "- **Tested**:"
    for n, sentence in enumerate(entry.tested, start=1):
        yield f"  {n}. {safe(sentence)}"


def _levels(entry: Entry) -> str:
    named = [(profile, entry.level(profile)) for profile in PROFILE_ORDER]
    return ", ".join(f"{profile} {level}" for profile, level in named if level)


def _source(one: Source) -> str:
    title = f"{one.word}: {one.title}" if one.title != one.word else one.word
    return f"{title}  {one.url}" if one.url else title


def _link(one: Source) -> str:
    shown = f"[{one.word}]({one.url})" if one.url else one.word
    return f"{shown} ({one.title})" if one.title != one.word else shown


def safe(text: str) -> str:
    """`text` without what Markdown would take for markup; what stands in backticks stays."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        # An odd backtick opens nothing; it is shown.
        return LINKS.sub(r"\\\1", text).replace("`", "\\`")
    return "`".join(part if n % 2 else LINKS.sub(r"\\\1", part) for n, part in enumerate(parts))
