"""What a run of a client under test was asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mockauth.checks.client.token_answer import PATIENCE_SECONDS
from mockauth.checks.rule import Rule
from mockauth.engine.result.baseline import Baseline
from mockauth.engine.selection import selected
from mockauth.profiles.mcp import Revision
from mockauth.wire.message import FORM

CLIENT_ID = "mockauth-client"
CLIENT_SECRET = "mockauth-client-secret-7d20c5e19b4f"
"""A published sample; it protects nothing."""
REDIRECT_URI = "http://127.0.0.1:18199/callback"
START_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class ClientOptions:
    """The options of `mockauth check-client`. `seconds` bound one start of the command.

    Without `command` a person drives the client: for `watch_seconds`, or until Ctrl-C where that
    is None.
    """

    command: tuple[str, ...] = ()
    pass_env: tuple[str, ...] = ()
    """Names of variables that the command gets besides those that every program needs."""
    profile: Literal["plugin", "action", "mcp"] = "plugin"
    revision: Revision | Literal["auto"] = "auto"
    """Of MCP: what is served and judged by; auto serves the newest and judges by what the client speaks."""
    content_type: str = FORM
    client_id: str = CLIENT_ID
    """"" lets a client of an MCP server register itself, or name its document."""
    client_secret: str = CLIENT_SECRET
    redirect_uri: str = REDIRECT_URI
    port: int = 0
    seconds: float = START_SECONDS
    patience: float = PATIENCE_SECONDS
    """How long it may wait, in seconds, for an answer that never comes."""
    watch_seconds: float | None = None
    store: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    scenarios: tuple[Path, ...] = ()
    baseline: Baseline | None = None

    @property
    def is_mcp(self) -> bool:
        """Whether the client is one of an MCP server."""
        return self.profile == "mcp"

    def wants(self, rule: Rule) -> bool:
        """Whether `--select` and `--ignore` leave this rule in."""
        return selected(rule, self.select, self.ignore)
