"""Server-sent events: a page that is open is told that there is something new, and reads it again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

from flask import Response

LOOKS = 60
PAUSE = 0.5
"""Seconds between two looks. After `LOOKS` of them the stream ends, and the browser asks again: a
page that nobody looks at any more keeps no thread."""
AGAIN = 2000
"""Milliseconds after which a browser asks again."""
QUIET = 20
"""Looks after which a comment is sent, which shows whether somebody listens still."""


def event_stream(mark: Callable[[], str]) -> Response:
    """A stream of what `mark` gives, each time it is another; "" ends it. It is called outside of
    the request."""
    answer = Response(_events(mark), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _events(mark: Callable[[], str]) -> Iterator[str]:
    yield f"retry: {AGAIN}\n\n"
    shown, waiting = None, threading.Event()
    for look in range(1, LOOKS + 1):
        now = mark()
        if now != shown:
            yield f"data: {now or 'over'}\n\n"
            shown = now
        elif look % QUIET == 0:
            yield ":\n\n"
        if not now:
            return
        waiting.wait(PAUSE)
