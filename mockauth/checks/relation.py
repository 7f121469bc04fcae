"""How broken rules hang together: which one explains which others, and by what that is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from mockauth.wire.words import own

Proof = Literal["alike", "taken", "code", "implied"]
"""`alike`: each answer that shows the consequence came from an address and with a status that the
lead shows, too. `taken`: each is an acceptance (2xx, or a redirect of the browser), as those of the lead are. `code`: all their
answers name the same error. `implied`: the one cannot be without the other."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One behaviour that breaks several rules. Ids may be patterns such as `token.secret-*`.

    The lead must be broken, and each of `also_broken`; none of `unless_passed` may hold. Then every
    broken rule of `explains` is its consequence, where `proof` says so.
    """

    lead: str
    explains: tuple[str, ...]
    proof: Proof
    also_broken: tuple[str, ...] = ()
    unless_passed: tuple[str, ...] = ()
    places: int = 1
    """At how many different places the lead must be broken."""
    at_least: int = 1
    """How many consequences there must be, for the lead to be their cause."""
    code: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The error code that a rule is about: an answer that has another breaks it by itself."""
    title: str = ""
    """The behaviour in one sentence; "" where the lead's own finding says it."""
    fix: str = ""

    def __post_init__(self) -> None:
        for name in ("title", "fix"):
            object.__setattr__(self, name, own(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step of the sign-in without which the next ones cannot be made: whichever of `leads` is
    broken or not judged stops what is in `areas`, unless one of `not_where` passed."""

    leads: tuple[str, ...]
    areas: tuple[str, ...]
    not_where: tuple[str, ...] = ()
