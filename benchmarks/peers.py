"""`mockauth serve` beside its peers, in one run: complete flows per second as ratios, the time to
the first answer, and a million tokens.

    python benchmarks/peers.py [--without-peers] [--million]

oidc-provider-mock is installed by pip into an environment of its own, and oauth2-mock-server by npm
where there is one; both into a folder that is gone afterwards.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flows import CALLBACK, Line, Place, flow, flows_per_second

ROUNDS = 7
SECONDS = 1.0
AIMS = {"oauth2-mock-server": 3.0, "oidc-provider-mock": 30.0, "bare Flask": 0.6}
START_AIM = 1.5
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A server, and how it is started."""

    name: str
    command: tuple[str, ...]
    place: Place


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ours(*more: str) -> Contender:
    """mockauth serve, approving by itself as the peers do."""
    port = free_port()
    command = [sys.executable, "-m", "mockauth", "serve", "--port", str(port), "--login", "auto"]
    command += ["--redirect-uri", CALLBACK, *more]
    return Contender(name="mockauth serve", command=tuple(command), place=Place(port=port))


def bare() -> Contender:
    """The bare Flask app."""
    port = free_port()
    command = (sys.executable, str(HERE / "bare_app.py"), str(port))
    return Contender(name="bare Flask", command=command, place=Place(port=port))


def oidc_provider_mock(folder: Path) -> Contender | None:
    """Installed into an environment of its own."""
    environment, port = folder / "opm", free_port()
    install = [environment / "bin" / "pip", "install", "-q", "oidc-provider-mock"]
    if not (_done([sys.executable, "-m", "venv", environment]) and _done(install)):
        return None
    command = (
        str(environment / "bin" / "oidc-provider-mock"),
        "--port",
        str(port),
        "--user",
        "ada",
    )
    place = Place(
        port=port,
        authorize="/oauth2/authorize",
        token="/oauth2/token",
        api="/userinfo",
        scope="openid",
        form="sub=ada",
    )
    return Contender(name="oidc-provider-mock", command=command, place=place)


def oauth2_mock_server(folder: Path) -> Contender | None:
    """Installed by npm; None where there is none."""
    npm, port = shutil.which("npm"), free_port()
    if npm is None:
        return None
    (folder / "package.json").write_text('{"name": "peers", "private": true}\n')
    if not _done([npm, "install", "--no-audit", "--no-fund", "oauth2-mock-server"], folder):
        return None
    command = (str(folder / "node_modules/.bin/oauth2-mock-server"), "-p", str(port))
    place = Place(port=port, api="/userinfo", scope="openid")
    return Contender(name="oauth2-mock-server", command=command, place=place)


def _done(command: list[object], folder: Path | None = None) -> bool:
    texts = [str(part) for part in command]
    return subprocess.run(texts, cwd=folder, capture_output=True, check=False).returncode == 0


@contextmanager
def running(contender: Contender) -> Iterator[float]:
    """Start it; gives the seconds from there to the first answer."""
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    began = time.perf_counter()
    server = subprocess.Popen(contender.command, env=environment, stdout=quiet, stderr=quiet)
    try:
        while not _answers(contender.place.port):
            if server.poll() is not None or time.perf_counter() - began > 60:
                raise SystemExit(f"{contender.name} did not start")
            time.sleep(0.002)
        yield time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    try:
        line = Line(port)
    except OSError:
        return False
    line.socket.sendall(f"GET /health HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
    answered = bool(line.socket.recv(16))
    line.socket.close()
    return answered


def compare(contenders: list[Contender]) -> Mapping[str, float]:
    """Flows per second by name: medians of rounds in which each has its turn."""
    found: dict[str, list[float]] = {one.name: [] for one in contenders}
    with ExitStack() as stack:
        for one in contenders:
            stack.enter_context(running(one))
        for _ in range(ROUNDS):
            for one in contenders:
                found[one.name].append(flows_per_second(one.place, SECONDS))
    return {name: statistics.median(rates) for name, rates in found.items()}


def starts() -> tuple[float, float]:
    """The median times to the first answer: ours, and the bare app's, by turns."""
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(2 * ROUNDS):
        for times, make in zip(found, (ours, bare), strict=True):
            with running(make()) as seconds:
                times.append(seconds)
    return statistics.median(found[0]), statistics.median(found[1])


def million() -> None:
    """The latency of a flow as tokens pile up, and the memory that they take."""
    contender = ours("--no-admin")
    with running(contender):
        line = Line(contender.place.port)
        for number in range(1, 11):
            began, slowest = time.perf_counter(), 0.0
            for _ in range(50_000):  # an access and a refresh token each
                one = time.perf_counter()
                flow(line, contender.place)
                slowest = max(slowest, time.perf_counter() - one)
            each = (time.perf_counter() - began) / 50_000
            print(
                f"{number / 10:.1f} million tokens: {each * 1000:.2f} ms a flow, "
                f"slowest {slowest * 1000:.0f} ms"
            )


def main() -> None:
    """Print the ratios."""
    with TemporaryDirectory() as place:
        peers = [bare()]
        if "--without-peers" not in sys.argv:
            found = (oauth2_mock_server(Path(place)), oidc_provider_mock(Path(place)))
            peers += [one for one in found if one is not None]
        rates = compare([ours(), *peers])
    own = rates["mockauth serve"]
    print(f"{'mockauth serve':20} {own:7.0f} flows a second")
    for name, rate in rates.items():
        if name != "mockauth serve":
            print(f"{name:20} {rate:7.0f}   mockauth is {own / rate:6.2f} x (aim {AIMS[name]:g})")
    for name in AIMS.keys() - rates.keys():
        print(f"{name:20} could not be installed")
    mine, plain = starts()
    print(f"first answer after {mine:.2f} s: {mine / plain:.2f} x the bare app (aim {START_AIM:g})")
    if "--million" in sys.argv:
        million()


if __name__ == "__main__":
    main()
