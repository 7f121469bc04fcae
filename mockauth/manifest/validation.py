"""Is a document valid OpenAPI 3? Asked within a budget of time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mockauth
from mockauth.manifest.validator import OUT_OF_DEPTH, OUT_OF_MEMORY, DocumentProblem, problems_of
from mockauth.wire.words import own, say

SECONDS = 6
MEGABYTES = 160
MOST_IN_PROCESS = 4_000
"""Values, references written out, that are validated without a process of their own. The costliest
document of that size takes half a second."""
LONG = 50
"""Characters of a string that count as another value."""
TOO_DEEP = say("its schemas lead into each other too deeply to be validated")
HARMLESS = ("$ref", "$schema", "$comment")


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What validating came to. `unfinished` says why it did not come to its end; "" when it did."""

    problems: tuple[DocumentProblem, ...] = ()
    unfinished: str = ""


def validate(data: dict[str, Any], *, seconds: int | None = None) -> Validation:
    """Validate an OpenAPI 3 document, `seconds` at most: a document can ask for more work than can
    ever be done, so any but a small one is validated in a process that is ended then. Never raises.
    """
    seconds = SECONDS if seconds is None else seconds
    if _Size(data).written_out() <= MOST_IN_PROCESS:
        return _in_process(data)
    command = [sys.executable, "-P", "-m", "mockauth.manifest.validator"]
    try:
        document = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [*command, str(seconds + 1), str(MEGABYTES)],
            input=document,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        why = say("it could not be validated within {:g} s", seconds)
        return Validation(problems=_read(late.stdout or b""), unfinished=why)
    except RecursionError:
        return Validation(unfinished=TOO_DEEP)
    except (OSError, ValueError) as wrong:
        return Validation(
            unfinished=say("no process could be started: {}", own(type(wrong).__name__))
        )
    return Validation(problems=_read(done.stdout), unfinished=_why(done.returncode))


def _in_process(data: dict[str, Any]) -> Validation:
    problems: list[DocumentProblem] = []
    try:
        problems.extend(problems_of(data))
    except RecursionError:
        return Validation(problems=tuple(problems), unfinished=TOO_DEEP)
    return Validation(problems=tuple(problems))


def _why(code: int) -> str:
    if code == OUT_OF_MEMORY:
        return say("it could not be validated within {} MB of memory", MEGABYTES)
    if code == OUT_OF_DEPTH:
        return TOO_DEEP
    return say("the validator ended with status {}", code) if code else ""


def _read(lines: bytes) -> tuple[DocumentProblem, ...]:
    """The problems in whole lines; the last line of an ended process may be broken off."""
    whole = lines.rpartition(b"\n")[0].splitlines()
    return tuple(DocumentProblem(**json.loads(line)) for line in whole)


def _environment() -> dict[str, str]:
    """The environment without mockauth's own options, which hold secrets; modules are found where
    this process finds them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MOCKAUTH_")}
    places = [place for place in sys.path if place] + [str(Path(mockauth.__file__).parent.parent)]
    return {**kept, "PYTHONPATH": os.pathsep.join(places)}


class _Size:
    """How large a document is once every reference in it is written out."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.left = MOST_IN_PROCESS
        self.known: dict[str, int] = {}

    def written_out(self) -> int:
        """The number of values, long strings counted as several; more than `MOST_IN_PROCESS` where
        it is larger, has no end or cannot be told."""
        try:
            return self._of(self.data)
        except (_TooLarge, RecursionError):
            return MOST_IN_PROCESS + 1

    def _of(self, value: object) -> int:
        self.left -= 1 + (len(value) // LONG if isinstance(value, str) else 0)
        if self.left < 0:
            raise _TooLarge
        size = 1
        if isinstance(value, list):
            size += sum(map(self._of, value))
        elif isinstance(value, dict):
            size += sum(self._member(name, inner) for name, inner in value.items())
        if size > MOST_IN_PROCESS:
            raise _TooLarge
        return size

    def _member(self, name: str, value: object) -> int:
        if isinstance(value, str) and name == "$ref":
            return self._behind(value)
        if name.startswith("$") and name not in HARMLESS:
            raise _TooLarge  # it may change what references mean
        if name == "pattern" and isinstance(value, str) and "(?" in value:
            raise _TooLarge  # Python may take seconds to compile it
        return len(name) // LONG + self._of(value)

    def _behind(self, reference: str) -> int:
        if reference not in self.known:
            self.known[reference] = MOST_IN_PROCESS  # for a reference that leads back to itself
            self.known[reference] = self._of(_at(self.data, reference))
        return self.known[reference]


class _TooLarge(Exception):
    """The document is not small; its size does not matter any more."""


def _at(data: object, reference: str) -> object:
    """What a plain reference into the document names; None for nothing.

    Raises:
        _TooLarge: for any other reference.
    """
    if not reference.startswith("#/") or "%" in reference:
        raise _TooLarge
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(data, list):
            raise _TooLarge
        data = data.get(name) if isinstance(data, dict) else None
    return data
