"""The faults of an app that show at some requests only, and how many of those they have seen."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import FAULT_PLACES, AnswerChange, Fault
from mockauth.plugin.faults.trigger import Facts, Trigger

AREAS = {"grant": "token", "user": "api", "service": "api", "none": "api"}
"""Where a fault shows that is named after something else than a place."""


@dataclass
class Armed:
    """A fault that is on since a moment, in seconds since the epoch."""

    fault: Fault
    trigger: Trigger
    since: float = 0.0
    seen: int = 0
    """How many requests were there that fit."""

    def shows(self, facts: Facts, now: float) -> bool:
        """Whether the fault shows at this request, which is counted."""
        if not self.trigger.lasts(self.since, now) or not self.trigger.fits(facts):
            return False
        self.seen += 1
        late = self.seen - self.trigger.after
        return late > 0 and (self.trigger.times is None or late <= self.trigger.times)


@dataclass
class Switches:
    """The faults that are on, by request. One lock, because requests come in parallel."""

    armed: list[Armed] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def switch_on(self, fault: Fault, trigger: Trigger, now: float) -> None:
        """Arm a fault, in place of one of the same name."""
        with self.lock:
            self.armed = [one for one in self.armed if one.fault.name != fault.name]
            self.armed.append(Armed(fault, _placed(fault, trigger), now))

    def switch_off(self, name: str) -> bool:
        """Whether there was a fault of that name to switch off."""
        with self.lock:
            kept = [one for one in self.armed if one.fault.name != name]
            found, self.armed = len(kept) < len(self.armed), kept
            return found

    def config_for(self, base: PluginConfig, facts: Facts, now: float) -> PluginConfig:
        """The settings for one request: those of `base`, loosened by the faults that show."""
        with self.lock:
            showing = [
                replace(one.fault, trigger=None)
                for one in self.armed
                if one.fault.policy and one.shows(facts, now)
            ]
        return base.with_faults(*showing) if showing else base

    def changes(
        self, facts: Facts, now: float, places: Sequence[str], when: set[str]
    ) -> list[tuple[str, AnswerChange]]:
        """How the answer at `places` is changed by faults that do nothing else, with their names.

        They are counted by answer, not by request: only now is it known what the answer is.
        """
        found: list[tuple[str, AnswerChange]] = []
        with self.lock:
            for one in self.armed:
                if one.fault.policy:
                    continue
                fit = one.fault.changes_at(places, when)
                if fit and one.shows(replace(facts, place=fit[0].place), now):
                    found += ((one.fault.name, change) for change in fit)
        return found


def _placed(fault: Fault, trigger: Trigger) -> Trigger:
    """A fault that is counted is counted where it shows: `once` is not used up by a page."""
    counted = trigger.times is not None or trigger.after > 0
    area = fault.name.partition(".")[0]
    # No request tells beforehand that it will lead to a redirect.
    place = area if area in FAULT_PLACES and area != "redirect" else AREAS.get(area, "")
    if not counted or not fault.policy or trigger.place or trigger.path or not place:
        return trigger
    return replace(trigger, place=place)
