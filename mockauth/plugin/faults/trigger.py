"""When a fault shows: always, once, the next n times, after n times, until a moment, or for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a trigger may look at in a request."""

    place: str = ""
    path: str
    client: str = ""
    user: str = ""
    params: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """The requests at which a fault shows: those that fit, from the one after the first `after`,
    `times` long. Empty fields fit everything.

    `parameter` and `value` are a magic value: a request that carries it, as parameter of query or
    body, is the one.
    """

    times: int | None = None
    """1 is once; None is always."""
    after: int = 0
    seconds: float | None = None
    """How long after it was switched on the fault shows, by the clock of the plugin."""
    until: float | None = None
    """The moment, in seconds since the epoch, from which it shows no more."""
    place: str = ""
    """A place as in `AnswerChange`, such as token or refresh."""
    path: str = ""
    client: str = ""
    user: str = ""
    parameter: str = ""
    value: str = ""

    def fits(self, facts: Facts) -> bool:
        """Whether the request is one of those that count."""
        wanted = (
            (self.place, facts.place),
            (self.path, facts.path),
            (self.client, facts.client),
            (self.user, facts.user),
            (self.value, facts.params.get(self.parameter, "") if self.parameter else self.value),
        )
        named = not self.parameter or self.parameter in facts.params
        return named and all(want in ("", have) for want, have in wanted)

    def lasts(self, since: float, now: float) -> bool:
        """Whether a fault that was switched on at `since` may still show at `now`."""
        ends = [] if self.seconds is None else [since + self.seconds]
        ends += [] if self.until is None else [self.until]
        return all(now < end for end in ends)
