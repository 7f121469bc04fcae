"""The errors of mockauth, and whose move each one is.

MockauthError
└── OurFault       mockauth or its caller is wrong; the run stops
    ├── UsageError      wrong option, configuration or scenario file: exit 2
    └── NothingJudged   unreachable, or the login failed: exit 3
"""

from __future__ import annotations


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
