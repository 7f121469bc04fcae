"""A fault: what the plugin does wrong, as data, and which checks must catch it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mockauth.plugin.faults.trigger import Trigger

FAULT_PLACES = (
    "manifest", "openapi", "logo", "authorize", "login", "consent", "redirect", "token",
    "refresh", "api", "metadata", "resource", "jwks", "revoke", "introspect", "userinfo",
    "register",
)  # fmt: skip
"""Where answers come from. `redirect` is what goes to the callback, whatever endpoint sends it; what
/authorize itself sends there is of both."""


@dataclass(frozen=True, kw_only=True)
class AnswerChange:
    """A change of one kind of answer, made just before it is sent.

    `place` is one of `FAULT_PLACES`.
    `when`: always, success, error or redirect (any 3xx); before: in place of an answer, and nothing is
    done for it (a code is not spent, nothing is added). A client that tries again then succeeds.
    """

    place: str
    when: str = "always"
    status: int | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: str | None = None
    unless_accept: str = ""
    """A media type: the change shows only where the Accept header does not name it."""
    prepend: str = ""
    """Text before the body."""
    append: str = ""
    """Text after the body."""
    pad: int = 0
    """Blanks after the body, up to so many characters."""
    json_set: Mapping[str, Any] = field(default_factory=dict)
    json_remove: list[str] = field(default_factory=list)
    redirect_set: Mapping[str, str] = field(default_factory=dict)
    redirect_remove: list[str] = field(default_factory=list)
    redirect_twice: list[str] = field(default_factory=list)
    redirect_path_suffix: str = ""
    redirect_fragment: bool = False
    delay: float = 0.0
    """Seconds that go by before the answer."""
    cut: int | None = None
    """After so many bytes of the body the connection is closed."""
    reset: bool = False
    """The connection is reset instead of an answer (RST)."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. `policy` loosens named behaviours, `answers` alter what is sent, `config`
    sets what the fault needs of the plugin (such as its auth type), `profile` as what it is used.
    """

    name: str
    title: str = ""
    caught_by: tuple[str, ...] = ()
    policy: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[AnswerChange, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    profile: Literal["plugin", "action", "mcp"] = "plugin"
    revision: str = ""
    """Which revision of MCP the check must ask for to catch it; "" is the newest."""
    trigger: Trigger | None = None
    """At which requests it shows; None is all of them."""
    unchecked: bool = False
    """True: for testing clients only, and no check catches it in process. It shows over sockets
    alone, or breaks nothing that ChatGPT's sign-in needs."""

    def changes_at(self, places: Sequence[str], when: set[str]) -> list[AnswerChange]:
        """The changes of an answer that is of all these places; those of the first of them for
        which there are any."""
        for place in places:
            fit = [one for one in self.answers if one.place == place and one.when in when]
            if fit:
                return fit
        return []
