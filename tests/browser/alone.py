"""A network of one's own, in which every packet that leaves the machine is seen.

`unshare -rnm python -m tests.browser.alone` runs the cases of the leak test and prints, as JSON, what
each one sent. The only way out is a cable whose other end is read here, and answers nothing.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.browser.chromium.installed import chromium
from mockauth.browser.chromium.sink import Sink
from mockauth.browser.chromium.stub import CallbackStub
from mockauth.browser.chromium.world import World
from mockauth.testing import served_plugin
from mockauth.web.app import create_pages
from mockauth.web.production import ADDRESS, HOSTS, Production, production
from mockauth.web.settings import PageSettings
from tests.browser.prying import STUN, prying_page
from tests.web.test_browser import installed, log_in, sees

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

CABLE = """
ip link set lo up
ip link add out type veth peer name far address 02:00:00:00:00:02
ip link set out up
ip link set far up
ip address add 198.18.0.1/15 dev out
ip neighbour add 198.18.0.2 lladdr 02:00:00:00:00:02 dev out
ip route add default via 198.18.0.2
ip -6 address add fd00::1/64 dev out nodad
ip -6 neighbour add fd00::2 lladdr 02:00:00:00:00:02 dev out
ip -6 route add default via fd00::2
"""
"""The neighbour is written down, so that packets leave at once and none waits for its address."""
RESOLVER = "198.18.0.2"
IPV4, IPV6 = 0x0800, 0x86DD
EVERY_PROTOCOL = 3
TCP, UDP, DNS = 6, 17, 53
IDLE_SECONDS = float(os.environ.get("MOCKAUTH_IDLE_SECONDS", "3"))
"""How long an idle browser is watched; its own noise comes within a hundred."""
PATIENCE_SECONDS = 60.0
LOST_MS = 5000
"""How long a place is waited for that nobody answers at."""
NAVIGATIONS = (
    "https://unknown.example/",
    "http://198.51.100.7/",
    "http://[2001:db8::7]/",
    f"https://{HOSTS[0]}:8443/",
)
QUIETED = (
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-field-trial-config",
    "--disable-sync",
    "--metrics-recording-only",
)
"""What Playwright adds against the noise of Chromium. The window of --production has none of it."""


class Cable:
    """The far end of the only way out."""

    def __init__(self) -> None:
        subprocess.run(["/bin/sh", "-e"], input=CABLE, text=True, check=True)
        _ask_only(RESOLVER)
        kind = socket.ntohs(EVERY_PROTOCOL)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, kind)
        self._socket.bind(("far", EVERY_PROTOCOL))

    def seen(self, seconds: float, until: Callable[[str], bool] = lambda _: False) -> list[str]:
        """What has left since the last call and leaves within so many seconds, or before a certain
        packet."""
        found: list[str] = []
        ends = time.monotonic() + seconds
        while select.select([self._socket], [], [], max(0.0, ends - time.monotonic()))[0]:
            data, (_, kind, packet_type, *_) = self._socket.recvfrom(65535)
            if packet_type == socket.PACKET_OUTGOING:
                continue
            if packet := described(kind, data):
                found.append(packet)
                if until(packet):
                    break
        return found


def described(kind: int, data: bytes) -> str:
    """`tcp 198.51.100.7 443`, for a question of DNS with its name; "" for neither TCP nor UDP.

    What the kernel itself says to its neighbours (IGMP, router solicitations) is neither.
    """
    if kind == IPV4:
        protocol, start, to = data[9], (data[0] & 15) * 4, socket.inet_ntoa(data[16:20])
    elif kind == IPV6:
        protocol, start, to = data[6], 40, socket.inet_ntop(socket.AF_INET6, data[24:40])
    else:
        return ""
    if protocol not in (TCP, UDP):
        return ""
    port = struct.unpack("!H", data[start + 2 : start + 4])[0]
    name = f" {question(data[start + 20 :])}" if (protocol, port) == (UDP, DNS) else ""
    return f"{'tcp' if protocol == TCP else 'udp'} {to} {port}{name}"


def question(data: bytes) -> str:
    """The name in a question of DNS behind its identifier and flags (RFC 1035 section 4.1.2)."""
    labels: list[str] = []
    while data and (length := data[0]):
        labels.append(data[1 : 1 + length].decode("ascii", "replace"))
        data = data[1 + length :]
    return ".".join(labels)


def _ask_only(resolver: str) -> None:
    """Ask this resolver for names, and no service of the machine, which a socket in /run leads to."""
    here = Path("/etc/resolv.conf").resolve()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "none", "/run"], check=True)
    with tempfile.NamedTemporaryFile("w", dir="/run", delete=False) as file:
        file.write(f"nameserver {resolver}\n")
    Path(file.name).chmod(0o644)
    here.parent.mkdir(parents=True, exist_ok=True)
    here.touch()
    subprocess.run(["/bin/mount", "--bind", file.name, here], check=True)  # noqa: S603 - the system's


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one case sent, and what it shows to have been tried."""

    left: list[str]
    sunk: list[str] = field(default_factory=list)
    """The hosts that were asked for at the sink."""
    shown: str = ""
    """The address of the page at the end, or why there is none."""


class Cases:
    """Each case starts a browser of its own."""

    def __init__(self, playwright: Playwright, cable: Cable) -> None:
        self._playwright, self._cable = playwright, cable

    def without_rules(self) -> Outcome:
        """Control: ChatGPT's name is asked for outside."""
        with self._page([]) as page:
            _go(page, ADDRESS)
            return Outcome(left=self._seen(lambda packet: HOSTS[0] in packet))

    def without_the_rule_for_all_else(self) -> Outcome:
        """Control: what a page asks for leaves, although ChatGPT's hosts are mapped."""
        with self._production() as found, prying_page() as address:
            flags = [flag.replace("MAP * ", "MAP nothing.example ") for flag in found.flags]
            with self._page(flags) as page:
                _go(page, address)
                return Outcome(left=self._seen(lambda packet: "beacon.example" in packet))

    def without_the_policy_for_calls(self) -> Outcome:
        """Control: STUN leaves, although all names are mapped."""
        with self._production() as found, prying_page() as address:
            flags = [flag for flag in found.flags if "webrtc" not in flag]
            with self._page(flags) as page:
                _go(page, address)
                return Outcome(left=self._seen(lambda packet: STUN in packet))

    def with_another_key(self) -> Outcome:
        """Control: the pages are not reached where the pin is of another key."""
        with self._production() as found:
            other = replace(found, pin="A" * 43 + "=")
            with self._page(other.flags) as page:
                return Outcome(left=[], shown=_go(page, ADDRESS))

    def production(self) -> Outcome:
        """A sign-in at ChatGPT's own address, and a page that tries all ways out."""
        with self._production() as found, self._page(found.flags, QUIETED) as page:
            with served_plugin(login="login_and_consent") as plugin:
                installed(page, ADDRESS.removesuffix("/chatgpt/"), plugin)
                log_in(page)
                page.get_by_role("button", name="Allow").click()
                sees(page, "connected")
            shown = page.url
            return replace(self._pried(page, found.sink), shown=shown)

    def check(self) -> Outcome:
        """The browser of `mockauth check` at a page that tries all ways out."""
        with CallbackStub() as stub, Sink() as sink, prying_page() as address:
            world = World(
                stub_port=stub.port, pin=stub.pin, sink_port=sink.port, reachable=(address,)
            )
            with self._page(world.flags) as page:
                return self._pried(page, sink, address)

    def _pried(self, page: Page, sink: Sink, address: str = "") -> Outcome:
        with ExitStack() as stack:
            _go(page, address or stack.enter_context(prying_page()))
            page.wait_for_function("document.title === 'tried'")
            for url in NAVIGATIONS:  # in windows of their own: an error page would stop the next
                _go(page.context.new_page(), url)
            left = self._cable.seen(IDLE_SECONDS)
        return Outcome(left=left, sunk=sorted(set(sink.notes)))

    def _seen(self, until: Callable[[str], bool]) -> list[str]:
        return self._cable.seen(PATIENCE_SECONDS, until)

    @contextmanager
    def _production(self) -> Iterator[Production]:
        sink = Sink()
        app = create_pages(PageSettings(hosts=HOSTS, kept_from=sink.wanted))
        with production(app, sink) as found:
            yield found

    @contextmanager
    def _page(self, flags: list[str], left_out: tuple[str, ...] = ()) -> Iterator[Page]:
        started = self._playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", *flags],
            ignore_default_args=list(left_out),
        )  # fmt: skip
        try:
            page = started.new_context().new_page()
            page.set_default_timeout(PATIENCE_SECONDS * 1000)
            yield page
        finally:
            started.close()
            self._cable.seen(0)  # what the next case sends is its own


def _go(page: Page, url: str) -> str:
    """Go there, and why it was not reached."""
    from playwright.sync_api import Error

    try:
        page.goto(url, wait_until="commit", timeout=LOST_MS)
    except Error as error:
        return str(error).partition("\n")[0]
    return ""


CASES = (
    Cases.without_rules,
    Cases.without_the_rule_for_all_else,
    Cases.without_the_policy_for_calls,
    Cases.with_another_key,
    Cases.production,
    Cases.check,
)


def main() -> None:
    """Run all cases and print what came of each."""
    from playwright.sync_api import sync_playwright

    cable = Cable()
    with sync_playwright() as playwright:
        cases = Cases(playwright, cable)
        found = {case.__name__: asdict(case(cases)) for case in CASES}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
