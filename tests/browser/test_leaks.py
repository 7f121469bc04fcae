"""Nothing leaves this machine by the browser that plays at ChatGPT's addresses.

The browsers run in a network of their own, whose only cable is watched. That nothing is seen there
counts only because the same cable shows what leaves when one of the flags is missing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mockauth.browser.chromium.installed import missing
from mockauth.web.production import HOSTS
from tests.browser import prying

ALONE = ["unshare", "--map-root-user", "--net", "--mount", "--kill-child"]
PATIENCE_SECONDS = 300.0
Outcomes = Mapping[str, Any]


def forbidden() -> str:
    """Why there can be no network of one's own; "" where there can be one."""
    if sys.platform != "linux" or not all(map(shutil.which, ("unshare", "ip", "mount"))):
        return "a network of one's own needs Linux, util-linux and iproute2"
    tried = "ip link add out type veth peer name far && mount -t tmpfs none /run"
    done = subprocess.run([*ALONE, "sh", "-c", tried], capture_output=True, text=True)  # noqa: S603 - the system's
    return done.stderr.strip() if done.returncode else ""


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    """What each case has sent."""
    if why := str(missing()) or forbidden():
        pytest.skip(f"no browser in a network of its own: {why}")
    done = subprocess.run(  # noqa: S603 - the system's
        [*ALONE, sys.executable, "-m", "tests.browser.alone"],
        check=True, stdout=subprocess.PIPE, timeout=PATIENCE_SECONDS, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    found: Outcomes = json.loads(done.stdout)
    return found


def asked(outcomes: Outcomes, case: str, name: str) -> bool:
    """Whether a packet of the case names it."""
    return any(name in packet for packet in outcomes[case]["left"])


def test_without_rules_the_cable_shows_the_way_to_chatgpt(outcomes: Outcomes) -> None:
    assert asked(outcomes, "without_rules", f" {HOSTS[0]}")


def test_without_the_rule_for_all_else_the_cable_shows_where_a_page_goes(
    outcomes: Outcomes,
) -> None:
    assert asked(outcomes, "without_the_rule_for_all_else", " beacon.example")
    assert not asked(outcomes, "without_the_rule_for_all_else", HOSTS[0])


def test_without_its_policy_calls_leave_to_a_bare_address(outcomes: Outcomes) -> None:
    assert asked(outcomes, "without_the_policy_for_calls", f"udp {prying.STUN}")


def test_a_browser_that_trusts_another_key_does_not_show_the_pages(outcomes: Outcomes) -> None:
    assert "ERR_CERT_AUTHORITY_INVALID" in outcomes["with_another_key"]["shown"]


@pytest.mark.parametrize("case", ["production", "check"])
def test_nothing_leaves_and_the_sink_shows_that_it_was_tried(outcomes: Outcomes, case: str) -> None:
    tried = {f"{host}.example" for host in prying.HOSTS}

    assert outcomes[case]["left"] == []
    assert tried | {"unknown.example", HOSTS[0]} <= set(outcomes[case]["sunk"])
