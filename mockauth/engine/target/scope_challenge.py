"""A refusal of an MCP server for the scope: what it demands, and what a client asks for then."""

from __future__ import annotations

from mockauth.chatgpt.mcp import tool_challenges
from mockauth.checks.header import LONGEST_HEADER, Challenge, challenges, challenges_in
from mockauth.wire import Response
from mockauth.wire.message import first


def demanded_scope(answer: Response) -> str:
    """The scope that a refusal names, by its status or in the result of the tool; "" for none."""
    named = (first(challenge.params, "scope") for challenge in _refusal(answer))
    return next((scope for scope in named if scope), "")


def _refusal(answer: Response) -> tuple[Challenge, ...]:
    if answer.status == 403:
        return challenges(answer)
    return challenges_in(", ".join(tool_challenges(answer) or ())[:LONGEST_HEADER])


def union(asked: str, demanded: str) -> str:
    """What was asked for before and what is demanded now, which is the client's duty (MCP 2026-07-28, step-up
    authorization flow)."""
    return " ".join(dict.fromkeys([*asked.split(), *demanded.split()]))
