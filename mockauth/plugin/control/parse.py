"""What a caller of the control interface wants, read strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from flask import request

from mockauth.errors import UsageError
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import FAULT_PLACES, AnswerChange, Fault
from mockauth.plugin.faults.parse import LARGEST_NUMBER
from mockauth.plugin.faults.trigger import Trigger
from mockauth.wire.message import SURROGATE

T = TypeVar("T")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
LONGEST_NUMBER = 15
MOST_PADDING = 16 * 1024 * 1024
LONGEST_DELAY = 86_400
PATH = re.compile(r"[\x21-\x7e]*")
FRAMING = ("content-length", "transfer-encoding", "connection")
PREFIX = "/_mockauth"
FIXED = (
    "api",
    "auth",
    "token_format",
    "metadata",
    "revocation",
    "introspection",
    "userinfo",
    "registration",
    "name",
)
"""Settings that shape the app and cannot change while it runs."""


class ControlError(UsageError):
    """What is asked of the control interface cannot be done; the text says what to change, `status`
    how it is answered over HTTP."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def body() -> dict[str, Any]:
    """The JSON object of the request.

    Raises:
        ControlError: there is none.
    """
    try:
        value = request.get_json(silent=True)
        written = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise ControlError("the body is nested too deeply") from None
    if not isinstance(value, dict):
        raise ControlError("send a JSON object, with Content-Type: application/json")
    if SURROGATE.search(written):
        raise ControlError("a string has half a character in it (a lone surrogate)")
    return value


def _check_numbers(value: object) -> None:
    """Refuse what no clock, counter or status can be, wherever it stands.

    Raises:
        ControlError: a number is not finite, or too large.
    """
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_numbers(inner)
    elif isinstance(value, int | float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ControlError(f"a number must be finite, and not beyond {LARGEST_NUMBER}")


def only(given: dict[str, Any], *known: str) -> dict[str, Any]:
    """The same members, where all of them are known.

    Raises:
        ControlError: one is not.
    """
    unknown = given.keys() - set(known)
    if unknown:
        raise ControlError(f"{min(unknown)} is unknown; there are {', '.join(known)}")
    return given


def number(given: Mapping[str, str], name: str) -> int:
    """A whole number of the query; 0 where there is none.

    Raises:
        ControlError: it is none.
    """
    value = given.get(name, "0")
    if not value.isascii() or not value.isdecimal() or len(value) > LONGEST_NUMBER:
        raise ControlError(f"{name} must be a whole number, not {value[:20]!r}")
    return int(value)


def texts(given: Mapping[str, Any]) -> dict[str, str]:
    """The same members, where all of them are texts.

    Raises:
        ControlError: one is not.
    """
    for name, value in given.items():
        if not isinstance(value, str):
            raise ControlError(f"{name} must be a string")
    return dict(given)


def instance(kind: type[T], value: object, place: str) -> T:
    """A value of a dataclass.

    Raises:
        ControlError: a member is unknown, missing or of the wrong type.
    """
    if not isinstance(value, dict):
        raise ControlError(f"{place} must be an object")
    _check_numbers(value)
    known = [item.name for item in fields(kind)]  # type: ignore[arg-type]  # dataclasses only
    for name in value:
        if name not in known:
            raise ControlError(f"{place}.{name} is unknown; there are {', '.join(known)}")
    # pydantic takes 80 ms to import, and most servers are never controlled.
    from pydantic import TypeAdapter, ValidationError

    try:
        # As JSON, and strictly: true is not 1, and "5" no number.
        return TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        path = ".".join(map(str, (place, *first["loc"])))
        raise ControlError(f"{path}: {first['msg']}") from wrong


def armed(value: dict[str, Any]) -> tuple[Fault | str, Trigger]:
    """The fault, by its name or by what it changes, and when it shows.

    Raises:
        ControlError: a member is unknown or of the wrong type.
    """
    only(value, "name", "policy", "answers", "trigger")
    trigger = instance(Trigger, value.get("trigger", {}), "trigger")
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise ControlError("name must be a string")
    if trigger.value and not trigger.parameter:
        raise ControlError("trigger.value needs trigger.parameter beside it")
    if trigger.times is not None and trigger.times < 1:
        raise ControlError("trigger.times must be 1 or more")
    if min(trigger.after, trigger.seconds or 0) < 0:
        raise ControlError("trigger.after and trigger.seconds must be 0 or more")
    if trigger.place not in ("", *FAULT_PLACES):
        raise ControlError(f"trigger.place must be one of {', '.join(FAULT_PLACES)}")
    named = "policy" not in value and "answers" not in value
    return name if named else _own(name, value), trigger


def check_headers(headers: Mapping[str, str | None], place: str) -> None:
    """Refuse headers that cannot be sent, or that would break the message off (RFC 9110 section
    5.5, RFC 9112 section 6).

    Raises:
        ControlError: one of them.
    """
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ControlError(f"{place}: {name!r} is no name of a header")
        if name.lower() in FRAMING:
            raise ControlError(f"{place}: {name} is the server's own; see cut and reset of a fault")
        if value is not None and not HEADER_VALUE.fullmatch(value):
            raise ControlError(f"{place}.{name} must be one line of Latin-1")


def check_fault(fault: Fault) -> None:
    """Refuse a fault that needs another app.

    Raises:
        ControlError: it cannot be switched on while the plugin runs.
    """
    fixed = [setting for setting in fault.config if setting in FIXED]
    if fixed:
        raise ControlError(
            f"fault {fault.name} changes {fixed[0]}; start the server with --fault {fault.name}"
        )
    unfit = [setting for setting in fault.config if setting not in _settings()]
    if unfit:
        raise ControlError(f"fault {fault.name}: the plugin has no setting {unfit[0]!r}")


def _own(name: str, value: Mapping[str, Any]) -> Fault:
    policy = value.get("policy", {})
    instance(Behaviour, policy, "policy")
    answers = value.get("answers", [])
    if not isinstance(answers, list):
        raise ControlError("answers must be a list")
    changes = [instance(AnswerChange, one, f"answers.{i}") for i, one in enumerate(answers)]
    for i, change in enumerate(changes):
        _check_change(change, f"answers.{i}")
    return Fault(name=name, policy=policy, answers=tuple(changes))


def _check_change(change: AnswerChange, place: str) -> None:
    if change.place not in FAULT_PLACES:
        raise ControlError(f"{place}.place must be one of {', '.join(FAULT_PLACES)}")
    for name, value, least, most in (
        ("status", 200 if change.status is None else change.status, 200, 599),
        ("cut", change.cut or 0, 0, LARGEST_NUMBER),
        ("pad", change.pad, 0, MOST_PADDING),
        ("delay", change.delay, 0, LONGEST_DELAY),
    ):
        if not least <= value <= most:
            raise ControlError(f"{place}.{name} must be between {least} and {most}")
    if not PATH.fullmatch(change.redirect_path_suffix):
        raise ControlError(
            f"{place}.redirect_path_suffix must be of printable ASCII without blanks"
        )
    check_headers(change.headers, f"{place}.headers")


def _settings() -> set[str]:
    return {item.name for item in fields(PluginConfig)}
