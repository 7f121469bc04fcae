"""A file of faults: how the mock plugin misbehaves, and which checks must catch each."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from mockauth.plugin.fault import AnswerChange, Fault
from mockauth.plugin.policy import Policy
from mockauth.scenario.strict import Document


def read_faults(document: Document) -> list[Fault]:
    """The faults of a parsed file; `document.problems` names what is wrong with the others."""
    head = document.value
    listed = head.get("faults") if isinstance(head, dict) else None
    if not isinstance(listed, list) or head.get("mockauth") != 1:
        document.complain((), "must hold `mockauth: 1` and a list of `faults`")
        return []
    before = len(document.problems)
    faults = [_fault(document, i, item) for i, item in enumerate(listed)]
    return [] if len(document.problems) > before else [f for f in faults if f is not None]


def _fault(document: Document, i: int, item: Any) -> Fault | None:
    path = ("faults", str(i))
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        document.complain(path, "must be a mapping with a name")
        return None
    known = [field.name for field in fields(Fault)]
    _names(document, path, item, known)
    policy = item.get("policy") or {}
    _names(document, (*path, "policy"), policy, [field.name for field in fields(Policy)])
    answers = []
    for j, change in enumerate(item.get("answers") or []):
        at = (*path, "answers", str(j))
        if _names(document, at, change, [field.name for field in fields(AnswerChange)]):
            answers.append(AnswerChange(**change))
    caught = item.get("caught_by")
    if not isinstance(caught, list) or not caught:
        document.complain((*path, "caught_by"), "name the checks that must catch this fault")
        caught = []
    return Fault(
        name=item["name"],
        title=str(item.get("title", "")),
        caught_by=tuple(caught),
        policy=dict(policy) if isinstance(policy, dict) else {},
        answers=tuple(answers),
        config=dict(item.get("config") or {}),
    )


def _names(document: Document, path: tuple[str, ...], value: Any, known: list[str]) -> bool:
    if not isinstance(value, dict):
        document.complain(path, "must be a mapping")
        return False
    wrong = [name for name in value if name not in known]
    for name in wrong:
        document.unknown((*path, name), name, known)
    return not wrong
