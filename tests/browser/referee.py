"""Real Chromium signs in to a shape as a careful person would, and tells where it lands.

    python -m tests.browser.referee [NAME ...]     # writes tests/browser/shapes/chromium.json

Chromium's own network stack maps ChatGPT's hosts to a stub on this machine and every other name to
a sink, so that the production callback is used unchanged and nothing leaves the machine.
"""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode, urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.browser.callback_stub import CallbackStub, Sink
from tests.browser.shapes.catalogue import BY_NAME, SHAPES
from tests.browser.shapes.shape import CALLBACK, PASSWORD, USER, Action, Shape
from tests.browser.shapes.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RESULTS = Path(__file__).parent / "shapes" / "chromium.json"
HOST = "notes.test"
"""A name that is not of this machine, mapped to the shape's server."""
Decision = Literal["allow", "deny"]
Landed = dict[str, str]
"""`{"landing": "code" | "error" | "altered" | "never", "why": …}`, `why` only where it never does."""


def chromium() -> str | None:
    """The browser of the distribution, or the one that MOCKAUTH_BROWSER names."""
    named = os.environ.get("MOCKAUTH_BROWSER")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


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

    def __init__(self, browser: Browser, stage: Stage, stub: CallbackStub) -> None:
        self.browser, self.stage, self.stub = browser, stage, stub
        self.context = browser.new_context()
        self.context.new_page()  # keeps the window open between two shapes

    @classmethod
    @contextmanager
    def ready(cls) -> Iterator[Referee]:
        """Start everything; needs Chromium and the playwright package."""
        from playwright.sync_api import sync_playwright

        with ExitStack() as stack:
            stage = stack.enter_context(Stage().serving())
            stub, sink = stack.enter_context(CallbackStub()), stack.enter_context(Sink())
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=chromium(), args=flags(stage.port, stub, sink.port)
            )
            stack.callback(browser.close)
            yield cls(browser, stage, stub)

    def walk(self, shape: Shape, decision: Decision, expected: str = "") -> Landed:
        """Sign in to the shape from a link at ChatGPT; waits long where a landing is expected."""
        patience = {"": 5.0, "never": 1.0}.get(expected, 15.0)
        self.stage.app = Site(shape).app()
        state = secrets.token_urlsafe(12)
        with self.page(shape) as page:
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.set_default_timeout(patience * 1000)
            start = quote(self.authorize_url(shape, state), safe="")
            page.goto(f"https://chat.openai.com/start?to={start}")
            page.click("#start", no_wait_after=True)
            missed = act(page, shape.allow if decision == "allow" else shape.deny)
            arrival = self.stub.wait_for(state, patience)
            if arrival is None:
                return {"landing": "never", "why": why(page, said, missed)}
            if arrival.path != urlsplit(CALLBACK).path:
                return {"landing": "altered"}
            return {"landing": "code" if "code" in arrival.params else "error"}

    @contextmanager
    def page(self, shape: Shape) -> Iterator[Page]:
        """A new page without cookies. The window is kept, because a new one costs a second; a
        password for HTTP Basic, which the browser would keep, has a window of its own."""
        if shape.basic:
            credentials: Any = {"username": USER, "password": PASSWORD}
            with self.browser.new_context(http_credentials=credentials) as context:
                yield context.new_page()
            return
        self.context.clear_cookies()
        page = self.context.new_page()
        try:
            yield page
        finally:
            for opened in self.context.pages[1:]:
                opened.close()

    def authorize_url(self, shape: Shape, state: str) -> str:
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


def flags(port: int, stub: CallbackStub, sink: int) -> list[str]:
    """What keeps Chromium on this machine, and the stub's key the only one it trusts beside."""
    mapped = ", ".join(
        [
            *(
                f"MAP {host}:443 127.0.0.1:{stub.port}"
                for host in ("chat.openai.com", "chatgpt.com")
            ),
            f"MAP {HOST}:80 127.0.0.1:{port}",
            f"MAP * 127.0.0.1:{sink}",
            "EXCLUDE localhost",
            "EXCLUDE 127.0.0.1",
            "EXCLUDE [::1]",
        ]
    )
    return [
        f"--host-resolver-rules={mapped}",
        f"--ignore-certificate-errors-spki-list={stub.pin}",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        "--dns-over-https-mode=off",
        "--no-first-run",
        "--no-default-browser-check",
    ]


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
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        try:
            return f"Chromium {browser.version}"
        finally:
            browser.close()


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
