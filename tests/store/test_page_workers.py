"""Two processes with ChatGPT's pages over one PostgreSQL database, in front of one person."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.middleware.http_proxy import ProxyMiddleware

from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.testing import served_plugin
from tests.web.visitor import CALLBACK, Visitor, finished, logged_in, oauth_installed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PLUGIN = f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/"
PASSWORD = "analytical-engine"


class Turns:
    """One address in front of several workers, each of which gets the next request in turn."""

    def __init__(self, workers: list[str]) -> None:
        self._ways = [_way_to(worker) for worker in workers]
        self.paths: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Pass one request on."""
        self.paths.append(environ["PATH_INFO"])
        return self._ways[len(self.paths) % len(self._ways)](environ, start)

    def worker_of(self, ending: str) -> int:
        """Which worker had the last request whose path ends so."""
        numbers = [at for at, path in enumerate(self.paths) if path.endswith(ending)]
        return numbers[-1] % len(self._ways)


def _way_to(worker: str) -> WSGIApplication:
    # The Host of the one address in front is kept, as a balancer of production keeps it.
    place = {"target": worker, "host": None}
    return ProxyMiddleware(lambda *_: [], {"/chatgpt": place, "/aip": place})


@pytest.fixture
def turns(where: str) -> Iterator[Turns]:
    """Two workers over one database."""
    command = [sys.executable, "-m", "mockauth", "chatgpt", "--no-open", "--port", "0"]
    with ExitStack() as stack:
        workers = [
            stack.enter_context(
                subprocess.Popen([*command, "--store", where], stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter
            )
            for _ in range(2)
        ]
        for worker in workers:
            stack.callback(worker.terminate)
        yield Turns([_address(worker) for worker in workers])


def _address(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", worker.stdout.readline())
    assert found is not None
    return found[0]


def both(visitor: Visitor, path: str) -> list[str]:
    """What each of the two workers shows at a path."""
    return [visitor.get(path).text for _ in range(2)]


def test_whatever_one_worker_began_the_other_goes_on_with(turns: Turns) -> None:
    app = Flask(__name__)
    vars(app)["wsgi_app"] = turns
    visitor = Visitor(app)
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        oauth_installed(visitor, plugin)
        logged_in(visitor, plugin)
        assert turns.worker_of("/login") != turns.worker_of("/callback")
        assert all("connected" in text for text in both(visitor, PLUGIN))
        assert all("/oauth/callback" in text for text in both(visitor, f"{PLUGIN}timeline"))

        visitor.get(f"{PLUGIN}runs/").press("Run all checks", password=PASSWORD)
        finished(visitor)
        run = visitor.path
        assert all("ChatGPT can sign in" in text for text in both(visitor, run))
        assert all(run in str(visitor.get(f"{PLUGIN}runs/").page) for _ in range(2))

        visitor.get(PLUGIN).press("Remove the plugin")
        assert not any("connected" in text for text in both(visitor, PLUGIN))
        assert visitor.status == 404
