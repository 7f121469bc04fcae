"""The faults of a plugin: which are on, and a form for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from mockauth.plugin.control.actions import PluginControl
from mockauth.plugin.control.parse import ControlError, armed, check_fault
from mockauth.plugin.faults.fault import FAULT_PLACES, Fault

Controls = Callable[[str], PluginControl]
"""The control of the plugin of that name, or a page that says that there is none."""
NUMBERS = ("times", "after", "seconds")
TEXTS = ("place", "path", "client", "user", "parameter", "value")


def add_fault_pages(blueprint: Blueprint, control_of: Controls) -> None:
    """The faults by area, and the form of one."""

    @blueprint.get("/<name>/faults/")
    def faults(name: str) -> str:
        control = control_of(name)
        known = control.known_faults.values()
        area, words = request.args.get("area", ""), request.args.get("q", "").strip()
        return render_template(
            "chatgpt/faults.html",
            name=name,
            on={one["name"]: one for one in control.faults_on()},
            always=[fault.name for fault in control.config.faults if fault.trigger is None],
            areas=sorted(Counter(_area(fault.name) for fault in known).items()),
            area=area,
            words=words,
            listed=[fault for fault in known if _is_wanted(fault, area, words)],
            titles={fault.name: fault.title for fault in known},
        )

    @blueprint.get("/<name>/faults/<fault>/")
    def fault(name: str, fault: str) -> str:
        control = control_of(name)
        found = _named(control, fault)
        return render_template(
            "chatgpt/fault.html",
            name=name,
            fault=found,
            area=_area(fault),
            on=next((one for one in control.faults_on() if one["name"] == fault), None),
            fixed=_fixed(found),
            places=FAULT_PLACES,
            config=control.config,
            clients=control.clients,
        )

    @blueprint.post("/<name>/faults/<fault>/on")
    def fault_on(name: str, fault: str) -> BaseResponse:
        control = control_of(name)
        found = _named(control, fault)
        control.switch_on(*armed({"name": found.name, "trigger": _trigger()}))
        return redirect(url_for(".faults", name=name, area=_area(fault)), 303)

    @blueprint.post("/<name>/faults/<fault>/off")
    def fault_off(name: str, fault: str) -> BaseResponse:
        control_of(name).switch_off(fault)
        return redirect(url_for(".faults", name=name, area=_area(fault)), 303)


def _area(name: str) -> str:
    return name.partition(".")[0]


def _is_wanted(fault: Fault, area: str, words: str) -> bool:
    if not area and not words:
        return False
    text = f"{fault.name} {fault.title}".lower()
    return (not area or _area(fault.name) == area) and words.lower() in text


def _named(control: PluginControl, name: str) -> Fault:
    found = control.known_faults.get(name)
    if found is None:
        abort(404)
    return found


def _fixed(fault: Fault) -> str:
    """Why it cannot be switched on while the plugin runs; "" where it can."""
    try:
        check_fault(fault)
    except ControlError as wrong:
        return str(wrong)
    return ""


def _trigger() -> dict[str, Any]:
    """The trigger of the form, as the control interface takes it: what was left empty is left out."""
    given: dict[str, Any] = {
        field: _number(field) for field in NUMBERS if request.form.get(field, "").strip()
    }
    texts = {field: request.form.get(field, "").strip() for field in TEXTS}
    return given | {field: text for field, text in texts.items() if text}


def _number(field: str) -> int:
    text = request.form[field].strip()
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise ControlError(f"{field} must be a whole number, 0 or more")
    return int(text)
