"""A rule for clients, and the pure function that judges it on the visits of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from mockauth.checks.client.visit import ClientEvidence
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.rule import Rule, levels, title_of

Judge = Callable[[ClientEvidence], Iterator[Finding | Seen]]


@dataclass(frozen=True)
class ClientCheck:
    """A rule and its judge."""

    rule: Rule
    judge: Judge


def client_check(
    id: str,
    level: str,
    *,
    refs: tuple[str, ...],
    why: str,
    fix: str,
    kind: Literal["static", "read"] = "read",
    practice: bool = False,
) -> Callable[[Judge], ClientCheck]:
    """Declare a check; the docstring of the function is the rule in one sentence.

    The arguments are those of `checks.registry.check`.
    """

    def declare(judge: Judge) -> ClientCheck:
        rule = Rule(
            id=id,
            title=title_of(judge),
            levels=levels(level),
            refs=refs,
            why=why,
            fix=fix,
            kind=kind,
            auth=("oauth",),
            practice=practice,
        )
        return ClientCheck(rule, judge)

    return declare
