"""The connection under an answer: cut in the middle of a body, or reset.

The server puts its side of the connection under `CONNECTION` into the environment of a request; an
app that is called in process has none, and shows a short body or raises instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from flask import request
from werkzeug.wrappers import Response

from mockauth.clock import Clock

CONNECTION = "mockauth.connection"
PIECE_SECONDS = 0.25


class FaultyConnection(Protocol):
    """What a server lets an app do to a connection."""

    def close_after(self) -> None:
        """Close it behind this answer, however short that is."""
        ...

    def leave_body(self) -> None:
        """Leave the body of the request unread: it is taken for the next request."""
        ...

    def reset(self) -> None:
        """Reset it now (RST)."""
        ...

    @property
    def is_ending(self) -> bool:
        """Whether the server is being stopped."""
        ...


def delay(clock: Clock, seconds: float) -> None:
    """Let time go by before an answer; no longer than the server runs."""
    connection: FaultyConnection | None = request.environ.get(CONNECTION)
    while seconds > 0 and not (connection and connection.is_ending):
        clock.sleep(min(seconds, PIECE_SECONDS))
        seconds -= PIECE_SECONDS


def leave_body() -> None:
    """Leave the body of a request in its connection."""
    connection: FaultyConnection | None = request.environ.get(CONNECTION)
    if connection is not None:
        connection.leave_body()


def break_off(response: Response, size: int) -> None:
    """Send `size` bytes of the body under the length of the whole, and close the connection."""
    whole = response.get_data()
    response.set_data(whole[:size])
    response.headers["Content-Length"] = str(len(whole))
    connection: FaultyConnection | None = request.environ.get(CONNECTION)
    if connection is not None:
        connection.close_after()


def hang_up() -> Response:
    """Instead of an answer."""
    connection: FaultyConnection | None = request.environ.get(CONNECTION)
    return Response(_reset(connection), headers={"Content-Length": "1"})


def _reset(connection: FaultyConnection | None) -> Iterator[bytes]:
    # When the body is read nothing has been sent, not even a status.
    if connection is not None:
        connection.reset()
    raise ConnectionResetError("reset by a fault of the plugin")
    yield b""
