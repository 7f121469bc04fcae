"""What a check run was asked to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mockauth.browser.override import Override
from mockauth.checks.evidence import Given
from mockauth.checks.rule import Rule
from mockauth.engine.result.baseline import Baseline
from mockauth.engine.result.waiver import Waiver
from mockauth.engine.selection import selected
from mockauth.engine.target.logins import Logins
from mockauth.manifest.editor import EditorForm


@dataclass(frozen=True, kw_only=True)
class CheckOptions:
    """The options of `mockauth check`. `wait` is in seconds; None does not wait."""

    target: str
    profile: str = "auto"
    given: Given = field(default_factory=Given)
    form: EditorForm = field(default_factory=EditorForm)
    """What a GPT Action has in place of a manifest."""
    plugin_id: str = ""
    pages: tuple[Override, ...] = ()
    """What the settings say of the pages of the login."""
    logins: Logins = field(default_factory=Logins)
    """How the users sign in."""
    operation: str = ""
    revision: str = "auto"
    """The revision of MCP that is spoken; auto is the newest that the server serves."""
    document_authority: str = ""
    """The PEM file of the authority under which client documents are served by https."""
    wait: float | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    scenarios: tuple[Path, ...] = ()
    active: bool = False
    """Probe a public host too; loopback and private addresses need no leave."""
    map: Literal["auto", "off"] = "auto"
    allow_hosts: tuple[str, ...] = ()
    """`HOST` or `HOST:PORT` that the login may use besides those that the manifest names."""
    levels: tuple[str, ...] = ()
    """`ID=LEVEL`, the developer's own; `off` does not judge at all."""

    slow: bool = False
    """Also run checks that wait or make load."""
    patience: float = 3600.0
    """Seconds that one check may wait where it is `slow`."""
    budget: float | None = None
    """Seconds that the run may take, the waiting for the target apart; None is without a bound."""
    waivers: tuple[Waiver, ...] = ()
    baseline: Baseline | None = None

    def wants(self, rule: Rule) -> bool:
        """Whether `--select` and `--ignore` (ids, areas or sources) leave this rule in."""
        return selected(rule, self.select, self.ignore)
