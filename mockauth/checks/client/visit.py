"""A visit: one start of the client under test, with all that it sent and how it ended."""

from __future__ import annotations

import re
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from mockauth.wire import Exchange, Pairs
from mockauth.wire.message import AuthMethod, first
from mockauth.wire.url import origin
from mockauth.wire.words import cut, own, say

FAILURE = re.compile(
    r"fail|error|denied|refus|invalid|mismatch|not match|unable|wrong|abort|reject|cannot|can't|"
    r"could not|couldn't|unauthori|forbidden|expired|exception|traceback|log ?in again|"
    r"sign ?in again|unexpected|not allowed|untrusted|tamper",
    re.IGNORECASE,
)
"""What a client may say to its user when a sign-in has failed."""
DENIED = re.compile(r"\b(no|0|without( any)?) (errors?|failures?)\b", re.IGNORECASE)
CHANGING = re.compile(r"‹[^›]*›|[0-9a-fA-F]{6,}|\d+")
"""What differs in a line from start to start: masked secrets, ids, times."""
CRASHED_BEHIND_SHELL = frozenset(
    128 + number
    for number in (signal.SIGILL, signal.SIGTRAP, signal.SIGABRT, signal.SIGFPE, signal.SIGSEGV)
)
LAST_WORDS = 160
"""Characters of the output that a report quotes."""
INSECURE = "/insecure"
"""The path below which endpoints stand that a client must not use, because their address is by http."""


class TokenKind(StrEnum):
    """The tokens of a token answer, by their members."""

    ACCESS = "access_token"
    REFRESH = "refresh_token"

    @property
    def words(self) -> str:
        """The kind, as a reader calls it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the client was told before it started, and what its answers are changed to."""

    client_id: str
    client_secret: str
    redirect_uri: str
    elsewhere: str
    """Origin of the host to which nothing secret may go."""
    content_type: str
    """What the manifest declares as authorization_content_type."""
    is_other_type: bool = False
    """Whether that is another one than the developer chose, which only the manifest tells."""
    auth_method: AuthMethod = ""
    """The only token_endpoint_auth_method that is served; "" is any."""
    own_query: tuple[str, str] | None = None
    """The query that the addresses of the authorize and the token endpoint have of their own."""
    resource: str = ""
    """The address of the MCP server; "" where there is none."""

    @property
    def is_mcp(self) -> bool:
        """Whether the client is one of an MCP server."""
        return bool(self.resource)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How one process of the client ended. `status` is negative for a signal, as in Python."""

    status: int = 0
    timed_out: bool = False
    seconds: float = 0.0
    """How long it was waited for, where its time ran out."""
    output: str = ""
    printed: frozenset[str] = frozenset()
    """The kinds of secrets that stood in its output."""
    usual: frozenset[str] = frozenset()
    """The lines that it also prints when all goes well, as `plain_lines` has them."""

    @property
    def crashed(self) -> bool:
        """Whether a signal ended it that nobody here has sent; a shell tells of it by its number."""
        return (self.status < 0 or self.status in CRASHED_BEHIND_SHELL) and not self.timed_out

    @property
    def says_failure(self) -> bool:
        """Whether it told its user that something went wrong: by its status, or in words."""
        new = "\n".join(line for line in plain_lines(self.output) if line not in self.usual)
        told = FAILURE.search(DENIED.sub("", new)) is not None
        return told or (self.status != 0 and not self.timed_out)

    @property
    def words(self) -> str:
        """The ending in a few words, with the last line of the output."""
        if self.timed_out:
            return say("it was still running after {:g} s", self.seconds)
        how = say("it ended with status {}", self.status)
        if self.status < 0:
            how = say("signal {} ended it", -self.status)
        lines = [line.strip() for line in self.output.splitlines() if re.search(r"\w", line)]
        return say("{}: {}", how, cut(lines[-1], LAST_WORDS)) if lines else how


def plain_lines(output: str) -> list[str]:
    """The lines of an output without numbers and ids, which differ from start to start."""
    return [CHANGING.sub("#", line).strip() for line in output.splitlines() if line.strip()]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One start of the client, in the order in which its requests came.

    `name` tells the starts of one probe apart. `arrived` has the second of each exchange, by its
    number, on one clock. `honest` says that the mock kept to the protocol.
    """

    name: str = ""
    honest: bool = False
    terms: Terms
    exchanges: tuple[Exchange, ...] = ()
    arrived: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    endings: tuple[Ending, ...] = (Ending(),)
    """One for each process that was started at once; empty when a person drove the client."""
    usual_logins: int = 1
    """How many logins the client makes where one would do, when all goes well."""
    usual_calls: int = 1
    """How often the client sends one and the same call of the API, when all goes well."""
    known_before: frozenset[str] = frozenset()
    """The client ids that earlier starts have registered."""

    @property
    def authorizes(self) -> list[Exchange]:
        """The requests to the authorize endpoint."""
        return self._of("authorize")

    @property
    def logins(self) -> list[Exchange]:
        """The authorization requests, one for each login: the same address once more is a page that
        was loaded again, or ahead, unless a code has come of it."""
        last: dict[Pairs, int] = {}
        found, exchanged = [], [exchange.n for exchange in self.tokens]
        for exchange in self.authorizes:
            asked = tuple(exchange.request.all_query)  # + and %20 are the same blank
            before = last.get(asked)
            if before is None or any(before < n < exchange.n for n in exchanged):
                found.append(exchange)
            last[asked] = exchange.n
        return found

    @property
    def callbacks(self) -> list[Exchange]:
        """The redirects to the client."""
        return self._of("callback")

    @property
    def tokens(self) -> list[Exchange]:
        """The exchanges of a code."""
        return self._of("token")

    @property
    def refreshes(self) -> list[Exchange]:
        """The refreshes."""
        return self._of("refresh")

    @property
    def calls(self) -> list[Exchange]:
        """The calls of the API."""
        return self._of("api")

    @property
    def opened(self) -> list[Exchange]:
        """The requests to an MCP server without a token."""
        return self._of("rpc")

    @property
    def metadata(self) -> list[Exchange]:
        """The requests for metadata of the resource and of the authorization server."""
        return self._of("metadata")

    @property
    def registrations(self) -> list[Exchange]:
        """The registrations (RFC 7591)."""
        return self._of("register")

    @property
    def keeps_registration(self) -> bool:
        """Whether the client uses the registration of an earlier start: what this one offers comes too
        late for it."""
        named = {first(e.request.all_query, "client_id") or "" for e in self.authorizes}
        return bool(named & self.known_before) and not self.registrations

    def registered_at(self, host: str) -> set[str]:
        """The client ids that registrations at one host gave; it is an origin."""
        there = [e for e in self.registrations if origin(e.request.url) == host]
        return {
            str(e.answer.members["client_id"]) for e in there if "client_id" in e.answer.members
        }

    @property
    def client_secrets(self) -> list[str]:
        """The secret that the client was given, and those that it has registered for."""
        members = [e.answer.members for e in self.registrations]
        known = [self.terms.client_secret, *(m.get("client_secret") for m in members)]
        return [secret for secret in known if isinstance(secret, str) and secret]

    @property
    def most_equal_calls(self) -> int:
        """How often the call came that came most often."""
        counted = Counter(call_of(e) for e in self.calls if e.answer.ok)
        return max(counted.values(), default=0)

    @property
    def strays(self) -> list[Exchange]:
        """What came to the other host."""
        return [e for e in self.exchanges if origin(e.request.url) == self.terms.elsewhere]

    @property
    def timed_out(self) -> bool:
        """Whether a process had to be stopped."""
        return any(ending.timed_out for ending in self.endings)

    @property
    def says_success(self) -> bool:
        """Whether a process ended with status 0."""
        return any(ending.status == 0 and not ending.timed_out for ending in self.endings)

    @property
    def crashed(self) -> bool:
        """Whether a signal ended a process."""
        return any(ending.crashed for ending in self.endings)

    @property
    def says_failure(self) -> bool:
        """Whether every process told its user that something went wrong."""
        return all(ending.says_failure for ending in self.endings)

    @property
    def words(self) -> str:
        """How it ended, in words."""
        return say("; ").join(ending.words for ending in self.endings)

    @property
    def where(self) -> str:
        """The name of the start, to stand behind a sentence."""
        return say(" ({})", own(self.name)) if self.name else ""

    def served(self) -> list[Exchange]:
        """The calls of the API that were answered with data."""
        return [e for e in self.calls if e.answer.ok]

    def issued(self) -> dict[str, TokenKind]:
        """Every token that was issued, with its kind."""
        found: dict[str, TokenKind] = {}
        for exchange in (*self.tokens, *self.refreshes):
            for kind in TokenKind:
                value = exchange.answer.members.get(kind)
                if isinstance(value, str) and value:
                    found[value] = kind
        return found

    def issued_in_words(self) -> dict[str, str]:
        """Every token that was issued, with its kind in words."""
        return {token: kind.words for token, kind in self.issued().items()}

    def codes(self) -> dict[str, Exchange]:
        """Every code that was sent to the client, with its redirect."""
        found = ((first(e.request.all_query, "code"), e) for e in self.callbacks)
        return {code: exchange for code, exchange in found if code}

    def _of(self, step: str) -> list[Exchange]:
        return [e for e in self.exchanges if e.step == step]


def call_of(exchange: Exchange) -> tuple[str, ...]:
    """What a call of the API asks for: calls that are alike are the same one once more. In MCP the
    method stands in the body."""
    request = exchange.request
    named = ("method", "params") if "jsonrpc" in dict(request.params) else ()
    return (request.method, request.target, *(request.param(name) or "" for name in named))


@dataclass(frozen=True, kw_only=True)
class Store:
    """What was found where the client keeps its secrets. `hits` are files with what stood there.

    `changed` says that some file was written during the run.
    """

    path: str
    files: int
    changed: bool
    hits: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    """Files too large or not permitted to be read."""


@dataclass(frozen=True, kw_only=True)
class ClientEvidence:
    """All visits of a run, and the client's store where one was named."""

    visits: tuple[Visit, ...]
    store: Store | None = None

    @property
    def honest(self) -> tuple[Visit, ...]:
        """The visits in which the mock kept to the protocol."""
        return tuple(visit for visit in self.visits if visit.honest)
