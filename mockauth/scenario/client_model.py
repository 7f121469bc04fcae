"""A probe of a client, as values: how the mock's answers are changed, and what must come next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from mockauth.checks.rule import Rule
from mockauth.profiles.mcp import Revision
from mockauth.wire.message import AuthMethod

Answer = Literal[
    "authorize", "callback", "token", "refresh", "api", "resource", "metadata", "register"
]
Special = Literal[
    "",
    "replayed",
    "crossed",
    "state-cut",
    "state-longer",
    "state-first",
    "state-last",
    "state-case",
    "state-encoded",
    "code-slash",
    "code-plus",
    "expired",
    "expired-twice",
    "held",
    "bomb",
    "step-up",
    "step-up-forever",
    "moved",
    "named-place",
    "root-place",
    "appended-place",
]
NextWord = Annotated[str, "next"]


@dataclass(frozen=True, kw_only=True)
class JsonEdit:
    """Members of a JSON answer that are set or removed."""

    set: Mapping[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RedirectEdit:
    """Parameters of the redirect to the client that are set or removed."""

    set: Mapping[str, str] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AnswerEdit:
    """A change of one kind of answer of the mock.

    In `headers`, texts and members, `${elsewhere}` is the origin of another host, `${base}` that of the mock,
    and `${insecure}` an address by http that is not one of this machine's loopback addresses.
    """

    status: int | None = None
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: str | None = None
    json: JsonEdit = JsonEdit()
    redirect: RedirectEdit = RedirectEdit()
    special: Special = ""
    """What no field says. `replayed`: the callback is that of an earlier login. `crossed`: two
    clients that came at once get each other's callback. `state-…`: the state is that of the login
    but for its end, something more behind it, its first or its last character, or the case of its
    letters. `state-encoded`: every character of the state is percent-encoded, which is the same one
    (RFC 3986 section 2.3). `code-slash`, `code-plus`: the code has characters that a query encodes, as
    it may (RFC 6749 A.11). `expired`: the API answers 401 to the token
    of the first grant; `expired-twice`: to that of the refresh after it, too. `held`: nothing is
    answered while the client waits. `bomb`: a body of 64 MB, compressed where the client takes that.
    Of an MCP server: `step-up`: a tool needs one scope more than was granted; `step-up-forever`: it does
    whatever is granted. `moved`: once a token has worked it ends, and the metadata of the resource names
    another authorization server. `named-place`: the metadata of the resource stands where the challenge
    says, and at no well-known address; `root-place`: at the root alone (RFC 9728 sections 3.1 and 5.1).
    `appended-place`: the metadata of an issuer with a path stands behind that path alone, as OpenID Connect
    Discovery 1.0 section 4 has it."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        return self == AnswerEdit()


@dataclass(frozen=True, kw_only=True)
class ClientExpect:
    """What must come next; the words are those of `checks/client/reactions.py`."""

    next: NextWord


@dataclass(frozen=True, kw_only=True)
class ClientStep:
    """One kind of answer: how it is changed while the client runs, and what must follow it."""

    do: Answer
    change: AnswerEdit = AnswerEdit()
    expect: ClientExpect | None = None


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the mock declares otherwise than in the ordinary start."""

    authorize_query: str = ""
    """`name=value`, as a query that the addresses of the authorize and the token endpoint have of their
    own."""
    content_type: Literal["", "same", "other"] = ""
    """The other one of form and JSON in the manifest; `same` is the one that was chosen."""
    auth_method: AuthMethod = ""
    """The only method that the token endpoint serves."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the plugin, as a fault has them."""
    policy: Mapping[str, Any] = field(default_factory=dict)
    """Switches of the plugin, as a fault has them."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """One start of the client, and what awaits it."""

    name: str = ""
    declare: Declared = Declared()
    at_once: Literal[1, 2] = 1
    """How many clients are started at the same time."""
    since: Revision = "2025-03-26"
    """The first revision of MCP in which a client must do this."""
    until: Revision = "2026-07-28"
    """The last one."""
    tolerated: bool = False
    """Clients of good standing do otherwise: that warns at most."""
    optional: bool = False
    """A client that does not get as far as this says nothing by it."""
    steps: Annotated[tuple[ClientStep, ...], "client_steps"]

    @property
    def expected(self) -> str:
        """The word of what must come next."""
        return next((step.expect.next for step in self.steps if step.expect), "")


@dataclass(frozen=True, kw_only=True)
class ClientProbe:
    """A scenario file with `role: plugin`: a rule, and the starts that put it to the test."""

    rule: Rule
    starts: tuple[Start, ...]
    file: str
