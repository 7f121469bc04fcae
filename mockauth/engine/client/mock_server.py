"""Where clients are received: the mock and another host, each on a port of its own for the whole
run, with a fresh plugin for each visit."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mockauth.checks.client.visit import INSECURE, Terms
from mockauth.clock import Clock
from mockauth.engine.client.interceptor import Interceptor, Memory
from mockauth.engine.client.mcp_interceptor import McpInterceptor
from mockauth.engine.client.mcp_mock import (
    browser,
    fetch_nearby,
    mcp_config,
    mcp_settings,
    method_edits,
)
from mockauth.engine.client.options import ClientOptions
from mockauth.errors import UsageError
from mockauth.plugin.config import ClientConfig, PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.plugin.fetch import Bounds, Fetched, FetchError
from mockauth.plugin.resource import PATHS
from mockauth.scenario.client_model import ClientStep, Declared, Start
from mockauth.wire import Exchange, Request, Response
from mockauth.wire.message import FORM, JSON
from mockauth.wire.url import hostname, is_loopback_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HOST = "127.0.0.1"
OTHER_HOST = "localhost"
"""Another name, so that a client sees another host, and not another port only."""
ODD_SECRET = "odd secret+with/=and%41"
"""What a client must encode: `+`, `%` and a blank mean something else in a form."""


@dataclass(kw_only=True)
class MockServer:
    """The two hosts; `interceptor` is who answers now."""

    options: ClientOptions
    clock: Clock
    base: str = ""
    other: str = ""
    browser: str = ""
    """A command that plays the browser of a client's user."""
    interceptor: Interceptor | None = None
    memory: Memory = field(default_factory=Memory)
    registered: OrderedDict[str, ClientConfig] = field(default_factory=OrderedDict)
    """The clients that have registered in this run."""

    def receive(self, start: Start | None = None) -> Interceptor:
        """Make ready for a visit: the ordinary one, or what awaits the client in `start`."""
        # Flask and Authlib take 250 ms to import; only a served plugin needs them.
        from mockauth.plugin.app import create_app

        terms = self.terms(start)
        steps = start.steps if start else ()
        edits = tuple(edit for step in steps for edit in _edits(step, self.base, self.other))
        if terms.own_query:
            # However the client has found the addresses, they are the ones with the query.
            found = {
                "authorization_endpoint": self._endpoint("authorize", terms),
                "token_endpoint": self._endpoint("token", terms),
            }
            edits += (AnswerChange(place="metadata", json_set=found),)
        config = self._config(terms)
        if terms.is_mcp:
            edits = (*method_edits(terms), *edits)
        declared = start.declare if start else Declared()
        if edits or declared.config or declared.policy:
            fault = Fault(
                name="scenario", answers=edits, config=declared.config, policy=declared.policy
            )
            config = config.with_faults(fault)
        logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
        kind = McpInterceptor if terms.is_mcp else Interceptor
        app = create_app(config, self.clock, fetcher=self._fetch)
        # A client that keeps what it got would else be unknown at its second start.
        app.extensions["mockauth"].state.clients = self.registered
        self.interceptor = kind(
            app=app,
            base=self.base,
            terms=terms,
            clock=self.clock,
            memory=self.memory,
            steps=steps,
        )
        return self.interceptor

    def _fetch(self, url: str, bounds: Bounds) -> Fetched:
        """Fetch what a client names, and write it down.

        Raises:
            FetchError: it cannot be had.
        """
        document = Exchange(step="asset", request=Request(method="GET", url=url))
        try:
            found = fetch_nearby(url, bounds)
        except FetchError as wrong:
            self._keep(replace(document, error=str(wrong)))
            raise
        headers = (("Content-Type", found.content_type),)
        answer = Response(status=found.status, headers=headers, body=found.body)
        if is_loopback_host(hostname(url)):
            self._keep(replace(document, response=answer))
        return found

    def _keep(self, fetched: Exchange) -> None:
        if self.interceptor is not None:
            self.interceptor.received.append((self.clock.now(), fetched))

    def _config(self, terms: Terms) -> PluginConfig:
        """The honest plugin."""
        if terms.is_mcp:
            return mcp_config(self.options, terms)
        config = PluginConfig(
            login="auto",
            manifest={
                "auth.client_url": self._endpoint("authorize", terms),
                "auth.authorization_url": self._endpoint("token", terms),
            },
            content_type=terms.content_type,
            clients=(
                ClientConfig(
                    id=terms.client_id,
                    secret="" if terms.auth_method == "none" else terms.client_secret,
                    redirect_uris=(terms.redirect_uri,),
                    auth_method=terms.auth_method,
                ),
            ),
        )
        if terms.auth_method == "none":
            # A public client of a plugin or an Action knows no PKCE.
            config = replace(config, policy=replace(config.policy, pkce_supported=False))
        return config

    def terms(self, start: Start | None = None) -> Terms:
        """What the client is told in this start."""
        options = self.options
        declared = start.declare if start else None
        kind = options.content_type
        is_other = declared is not None and declared.content_type == "other"
        if is_other:
            kind = JSON if kind == FORM else FORM
        method = declared.auth_method if declared else ""
        name, _, value = (declared.authorize_query if declared else "").partition("=")
        return Terms(
            client_id=options.client_id,
            client_secret=self._secret(method),
            redirect_uri=options.redirect_uri,
            elsewhere=self.other,
            content_type=kind,
            is_other_type=is_other,
            auth_method=method,
            own_query=(name, value) if name else None,
            resource=f"{self.base}{PATHS['mcp']}" if options.is_mcp else "",
        )

    def _secret(self, method: str) -> str:
        """The secret of a start in which that way of authentication is served."""
        if not self.options.client_id:
            return ""
        return {"": self.options.client_secret, "none": ""}.get(method, ODD_SECRET)

    def _endpoint(self, name: str, terms: Terms) -> str:
        query = "?" + "=".join(terms.own_query) if terms.own_query else ""
        return f"{self.base}/{name}{query}"

    def settings(self, terms: Terms, probe: str = "") -> Mapping[str, str]:
        """The same as environment variables."""
        if terms.is_mcp:
            told = mcp_settings(self.options, terms, probe)
            return {**told, "BROWSER": self.browser} if self.browser else told
        found = {
            "ISSUER": self.base,
            "MANIFEST_URL": f"{self.base}/.well-known/ai-plugin.json",
            "AUTHORIZE_URL": self._endpoint("authorize", terms),
            "TOKEN_URL": self._endpoint("token", terms),
            "API_URL": f"{self.base}/todos",
            "CLIENT_ID": terms.client_id,
            "CLIENT_SECRET": terms.client_secret,
            "REDIRECT_URI": terms.redirect_uri,
            "SCOPE": PluginConfig().scope,
            "CONTENT_TYPE": terms.content_type,
        }
        return {**found, "AUTH_METHOD": terms.auth_method} if terms.auth_method else found

    def main(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """The WSGI app of the mock."""
        assert self.interceptor is not None  # noqa: S101 - served from `receive` on
        return self.interceptor(environ, start)

    def elsewhere(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """The WSGI app of the other host."""
        assert self.interceptor is not None  # noqa: S101 - served from `receive` on
        return self.interceptor.elsewhere(environ, start)


@contextmanager
def opened(options: ClientOptions, clock: Clock) -> Iterator[MockServer]:
    """Both hosts on free ports of this machine, until the end of the block.

    Raises:
        UsageError: the port that was asked for is taken.
    """
    # cheroot takes 60 ms to import; only a served plugin needs it.
    from mockauth.plugin.server.serving import serving

    server = MockServer(options=options, clock=clock)
    with ExitStack() as stack:
        try:
            server.base = stack.enter_context(serving(server.main, HOST, options.port))
            server.other = stack.enter_context(serving(server.elsewhere, OTHER_HOST))
        except OSError as wrong:
            raise UsageError(
                f"--port {options.port}: this port cannot be served at; is it taken?"
            ) from wrong
        if options.is_mcp:
            server.browser = stack.enter_context(browser())
        server.receive()
        yield server


def _edits(step: ClientStep, base: str, other: str) -> Iterator[AnswerChange]:
    """The change of a step as one that the plugin makes itself."""
    change = step.change
    if replace(change, special="").is_empty:
        return

    def text(value: str) -> str:
        far = f"http://0.0.0.0:{base.rpartition(':')[2]}{INSECURE}"
        found = value.replace("${insecure}", far)
        return found.replace("${elsewhere}", other).replace("${base}", base)

    yield AnswerChange(
        place="redirect" if step.do == "callback" else step.do,
        # A whole answer in its place is that of a server which does not get as far as judging; an
        # API is asked by some clients first whether they must sign in.
        when="success" if change.body is None or step.do == "api" else "always",
        status=change.status,
        headers={n: None if v is None else text(v) for n, v in change.headers.items()},
        body=None if change.body is None else text(change.body),
        json_set=json.loads(text(json.dumps(dict(change.json.set)))),
        json_remove=list(change.json.remove),
        redirect_set={n: text(v) for n, v in change.redirect.set.items()},
        redirect_remove=list(change.redirect.remove),
    )
