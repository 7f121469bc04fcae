"""A file of faults: what the mock plugin does wrong, and which checks must catch it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import FAULT_PLACES, Fault
from mockauth.profiles.mcp import REVISIONS
from mockauth.scenario.form import (
    SENTENCE,
    Form,
    instance,
    listing,
    matching,
    members,
    optional,
    word,
)
from mockauth.scenario.strict import Document, Path

FAULT_NAME = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
WHENS = ("always", "success", "error", "redirect", "before")


def _at_least_0(kinds: tuple[type, ...], wanted: str, kind: str) -> Form:
    def read(document: Document, path: Path, value: object) -> object:
        if type(value) not in kinds or not 0 <= value < float("inf"):  # type: ignore[operator]
            document.complain(path, f"must be {wanted}, 0 or more")
        return value

    return Form(read, {"type": kind, "minimum": 0})


COUNT = _at_least_0((int,), "a whole number", "integer")
DURATION = _at_least_0((int, float), "a number of seconds", "number")

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "Fault.name": matching(
            re.compile(FAULT_NAME).fullmatch,
            "lower-case words joined by - and ., such as token.reusable-code",
            {"pattern": FAULT_NAME},
        ),
        "Fault.title": SENTENCE,
        "Fault.revision": word(REVISIONS),
        "Fault.caught_by": listing(SENTENCE, least=1),
        "Fault.policy": members(Behaviour, MappingProxyType({})),
        "Fault.config": members(PluginConfig, MappingProxyType({}), skip=("policy", "faults")),
        "AnswerChange.place": word(FAULT_PLACES),
        "AnswerChange.cut": optional(COUNT),
        "AnswerChange.delay": DURATION,
        "Trigger.after": COUNT,
        "Trigger.times": optional(COUNT),
        "Trigger.place": word(FAULT_PLACES),
        "AnswerChange.when": word(WHENS),
    }
)


@dataclass(frozen=True, kw_only=True)
class FaultsFile:
    """Everything that a file of faults may hold."""

    mockauth: Literal[1]
    faults: Annotated[tuple[Fault, ...], "faults"]


FAULTS_FILE = instance(
    FaultsFile, MappingProxyType({"faults": listing(instance(Fault, FORMS), least=1)})
)


def read_faults(document: Document) -> list[Fault]:
    """The faults of a parsed file; none when `document.problems` says what is wrong."""
    if document.problems:
        return []
    read: FaultsFile | None = FAULTS_FILE.read(document, (), document.value)
    if read is None:
        return []
    for i, fault in enumerate(read.faults):
        for part, problem in _incomplete(fault):
            document.complain(("faults", str(i), *part), problem)
        if fault.name in {other.name for other in read.faults[:i]}:
            document.complain(("faults", str(i), "name"), f"two faults are called {fault.name!r}")
    return [] if document.problems else list(read.faults)


def _incomplete(fault: Fault) -> Iterator[tuple[Path, str]]:
    """What a fault lacks or cannot have, with the place in its entry."""
    if not fault.title:
        yield ("title",), "is missing"
    if not fault.caught_by and not fault.unchecked:
        yield (
            ("caught_by",),
            "name the checks that must catch this fault, or say unchecked: true",
        )
    if fault.trigger and fault.config:
        yield ("config",), "cannot change with the request; leave out trigger"
    if not (fault.policy or fault.answers or fault.config):
        yield (), "changes nothing; give policy, answers or config"
