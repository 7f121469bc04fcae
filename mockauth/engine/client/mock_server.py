"""Where clients are received: the mock and another host, each on a port of its own for the whole
run, with a fresh plugin for each visit."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mockauth.checks.client.visit import Terms
from mockauth.clock import Clock
from mockauth.engine.client.interceptor import Interceptor, Memory
from mockauth.engine.client.options import ClientOptions
from mockauth.errors import UsageError
from mockauth.plugin.config import ClientConfig, PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.scenario.client_model import ClientStep, Start
from mockauth.wire.message import FORM, JSON

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
    interceptor: Interceptor | None = None
    memory: Memory = field(default_factory=Memory)

    def receive(self, start: Start | None = None) -> Interceptor:
        """Make ready for a visit: the ordinary one, or what awaits the client in `start`."""
        # Flask and Authlib take 250 ms to import; only a served plugin needs them.
        from mockauth.plugin.app import create_app

        terms = self.terms(start)
        steps = start.steps if start else ()
        edits = tuple(edit for step in steps for edit in _edits(step, self.other))
        authorize_url = self.settings(terms)["AUTHORIZE_URL"]
        if terms.authorize_query:
            # However the client has found the address, it is the one with the query.
            found = {"authorization_endpoint": authorize_url}
            edits += (AnswerChange(place="metadata", json_set=found),)
        config = PluginConfig(
            login="auto",
            manifest={"auth.client_url": authorize_url},
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
        if edits:
            config = config.with_faults(Fault(name="scenario", answers=edits))
        logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
        self.interceptor = Interceptor(
            app=create_app(config, self.clock),
            base=self.base,
            terms=terms,
            clock=self.clock,
            memory=self.memory,
            steps=steps,
        )
        return self.interceptor

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
            client_secret={"": options.client_secret, "none": ""}.get(method, ODD_SECRET),
            redirect_uri=options.redirect_uri,
            elsewhere=self.other,
            content_type=kind,
            is_other_type=is_other,
            auth_method=method,
            authorize_query=(name, value) if name else None,
        )

    def settings(self, terms: Terms) -> Mapping[str, str]:
        """The same as environment variables."""
        query = "?" + "=".join(terms.authorize_query) if terms.authorize_query else ""
        found = {
            "ISSUER": self.base,
            "MANIFEST_URL": f"{self.base}/.well-known/ai-plugin.json",
            "AUTHORIZE_URL": f"{self.base}/authorize{query}",
            "TOKEN_URL": f"{self.base}/token",
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
        server.receive()
        yield server


def _edits(step: ClientStep, other: str) -> Iterator[AnswerChange]:
    """The change of a step as one that the plugin makes itself."""
    change = step.change
    if replace(change, special="").is_empty:
        return

    def text(value: str) -> str:
        return value.replace("${elsewhere}", other)

    yield AnswerChange(
        place="redirect" if step.do == "callback" else step.do,
        # A whole answer in its place is that of a server which does not get as far as judging; an
        # API is asked by some clients first whether they must sign in.
        when="success" if change.body is None or step.do == "api" else "always",
        status=change.status,
        headers={n: None if v is None else text(v) for n, v in change.headers.items()},
        body=None if change.body is None else text(change.body),
        json_set=dict(change.json.set),
        json_remove=list(change.json.remove),
        redirect_set=dict(change.redirect.set),
        redirect_remove=list(change.redirect.remove),
    )
