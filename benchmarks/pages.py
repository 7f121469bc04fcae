"""What ChatGPT's pages cost, as ratios in one run.

    python benchmarks/pages.py

- the start of `mockauth serve` with and without pages (aim: 1.15)
- a request to the plugin with and without pages in front of it (aim: 1.03)
- a page, against a bare Flask app that shows the same template (aim: 1.5)
- the store page of 1,000 plugins (aim: less than 100 ms)
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable

from flask import Flask, render_template
from werkzeug.test import Client, EnvironBuilder

import mockauth
from mockauth.engine.installation.installation import Installation, Phase
from mockauth.engine.installation.keeper import Keeper
from mockauth.plugin.app import create_app
from mockauth.store.installation import new_plugin_id
from mockauth.store.keys import VARIABLE, new_key
from mockauth.store.store import open_store
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings

ROUNDS = 15
REQUESTS = 1_000
PLUGINS = 1_000


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def ratio(one: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of one against the median of the other, taken in turn."""
    pairs = [(seconds(one), seconds(other)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def serve(*options: str) -> None:
    """Start a server and get its first answer."""
    command = [sys.executable, "-m", "mockauth", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        urllib.request.urlopen(address).read()
        process.terminate()


def asked(app: Flask) -> Callable[[], None]:
    """Requests to the plugin, without a client that costs more than they do."""
    environ = EnvironBuilder(path="/health").get_environ()

    def ask() -> None:
        for _ in range(REQUESTS):
            b"".join(app(dict(environ), lambda *_: lambda data: None))

    return ask


def visited(app: Flask, path: str) -> Callable[[], None]:
    """Visits to a page."""
    client = Client(app)
    client.get(path)

    def visit() -> None:
        for _ in range(REQUESTS // 10):
            client.get(path)

    return visit


def bare(pages: Flask) -> Flask:
    """A Flask app that shows the front page and does nothing else."""
    app = Flask("bare", template_folder=f"{mockauth.__path__[0]}/web/templates")
    app.secret_key = "bare"
    app.jinja_env.globals["settings"] = PageSettings()
    for rule in pages.url_map.iter_rules():
        if rule.endpoint != "front.front":
            app.add_url_rule(rule.rule, rule.endpoint)
    app.add_url_rule("/", "front", lambda: render_template("chatgpt/front.html"))
    return app


def full_store() -> float:
    """Milliseconds of the store page with many plugins."""
    with tempfile.TemporaryDirectory() as folder:
        place = f"sqlite:///{folder}/pages.db"
        keeper = Keeper(open_store(place))
        owner = keeper.new_person()
        for number in range(PLUGINS):
            keeper.keep(
                Installation(
                    id=new_plugin_id(),
                    owner=owner,
                    target="http://localhost:3333",
                    phase=Phase.READY,
                    kind="oauth",
                    name=f"Plugin {number}",
                )
            )
        client = Client(create_pages(PageSettings(store=place)))
        client.get("/chatgpt/")
        times = [seconds(lambda: client.get("/chatgpt/")) for _ in range(ROUNDS)]
        keeper.store.close()
        return statistics.median(times) * 1000


def main() -> None:
    """Print all four."""
    os.environ[VARIABLE] = new_key().decode()
    print(f"start of serve      {ratio(serve, lambda: serve('--no-pages')):.2f} x")
    both, plugin = asked(mockauth.create_app()), asked(create_app())
    print(f"request to plugin   {ratio(both, plugin):.3f} x")
    pages = create_pages()
    page = ratio(visited(pages, "/"), visited(bare(pages), "/"))
    print(f"front page          {page:.2f} x")
    print(f"{PLUGINS} plugins        {full_store():.0f} ms")


if __name__ == "__main__":
    main()
