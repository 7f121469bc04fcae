"""A probe as values: an ordinary flow with one mutation, and what must come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from mockauth.checks.rule import Rule
from mockauth.wire import Pairs

Do = Literal["authorize", "token", "refresh", "api", "endpoint"]
DOES: tuple[Do, ...] = ("authorize", "token", "refresh", "api", "endpoint")

Statuses = Annotated[tuple[str, ...], "statuses"]
"""Such as `("400", "5xx")`."""
Alterations = Annotated[Pairs, "alterations"]
"""(parameter, alteration): see `scenario/alterations.py`."""
Copies = Annotated[int, "copies"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One mutation of one message. Values may hold `${…}` references."""

    set: Pairs = ()
    remove: tuple[str, ...] = ()
    twice: Pairs = ()
    alter: Alterations = ()
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
    status: Statuses = ()
    tolerated: Statuses = ()
    """Statuses that real, correct servers give instead: broken, but a warning at most."""
    tolerated_unless: Literal["", "scope-empty"] = ""
    """`scope-empty`: a warning at most, unless the manifest's scope is empty, which is when ChatGPT
    sends it so."""
    redirect_to: Literal["", "callback", "none", "nowhere-new"] = ""
    """`callback`: must end there. `none`: must not leave the site at all. `nowhere-new`: no
    redirect off the site but to the registered callback, untouched."""
    params: Pairs = ()
    """Parameters of the callback that must equal these values: `same` is the state that was sent,
    `a|b` is one of the two."""
    absent: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is expected: the step only prepares the next one."""
        return self == Expect()


@dataclass(frozen=True, kw_only=True)
class Step:
    """One message of a probe. Without a change it is sent as ChatGPT would send it."""

    do: Do
    name: str = ""
    """What later steps call it; `do` when the file gives none."""
    change: Change = Change()
    expect: Expect = Expect()
    client: Literal["first", "second"] = "first"
    user: Literal["first", "second"] = "first"
    session: Literal["kept", "fresh"] = "kept"
    decision: Literal["allow", "deny"] = "allow"
    repeat: Copies = 1
    """How many times it is sent, one after the other; the last answer is judged."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A scenario file: a rule and the steps that put it to the test, once per variant."""

    rule: Rule
    steps: tuple[Step, ...]
    variants: tuple[Mapping[str, str], ...]
    file: str
    destructive: bool = False
    """Sent after the others: it burns codes or tokens, or may lock somebody out."""
