"""What a check run was asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mockauth.checks.evidence import Given


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """The options of `mockauth check`. `wait` is in seconds; None does not wait."""

    target: str
    profile: str = "auto"
    given: Given = field(default_factory=Given)
    plugin_id: str = ""
    login: str = "auto"
    operation: str = ""
    wait: float | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    scenarios: tuple[Path, ...] = ()
    active: bool = False
    """Probe a public host too; loopback and private addresses need no leave."""
    map: Literal["auto", "off"] = "auto"

    def wants(self, check_id: str) -> bool:
        """Whether `--select` and `--ignore` (ids or areas) leave this check in."""

        def named(words: tuple[str, ...]) -> bool:
            area = check_id.partition(".")[0]
            return any(word in (check_id, area) for word in words)

        return (not self.select or named(self.select)) and not named(self.ignore)
