"""The errors of mockauth, and whose move each one is.

MockauthError
└── OurFault       mockauth or its caller is wrong; the run stops
    ├── UsageError      wrong option, configuration or scenario file: exit 2
    └── NothingJudged   unreachable, or the login failed: exit 3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class MockauthError(Exception):
    """Everything that mockauth raises on purpose.

    `lines` are its sentences, each one line when it is shown: text of others inside never starts one.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class OurFault(MockauthError):
    """mockauth or its caller is wrong; the run stops with `exit_code`."""

    exit_code = 2


class UsageError(OurFault):
    """An option, a configuration or a scenario file is wrong."""


class NothingJudged(OurFault):
    """The target could not be reached or signed in to, so there is no verdict."""

    exit_code = 3


def plainly(work: Callable[[], T]) -> T:
    """What `work` gives. The fault of a caller is raised from here: where it was found says nothing to
    whoever wrote the test.

    Raises:
        OurFault: `work` did.
    """
    __tracebackhide__ = True
    try:
        return work()
    except OurFault as wrong:
        raise wrong.with_traceback(None) from wrong.__cause__
