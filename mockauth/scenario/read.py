"""One probe file becomes a `Probe`; everything wrong in it is named at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from itertools import product
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from mockauth.checks.rule import ALL_AUTH, LETTERS, PROFILE_ORDER, Rule, levels
from mockauth.scenario.alterations import ALTERATIONS
from mockauth.scenario.model import DOES, Change, Expect, Probe, Step
from mockauth.scenario.reference import is_known, references
from mockauth.scenario.strict import Document

HEAD = list(
    Probe.__annotations__.keys() - {"rule", "file"} | {"mockauth", "id", "title", "level"}
    | {"refs", "practice", "why", "fix", "shows", "auth", "needs"}
)  # fmt: skip
NEEDS = ["login", "second-client", "second-user", "refresh", "deny", "narrow-scope", "slow"]
ID = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")
Path = tuple[str, ...]


def read_probe(document: Document) -> Probe | None:
    """The probe of a parsed file, or None when `document.problems` says why not."""
    head = document.value
    if not isinstance(head, dict):
        document.complain((), "a scenario file is a mapping with id, title, level, steps …")
        return None
    for name in head:
        if name not in HEAD:
            document.unknown((name,), name, HEAD)
    if head.get("mockauth") != 1:
        document.complain(("mockauth",), "must be 1, the version of the format")
    rule = _rule(document, head)
    variants = _variants(document, head.get("variants", {}))
    names = frozenset(variants[0]) if variants else frozenset()
    steps = tuple(_steps(document, head.get("steps"), names))
    if document.problems or rule is None:
        return None
    return Probe(
        rule=rule,
        steps=steps,
        variants=variants,
        file=document.file,
        destructive=head.get("destructive", False) is True,
    )


def _rule(document: Document, head: dict[str, Any]) -> Rule | None:
    for name in ("id", "title", "why", "fix", "level"):
        if not isinstance(head.get(name), str) or not head[name]:
            document.complain((name,), "must be a text that is not empty")
    if isinstance(head.get("id"), str) and not ID.fullmatch(head["id"]):
        document.complain(("id",), "must look like area.what-should-hold, in lower case")
    refs = _texts(document, ("refs",), head.get("refs"))
    needs = _texts(document, ("needs",), head.get("needs", []))
    auth = _texts(document, ("auth",), head.get("auth", ["oauth"]))
    for path, given, known in (("needs", needs, NEEDS), ("auth", auth, [*map(str, ALL_AUTH)])):
        for word in given:
            if word not in known:
                document.unknown((path,), word, known)
    if not refs:
        document.complain(("refs",), "name at least one source")
    try:
        by_profile = levels(str(head.get("level")))
    except ValueError as wrong:
        order = ", ".join(PROFILE_ORDER)
        letters = ", ".join(f"{letter} {name}" for letter, name in LETTERS.items())
        document.complain(("level",), f"{wrong}; one letter each for {order}: {letters}, - n/a")
        return None
    if document.problems:
        return None
    return Rule(
        id=head["id"],
        title=head["title"],
        levels=by_profile,
        refs=refs,
        why=head["why"],
        fix=head["fix"],
        kind="probe",
        auth=auth,  # type: ignore[arg-type]  # checked against ALL_AUTH above
        needs=needs,
        chatgpt_shows=str(head.get("shows", "")),
        practice=head.get("practice", False) is True,
    )


def _texts(document: Document, path: Path, value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    document.complain(path, "must be a list of texts")
    return ()


def _variants(document: Document, value: Any) -> tuple[Mapping[str, str], ...]:
    if not isinstance(value, dict):
        document.complain(("variants",), "must be a mapping of name to a list of texts")
        return ()
    names = list(value)
    lists = [_texts(document, ("variants", name), value[name]) for name in names]
    return tuple(
        MappingProxyType(dict(zip(names, chosen, strict=True))) for chosen in product(*lists)
    )


def _steps(document: Document, value: Any, variants: frozenset[str]) -> Iterator[Step]:
    if not isinstance(value, list) or not value:
        document.complain(("steps",), "must be a list with at least one step")
        return
    known = [field.name for field in fields(Step)]
    earlier: frozenset[str] = frozenset()
    for i, item in enumerate(value):
        path: Path = ("steps", str(i))
        if not isinstance(item, dict):
            document.complain(path, "must be a mapping with do, change, expect")
            continue
        for name in item:
            if name not in known:
                document.unknown((*path, name), name, known)
        do = item.get("do")
        if do not in DOES:
            document.unknown((*path, "do"), str(do), list(DOES))
        plain = _members(document, path, item, Step, skip=("do", "name", "change", "expect"))
        step = Step(
            do=do if do in DOES else "api",
            name=str(item.get("name", do)),
            change=Change(**_members(document, (*path, "change"), item.get("change"), Change)),
            expect=Expect(**_members(document, (*path, "expect"), item.get("expect"), Expect)),
            **plain,
        )
        for reference in references(repr(item)):
            if not is_known(reference, variants, earlier):
                document.complain(path, f"${{{reference}}} names nothing that is known here")
        for _, alteration in step.change.alter:
            if alteration not in ALTERATIONS:
                document.unknown((*path, "change", "alter"), alteration, list(ALTERATIONS))
        earlier |= {step.name}
        yield step


def _members(
    document: Document, path: Path, value: Any, kind: type, skip: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The members of a mapping as keyword arguments for `kind`, each of the type it declares."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        document.complain(path, "must be a mapping")
        return {}
    hints = get_type_hints(kind)
    known = [field.name for field in fields(kind) if field.name not in skip]
    members: dict[str, Any] = {}
    for name, given in value.items():
        if name in skip:
            continue
        if name not in known:
            if not skip:  # the caller has named unknown keys already
                document.unknown((*path, name), name, known)
            continue
        members[name] = _typed(document, (*path, name), given, name, hints[name])
    return members


def _typed(document: Document, path: Path, given: Any, name: str, hint: Any) -> Any:
    choices = [c for c in get_args(hint) if isinstance(c, str)]
    if choices:
        if given not in choices or given == "":
            document.unknown(path, str(given), [c for c in choices if c])
        return given
    if hint in (bool, int):
        if type(given) is not hint:
            document.complain(path, "must be true or false" if hint is bool else "must be a number")
        return given
    if name in ("remove", "absent"):
        return _texts(document, path, given)
    if name in ("status", "tolerated"):
        listed = given if isinstance(given, list) else [given]
        if not all(re.fullmatch(r"[1-5]([0-9]{2}|xx)", str(one)) for one in listed):
            document.complain(path, "a number, a list of numbers, or 2xx 3xx 4xx 5xx")
        return tuple(str(one) for one in listed)
    if name in ("set", "twice", "alter", "params", "headers"):
        return _pairs(document, path, given, allow_null=name == "headers")
    if not isinstance(given, str):
        document.complain(path, "must be a text")
    return given


def _pairs(document: Document, path: Path, given: Any, *, allow_null: bool) -> Any:
    if not isinstance(given, dict):
        document.complain(path, "must be a mapping of name to text")
        return ()
    for name, value in given.items():
        if not isinstance(value, str) and not (allow_null and value is None):
            document.complain((*path, name), "must be a text; put numbers in quotes")
    return tuple(given.items())
