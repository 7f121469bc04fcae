"""Several plugins in one server, told apart by the first segment of the path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import Flask, jsonify, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response as BaseResponse

from mockauth.clock import Clock
from mockauth.errors import UsageError
from mockauth.plugin.app import NO_FAULTS, create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

WELL_KNOWN = re.compile(
    r"(?P<document>/\.well-known/(oauth-(authorization-server|protected-resource)|openid-configuration))"
    r"(?P<plugin>/[^/]+)(?P<rest>/.*)?"
)
PLUGIN_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Several:
    """One server for all: `/{name}/…`. `apps` has each of them by its name."""

    def __init__(self, apps: Mapping[str, Flask]) -> None:
        self.apps = apps
        self._mounts = {f"/{name}": app for name, app in apps.items()}
        mounts: dict[str, Any] = dict(self._mounts)
        self._mounted = DispatcherMiddleware(_front(list(mounts)), mounts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        # RFC 8414 and RFC 9728, both in section 3.1, put the well-known part before the path.
        found = WELL_KNOWN.fullmatch(environ["PATH_INFO"])
        if found and found["plugin"] in self._mounts:
            environ["PATH_INFO"] = found["plugin"] + found["document"] + (found["rest"] or "")
        return self._mounted(environ, start_response)


def create_apps(
    configs: Sequence[PluginConfig],
    clock: Clock | None = None,
    *,
    admin_token: str = "",
    known_faults: Mapping[str, Fault] = NO_FAULTS,
) -> Several:
    """One server for all, each with an issuer, clients, users and a state of its own.

    Raises:
        UsageError: a plugin has no name that can stand in a path, or two have the same.
    """
    apps: dict[str, Flask] = {}
    for config in configs:
        if not PLUGIN_NAME.fullmatch(config.name):
            raise UsageError(
                f"plugin {config.name!r}: name must be lower-case words joined by -, such as todo"
            )
        if config.name in apps:
            raise UsageError(f"plugin {config.name!r}: another plugin has that name, too")
        apps[config.name] = create_app(
            config, clock, admin_token=admin_token, known_faults=known_faults
        )
    return Several(apps)


def _front(mounts: list[str]) -> Flask:
    app = Flask("mockauth.plugins")

    @app.get("/")
    def plugins() -> BaseResponse:
        base = request.url_root.rstrip("/")
        return jsonify({"plugins": [f"{base}{m}/.well-known/ai-plugin.json" for m in mounts]})

    @app.get("/health")
    def health() -> BaseResponse:
        return jsonify({"status": "ok"})

    return app
