"""A probe as values: an ordinary flow with one mutation, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mockauth.checks.rule import Rule
from mockauth.wire import Pairs

Do = Literal["authorize", "token", "refresh", "api", "endpoint"]
DOES: tuple[Do, ...] = ("authorize", "token", "refresh", "api", "endpoint")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One mutation of one message. Values may hold `${…}` references."""

    set: Pairs = ()
    remove: tuple[str, ...] = ()
    twice: Pairs = ()
    alter: Pairs = ()
    """(parameter, alteration): see `scenario/alterations.py`."""
    headers: tuple[tuple[str, str | None], ...] = ()
    encoding: Literal["", "form", "json", "query"] = ""
    method: str = ""
    auth: Literal["", "post", "basic", "none", "both"] = ""
    raw: str | None = None
    reverse: bool = False

    @property
    def is_empty(self) -> bool:
        """No mutation at all: an ordinary message."""
        return self == Change()


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What must come back. `verdict` knows every legal refusal; the rest is read besides."""

    verdict: Literal["", "refused", "accepted"] = ""
    status: tuple[str, ...] = ()
    tolerated: tuple[str, ...] = ()
    """Statuses that real, correct servers give instead: broken, but a warning at most."""
    redirect_to: Literal["", "callback", "none", "nowhere-new"] = ""
    """`callback`: must end there. `none`: must not leave the site at all. `nowhere-new`: no
    redirect off the site but to the registered callback, untouched."""
    params: Pairs = ()
    """Parameters of the callback that must equal these values."""
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One message of a probe. Without a change it is sent as ChatGPT would send it."""

    do: Do
    name: str
    change: Change
    expect: Expect
    client: Literal["first", "second"] = "first"
    user: Literal["first", "second"] = "first"
    session: Literal["kept", "fresh"] = "kept"
    decision: Literal["allow", "deny"] = "allow"
    repeat: int = 1
    """How many copies are sent at once."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A scenario file: a rule and the steps that put it to the test, once per variant."""

    rule: Rule
    steps: tuple[Step, ...]
    variants: tuple[Mapping[str, str], ...]
    file: str
    destructive: bool = False
    """Sent after the others: it burns codes or tokens, or may lock somebody out."""
