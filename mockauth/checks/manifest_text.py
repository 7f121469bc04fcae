"""The manifest's names and texts against ChatGPT's limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, Seen
from mockauth.checks.manifest import START, readable
from mockauth.checks.registry import check
from mockauth.wire.words import cut, own, say

SPRING = {"name_for_human": 50, "description_for_human": 120, "description_for_model": 8000}
GRACE = {"description_for_model": 8080}
"""An approved manifest has 8,015 characters: what is counted there is not known to the letter."""
AUTUMN = {"name_for_human": 20, "description_for_human": 100}


def _model_name(evidence: Evidence) -> str:
    name = readable(evidence).text("name_for_model")
    if not name.strip():
        raise Blocked(say("name_for_model is missing (see manifest.required-fields)"))
    return name


def _limits(evidence: Evidence, limits: dict[str, int]) -> Iterator[Finding | Seen]:
    manifest = readable(evidence)
    for field, limit in limits.items():
        length = len(manifest.text(field).strip())
        if length > limit:
            yield Finding(
                expected=say("at most {} characters", limit),
                actual=say("{} characters", length),
                at=say("/{}", own(field)),
                tolerated=length <= GRACE.get(field, 0),
            )
        else:
            yield Seen(actual=say("{}: {} of {} characters", own(field), length, limit))


@check(
    "manifest.name-for-model-valid", "M--", refs=(START,), kind="static", practice=True,
    shows="refused at registration",
    why="The model calls the plugin by this name.",
    fix="Use one word of at most 50 letters, digits and _.",
)  # fmt: skip
def name_for_model_valid(evidence: Evidence) -> Iterator[Finding | Seen]:
    """name_for_model has no white space and at most 50 characters."""
    name = _model_name(evidence)
    expected = say("no white space, at most 50 characters")
    if re.search(r"\s", name):
        yield Finding(
            expected=expected,
            actual=say("white space in {!r:.60}", name),
            at=say("/name_for_model"),
        )
    elif len(name) > 50:
        yield Finding(
            expected=expected, actual=say("{} characters", len(name)), at=say("/name_for_model")
        )
    else:
        yield Seen(actual=name)


@check(
    "manifest.name-for-model-charset", "S--", refs=("Pisush/chatGPT-plugin-template",),
    kind="static", practice=True,
    why="Other characters were refused for some developers.",
    fix="Use letters, digits and _ only.",
)  # fmt: skip
def name_for_model_charset(evidence: Evidence) -> Iterator[Finding | Seen]:
    """name_for_model has only letters, digits and _."""
    name = _model_name(evidence)
    if re.fullmatch(r"[A-Za-z0-9_]+", name):
        yield Seen(actual=name)
    else:
        yield Finding(
            expected=say("letters, digits and _"),
            actual=cut(name, 60),
            at=say("/name_for_model"),
        )


@check(
    "manifest.text-within-limits", "M--", refs=(START,), kind="static", practice=True,
    shows="refused at registration",
    why="ChatGPT refuses longer texts.", fix="Shorten the text.",
)  # fmt: skip
def text_within_limits(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The texts keep the limits of spring 2023."""
    yield from _limits(evidence, SPRING)


@check(
    "manifest.text-within-late-limits", "S--", refs=(START,), kind="static", practice=True,
    why="Later documents named lower limits, which approved plugins break.",
    fix="Shorten the text when you can.",
)  # fmt: skip
def text_within_late_limits(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The texts keep the limits of autumn 2023."""
    yield from _limits(evidence, AUTUMN)
