"""The service under test, as far as it is known: what it declares, and how to sign in to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mockauth.browser.form import Credentials, Decision
from mockauth.browser.landing import Landing
from mockauth.browser.session import Edit, Session
from mockauth.chatgpt.api import CONTEXT, api_request, authorization_header, document_request
from mockauth.chatgpt.authorize import Pending, authorization_request, read_callback
from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import Grant, read_token, refresh_request, token_request
from mockauth.checks.api import WITHOUT_HEADERS
from mockauth.checks.evidence import Evidence, Given
from mockauth.clock import Clock, SystemClock
from mockauth.engine.http.recorder import Driver
from mockauth.engine.result.result import Result
from mockauth.engine.target.sample_request import filled_path, required_query, sample_body
from mockauth.engine.target.url_map import UrlMap
from mockauth.manifest.auth import Auth, HttpAuth, Scheme
from mockauth.manifest.openapi import OpenApi, Operation
from mockauth.manifest.plugin import Manifest
from mockauth.profiles import Profile
from mockauth.wire import Exchange, Request
from mockauth.wire.message import JSON
from mockauth.wire.trace import Purpose
from mockauth.wire.url import hostname, origin


@dataclass
class Subject:
    """What a run learns step by step. Its methods are the ordinary messages, each recorded."""

    driver: Driver
    profile: Profile
    given: Given
    url_map: UrlMap
    manifest: Manifest | None = None
    openapi: OpenApi | None = None
    auth: Auth | None = None
    addresses: Mapping[str, tuple[str, ...]] | None = None
    """Of each public host that is named; None when nothing was resolved."""
    client: Client | None = None
    operation: Operation | None = None
    base_url: str = ""
    grant: Grant = field(default_factory=Grant)
    follow_only: bool = False
    slow: bool = False
    """Whether the run may take its time and make load."""
    clock: Clock = field(default_factory=SystemClock)
    pkce: bool | None = None
    """Whether the server honours PKCE; None until somebody asks."""
    narrow: str | None = None
    """A scope with which the operation is refused, "" when there is none; None until asked."""
    flows: int = 1
    probed: dict[str, Result] = field(default_factory=dict)
    """What the probes that have been sent came to, by id."""
    _granted_at: float = 0.0
    _metadata: dict[str, Any] | None = None
    _sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def evidence(self) -> Evidence:
        """What the checks may look at."""
        return Evidence(
            profile=self.profile,
            given=self.given,
            trace=self.driver.trace,
            target=self.url_map.target,
            manifest=self.manifest,
            openapi=self.openapi,
            auth=self.auth,
            addresses=self.addresses,
        )

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

    def session(self, user: str = "first", *, fresh: bool = False) -> Session:
        """The browser of a user; `fresh` has no cookies and is not kept."""
        if not fresh and user in self._sessions:
            return self._sessions[user]
        name, password = self.given.username, self.given.password
        if user == "second":
            name, password = self.given.other_username, self.given.other_password
        session = Session(
            send=self.driver.send,
            credentials=Credentials(username=name, password=password),
            hosts=self._hosts(),
            map_url=self.url_map,
            follow_only=self.follow_only,
        )
        if not fresh:
            self._sessions[user] = session
        return session

    def _hosts(self) -> frozenset[str]:
        urls = [self.url_map.target]
        if self.client is not None:
            urls += [self.client.auth.client_url, self.client.auth.authorization_url]
        return frozenset(filter(None, map(hostname, urls)))

    def pending(self) -> Pending:
        """A new login: the production callback, and a UUID as state."""
        client = self._client()
        return Pending(redirect_uri=client.redirect_uri, state=str(uuid.uuid4()))

    def authorize(
        self,
        request: Request,
        redirect_uris: tuple[str, ...] = (),
        *,
        user: str = "first",
        fresh: bool = False,
        decision: Decision = "allow",
        edit: Edit | None = None,
    ) -> Landing:
        """Drive an authorization request to its end; a redirect off the site is recorded."""
        allowed = redirect_uris or (self._client().redirect_uri,)
        session = self.session(user, fresh=fresh)
        landing = session.run(request, redirect_uris=allowed, decision=decision, edit=edit)
        if landing.left:
            self.driver.capture(landing)
        return landing

    def fresh_code(self, *, user: str = "first", client: Client | None = None) -> str:
        """A code from the ordinary request, or "" when none came."""
        pending = self.pending()
        request = authorization_request(client or self._client(), pending)
        landing = self.authorize(request, user=user)
        return read_callback(landing.params, pending, state_required=False).code

    def exchange(self, code: str, client: Client | None = None) -> Exchange:
        """The ordinary exchange of a code."""
        chosen = client or self._client()
        return self.driver.send(token_request(chosen, code, chosen.redirect_uri), "token")

    def fresh_grant(self, *, user: str = "first", client: Client | None = None) -> Grant:
        """Tokens from a whole new flow, recorded as supply."""
        with self.during("supply"):
            code = self.fresh_code(user=user, client=client)
            return read_token(self.exchange(code, client).response) if code else Grant()

    def refresh(self, refresh_token: str) -> Exchange:
        """The ordinary refresh."""
        return self.driver.send(refresh_request(self._client(), refresh_token), "refresh")

    def call(self, token: str | None) -> Exchange:
        """The ordinary call of the API with `token`, or without one."""
        assert self.operation is not None  # noqa: S101 - callers look first
        return self.driver.send(self.operation_request(self.operation, token), "api")

    def call_plainly(self, token: str) -> Exchange:
        """The call without ChatGPT's own headers, to learn whether they are what was refused."""
        assert self.operation is not None  # noqa: S101 - callers look first
        request = self.operation_request(self.operation, token)
        for name, _ in CONTEXT:
            request = request.with_header(name, None)
        with self.during("fallback", WITHOUT_HEADERS):
            return self.driver.send(request, "api")

    def call_at(self, method: str, url: str) -> Exchange:
        """A call of another operation with the ordinary token."""
        request = self.api_request(method, url, self.token_for_api() or None)
        return self.driver.send(request, "api")

    def operation_request(
        self, operation: Operation, token: str | None, known_id: str = ""
    ) -> Request:
        """A call of `operation` with all that the document requires of it."""
        path = filled_path(operation, known_id, self.given.username)
        request = self.api_request(operation.method, self.base_url + path, token)
        request = replace(request, query=required_query(operation))
        body = sample_body(self.openapi, operation) if self.openapi else None
        if body is None:
            return request
        return replace(request.with_header("Content-Type", JSON), raw=body)

    def api_request(self, method: str, url: str, token: str | None) -> Request:
        """A call with `token`, or without one."""
        header = None if token is None else authorization_header(self.scheme, token)
        return api_request(method, url, header)

    def second_client(self) -> Client:
        """The other client that the developer gave, with a callback of its own if it has one."""
        given = self.given
        return replace(
            self._client(),
            id=given.other_client_id,
            secret=given.other_client_secret,
            redirect_uri=given.other_redirect_uri or given.redirect_uri,
        )

    def take(self, grant: Grant) -> None:
        """Make `grant` the one that calls are made with."""
        self.grant, self._granted_at = grant, self.clock.now()

    def token_for_api(self) -> str:
        """An access token of the first user that has not expired, or the one that was given."""
        lifetime = self.grant.expires_in
        if lifetime is not None and self.clock.now() - self._granted_at > lifetime - 1:
            renewed = self.fresh_grant()
            if renewed.access_token:
                self.take(renewed)
        return self.grant.access_token or self.given.token.reveal()

    def metadata(self) -> dict[str, Any]:
        """What the authorization server publishes of itself (RFC 8414 section 3, or OpenID
        Connect Discovery); empty when it publishes nothing. Asked for once."""
        if self._metadata is None:
            self._metadata = {}
            for name in ("oauth-authorization-server", "openid-configuration"):
                found = self._document(f"{self._issuer}/.well-known/{name}")
                if "authorization_endpoint" in found:
                    self._metadata = found
                    break
        return self._metadata

    def keys(self) -> list[dict[str, Any]]:
        """The public keys that the server publishes (RFC 7517 section 5)."""
        published = self.metadata().get("jwks_uri")
        url = self.url_map(published) if isinstance(published, str) else ""
        keys = self._document(url or f"{self._issuer}/.well-known/jwks.json").get("keys")
        return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []

    @property
    def _issuer(self) -> str:
        return origin(self.client.auth.client_url) if self.client else self.url_map.target

    def _document(self, url: str) -> dict[str, Any]:
        with self.during("supply"):
            answer = self.driver.send(document_request(url), "endpoint").answer
        return answer.members if answer.ok else {}

    def during(self, purpose: Purpose, probe: str | None = None) -> _During:
        """A new pass through the protocol with that purpose; the old one returns afterwards."""
        return _During(self, purpose, probe)

    def _client(self) -> Client:
        assert self.client is not None  # noqa: S101 - only called where oauth is declared
        return self.client


@dataclass
class _During:
    subject: Subject
    purpose: Purpose
    probe: str | None
    _before: tuple[Purpose, str, int] = ("ordinary", "", 0)

    def __enter__(self) -> None:
        driver = self.subject.driver
        self._before = (driver.purpose, driver.probe, driver.flow)
        self.subject.flows += 1
        driver.purpose, driver.flow = self.purpose, self.subject.flows
        if self.probe is not None:
            driver.probe = self.probe

    def __exit__(self, *exc: object) -> None:
        driver = self.subject.driver
        driver.purpose, driver.probe, driver.flow = self._before
