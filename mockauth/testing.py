"""The built-in plugin in the tests of a client: served, with faults on demand, and put back.

With pytest the fixture `mock_plugin` gives one; elsewhere `served_plugin()` does:

    with served_plugin(login="auto") as plugin:
        callback = plugin.sign_in(my_client.authorization_url())
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

from mockauth.errors import UsageError
from mockauth.options import PluginSettings
from mockauth.plugin.app import create_app
from mockauth.plugin.config import ClientConfig, PluginConfig, UserConfig
from mockauth.plugin.control.actions import PluginControl
from mockauth.plugin.control_state import ERROR_PLACES, QueuedError, QueuedResponse
from mockauth.plugin.faults.parse import fault_named
from mockauth.plugin.faults.trigger import Trigger
from mockauth.plugin.resource import PATHS
from mockauth.plugin.server.serving import serving
from mockauth.scenario.misbehaving import KnownFaults, with_faults
from mockauth.settings import called_back, plugins_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from mockauth.user_browser import UserBrowser


@dataclass(frozen=True)
class MockPlugin:
    """One plugin at work. `url` is its address, without a slash; `app` is what answers there, and
    may be called in process, too."""

    url: str
    app: Flask
    config: PluginConfig
    known: Mapping[str, Any]

    @property
    def operator(self) -> PluginControl:
        """All that can be switched while it runs."""
        return PluginControl(self.app.extensions["mockauth"], self.known)

    @property
    def issuer(self) -> str:
        """The issuer of its tokens and metadata (RFC 8414)."""
        return self.url

    @property
    def manifest_url(self) -> str:
        """The 2023 manifest."""
        return f"{self.url}/.well-known/ai-plugin.json"

    @property
    def authorize_url(self) -> str:
        """The authorize endpoint; `client_url` of a 2023 manifest."""
        return f"{self.url}/authorize"

    @property
    def token_url(self) -> str:
        """The token endpoint; `authorization_url` of a 2023 manifest."""
        return f"{self.url}/token"

    @property
    def api_url(self) -> str:
        """The protected API."""
        return self.url + PATHS[self.config.api]

    @property
    def client(self) -> ClientConfig:
        """The first client that it knows."""
        return self.config.clients[0]

    def sign_in(
        self,
        authorization_url: str,
        user: str = "",
        decision: Literal["allow", "deny"] = "allow",
    ) -> str:
        """Be the user's browser: follow, log in and consent (or refuse). Gives the address that the
        browser would call back at, which nobody has fetched yet. `user` is the first one unless
        said otherwise.

        `authorization_url` is at this plugin's authorize endpoint, or at an app on this machine that
        leads there, such as its login page; an app is really asked.

        Raises:
            AssertionError: the address is another one, or the pages led nowhere; it says what was
                seen there.
        """
        browser = self._browser()
        browser.check_start(authorization_url)
        config = self.operator.config
        who = next((one for one in config.users if user in ("", one.name)), None)
        if who is None:
            raise UsageError(f"there is no user {user!r}; add_user adds one")
        if self.config.login == "auto":  # where no page asks
            if decision == "deny":
                self.next_error("authorize", "access_denied")
            elif user:
                self.next_user(user)
        plugin = self.app.extensions["mockauth"]
        clients = (*config.clients, *plugin.state.clients.values())
        registered = tuple(uri for client in clients for uri in config.registered(client))
        landing = browser.landing(authorization_url, who, registered, decision)
        if not landing.left:
            near = [said for one in self.requests[-1:] for said in one["near_misses"]]
            told = "; ".join([landing.describe(), *near])
            raise AssertionError(f"the sign-in did not lead to the callback: {told}")
        return landing.url

    def _browser(self) -> UserBrowser:
        # What reads pages takes 40 ms to import, and many tests sign nobody in.
        from mockauth.user_browser import UserBrowser

        return UserBrowser(self.url, self.authorize_url, self.app)

    def fault(self, name: str, **trigger: Any) -> None:
        """Switch on a fault, named as on the command line: `token.slow`,
        `api.rate-limited:times=3`; or with the trigger's fields, or `delay`, by name: `times=3`."""
        if "delay" in trigger:
            name += f"{',' if ':' in name else ':'}delay={trigger.pop('delay')}"
        known = {item.name for item in fields(Trigger)}
        if trigger.keys() - known:
            wrong = min(trigger.keys() - known)
            raise UsageError(f"{wrong}: no such trigger; there are {', '.join(sorted(known))}")
        fault = fault_named(name, self.known)
        when = replace(fault.trigger or Trigger(), **trigger)
        self.operator.switch_on(replace(fault, trigger=None), when)

    def no_fault(self, name: str) -> None:
        """Behave again."""
        self.operator.switch_off(name)

    def advance(self, seconds: float) -> None:
        """Move the plugin's clock on: what lives shorter has then expired."""
        self.operator.advance(seconds)

    def add_user(self, name: str, password: str = "secret", **claims: Any) -> UserConfig:
        """One more user, with what tokens say of them."""
        user = UserConfig(name=name, password=password, claims=claims)
        self.operator.add_user(user)
        return user

    def add_client(
        self,
        client_id: str,
        secret: str = "",
        redirect_uris: Sequence[str] | str = (),
        **more: Any,
    ) -> ClientConfig:
        """One more client; without a secret a public one, which must use PKCE."""
        uris = (redirect_uris,) if isinstance(redirect_uris, str) else tuple(redirect_uris)
        client = ClientConfig(id=client_id, secret=secret, redirect_uris=uris, **more)
        self.operator.register(client)
        return client

    def next_user(self, name: str) -> None:
        """The next authorization request is answered for this user, without pages."""
        self.operator.queue_user(name)

    def next_error(self, place: str, error: str, description: str = "") -> None:
        """The next request at authorize, token or refresh gets this error.

        Raises:
            UsageError: there is no such place, or the error cannot be sent.
        """
        if place not in ERROR_PLACES:
            near = get_close_matches(place, ERROR_PLACES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ERROR_PLACES)}"
            raise UsageError(f"next_error: {place!r} is no place; {hint}")
        self.operator.queue_error(
            QueuedError(place=place, error=error, error_description=description)
        )

    def next_response(
        self,
        path: str,
        *,
        status: int = 200,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        json_body: Any = None,
    ) -> None:
        """The next request to a path of the plugin gets this answer, whatever it asks."""
        sent = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body)
            sent = {"Content-Type": "application/json", **sent}
        self.operator.queue_response(
            QueuedResponse(path=path, status=status, headers=sent, body=body)
        )

    def token(self, user: str = "", client_id: str = "", scope: str = "") -> dict[str, Any]:
        """A token answer as after a sign-in, without one."""
        with self.app.test_request_context(base_url=self.url):
            return self.operator.issue(user or self.config.users[0].name, client_id, scope)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was received, oldest first: method, path, params with secrets masked, status, faults
        that showed, and near_misses, which say why a request was refused that nearly was right."""
        return self.operator.requests()

    def unused(self) -> list[str]:
        """What was queued and not used, in words."""
        queued = self.operator.queues()
        return [
            *(f"next_user {name}" for name in queued["users"]),
            *(f"next_error {one['place']} {one['error']}" for one in queued["errors"]),
            *(f"next_response {one['path']} {one['status']}" for one in queued["responses"]),
        ]

    def reset(self) -> None:
        """Put everything back as at the start, tokens and data included."""
        self.operator.reset(tokens=True)


class PluginServer:
    """One server for many plugins, one at a time: a test session binds one port."""

    def __init__(self) -> None:
        self.url = ""
        self._ready: list[tuple[PluginSettings, MockPlugin]] = []
        self._serving: WSGIApplication | None = None

    def serve(self, **settings: Unpack[PluginSettings]) -> MockPlugin:
        """Serve the plugin of these settings from now on, as for `config_of`; the same one again
        where it was served before."""
        found = next((plugin for known, plugin in self._ready if known == settings), None)
        if found is None:
            found = _made(config_of(**settings), self.url)
            self._ready.append((settings, found))
        self._serving = found.app
        return found

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer as the plugin that is on."""
        assert self._serving is not None  # noqa: S101 - nobody knows the address before
        return self._serving(environ, start)


@contextmanager
def plugin_server() -> Iterator[PluginServer]:
    """A server on a free port of this machine, until the end of the block."""
    found = PluginServer()
    with serving(found) as found.url:
        yield found


@contextmanager
def served_plugin(
    *, https: Path | None = None, **settings: Unpack[PluginSettings]
) -> Iterator[MockPlugin]:
    """One plugin, served on a free port until the end of the block. `settings` are as for
    `config_of`; `https` is a file that gets the certificate of the authority to trust.

    Raises:
        UsageError: a setting is unknown, or https cannot be had.
        AssertionError: something that was queued has not been used.
    """
    found = PluginServer()
    with serving(found, ca_file=https) as found.url:
        plugin = found.serve(**settings)
        yield plugin
        check_used(plugin)


def config_of(**given: Unpack[PluginSettings]) -> PluginConfig:
    """The settings of a plugin, as under `[serve]` in `mockauth.toml`; `login` is auto unless said
    otherwise. `redirect_uri` and `redirect_uris` are callbacks that its clients have beside
    ChatGPT's, `faults` are named as on the command line.

    Raises:
        UsageError: a setting or a fault is unknown, or a value is of another type.
    """
    settings: dict[str, Any] = {"login": "auto", **given}
    uris = [*settings.pop("redirect_uris", ()), *filter(None, [settings.pop("redirect_uri", "")])]
    faults = settings.pop("faults", ())
    first, *more = plugins_of(settings, "mock_plugin", {})
    if more:
        raise UsageError("mock_plugin: one plugin at a time; give the keys of one of them")
    return with_faults(called_back(first, uris), list(faults))


def check_used(plugin: MockPlugin) -> None:
    """See to it that everything that was queued was used: else a test proves less than it says.

    Raises:
        AssertionError: something was not.
    """
    unused = plugin.unused()
    if unused:
        raise AssertionError(f"queued and never used: {'; '.join(unused)}")


def _made(config: PluginConfig, url: str) -> MockPlugin:
    known = KnownFaults()
    # The control interface is reached in process; over HTTP nobody knows this token.
    app = create_app(config, admin_token=secrets.token_urlsafe(24), known_faults=known)
    return MockPlugin(url=url, app=app, config=config, known=known)
