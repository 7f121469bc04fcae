"""The options of `mockauth check` as the engine takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mockauth.cli.login import logins_of
from mockauth.cli.option import separated
from mockauth.cli.settings import login_pages, waivers

if TYPE_CHECKING:
    from mockauth.engine.options import CheckOptions

BUDGET = 300.0
"""Seconds of a run; one against the built-in plugin takes three."""
WAITS = 4
"""How many checks wait, each for what --slow allows."""


def _budget(seconds: float | None, patience: float, login: str) -> float | None:
    """Seconds that the run may take, or None. What waits has its time beside it; nobody knows how
    long a person takes."""
    if seconds is None and login == "manual":
        return None
    if seconds is None:
        return BUDGET + WAITS * patience
    return seconds or None


def options_of(target: str, values: Mapping[str, Any]) -> CheckOptions:
    """What the run is asked to do, from the values of the options of `check`. The settings file is
    the one that the current click context has loaded.

    Raises:
        UsageError: a value cannot be used.
    """
    from mockauth.checks.evidence import Given
    from mockauth.engine.options import CheckOptions
    from mockauth.engine.result.baseline import read_baseline
    from mockauth.manifest.editor import EditorForm
    from mockauth.wire import Secret

    def secret(name: str) -> Secret:
        return Secret(values[name], name)

    return CheckOptions(
        target=target,
        profile=values["profile"],
        given=Given(
            client_id=values["client_id"],
            client_secret=secret("client_secret"),
            username=values["username"],
            password=secret("password"),
            token=secret("token"),
            verification_token=secret("verification_token"),
            other_client_id=values["other_client_id"],
            other_client_secret=secret("other_client_secret"),
            other_redirect_uri=values["other_redirect_uri"],
            other_username=values["other_username"],
            other_password=secret("other_password"),
            other_token=secret("other_token"),
            other_resource=values["other_resource"],
            resource_client_id=values["resource_client_id"],
            resource_client_secret=secret("resource_client_secret"),
            narrow_scope=values["narrow_scope"],
            broad_scope=values["broad_scope"],
            owned_path=values["owned_path"],
            privacy_policy_url=values["privacy_policy_url"],
        ),
        form=EditorForm(
            openapi=values["openapi"],
            auth=values["auth"] or "",
            auth_scheme=values["auth_scheme"] or "",
            header=values["header"],
            authorize_url=values["authorize_url"],
            token_url=values["token_url"],
            scope=values["scope"],
            token_exchange=values["token_exchange"],
        ),
        levels=values["levels"],
        plugin_id=values["plugin_id"],
        logins=logins_of(values["login"], values["screenshots"]),
        pages=login_pages(),
        operation=values["operation"],
        revision=values["revision"],
        document_authority=values["document_authority"],
        wait=values["wait"],
        select=separated(values["select"]),
        ignore=separated(values["ignore"]),
        scenarios=values["scenarios"],
        active=values["active"],
        slow=values["slow"] > 0,
        patience=values["slow"],
        budget=_budget(values["budget"], values["slow"], values["login"]),
        map=values["map"],
        allow_hosts=values["allow_hosts"],
        waivers=waivers(),
        baseline=read_baseline(values["baseline"]) if values["baseline"] else None,
    )
