"""Ratios in one run: a check against a replay of its requests, --help against importing click, and
lint of a folder of manifests.

    python benchmarks/speed.py [FOLDER OF MANIFESTS]
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import requests

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.lint import lint
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving

ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def check(base: str, config: PluginConfig) -> Run:
    """One check run."""
    last = list(run_check(options_for(config, base)))[-1]
    assert isinstance(last, RunFinished)
    return last.run


def replay(run: Run) -> None:
    """The same requests with a plain session: nothing is parsed or judged."""
    with requests.Session() as session:
        for exchange in run.trace:
            if exchange.response is not None:
                request = exchange.request
                session.request(
                    request.method,
                    request.target,
                    data=request.body or None,
                    headers={name: value.encode() for name, value in request.all_headers},
                    allow_redirects=False,
                    timeout=45,
                )


def run_python(*arguments: str) -> None:
    """One fresh interpreter."""
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def main() -> None:
    """Print the ratios."""
    config = PluginConfig()
    with serving(create_app(config)) as base:
        run = check(base, config)
        pairs = [
            (timed(lambda: check(base, config)), timed(lambda: replay(run))) for _ in range(ROUNDS)
        ]
    ratio = statistics.median(ours / plain for ours, plain in pairs)
    ours = statistics.median(first for first, _ in pairs)
    print(f"check: {ours:.2f} s for {len(run.trace)} exchanges, {ratio:.2f} x a plain replay")
    starts = [
        (
            timed(lambda: run_python("-m", "mockauth", "--help")),
            timed(lambda: run_python("-c", "import click")),
        )
        for _ in range(ROUNDS)
    ]
    print(f"--help: {statistics.median(a / b for a, b in starts):.2f} x importing click")
    if len(sys.argv) > 1:
        reports = 0
        started = time.perf_counter()
        reports = sum(1 for _ in lint([Path(sys.argv[1])]))
        print(f"lint: {reports} files in {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
