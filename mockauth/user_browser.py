"""The browser of a user in the test of a client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mockauth.browser.form import Credentials
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.engine.http.transport import SocketTransport, TransportError, WsgiTransport
from mockauth.wire import Exchange, Request, Secret
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname, is_loopback_host, split, without_query

if TYPE_CHECKING:
    from flask import Flask

    from mockauth.plugin.config import UserConfig

SECONDS = 60.0
"""What one request may take."""


@dataclass(frozen=True)
class UserBrowser:
    """It signs in to the plugin at `url`, which is `app`."""

    url: str
    authorize_url: str
    app: Flask

    def check_start(self, url: str) -> None:
        """Let it begin nowhere but at the plugin's own door, or at an app that leads to it.

        Raises:
            AssertionError: the address is another one.
        """
        if _Network(self.url, WsgiTransport(self.app)).owns(url):
            right = _path(url) == _path(self.authorize_url)
        else:
            right = is_loopback_host(hostname(url))
        if not right:
            raise AssertionError(
                f"{without_query(url)} is not the authorize endpoint of this plugin, "
                f"{self.authorize_url}, nor an app on this machine"
            )

    def landing(
        self,
        start: str,
        user: UserConfig,
        redirect_uris: Sequence[str],
        decision: Literal["allow", "deny"],
    ) -> Landing:
        """Where the pages lead this user.

        Raises:
            AssertionError: an app led past the plugin.
        """
        network = _Network(self.url, WsgiTransport(self.app))
        session = Session(
            send=network.send,
            credentials=Credentials(username=user.name, password=Secret(user.password)),
            hosts=frozenset({hostname(self.url)}),
        )
        try:
            landing = session.run(
                Request(method="GET", url=start),
                redirect_uris=tuple(redirect_uris),
                decision=decision,
            )
        finally:
            network.outside.close()
        if landing.left and not network.is_home:
            place = without_query(landing.url)
            raise AssertionError(f"the app led to {place}, and never to {self.authorize_url}")
        return landing


@dataclass
class _Network:
    """Who answers a test's browser: the plugin in this process, and other apps of this machine over
    sockets. `url` is the plugin's address."""

    url: str
    inside: WsgiTransport
    outside: SocketTransport = field(default_factory=SocketTransport)
    is_home: bool = False
    """Whether the plugin was asked last."""

    def owns(self, url: str) -> bool:
        """Whether an address is the plugin's, by whatever name of this machine."""
        return _place(url) == _place(self.url)

    def send(self, request: Request, step: Step) -> Exchange:
        """Ask whom the address names."""
        self.is_home = self.owns(request.target)
        transport = self.inside if self.is_home else self.outside
        try:
            answer = transport.send(request, seconds=SECONDS)
        except TransportError as wrong:
            return Exchange(step=step, request=request, error=wrong.words, trouble=wrong.trouble)
        return Exchange(step=step, request=request, response=answer)


def _place(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, with one name for this machine."""
    host, parts = hostname(url), split(url)
    name = "localhost" if is_loopback_host(host) else host
    return (parts.scheme.lower(), name, parts.port) if parts else ("", "", None)


def _path(url: str) -> str:
    parts = split(url)
    return parts.path if parts else ""
