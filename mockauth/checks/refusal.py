"""Refusals of the API that have a good status: what stands in the body is what counts."""

from __future__ import annotations

from mockauth.checks.record import asks_to_log_in
from mockauth.wire import Exchange, Response

ENVELOPE = frozenset(
    [
        "error",
        "errors",
        "ok",
        "success",
        "status",
        "code",
        "statuscode",
        "message",
        "msg",
        "detail",
        "reason",
        "title",
        "type",
    ]
)
"""Members that say how a call went, and hold no data."""
FAILED = ("error", "fail", "failed", "failure", "unauthorized", "unauthenticated", "forbidden")
CODES = (401, 403, "401", "403")


def says_error(answer: Response) -> bool:
    """Whether a JSON object says by its own members that the call failed."""
    members = answer.members
    if any(members.get(name) is False for name in ("ok", "success")):
        return True
    named = members.get("error") or members.get("errors")
    if named is True or isinstance(named, str | list | dict):
        return True
    said = [members.get(name) for name in ("status", "code", "statusCode")]
    return any(
        one in CODES or (isinstance(one, str) and one.strip().lower() in FAILED) for one in said
    )


def refused_in_body(exchange: Exchange, good: Response | None) -> bool:
    """Whether a call that was answered with 2xx was refused: it got an error or a login page, and
    nothing of what `good`, the answer to the good token, holds."""
    answer = exchange.answer
    if not answer.ok:
        return False
    if asks_to_log_in(exchange):
        return True
    holds = _data(answer)
    expected = _data(good) if good is not None and good.ok else frozenset()
    if says_error(answer):
        return not (_filled(answer) & expected)
    if good is None or says_error(good):
        return False
    return bool(expected) and not (holds & expected)


def _filled(answer: Response) -> frozenset[str]:
    """The data of an answer, without members that are empty: an error may keep the shape of the rest."""
    empty = {name for name, value in answer.members.items() if value in (None, "", [], {})}
    return _data(answer) - empty


def _data(answer: Response) -> frozenset[str]:
    """What an answer holds beside its envelope: the names of an object, or what else it is."""
    value = answer.json()
    if isinstance(value, dict):
        return frozenset(name for name in value if name.lower() not in ENVELOPE)
    if value is not None:
        return frozenset({type(value).__name__}) if value else frozenset()
    return frozenset({answer.media_type or "bytes"}) if answer.body.strip() else frozenset()
