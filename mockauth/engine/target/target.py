"""The service under test, as far as it is known: facts, and nothing that asks for more."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mockauth.browser.choose import Effect
from mockauth.browser.landing import Landing
from mockauth.browser.override import Override
from mockauth.chatgpt.authorize import Pending
from mockauth.chatgpt.client import Client
from mockauth.checks.evidence import Evidence, Given
from mockauth.engine.target.reach import addresses_allowed
from mockauth.engine.target.sample_request import filled_path
from mockauth.engine.target.url_map import UrlMap
from mockauth.manifest.auth import Auth, HttpAuth, Scheme
from mockauth.manifest.mcp import McpService
from mockauth.manifest.openapi import OpenApi, Operation
from mockauth.manifest.plugin import Manifest
from mockauth.profiles import Profile
from mockauth.wire import Trace
from mockauth.wire.markup import Pages
from mockauth.wire.url import hostname, origin


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is known of the service. Who learns more makes a new one (`dataclasses.replace`)."""

    profile: Profile
    given: Given
    url_map: UrlMap
    manifest: Manifest | None = None
    openapi: OpenApi | None = None
    mcp: McpService | None = None
    auth_method: str = ""
    """How an MCP client authenticates at the token endpoint (RFC 7591 section 2)."""
    auth: Auth | None = None
    addresses: Mapping[str, tuple[str, ...]] | None = None
    """Of each public host that is named; None when nothing was resolved."""
    client: Client | None = None
    operation: Operation | None = None
    """The one that is called; None where none can be."""
    uncalled: str = ""
    """Why none of the operations that the document has is called."""
    base_url: str = ""
    follow_only: bool = False
    overrides: tuple[Override, ...] = ()
    """What the settings say of the pages of the login."""
    obeyed: set[str] = field(default_factory=set)
    """The places of those that have fitted a page."""
    known_to: dict[str, Effect] = field(default_factory=dict)
    """What the logins have learned of buttons whose words are not known."""
    allow_hosts: tuple[str, ...] = ()
    """`HOST` or `HOST:PORT` of the login that nobody but the user names."""
    may_probe: bool = True
    """Whether more may be sent than ChatGPT sends: a public host only with the user's word."""
    slow: bool = False
    """Whether the run may take its time and make load."""
    login: Landing | None = None
    """Where the ordinary login ended, or the one that the run went on with."""
    patience: float = 3600.0
    """Seconds that one check may wait where it is `slow`."""
    stuck: str = ""
    """Why the browser could not get through the login pages; "" where it did."""
    stuck_for: str = ""
    """The `Reason` of that."""
    stopped_by: str = ""
    """What on the pages of the ordinary login stops a browser, though a code came."""
    dropped: tuple[tuple[str, str], ...] = ()
    """The cookies of a login that failed which no browser keeps or sends, and why."""
    unsendable: str = ""
    """The rule of a field that keeps browsers from sending a login form that the server accepts."""
    pages: Pages = field(default_factory=Pages)
    """Every page that was seen lately, parsed once."""

    @property
    def api_url(self) -> str:
        """Where the chosen operation is called; "" when there is none."""
        if self.operation is None:
            return ""
        return self.base_url + filled_path(self.operation, "", self.given.username)

    @property
    def scheme(self) -> Scheme:
        """The scheme of the Authorization header."""
        return self.auth.authorization_type if isinstance(self.auth, HttpAuth) else "bearer"

    @property
    def issuer(self) -> str:
        """The origin of the authorization server."""
        return origin(self.client.auth.client_url) if self.client else self.url_map.target

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts that a browser may visit."""
        urls = [self.url_map.target, *addresses_allowed(self.allow_hosts)]
        if self.client is not None:
            urls += [self.client.auth.client_url, self.client.auth.authorization_url]
        return frozenset(filter(None, map(hostname, urls)))

    @property
    def oauth_client(self) -> Client:
        """The client; only asked for where oauth is declared."""
        assert self.client is not None  # noqa: S101 - see above
        return self.client

    def second_client(self) -> Client:
        """The other client that the developer gave, with a callback of its own if it has one."""
        given = self.given
        return replace(
            self.oauth_client,
            id=given.other_client_id,
            secret=given.other_client_secret,
            redirect_uri=given.other_redirect_uri or given.redirect_uri,
        )

    def pending(self) -> Pending:
        """A new login: the production callback, and a UUID as state."""
        return Pending(redirect_uri=self.oauth_client.redirect_uri, state=str(uuid.uuid4()))

    def evidence(self, trace: Trace) -> Evidence:
        """What the checks may look at."""
        return Evidence(
            profile=self.profile,
            given=self.given,
            trace=trace,
            target=self.url_map.target,
            manifest=self.manifest,
            openapi=self.openapi,
            mcp=self.mcp,
            auth=self.auth,
            addresses=self.addresses,
            uncalled=self.uncalled,
            stuck=self.stuck,
            stuck_for=self.stuck_for,
            unsendable=self.unsendable,
            dropped=self.dropped,
            stopped_by=self.stopped_by,
            pages=self.pages,
        )
