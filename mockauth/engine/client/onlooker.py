"""Looks at what a client prints while it runs: an authorize URL that it asks its user to open is opened."""

from __future__ import annotations

import re
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field

from mockauth.engine.client.browse import browse
from mockauth.engine.client.interceptor import Interceptor
from mockauth.engine.client.mock_server import MockServer
from mockauth.wire.message import pairs_of

NEEDED = ("response_type", "client_id", "redirect_uri")
"""Where one is missing, a terminal has broken the address into lines."""
REST = r"\?[^\s\"'<>]++(?![ \t]*\n[ \t]*\S*[=&%])"
"""The query, unless it goes on in the next line."""
SECONDS = 2.0
"""How long a client may take to open itself what it prints: many write down what they do."""


@dataclass
class Onlooker:
    """For one run. `look` is given the output of the client again and again."""

    server: MockServer
    _seen: dict[str, float] = field(default_factory=dict)
    _visit: Interceptor | None = None
    """The start of the client that these were printed in: each has its own user."""

    def look(self, output: str) -> None:
        """Open each authorize URL of the output that nobody has opened."""
        if self._visit is not self.server.interceptor:
            self._visit, self._seen = self.server.interceptor, {}
        for url in re.findall(rf"{re.escape(self.server.base)}/authorize{REST}", output):
            if not all(f"{name}=" in url for name in NEEDED):
                continue
            before = self._seen.setdefault(url, time.monotonic())
            if time.monotonic() - before > SECONDS and not self._is_opened(url):
                self._seen[url] = float("inf")
                _open(url)

    def _is_opened(self, url: str) -> bool:
        interceptor = self.server.interceptor
        begun = interceptor.begun if interceptor else []
        # It may be printed otherwise than it was opened: in part, or with + for a blank.
        told = set(pairs_of(url.partition("?")[2]))
        known = {pair for pair in told if pair[0] in ("state", "code_challenge")} or told
        return any(known & set(request.all_query) for request in begun)


def _open(url: str) -> None:
    threading.Thread(target=_browse, args=(url,), daemon=True).start()


def _browse(url: str) -> None:
    with suppress(OSError):  # nobody listens at the callback
        browse(url)
