"""What changed from one saved run to a later one, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mockauth.report.formats.document import Check, Document, place_of
from mockauth.store.run import GRAVITY, Comparison, compared
from mockauth.wire.one_line import one_line

LONGEST = 160
"""Characters of what was found."""
MOST = 50
"""Checks of a kind that are listed."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Two saved runs, and what became of the checks."""

    old: Document
    new: Document
    ids: Comparison

    @property
    def is_alike(self) -> bool:
        """Whether the same checks, with the same levels, judged both."""
        return all(self.old.get(one) == self.new.get(one) for one in ("role", "profile"))

    @property
    def exit_code(self) -> int:
        """1 where something got worse; 3 where nothing did because nothing is known now, or where
        the two cannot be compared."""
        if not self.is_alike:
            return 3
        if self.ids.worse:
            return 1
        return 0 if any(one["state"] in GRAVITY for one in self.new["checks"]) else 3

    @property
    def headline(self) -> str:
        """How much of each, in one line."""
        if not self.is_alike:
            return f"✗ not compared: {_asked(self.old)}, then {_asked(self.new)}"
        ids = self.ids
        parts = [f"{len(ids.worse)} worse", f"{len(ids.better)} better"]
        parts += [f"{len(ids.unjudged)} no longer judged"] if ids.unjudged else []
        parts += [f"{len(ids.still)} still broken"] if ids.still else []
        return f"{'✗' if self.exit_code else '✓'} {', '.join(parts)}"


def change_of(old: Document, new: Document) -> Change:
    """What changed from `old` to `new`."""
    states = [{one["id"]: one["state"] for one in run["checks"]} for run in (old, new)]
    return Change(old=old, new=new, ids=compared(*states))


def told(change: Change) -> str:
    """The change as lines: the headline, what differs between the runs, each check."""
    ids = change.ids
    lines = [place_of(change.new), change.headline, *differences(change)]
    if not change.is_alike:
        return "\n".join(one_line(line) for line in lines)
    for title, names in (
        ("worse", ids.worse), ("better", ids.better), ("no longer judged", ids.unjudged),
        ("still broken", ids.still),
    ):  # fmt: skip
        lines += _listed(change, title, names)
    return "\n".join(one_line(line) for line in lines)


def _asked(run: Document) -> str:
    command = "check-client" if run.get("role") == "plugin" else "check"
    return f"{command} --profile {run['profile']}"


def differences(change: Change) -> Iterator[str]:
    """What was not the same in both runs, and may be why."""
    for what in ("target", "profile", "auth"):
        if change.old.get(what) != change.new.get(what):
            yield f"note: another {what}: {change.old.get(what)} → {change.new.get(what)}"
    versions = [run.get("tool", {}).get("version", "") for run in (change.old, change.new)]
    if versions[0] != versions[1]:
        yield f"note: another release of mockauth, with other checks: {' → '.join(versions)}"
    for name, run in (("old", change.old), ("new", change.new)):
        if run["gate"].get("exit_code") not in (0, 1):
            yield f"note: the {name} run: {run['verdict']}"


def _listed(change: Change, title: str, names: Sequence[str]) -> Iterator[str]:
    if not names:
        return
    before, after = (_by_id(run) for run in (change.old, change.new))
    yield from ("", f"{title}:")
    for name in names[:MOST]:
        yield f"  {name}  {_state(before.get(name))} → {_state(after.get(name))}"
        actual = after[name]["actual"] if name in after else ""
        if actual and after[name]["state"] != "pass":
            yield f"    {actual if len(actual) <= LONGEST else actual[: LONGEST - 1] + '…'}"
    if len(names) > MOST:
        yield f"  and {len(names) - MOST} more"


def _by_id(run: Document) -> Mapping[str, Check]:
    return {one["id"]: one for one in run["checks"]}


def _state(check: Check | None) -> str:
    return check["state"] if check else "not part of the run"
