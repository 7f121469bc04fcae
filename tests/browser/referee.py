"""Real Chromium signs in to a shape as a careful person would, and tells where it lands.

    python -m tests.browser.referee [NAME ...]     # writes tests/browser/shapes/chromium.json

`mockauth/browser/chromium/` keeps the browser on this machine: the production callback is used
unchanged, and nothing leaves.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from mockauth.browser.chromium.runner import BrowserLost, Chromium, close_pages
from mockauth.browser.chromium.sink import Sink
from mockauth.browser.chromium.stub import LINK, CallbackStub, start_url
from mockauth.browser.chromium.world import World
from mockauth.wire.message import first
from tests.browser.shapes.catalogue import BY_NAME, SHAPES
from tests.browser.shapes.shape import CALLBACK, PASSWORD, USER, Action, Shape
from tests.browser.shapes.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Answer = TypeVar("Answer")
RESULTS = Path(__file__).parent / "shapes" / "chromium.json"
HOST = "notes.test"
"""A name that is not of this machine, mapped to the shape's server."""
LONGEST_WALK = 60.0
"""Seconds, after which the browser hangs."""
Decision = Literal["allow", "deny"]
Landed = dict[str, str]
"""`{"landing": "code" | "error" | "altered" | "never" | "timeout", "why": …}`, `why` only where it
never does."""


class Stage:
    """The server that the shapes come on to, one after the other."""

    def __init__(self) -> None:
        self.app: Any = None
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)

        class Quiet(WSGIRequestHandler):
            def log(self, *_: Any) -> None:
                pass

        self._server = make_server(
            "localhost", 0, self._answer, threaded=True, request_handler=Quiet
        )
        self.port = self._server.server_port

    def _answer(self, environ: Any, start: Any) -> Any:
        return self.app(environ, start)

    @contextmanager
    def serving(self) -> Iterator[Stage]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class Referee:
    """One Chromium with its stub, sink and stage."""

    def __init__(self, chromium: Chromium, stage: Stage, stub: CallbackStub) -> None:
        self.chromium, self.stage, self.stub = chromium, stage, stub
        self._window: tuple[Browser, BrowserContext] | None = None

    @classmethod
    @contextmanager
    def ready(cls) -> Iterator[Referee]:
        """Start everything; needs Chromium and the extra `browser`."""
        with Stage().serving() as stage, CallbackStub() as stub, Sink() as sink:
            world = World(
                stub_port=stub.port,
                pin=stub.pin,
                sink_port=sink.port,
                reachable=(f"http://localhost:{stage.port}",),
                stands_for={f"{HOST}:80": stage.port},
            )
            chromium = Chromium(world.flags)
            try:
                yield cls(chromium, stage, stub)
            finally:
                chromium.close()

    def do(self, work: Callable[[Browser], Answer]) -> Answer:
        """What `work` gives; done once more where the browser was lost, which tells nothing of the
        page."""
        return self.chromium.do_surely(work, seconds=lambda: LONGEST_WALK)

    def walk(self, shape: Shape, decision: Decision, expected: str = "") -> Landed:
        """Sign in to the shape from a link at ChatGPT; waits long where a landing is expected. Of a
        page that hangs the browser twice the walk is said to be over time."""
        patience = {"": 5.0, "never": 1.0}.get(expected, 15.0)
        self.stage.app = Site(shape).app()
        try:
            return self.do(lambda browser: self._walk(browser, shape, decision, patience))
        except BrowserLost as lost:
            return {"landing": "timeout", "why": str(lost)}

    def _walk(self, browser: Browser, shape: Shape, decision: Decision, patience: float) -> Landed:
        state = secrets.token_urlsafe(12)
        with self.page(browser, shape) as page:
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.goto(start_url(self.authorize_url(shape, state)))
            page.click(LINK, no_wait_after=True)
            page.set_default_timeout(patience * 1000)
            missed = act(page, shape.allow if decision == "allow" else shape.deny)
            arrival = self.stub.wait_for(state, patience)
            if arrival is None:
                return {"landing": "never", "why": why(page, said, missed)}
            if urlsplit(arrival.url).path != urlsplit(CALLBACK).path:
                return {"landing": "altered"}
            return {"landing": "code" if first(arrival.params, "code") else "error"}

    @contextmanager
    def page(self, browser: Browser, shape: Shape) -> Iterator[Page]:
        """A new page without cookies. The window is kept, because a new one costs a second; a
        password for HTTP Basic, which the browser would keep, has a window of its own."""
        if shape.basic:
            credentials: Any = {"username": USER, "password": PASSWORD}
            with browser.new_context(http_credentials=credentials) as context:
                yield context.new_page()
            return
        window = self.window(browser)
        window.clear_cookies()
        page = window.new_page()
        try:
            yield page
        finally:
            close_pages(window)

    def window(self, browser: Browser) -> BrowserContext:
        """The window of this browser, with a page that keeps it open between two shapes."""
        if self._window is None or self._window[0] is not browser:
            self._window = browser, browser.new_context()
            self._window[1].new_page()
        return self._window[1]

    def authorize_url(self, shape: Shape, state: str) -> str:
        """ChatGPT's request to the shape, at the name that it asks for."""
        origin = f"http://{HOST}" if shape.host == HOST else f"http://localhost:{self.stage.port}"
        return f"{origin}/authorize?{request_query(state)}"


def request_query(state: str) -> str:
    """ChatGPT's authorization request."""
    return urlencode(
        {
            "response_type": "code",
            "client_id": "chatgpt",
            "redirect_uri": CALLBACK,
            "scope": "notes:read",
            "state": state,
        }
    )


def act(page: Page, actions: Iterable[Action]) -> str:
    """Do what the person does; the first thing that could not be done, or nothing."""
    from playwright.sync_api import Error

    for action in actions:
        try:
            do(page, action)
        except Error:
            return f"{action.deed} {action.selector}"
    return ""


def do(page: Page, action: Action) -> None:
    around = page.frame_locator(action.frame) if action.frame else page
    found = around.locator(action.selector)
    match action.deed:
        case "fill":
            found.fill(action.value)
        case "press":
            found.click(no_wait_after=True)
        case "tick":
            found.check()
        case "choose":
            found.select_option(action.value)
        case "enter":
            found.press("Enter", no_wait_after=True)


def why(page: Page, said: list[str], missed: str) -> str:
    """Why the browser stayed where it is, in a few words that do not change with its version."""
    from playwright.sync_api import Error

    with suppress(Error):  # what the console said is handed over only while something is waited for
        page.wait_for_timeout(50)
    for message in said:
        directive = re.search(r"Content Security Policy directive[^\"]*\"([a-z-]+)", message)
        if directive or "sandboxed" in message:
            return f"the page's policy ({directive[1] if directive else 'sandbox'})"
    with suppress(Error):
        # Never `evaluate`, which waits without end for a page that is about to go away.
        invalid = page.locator("input:invalid")
        if invalid.count():
            return f"the browser's validation of {invalid.first.get_attribute('name', timeout=500)}"
        text = " ".join(page.inner_text("body", timeout=500).split())[:60]
        return f"stays at {urlsplit(page.url).path}: {text}" + (f"; no {missed}" if missed else "")
    return f"stays at {urlsplit(page.url).path}"


def judge(names: list[str]) -> dict[str, dict[Decision, Landed]]:
    """Walk the named shapes in one browser, allowing and, where the shape says how, refusing."""
    found: dict[str, dict[Decision, Landed]] = {}
    with Referee.ready() as referee:
        for name in names:
            shape = BY_NAME[name]
            found[name] = {"allow": referee.walk(shape, "allow")}
            if shape.deny:
                found[name]["deny"] = referee.walk(shape, "deny")
    return found


def version() -> str:
    """The browser and its version."""
    with Referee.ready() as referee:
        found = referee.do(lambda browser: browser.version)
    return f"Chromium {found}"


def kept() -> dict[str, Any]:
    """What the file holds."""
    read: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))
    return read


def main(names: list[str]) -> None:
    """Judge the named shapes, or all, with two browsers, and write the file."""
    found: dict[str, Any] = dict(kept()["landings"]) if RESULTS.exists() and names else {}
    todo = names or [shape.name for shape in SHAPES]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for part in pool.map(judge, [todo[0::2], todo[1::2]]):
            found |= part
    lines = (
        f"  {json.dumps(name)}: {json.dumps(found[name], ensure_ascii=False)}"
        for name in sorted(found)
        if name in BY_NAME
    )
    body = ",\n".join(lines)
    RESULTS.write_text(
        f'{{"browser": {json.dumps(version())}, "landings": {{\n{body}\n}}}}\n', "utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
