"""Where mockauth's driver stands: each shape beside what real Chromium did on it.

    python -m tests.browser.driver_table [-v]

alike: it ends where Chromium ends. asks: it stops at what only a person or a script gets past, as it
should. false: it stops where Chromium goes on, or goes elsewhere (a failure that would blame the
server). miss: it lands where no browser does.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mockauth.browser.form import Credentials
from mockauth.browser.landing import Landing
from mockauth.browser.override import Override
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.wire import Request, Secret, Trace
from mockauth.wire.secret import Secrets
from tests.browser.referee import Decision, kept, request_query
from tests.browser.shapes.catalogue import SHAPES
from tests.browser.shapes.shape import CALLBACK, PASSWORD, USER, Shape
from tests.browser.shapes.site import Site

JUDGEMENTS = ("alike", "asks", "false", "miss")
STATE = "st-Ab9"
UNLIKE: Mapping[str, str] = {}
"""The shapes on which the driver may end elsewhere than Chromium, and why."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One walk: what Chromium did, what mockauth did, and how they compare."""

    shape: Shape
    decision: Decision
    chromium: str
    mockauth: str
    judgement: str
    hint: str

    @property
    def is_unlike(self) -> bool:
        """Whether mockauth stops where Chromium goes on, or lands where no browser does."""
        return self.judgement in ("false", "miss")


def drive(
    shape: Shape, decision: Decision, *, user: str = USER, overrides: tuple[Override, ...] = ()
) -> Landing:
    """Sign in to the shape with mockauth's driver, in process."""
    driver = Driver(WsgiTransport(Site(shape).app()), Trace(), Secrets())
    credentials = Credentials(username=user, password=Secret(PASSWORD))
    session = Session(driver.send, credentials, frozenset({shape.host}), overrides=overrides)
    port = "" if shape.host != "localhost" else ":5000"
    url = f"http://{shape.host}{port}/authorize?{request_query(STATE)}"
    request = Request(method="GET", url=url)
    return session.run(request, redirect_uris=(CALLBACK,), decision=decision)


def landed(landing: Landing) -> str:
    """The landing in the words of `chromium.json`."""
    if not landing.left or landing.stopped_by or landing.form_action:
        return "never"
    if landing.outcome == "elsewhere":
        return "altered" if landing.url.startswith(CALLBACK) else "never"
    names = {name for name, _ in landing.params}
    return "code" if "code" in names else "error" if "error" in names else "altered"


def compare(shape: Shape, chromium: str, mockauth: str) -> str:
    if mockauth == "never" and shape.expected == "asks":
        return "asks"
    if mockauth == chromium:
        return "alike"
    return "miss" if chromium == "never" else "false"


def rows() -> Iterable[Row]:
    landings: dict[str, Any] = kept()["landings"]
    decisions: tuple[Decision, ...] = ("allow", "deny")
    for shape in SHAPES:
        for decision in decisions:
            if decision in landings.get(shape.name, {}):
                chromium = landings[shape.name][decision]["landing"]
                landing = drive(shape, decision)
                mockauth = landed(landing)
                yield Row(
                    shape=shape, decision=decision, chromium=chromium, mockauth=mockauth,
                    judgement=compare(shape, chromium, mockauth), hint=landing.describe(),
                )  # fmt: skip


def table(found: list[Row]) -> str:
    """Counts by kind, and of the languages by language."""
    lines = [f"{'':24}{'walks':>7}" + "".join(f"{name:>8}" for name in JUDGEMENTS)]
    keys = [(row.shape.kind, row.decision) for row in found]
    for key in dict.fromkeys(keys):
        counts = Counter(r.judgement for r in found if (r.shape.kind, r.decision) == key)
        lines.append(line(" ".join(key), counts))
    lines.append(line("all", Counter(row.judgement for row in found)))
    whole = {r.shape.lang for r in found if r.shape.kind == "language"}
    failing = {r.shape.lang for r in found if r.shape.kind == "language" and r.judgement != "alike"}
    lines.append(f"languages alike throughout: {len(whole - failing)} of {len(whole)}")
    return "\n".join(lines)


def line(name: str, counts: Counter[str]) -> str:
    return f"{name:24}{counts.total():7}" + "".join(f"{counts[j]:8}" for j in JUDGEMENTS)


def main() -> None:
    found = list(rows())
    if "-v" in sys.argv:
        for row in found:
            if row.is_unlike:
                said = f"{row.chromium} -> {row.mockauth}"
                sys.stdout.write(
                    f"{row.judgement:6}{row.shape.name} {row.decision} ({said}) {row.hint}\n"
                )
    sys.stdout.write(table(found) + "\n")


if __name__ == "__main__":
    main()
