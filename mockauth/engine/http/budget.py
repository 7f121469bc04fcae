"""What a run may still spend: seconds in all, and patience with each endpoint."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

from mockauth.checks.finding import Blocked
from mockauth.wire import Request
from mockauth.wire.url import without_query
from mockauth.wire.words import say

PATIENCE = 2
"""Time-outs at an endpoint, after which nothing more is sent there."""


class Withheld(Blocked):
    """A request was not sent, or not waited for: that endpoint timed out before."""


class Spent(Withheld):
    """The seconds of the run are over."""


@dataclass
class Budget:
    """The bounds of one run. `seconds` is for all of it, None without a bound.

    An endpoint is an address without its query.
    """

    seconds: float | None = None
    now: Callable[[], float] = time.monotonic
    waited_for: str = ""
    """What was under way when the seconds were over; "" while they are not, or for nothing."""
    _ends: float = inf
    _late: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        """Count from here."""
        if self.seconds is not None:
            self._ends = self.now() + self.seconds

    @property
    def left(self) -> float:
        """Seconds that are left, 0 at least; infinite without a bound."""
        return max(0.0, self._ends - self.now())

    @property
    def words(self) -> str:
        """Why something is not judged once the seconds are over."""
        return say("the budget of {:g} s is spent (--budget)", self.seconds)

    def allowed(self, request: Request, limit: float) -> float:
        """Seconds that `request` may take: `limit`, or what is left.

        Raises:
            Withheld: its endpoint has timed out too often.
            Spent: nothing is left.
        """
        endpoint = without_query(request.url)
        if self._late[endpoint] >= PATIENCE:
            raise Withheld(
                say("two requests to {} timed out, so no more were sent there", endpoint)
            )
        return min(limit, self.require(0.0))

    def require(self, seconds: float) -> float:
        """What is left, if it is more than `seconds`.

        Raises:
            Spent: it is not.
        """
        left = self.left
        if left <= seconds:
            raise Spent(self.words)
        return left

    def timed_out(self, request: Request, seconds: float, limit: float) -> None:
        """Take note that `request` got no answer within `seconds`, of the `limit` for its kind.

        Raises:
            Spent: it might have had one within the limit, so nothing is said of the endpoint.
        """
        endpoint = without_query(request.url)
        if seconds < limit:
            self.waited_for = f"{request.method} {endpoint}"
            raise Spent(self.words)
        self._late[endpoint] += 1
