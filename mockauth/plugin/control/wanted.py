"""What a caller of the control interface wants, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from flask import request

from mockauth.plugin.config import PluginConfig
from mockauth.plugin.fault import AnswerChange, Fault
from mockauth.plugin.policy import Policy
from mockauth.plugin.trigger import Trigger

T = TypeVar("T")
FIXED = ("api", "auth", "token_format", "metadata", "revocation", "introspection", "name")
"""Settings that shape the app and cannot change while it runs."""


class Wrong(Exception):
    """The request to the control interface cannot be done; the text says what to change."""


def body() -> dict[str, Any]:
    """The JSON object of the request.

    Raises:
        Wrong: there is none.
    """
    value = request.get_json(silent=True)
    if not isinstance(value, dict):
        raise Wrong("send a JSON object, with Content-Type: application/json")
    return value


def instance(kind: type[T], value: object, place: str) -> T:
    """A value of a dataclass.

    Raises:
        Wrong: a member is unknown, missing or of the wrong type.
    """
    if not isinstance(value, dict):
        raise Wrong(f"{place} must be an object")
    known = [item.name for item in fields(kind)]  # type: ignore[arg-type]  # dataclasses only
    for name in value:
        if name not in known:
            raise Wrong(f"{place}.{name} is unknown; there are {', '.join(known)}")
    # pydantic takes 80 ms to import, and most servers are never controlled.
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        path = ".".join(map(str, (place, *first["loc"])))
        raise Wrong(f"{path}: {first['msg']}") from wrong


def armed(value: Mapping[str, Any], known: Mapping[str, Fault]) -> tuple[Fault, Trigger]:
    """The fault, by its name or by what it changes, and when it shows.

    Raises:
        Wrong: no such fault, or one that cannot be switched on while the plugin runs.
    """
    unknown = value.keys() - {"name", "policy", "answers", "trigger"}
    if unknown:
        raise Wrong(f"{min(unknown)} is unknown; there are name, policy, answers, trigger")
    trigger = instance(Trigger, value.get("trigger", {}), "trigger")
    name = value.get("name")
    if not isinstance(name, str) or not name:
        raise Wrong("name must be a text")
    if "policy" not in value and "answers" not in value:
        if name not in known:
            raise Wrong(f"there is no fault {name!r}; GET faults lists them")
        fault = known[name]
    else:
        fault = _own(name, value)
    fixed = [setting for setting in fault.config if setting in FIXED]
    if fixed:
        raise Wrong(f"fault {name} changes {fixed[0]}; start the server with --fault {name}")
    unfit = [setting for setting in fault.config if setting not in _settings()]
    if unfit:
        raise Wrong(f"fault {name}: the plugin has no setting {unfit[0]!r}")
    return fault, trigger


def _own(name: str, value: Mapping[str, Any]) -> Fault:
    policy = value.get("policy", {})
    instance(Policy, policy, "policy")
    answers = value.get("answers", [])
    if not isinstance(answers, list):
        raise Wrong("answers must be a list")
    changes = [instance(AnswerChange, one, f"answers.{i}") for i, one in enumerate(answers)]
    return Fault(name=name, policy=policy, answers=tuple(changes))


def _settings() -> set[str]:
    return {item.name for item in fields(PluginConfig)}
