"""When a fault shows: always, once, the next n times, after n times, or for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mockauth.plugin.fault import Fault


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a trigger may look at in a request."""

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
    path: str = ""
    client: str = ""
    user: str = ""
    parameter: str = ""
    value: str = ""

    def fits(self, facts: Facts) -> bool:
        """Whether the request is one of those that count."""
        wanted = (
            (self.path, facts.path),
            (self.client, facts.client),
            (self.user, facts.user),
            (self.value, facts.params.get(self.parameter, "") if self.parameter else self.value),
        )
        named = not self.parameter or self.parameter in facts.params
        return named and all(want in ("", have) for want, have in wanted)


@dataclass
class Armed:
    """A fault that is on, and how many fitting requests it has seen."""

    fault: Fault
    trigger: Trigger
    seen: int = 0

    def shows(self, facts: Facts) -> bool:
        """Whether the fault shows at this request, which is counted."""
        if not self.trigger.fits(facts):
            return False
        self.seen += 1
        late = self.seen - self.trigger.after
        return late > 0 and (self.trigger.times is None or late <= self.trigger.times)
