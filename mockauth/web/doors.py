"""One app, two doors: the plugin where it is, and ChatGPT's pages beside it.

The pages are an app of their own, made at the first visit: no hook, no session and no template of
theirs costs a request to the plugin anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mockauth.errors import MockauthError
from mockauth.wire.one_line import one_line

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

PLACES = ("/chatgpt/", "/aip/", "/connector/", "/mockauth/")
NAMES = ("/", "/chatgpt", "/connector_platform_oauth_redirect", "/mockauth")
RESERVED = ("chatgpt", "aip", "connector", "mockauth")
"""Names that no plugin of a server with pages can have."""


class Doors:
    """A WSGI app that gives `/`, `/chatgpt/…`, `/aip/…` and `/mockauth/…` to the pages, all else to the plugin."""

    def __init__(self, plugin: WSGIApplication, make: Callable[[], WSGIApplication]) -> None:
        """`make` is asked for the pages once, at the first visit."""
        self._plugin, self._make = plugin, make
        self._pages: WSGIApplication | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ["PATH_INFO"]
        if path not in NAMES and not path.startswith(PLACES):
            return self._plugin(environ, start_response)
        return self.pages(environ, start_response)

    def pages(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The door of ChatGPT only: whatever is asked for, the pages answer."""
        try:
            made = self._made()
        except MockauthError as wrong:  # the store cannot be opened; the plugin goes on
            start_response(
                "503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")]
            )
            return ["\n".join(map(one_line, wrong.lines)).encode()]
        return made(environ, start_response)

    def _made(self) -> WSGIApplication:
        with self._lock:
            if self._pages is None:
                self._pages = self._make()
        return self._pages


def add_pages(app: Flask, make: Callable[[], WSGIApplication] | None = None) -> None:
    """Put the pages beside a plugin that is a Flask app."""
    # What Flask's documentation does by assignment, which strict types forbid for a method.
    vars(app)["wsgi_app"] = Doors(app.wsgi_app, make or _usual_pages)


def _usual_pages() -> WSGIApplication:
    # Templates, form tokens and the checks take 300 ms to import.
    from mockauth.web.app import create_pages
    from mockauth.web.settings import PageSettings, Sample

    return create_pages(PageSettings(has_plugin_side=True, sample=Sample()))
