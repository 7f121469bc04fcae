"""The session id of an MCP server, as somebody sees it who wants to guess one."""

from __future__ import annotations

import re
from itertools import zip_longest

from mockauth.checks.callback import room_in_bits
from mockauth.checks.finding import NotApplicable
from mockauth.engine.probe.steps.context import ProbeRun
from mockauth.engine.target.mcp import service_of
from mockauth.wire import Exchange
from mockauth.wire.words import say

VISIBLE = re.compile(r"[!-~]+")
"""Of what a session id consists (MCP basic/transports, session management)."""
LEAST_UNLIKE = 8
"""Places in which two ids differ at least: 32 bits of hexadecimal digits."""
LEAST_BITS = 64
"""Room that a session id needs at least: 128 bits are right, and the alphabet is guessed from one."""


def session_flaw(run: ProbeRun, exchange: Exchange) -> str:
    """What is wrong with the session that came; "" where nothing is.

    Raises:
        NotApplicable: the server issues none.
    """
    found = exchange.answer.header("Mcp-Session-Id")
    if not found:
        raise NotApplicable(say("the server issues no sessions"))
    run.subject.driver.secrets.add(found, "session")
    if found == service_of(run.subject).session:
        return say("the same session again")
    if not VISIBLE.fullmatch(found):
        return say("a character that is not visible ASCII")
    if room_in_bits(found) < LEAST_BITS:
        return say("{} characters, room for {:.0f} bits", len(found), room_in_bits(found))
    if found and unlike(found, service_of(run.subject).session) < LEAST_UNLIKE:
        return say("almost the same session again")
    return ""


def unlike(one: str, other: str) -> int:
    """In how many places two ids differ."""
    pairs = zip_longest(one, other)
    return sum(mine != its for mine, its in pairs)
