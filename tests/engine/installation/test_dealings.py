"""What a request of the pages knows to be secret."""

from __future__ import annotations

from mockauth.engine.installation.dealings import secrets_of
from mockauth.engine.installation.installation import Connection, Installation
from mockauth.wire import Secret
from mockauth.wire.secret_names import secret_name


def test_a_token_that_is_kept_is_called_as_one_that_was_just_granted() -> None:
    kept = Connection(
        installation="i",
        person="p",
        access_token=Secret("at-0123456789abcdef"),
        refresh_token=Secret("rt-0123456789abcdef"),
    )
    secrets = secrets_of(Installation(id="i", owner="p", target="http://localhost"), kept)

    shown = secrets.scrub("at-0123456789abcdef rt-0123456789abcdef", 200)

    assert f"‹{secret_name('access_token')} " in shown
    assert f"‹{secret_name('refresh_token')} " in shown
