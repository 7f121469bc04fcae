"""What tests and CI pay for mockauth, as ratios of one run.

    python benchmarks/testing.py [--without-peers] [--targets 200]

The CPU time of a whole tree of processes (user and system) is compared, in turns, by medians: other
work on the machine hardly changes it. Only what two processes save is the clock's to tell. The peers
are installed by pip into an environment that is gone afterwards. Linux only: orphans are counted, too.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from werkzeug.serving import make_server

import mockauth
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving
from mockauth.testing import served_plugin

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
from tests.apps.flask_todo import flask_app  # noqa: E402 - beside the package, not in it
from tests.apps.todo import GIVEN  # noqa: E402

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): orphans become ours, so that their time is counted."""
ROUNDS = 15
FEW = 5
PLAIN = ("-p", "no:cacheprovider", "-q", "-p", "no:xdist")
ONE = "def test_one():\n    pass\n"
OURS = """
import pytest
from urllib.request import urlopen

@pytest.mark.parametrize("turn", range(50))
def test_answers(turn, mock_plugin):
    with urlopen(mock_plugin.url + "/.well-known/oauth-authorization-server") as answer:
        assert answer.status == 200
"""
IAM = """
import pytest
from urllib.request import urlopen

@pytest.mark.parametrize("turn", range(50))
def test_answers(turn, iam_server):
    with urlopen(iam_server.url + ".well-known/openid-configuration") as answer:
        assert answer.status == 200
"""
OIDC = """
import oidc_provider_mock
import pytest
from urllib.request import urlopen

@pytest.fixture
def server():
    with oidc_provider_mock.run_server_in_thread() as found:
        yield f"http://localhost:{found.server_port}"

@pytest.mark.parametrize("turn", range(50))
def test_answers(turn, server):
    with urlopen(server + "/.well-known/openid-configuration") as answer:
        assert answer.status == 200
"""
ENTRY = """
[[target]]
name = "t{number}"
target = "{url}"
client_id = "demo-client"
username = "ada"
client_secret = {{ env = "DEMO_SECRET" }}
password = {{ env = "DEMO_PASSWORD" }}
select = "token.exchange-works"
"""


def cost(command: list[str], folder: Path, **variables: str) -> tuple[float, float]:
    """The CPU time and the wall time of a command with all that it starts, in seconds."""
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env={**environment, **variables}, capture_output=True, text=True
    )
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def in_turns(rounds: int, **works: Callable[[], float]) -> Mapping[str, float]:
    """The median of each, once all were made ready by a round of their own."""
    for work in works.values():
        work()
    found = [{name: work() for name, work in works.items()} for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in found) for name in works}


def pytest_cost(python: Path, folder: Path, test: str, *words: str) -> Callable[[], float]:
    """What a session with this test costs."""
    place = folder / f"{abs(hash((test, words)))}"
    place.mkdir()
    (place / "test_it.py").write_text(test)
    command = [str(python), "-m", "pytest", *PLAIN, *words]
    return lambda: cost(command, place)[0]


def startup(folder: Path) -> None:
    """A session of one test, with the plugin and without it."""
    python = Path(sys.executable)
    with_it = pytest_cost(python, folder, ONE)
    without = pytest_cost(python, folder, ONE, "-p", "no:mockauth")
    with_it(), without()  # compiled, and in the page cache
    pairs = [(with_it(), without()) for _ in range(ROUNDS)]
    more = 1000 * statistics.median(ours - bare for ours, bare in pairs)
    bare = statistics.median(bare for _, bare in pairs)
    print(f"pytest with the plugin installed: {more:+.1f} ms CPU on {bare:.2f} s (aim 15 ms)")


def reset() -> None:
    """Putting a plugin back after a test that has signed a user in."""
    times = []
    with served_plugin() as plugin:
        for _ in range(500):
            plugin.token()
            plugin.add_user("alan")
            began = time.thread_time()
            plugin.reset()
            times.append(time.thread_time() - began)
    print(f"reset: {1000 * statistics.median(times):.3f} ms CPU (aim 1 ms)")


@contextmanager
def by_werkzeug(app: Any) -> Iterator[str]:
    """The server of `flask run`."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def in_process() -> None:
    """A full check of a Flask app, called in process and over HTTP."""
    import logging

    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    def measured(target: Any) -> float:
        began = time.process_time()
        mockauth.check(target, **GIVEN)
        return time.process_time() - began

    with serving(flask_app()) as ours, by_werkzeug(flask_app()) as theirs:
        found = in_turns(
            FEW,
            inside=lambda: measured(flask_app()),
            ours=lambda: measured(ours),
            theirs=lambda: measured(theirs),
        )
    for name, told in (("theirs", "flask run"), ("ours", "mockauth's own server")):
        ratio = found[name] / found["inside"]
        print(
            f"Flask app in process {found['inside']:.2f} s CPU; at {told} {ratio:.2f} x (aim 1.5)"
        )


def peers(folder: Path) -> None:
    """Fifty tests with a server, beside those of others, in one environment."""
    python = folder / "venv" / "bin" / "python"
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "-q",
        "pytest",
        "pytest-iam",
        "oidc-provider-mock",
    ]
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    subprocess.run([*install, str(HERE)], check=True, capture_output=True)
    # Each session has the plugins that its own package brings with it, and no other.
    alone, httpx = ("-p", "no:mockauth"), ("-p", "no:anyio")
    canaille = ("-p", "no:iam", "-p", "no:faker")
    works = {
        "mockauth": pytest_cost(python, folder, OURS, *canaille, *httpx),
        "pytest-iam": pytest_cost(python, folder, IAM, *alone),
        "oidc-provider-mock": pytest_cost(python, folder, OIDC, *alone, *canaille),
    }
    found = in_turns(FEW, **works)
    own = found["mockauth"]
    for name in ("pytest-iam", "oidc-provider-mock"):
        seconds = found[name]
        told = f"{own:.2f} s CPU; {name} {seconds:.2f} s"
        print(f"50 tests with a server: {told}; ours is {own / seconds:.2f} of it (aim 0.5)")


def many(folder: Path, count: int) -> None:
    """A list of targets, one after the other and two at a time, beside a command for each."""
    with ExitStack() as stack:
        plugins = [stack.enter_context(served_plugin(login="login")) for _ in range(10)]
        urls = [plugin.url for plugin in plugins]
        entries = [ENTRY.format(number=n, url=urls[n % len(urls)]) for n in range(count)]
        (folder / "list.toml").write_text("".join(entries))
        command = [sys.executable, "-m", "mockauth", "check"]
        listed = [*command, "--targets", "list.toml", "--again", "-q", "--jobs"]
        alone = [*command, urls[0], "--client-id", "demo-client", "--username", "ada", "-q"]
        demo = PluginConfig()
        secret, password = demo.clients[0].secret, demo.users[0].password
        given = {
            "MOCKAUTH_CLIENT_SECRET": secret,
            "MOCKAUTH_PASSWORD": password,
            "MOCKAUTH_SELECT": "token.exchange-works",
        }
        each = statistics.median(cost(alone, folder, **given)[0] for _ in range(2 * FEW))
        one, two = (
            cost([*listed, jobs], folder, DEMO_SECRET=secret, DEMO_PASSWORD=password)
            for jobs in ("1", "2")
        )
    print(f"{count} targets, a command for each: {each * count:.0f} s CPU")
    print(f"{count} targets, --jobs 1: {one[0]:.0f} s CPU, {one[1]:.0f} s; ", end="")
    print(f"--jobs 2: {two[0]:.0f} s CPU, {two[1]:.0f} s, which is {one[1] / two[1]:.2f} x as fast")


def main() -> None:
    """Print a line or two for each."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--without-peers", action="store_true")
    asked.add_argument("--targets", type=int, default=200)
    given = asked.parse_args()
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    with TemporaryDirectory() as name:
        folder = Path(name)
        startup(folder)
        reset()
        in_process()
        if not given.without_peers:
            peers(folder)
        many(folder, given.targets)


if __name__ == "__main__":
    main()
