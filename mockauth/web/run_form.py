"""What is asked before all checks run, and the options that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mockauth.checks.evidence import Given
from mockauth.engine.installation.installation import NO_SECRET, Connection, Installation, key_of
from mockauth.engine.options import CheckOptions
from mockauth.wire import Secret
from mockauth.wire.url import hostname, is_private_host

BUDGET = 300.0
"""Seconds of a run, as on the command line."""
PATIENCE = 60.0
"""Seconds that one check may wait where the slow ones run, too; four of them wait."""
LONGEST = 8192


@dataclass(frozen=True, kw_only=True)
class RunForm:
    """What was filled in. It lives as long as the run and is kept nowhere."""

    given: Given
    is_slow: bool = False
    may_probe: bool = False
    """A public host may be probed: who runs the checks is allowed to."""


def read_form(form: Mapping[str, str]) -> RunForm:
    """The form as it was sent."""

    def text(name: str) -> str:
        return form.get(name, "").strip()[:LONGEST]

    def secret(name: str) -> Secret:
        return Secret(form.get(name, "")[:LONGEST], name)

    given = Given(
        username=text("username"),
        password=secret("password"),
        other_username=text("other_username"),
        other_password=secret("other_password"),
        other_client_id=text("other_client_id"),
        other_client_secret=secret("other_client_secret"),
        other_token=secret("other_token"),
    )
    return RunForm(given=given, is_slow="slow" in form, may_probe="active" in form)


def options_of(
    installation: Installation, connection: Connection | None, form: RunForm
) -> CheckOptions:
    """The options of a run: as `mockauth check` would get them, with what the installation has.

    The client that was registered for these pages knows their callback only, so the run registers
    one of its own, as on the command line.
    """
    has_own = not installation.is_registered
    patience = PATIENCE if form.is_slow else 0.0
    return CheckOptions(
        target=installation.target,
        profile=installation.profile,
        given=replace(
            form.given,
            client_id=installation.client_id if has_own else "",
            client_secret=installation.client_secret if has_own else NO_SECRET,
            token=key_of(installation, connection),
            verification_token=Secret(installation.verification_token, "verification token"),
        ),
        form=installation.form,
        plugin_id=installation.id,
        active=form.may_probe,
        slow=form.is_slow,
        patience=patience,
        budget=BUDGET + 4 * patience,
    )


def is_on_a_desk(installation: Installation) -> bool:
    """Whether it may be probed without a word: its host is private."""
    return is_private_host(hostname(installation.target))
