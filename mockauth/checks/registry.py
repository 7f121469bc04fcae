"""The registry: `@check` turns a generator function into a rule that can be judged."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.rule import ALL_AUTH, AuthType, Rule, levels, title_of

E = TypeVar("E")
Judge = Callable[[E], Iterator[Finding | Seen]]


@dataclass(frozen=True)
class CheckOf(Generic[E]):
    """A rule and the pure function that judges it on evidence of one kind."""

    rule: Rule
    judge: Judge[E]


Check = CheckOf[Evidence]


def check(
    id: str,
    level: str,
    *,
    refs: tuple[str, ...],
    why: str,
    fix: str,
    kind: Literal["static", "read"] = "read",
    auth: tuple[AuthType, ...] = ALL_AUTH,
    needs: tuple[str, ...] = (),
    shows: str = "",
    practice: bool = False,
) -> Callable[[Judge[E]], CheckOf[E]]:
    """Declare a check; the docstring of the function is the rule in one sentence.

    Args:
        id: the catalogue's id, `area.what-should-hold`.
        level: the catalogue's P, A and M columns in one word (see `rule.levels`).
        refs: sources, `RFC6749-4.1.2`, `OAI-plugin-auth`, `forum-296963`, `owner/repo#1`.
        why: what goes wrong for the user or the service when it does not hold.
        fix: what to change, for the developer.
        shows: what ChatGPT would have shown.
        practice: the rule has no RFC or MCP requirement behind it.
    """

    def declare(judge: Judge[E]) -> CheckOf[E]:
        rule = Rule(
            id=id,
            title=title_of(judge),
            levels=levels(level),
            refs=refs,
            why=why,
            fix=fix,
            kind=kind,
            auth=auth,
            needs=needs,
            chatgpt_shows=shows,
            practice=practice,
        )
        return CheckOf(rule, judge)

    return declare


def all_checks() -> tuple[Check, ...]:
    """Every check declared in the modules of this package, in module and source order.

    Raises:
        ValueError: when two checks claim one id.
    """
    package = importlib.import_module(__package__ or "mockauth.checks")
    found: dict[str, Check] = {}
    for module_info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, CheckOf) and value is not found.get(value.rule.id):
                if value.rule.id in found:
                    raise ValueError(f"two checks are called {value.rule.id}")
                found[value.rule.id] = value
    return tuple(found.values())
