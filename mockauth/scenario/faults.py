"""A file of faults: how the mock plugin misbehaves, and which checks must catch each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import PLACES, Fault
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

NAME = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
WHENS = ("always", "success", "error", "redirect")


def _at_least_0(kinds: tuple[type, ...], wanted: str, kind: str) -> Form:
    def read(document: Document, path: Path, value: object) -> object:
        if type(value) not in kinds or not 0 <= value < float("inf"):  # type: ignore[operator]
            document.complain(path, f"must be {wanted}, 0 or more")
        return value

    return Form(read, {"type": kind, "minimum": 0})


COUNT = _at_least_0((int,), "a whole number", "integer")
SECONDS = _at_least_0((int, float), "a number of seconds", "number")

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "Fault.name": matching(
            re.compile(NAME).fullmatch,
            "lower-case words joined by - and ., such as token.reusable-code",
            {"pattern": NAME},
        ),
        "Fault.title": SENTENCE,
        "Fault.caught_by": listing(SENTENCE, least=1),
        "Fault.policy": members(Behaviour, MappingProxyType({})),
        "Fault.config": members(PluginConfig, MappingProxyType({}), skip=("policy", "faults")),
        "AnswerChange.place": word(PLACES),
        "AnswerChange.cut": optional(COUNT),
        "AnswerChange.delay": SECONDS,
        "Trigger.after": COUNT,
        "Trigger.times": optional(COUNT),
        "Trigger.place": word(PLACES),
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
        path = ("faults", str(i))
        if not fault.title:
            document.complain((*path, "title"), "is missing")
        if not fault.caught_by and not fault.unchecked:
            document.complain(
                (*path, "caught_by"),
                "name the checks that must catch this fault, or say unchecked: true",
            )
        if fault.trigger and fault.config:
            document.complain(
                (*path, "config"), "cannot change with the request; leave out trigger"
            )
        if not (fault.policy or fault.answers or fault.config):
            document.complain(path, "changes nothing; give policy, answers or config")
        if fault.name in {other.name for other in read.faults[:i]}:
            document.complain((*path, "name"), f"two faults are called {fault.name!r}")
    return [] if document.problems else list(read.faults)
