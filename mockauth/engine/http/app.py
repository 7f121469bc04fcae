"""An app of the user's own: WSGI as it is, ASGI over a bridge."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

START_SECONDS = 60.0
"""Seconds in which an app must have started or ended."""


@contextmanager
def wsgi_of(app: Any) -> Iterator[WSGIApplication]:
    """`app` as a WSGI app. An ASGI one is started, runs on an event loop in a thread of its own, and
    is ended after the block.

    Raises:
        UsageError: it is no app, what bridges is not installed, or it does not start.
    """
    if not callable(app):
        raise UsageError(f"{type(app).__name__} is no app; give a URL, or a WSGI or ASGI app")
    if not is_asgi(app):
        yield app
        return
    try:
        from a2wsgi import ASGIMiddleware  # an extra of its own, for apps in process only
    except ImportError as missing:
        raise UsageError(
            "an ASGI app in process needs one package more: pip install 'mockauth[asgi]' (a2wsgi)"
        ) from missing
    with _loop() as loop, _started(app, loop) as running:
        bridged: Any = ASGIMiddleware(running, loop=loop)
        yield bridged


def is_asgi(app: Any) -> bool:
    """Whether calling it gives a coroutine."""
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(
        getattr(app, "__call__", None)  # noqa: B004 - what a call runs, not whether there is one
    )


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_SECONDS)
        if not thread.is_alive():
            loop.close()


@contextmanager
def _started(app: Any, loop: asyncio.AbstractEventLoop) -> Iterator[Any]:
    """The app between its startup and its shutdown (ASGI, Lifespan Protocol)."""
    lifespan = _Lifespan(app)

    def wait_for(coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, loop).result(START_SECONDS)

    wait_for(lifespan.start())
    try:
        yield lifespan.serve
    finally:
        wait_for(lifespan.end())


@dataclass
class _Lifespan:
    """The one call that an ASGI app gets from its startup to its shutdown."""

    app: Any
    state: dict[str, Any] = field(default_factory=dict)
    """What the app keeps from its startup for its requests."""
    _to_app: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _from_app: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _call: asyncio.Task[None] | None = None

    async def serve(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass a request on."""
        await self.app({**scope, "state": dict(self.state)}, receive, send)

    async def start(self) -> None:
        """Have it start. One that ends or fails at once does not know lifespans, which is allowed."""
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        self._call = asyncio.create_task(self.app(scope, self._to_app.get, self._from_app.put))
        answer = await self._asked("lifespan.startup")
        if answer == "lifespan.startup.failed":
            raise UsageError("the ASGI app says that its startup failed")

    async def end(self) -> None:
        """Have it end."""
        assert self._call is not None  # noqa: S101 - set at the start
        await self._asked("lifespan.shutdown")
        self._call.cancel()
        await asyncio.gather(self._call, return_exceptions=True)

    async def _asked(self, what: str) -> str:
        """What it says to an event; "" when its call is over."""
        assert self._call is not None  # noqa: S101 - set at the start
        await self._to_app.put({"type": what})
        answer = asyncio.create_task(self._from_app.get())
        await asyncio.wait({answer, self._call}, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return str(answer.result().get("type", ""))
        answer.cancel()
        return ""
