"""Starts a Chromium, does jobs in it, and ends it when it hangs.

Playwright's calls may wait for ever: for a page that is about to go away, for a process that has
stopped. So the browser lives in a thread of its own, every job has a deadline, and where that passes
the whole group of processes is killed; the next job gets a new one.
"""

from __future__ import annotations

import os
import queue
import shutil
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mockauth.browser.chromium.installed import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright

Answer = TypeVar("Answer")
START_SECONDS = 60.0
END_SECONDS = 3.0
CLOSING_MS = 30
MOST_AGAIN = 3
"""Of a browser that is lost again and again the cause is no accident."""


class BrowserLost(Exception):
    """The browser did not start, did not answer in time, or went away. The next job has another."""


@dataclass
class _Job(Generic[Answer]):
    """What is done in the thread of the browser, and what came of it."""

    work: Callable[[Browser], Answer]
    done: threading.Event = field(default_factory=threading.Event)
    answers: list[Answer] = field(default_factory=list)
    trouble: BaseException | None = None

    def do(self, browser: Browser) -> None:
        try:
            self.answers.append(self.work(browser))
        except BaseException as trouble:
            self.trouble = trouble
        finally:
            self.done.set()


class Chromium:
    """A browser that is started when it is first needed. Not for several threads at once."""

    def __init__(self, flags: list[str], *, headless: bool = True) -> None:
        self._flags, self._headless = flags, headless
        self._life: _Life | None = None
        self.starts = 0
        self._again = 0

    def do(self, work: Callable[[Browser], Answer], *, seconds: float) -> Answer:
        """What `work` gives, done in the thread of the browser.

        Raises:
            BrowserLost: it took longer than `seconds`, or the browser cannot be had.
        """
        life = self._alive()
        job = _Job(work)
        life.jobs.put(job)
        ended = job.done.wait(seconds)
        if not ended or (job.trouble is not None and not life.is_connected):
            self.kill()
            why = "went away" if ended else f"did not answer within {seconds:g} s"
            raise BrowserLost(f"the browser {why}")
        if job.trouble is not None:
            raise job.trouble
        return job.answers[0]

    def do_surely(
        self, work: Callable[[Browser], Answer], *, seconds: Callable[[], float]
    ) -> Answer:
        """As `do`; where the browser is lost, the work is done once more in a new one. `work` must
        begin anew when it is called again, and `seconds` is asked before each time.

        Raises:
            BrowserLost: twice in a row, or a fourth time in all.
        """
        try:
            return self.do(work, seconds=seconds())
        except BrowserLost:
            self._again += 1
            if self._again > MOST_AGAIN:
                raise
        return self.do(work, seconds=seconds())

    def close(self) -> None:
        """End it in good order, and with force where that takes too long."""
        life, self._life = self._life, None
        if life is not None:
            life.jobs.put(None)
            life.thread.join(END_SECONDS)
            if life.thread.is_alive():
                life.kill()

    def kill(self) -> None:
        """End it with force."""
        life, self._life = self._life, None
        if life is not None:
            life.kill()

    def _alive(self) -> _Life:
        if self._life is None:
            self.starts += 1
            self._life = _Life(self._flags, self._headless)
            try:
                self._life.start()
            except BrowserLost:
                self.kill()
                raise
        return self._life


class _Life:
    """One start of the browser."""

    def __init__(self, flags: list[str], headless: bool) -> None:
        self._flags, self._headless = flags, headless
        self.jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self._live, name="chromium", daemon=True)
        self._ready = threading.Event()
        self._trouble: BaseException | None = None
        self._pid = 0
        self.is_connected = False

    def start(self) -> None:
        """Wait for the browser.

        Raises:
            BrowserLost: there is none.
        """
        self.thread.start()
        if not self._ready.wait(START_SECONDS):
            raise BrowserLost(f"the browser did not start within {START_SECONDS:g} s")
        if self._trouble is not None:
            first = str(self._trouble).strip().partition("\n")[0]
            raise BrowserLost(f"the browser does not start: {first}") from self._trouble

    def _live(self) -> None:
        from playwright.sync_api import Error, sync_playwright

        try:
            with sync_playwright() as playwright:
                browser = self._launched(playwright)
                self._pid = pid_of(browser)
                self.is_connected = True
                browser.on("disconnected", lambda _: self._disconnect())
                self._ready.set()
                while (job := self.jobs.get()) is not None:
                    job.do(browser)
                with suppress(Error):
                    browser.close()
        except Exception as trouble:
            self._trouble = trouble
        finally:
            self.is_connected = False
            self._ready.set()

    def _disconnect(self) -> None:
        self.is_connected = False

    def _launched(self, playwright: Playwright) -> Browser:
        """With its sandbox where the system allows that: root never, and some containers not."""
        from playwright.sync_api import Error

        def launch(sandbox: bool) -> Browser:
            return playwright.chromium.launch(
                executable_path=chromium(), args=self._flags, headless=self._headless,
                chromium_sandbox=sandbox, timeout=START_SECONDS * 1000 / 2,
            )  # fmt: skip

        if os.name == "posix" and os.geteuid() == 0:
            return launch(False)
        try:
            return launch(True)
        except Error:
            return launch(False)

    def kill(self) -> None:
        """End the browser's processes, then what drives them if it does not notice."""
        driver, profile = parent_of(self._pid), profile_of(self._pid)
        self.jobs.put(None)
        end_group(self._pid)
        self.thread.join(END_SECONDS)
        if self.thread.is_alive() and driver:
            with suppress(OSError):
                os.kill(driver, signal.SIGTERM)
            self.thread.join(END_SECONDS)
        if profile is not None:  # it has cookies, and its driver may have had no time to remove it
            shutil.rmtree(profile, ignore_errors=True)


def close_pages(window: BrowserContext) -> None:
    """Close the pages of a window but its first, which keeps it open.

    Chromium forgets a wish to close a page that another process takes over just then, as one does
    when a login lands at its callback, and `Page.close` waits for ever. So it is asked until it does.
    """
    from playwright.sync_api import Error

    keeper, ends = window.pages[0], time.monotonic() + END_SECONDS
    while len(window.pages) > 1 and time.monotonic() < ends:
        for page in window.pages[1:]:
            with suppress(Error):  # it goes away by itself just then
                page.close(run_before_unload=True)
        keeper.wait_for_timeout(CLOSING_MS)


def pid_of(browser: Browser) -> int:
    """The process of the browser, which leads a group of its own."""
    session = browser.new_browser_cdp_session()
    found: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return next((int(one["id"]) for one in found if one["type"] == "browser"), 0)


def parent_of(pid: int) -> int:
    """The process that started another one; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    named = (line for line in status.splitlines() if line.startswith("PPid:"))
    return int(next(named, "PPid: 0").split()[1])


def profile_of(pid: int) -> Path | None:
    """The throw-away folder that Playwright has made for a browser; None where that is not known."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    named = (os.fsdecode(w.partition(b"=")[2]) for w in words if w.startswith(b"--user-data-dir="))
    folder = Path(next(named, ""))
    return folder if folder.name.startswith("playwright_") else None


def end_group(pid: int) -> None:
    """Kill a process and its group, but never our own."""
    if pid <= 0:
        return
    with suppress(OSError):
        group = os.getpgid(pid)
        if group != os.getpgid(0):
            os.killpg(group, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
