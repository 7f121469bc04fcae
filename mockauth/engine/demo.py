"""The demo: the whole loop on the built-in plugin, over real sockets."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mockauth.checks.evidence import Given
from mockauth.engine.events import Event
from mockauth.engine.options import CheckOptions
from mockauth.engine.runner import run_check
from mockauth.errors import UsageError
from mockauth.plugin.config import PluginConfig
from mockauth.scenario.library import load_library
from mockauth.wire import Secret

if TYPE_CHECKING:
    from flask import Flask


def run_demo(config: PluginConfig, faults: Sequence[str] = ()) -> Iterator[Event]:
    """Serve the built-in plugin on a free port and check it; `faults` are misbehaviours by name.

    Raises:
        UsageError: for a fault that does not exist.
    """
    # Flask takes 120 ms to import; only a served plugin needs it.
    from mockauth.plugin.app import create_app

    chosen = with_faults(config, faults)
    with served(create_app(chosen)) as base:
        yield from run_check(options_for(chosen, base))


def with_faults(config: PluginConfig, names: Sequence[str]) -> PluginConfig:
    """`config` misbehaving as named.

    Raises:
        UsageError: for a fault that does not exist.
    """
    known = {fault.name: fault for fault in load_library().faults}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"{unknown[0]}: no such fault; there are {', '.join(sorted(known))}")
    return config.with_faults(*(known[name] for name in names))


def options_for(config: PluginConfig, target: str) -> CheckOptions:
    """The options that check the built-in plugin with all its sample credentials."""
    client, other = config.clients[:2]
    user, other_user = config.users[:2]
    token = {"service_http": config.service_token, "user_http": user.key}.get(config.auth, "")
    other_token = other_user.key if config.auth == "user_http" else ""
    return CheckOptions(
        target=target,
        plugin_id=config.plugin_ids[0],
        given=Given(
            client_id=client.id,
            client_secret=Secret(client.secret, "client_secret"),
            username=user.name,
            password=Secret(user.password, "password"),
            token=Secret(token, "token"),
            verification_token=Secret(config.verification_token, "verification_token"),
            other_client_id=other.id,
            other_client_secret=Secret(other.secret, "client_secret"),
            other_username=other_user.name,
            other_password=Secret(other_user.password, "password"),
            other_token=Secret(other_token, "token"),
        ),
    )


@contextmanager
def served(app: Flask, host: str = "localhost", port: int = 0) -> Iterator[str]:
    """Serve `app` from a thread; gives its base URL. The port is bound before anybody asks."""
    from werkzeug.serving import make_server

    server = make_server(host, port, app, threaded=True, request_handler=_quiet())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _quiet() -> type:
    from werkzeug.serving import WSGIRequestHandler

    class Quiet(WSGIRequestHandler):
        """Keeps connections open, and writes no line per request."""

        protocol_version = "HTTP/1.1"

        def log(self, type: str, message: str, *args: object) -> None:
            """Say nothing: addresses carry codes."""

    return Quiet
