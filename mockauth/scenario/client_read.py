"""One file with `role: plugin` becomes a `ClientProbe`; everything wrong in it is named at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Literal

from mockauth.checks.client.reactions import REACTIONS
from mockauth.checks.rule import PROFILE_ORDER, Rule
from mockauth.scenario.client_model import ClientProbe, ClientStep, Declared, Start
from mockauth.scenario.faults import FORMS as FAULT_FORMS
from mockauth.scenario.form import Form, instance, listing, word
from mockauth.scenario.head import HEAD_FORMS, Levels, ProfileName
from mockauth.scenario.strict import Document

QUERY = re.compile(r"[\w.~-]+=[\w.~-]+")
ONLY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "replayed": ("callback",),
        "crossed": ("callback",),
        "state-cut": ("callback",),
        "state-longer": ("callback",),
        "state-first": ("callback",),
        "state-last": ("callback",),
        "state-case": ("callback",),
        "state-encoded": ("callback",),
        "code-slash": ("callback",),
        "code-plus": ("callback",),
        "expired": ("api",),
        "expired-twice": ("api",),
        "held": ("token",),
        "bomb": ("token",),
        "step-up": ("api",),
        "step-up-forever": ("api",),
        "moved": ("api",),
        "named-place": ("resource",),
        "root-place": ("resource",),
        "appended-place": ("metadata",),
    }
)
"""In which answers a special change has a meaning."""


@dataclass(frozen=True, kw_only=True)
class ClientFile:
    """Everything that a file with `role: plugin` may hold."""

    mockauth: Literal[1]
    role: Literal["plugin"]
    id: Annotated[str, "id"]
    title: Annotated[str, "sentence"]
    level: Annotated[Levels, "level"]
    refs: Annotated[tuple[str, ...], "refs"]
    why: Annotated[str, "sentence"]
    fix: Annotated[str, "sentence"]
    kind: Literal["probe", "read"] = "probe"
    profiles: tuple[ProfileName, ...] = PROFILE_ORDER  # type: ignore[assignment]  # the same words
    practice: bool = False
    declare: Declared = field(default_factory=Declared)
    steps: Annotated[tuple[ClientStep, ...], "client_steps"] = ()
    starts: Annotated[tuple[Start, ...], "starts"] = ()

    def rule(self) -> Rule:
        """The rule that the file puts to the test."""
        chosen: tuple[str, ...] = self.profiles
        return Rule(
            id=self.id,
            title=self.title,
            levels=MappingProxyType({n: self.level[n] for n in self.level if n in chosen}),
            refs=self.refs,
            why=self.why,
            fix=self.fix,
            kind=self.kind,
            auth=("oauth",),
            practice=self.practice,
        )


def read_client_probe(document: Document) -> ClientProbe | None:
    """The probe of a parsed file, or None when `document.problems` says why not."""
    if document.problems:
        return None
    read: ClientFile | None = CLIENT_FILE.read(document, (), document.value)
    if read is None:
        return None
    if bool(read.steps) == bool(read.starts):
        document.complain((), "needs either steps (one start) or starts, and not both")
        return None
    starts = read.starts or (Start(declare=read.declare, steps=read.steps),)
    _check_starts(document, read, starts)
    if document.problems:
        return None
    return ClientProbe(rule=read.rule(), starts=starts, file=document.file)


def _check_starts(document: Document, read: ClientFile, starts: tuple[Start, ...]) -> None:
    if read.starts and read.declare != Declared():
        document.complain(("declare",), "belongs in a start when there are starts")
    for i, start in enumerate(starts):
        _check_start(document, ("starts", str(i)) if read.starts else (), start)
    names = [start.name for start in starts]
    if len(set(names)) < len(names):
        document.complain(("starts",), "each start needs a name of its own")


def _check_start(document: Document, path: tuple[str, ...], start: Start) -> None:
    if sum(step.expect is not None for step in start.steps) != 1:
        document.complain((*path, "steps"), "one step, and only one, must say what is expected")
    _check_declared(document, path, start)
    for i, step in enumerate(start.steps):
        _check_change(document, (*path, "steps", str(i), "change"), step)
        if step.change.special == "crossed" and start.at_once != 2:
            document.complain((*path, "at_once"), "crossed needs at_once: 2")


def _check_declared(document: Document, path: tuple[str, ...], start: Start) -> None:
    query = start.declare.authorize_query
    if query and not QUERY.fullmatch(query):
        document.complain((*path, "declare", "authorize_query"), "must be one name=value")
    if start.expected == "own-query" and not query:
        document.complain((*path, "declare"), "own-query needs an authorize_query")
    if start.expected == "declared-method" and not start.declare.auth_method:
        document.complain((*path, "declare"), "declared-method needs an auth_method")


def _check_change(document: Document, path: tuple[str, ...], step: ClientStep) -> None:
    special = step.change.special
    if special and step.do not in ONLY[special]:
        document.complain(
            (*path, "special"),
            f"{special} has no meaning in {step.do}; only in {ONLY[special][0]}",
        )
    edited = step.change.redirect.set or step.change.redirect.remove
    if edited and step.do != "callback":
        document.complain((*path, "redirect"), "has a meaning in callback only")


BASE: Mapping[str, Form] = MappingProxyType(
    {
        **HEAD_FORMS,
        "next": word(tuple(REACTIONS)),
        "Declared.config": FAULT_FORMS["Fault.config"],
        "Declared.policy": FAULT_FORMS["Fault.policy"],
    }
)
FORMS: Mapping[str, Form] = MappingProxyType(
    {**BASE, "client_steps": listing(instance(ClientStep, BASE), least=1)}
)
CLIENT_FILE = instance(
    ClientFile, MappingProxyType({**FORMS, "starts": listing(instance(Start, FORMS), least=1)})
)
