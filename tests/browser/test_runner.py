"""A browser that hangs is ended within its time, and the next job has another one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mockauth.browser.chromium.installed import missing
from mockauth.browser.chromium.runner import (
    BrowserLost,
    Chromium,
    end_group,
    parent_of,
    pid_of,
    profile_of,
)
from mockauth.browser.chromium.sink import Sink, host_in
from mockauth.browser.chromium.stub import LINK, CallbackStub, start_url
from mockauth.browser.chromium.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MISSING = missing()
needs_chromium = pytest.mark.skipif(bool(MISSING), reason=f"no browser: {MISSING}")
LONG = 60.0


class Ready:
    """A browser in a world in which nothing but ChatGPT's hosts answers."""

    def __init__(self, stub: CallbackStub, sink: Sink) -> None:
        self.stub, self.sink = stub, sink
        world = World(stub_port=stub.port, pin=stub.pin, sink_port=sink.port)
        self.chromium = Chromium(world.flags)


@pytest.fixture(scope="module")
def ready() -> Iterator[Ready]:
    with CallbackStub() as stub, Sink() as sink:
        made = Ready(stub, sink)
        yield made
        made.chromium.close()


@needs_chromium
@pytest.mark.parametrize("script", ["while (true);", "new Promise(() => 0)"])
def test_a_page_that_hangs_costs_one_job_only(ready: Ready, script: str) -> None:
    pid = ready.chromium.do(pid_of, seconds=LONG)
    profile = profile_of(pid)

    with pytest.raises(BrowserLost, match="did not answer within 1 s"):
        ready.chromium.do(lambda browser: browser.new_page().evaluate(script), seconds=1.0)

    assert profile is None or not profile.exists()
    assert ready.chromium.do(pid_of, seconds=LONG) not in (0, pid)


@needs_chromium
def test_a_browser_that_dies_is_started_again(ready: Ready) -> None:
    end_group(ready.chromium.do(pid_of, seconds=LONG))

    with pytest.raises(BrowserLost, match="went away"):
        ready.chromium.do(lambda browser: browser.new_page(), seconds=LONG)

    assert ready.chromium.do(lambda browser: browser.version, seconds=LONG)


@needs_chromium
def test_what_a_lost_browser_did_is_done_once_more_in_a_new_one(ready: Ready) -> None:
    seen: list[Browser] = []

    def hang_at_first(browser: Browser) -> int:
        seen.append(browser)
        if len(seen) == 1:
            browser.new_page().evaluate("while (true);")
        return len(seen)

    assert ready.chromium.do_surely(hang_at_first, seconds=lambda: LONG if seen else 3.0) == 2
    assert seen[0] is not seen[1]


@needs_chromium
def test_a_browser_that_is_lost_twice_is_said(ready: Ready) -> None:
    def hang(browser: Browser) -> None:
        browser.new_page().evaluate("while (true);")

    with pytest.raises(BrowserLost, match="did not answer"):
        ready.chromium.do_surely(hang, seconds=lambda: 1.0)


@needs_chromium
def test_an_error_of_a_job_reaches_who_asked_for_it(ready: Ready) -> None:
    with pytest.raises(ZeroDivisionError):
        ready.chromium.do(lambda browser: 1 // 0, seconds=LONG)


@needs_chromium
def test_a_browser_that_does_not_start_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKAUTH_BROWSER", "/bin/true")

    with pytest.raises(BrowserLost, match="does not start"):
        Chromium([]).do(lambda browser: browser.version, seconds=LONG)


@needs_chromium
def test_the_callback_arrives_at_the_stub_with_its_fragment(ready: Ready) -> None:
    to = "https://chatgpt.com/aip/g-1/oauth/callback?state=s-1&code=c#token=t"

    def arrive(browser: object) -> None:
        from playwright.sync_api import Browser

        assert isinstance(browser, Browser)
        with browser.new_context() as context:
            page = context.new_page()
            page.goto(start_url(to))
            with page.expect_request("**/mockauth/fragment") as noted:
                page.click(LINK)
            noted.value.response()

    ready.chromium.do(arrive, seconds=LONG)

    arrival = ready.stub.with_state("s-1")
    assert arrival is not None
    assert (arrival.method, arrival.url) == ("GET", to)


def test_the_sink_reads_who_was_asked_for() -> None:
    assert host_in(b"GET / HTTP/1.1\r\nHost: notes.example:8080\r\n\r\n") == "notes.example:8080"
    assert host_in(b"\x16\x03\x01") == ""
    assert host_in(b"") == ""


def test_bytes_that_only_look_like_a_name_are_none() -> None:
    chance = b"\x16\x03\x01" + bytes(2) + b"\x17\x2a\x91\x05" + bytes(2) + b"\x014"
    named = bytes((0, 0, 0, 18, 0, 16, 0, 0, 13)) + b"notes.example"

    assert host_in(chance) == ""
    assert host_in(chance + b"\xff" + named + b"\x00\x17") == "notes.example"


def test_our_own_group_of_processes_is_never_ended() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])

    end_group(child.pid)

    assert child.wait() == -signal.SIGKILL
    assert parent_of(os.getpid()) in (0, os.getppid())


def test_only_named_places_are_reachable() -> None:
    world = World(
        stub_port=1,
        pin="p",
        sink_port=2,
        reachable=("http://localhost:3333", "https://id.example/x"),
    )

    rules = world.flags[0].removeprefix("--host-resolver-rules=").split(", ")

    assert rules == [
        "MAP chat.openai.com:443 127.0.0.1:1",
        "MAP chatgpt.com:443 127.0.0.1:1",
        "MAP localhost:3333 localhost:3333",
        "MAP 127.0.0.1:3333 127.0.0.1:3333",
        "MAP [::1]:3333 [::1]:3333",
        "MAP id.example:443 id.example:443",
        "MAP * 127.0.0.1:2",
    ]
