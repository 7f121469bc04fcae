"""What the built-in plugin remembers, and for how long: memory is bounded by expiry."""

from __future__ import annotations

from mockauth.clock import MovableClock
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.state import REMEMBERED_SECONDS, Family, PluginState, TokenRecord
from tests.plugin.tour import Tour


def record(expires_at: float) -> TokenRecord:
    return TokenRecord("client", "scope", "ada", expires_at, Family())


def test_expired_records_are_forgotten_as_new_ones_come() -> None:
    state, clock = PluginState(), MovableClock()
    most = 0
    for number in range(20_000):
        now = clock.now()
        state.keep(state.access, f"token {number}", record(now + 60), now)
        clock.sleep(10)
        most = max(most, len(state.access))

    assert most <= (REMEMBERED_SECONDS + 60) / 10 + 1


def test_a_burst_is_forgotten_bit_by_bit_and_not_at_once() -> None:
    state, clock = PluginState(), MovableClock()
    for number in range(1000):
        state.keep(state.access, f"token {number}", record(clock.now() + 60), clock.now())
    clock.sleep(60 + REMEMBERED_SECONDS)

    state.keep(state.access, "new", record(clock.now() + 60), clock.now())
    assert len(state.access) == 999
    for number in range(1000):
        state.keep(state.access, f"later {number}", record(clock.now() + 60), clock.now())
    assert len(state.access) == 1001


def test_a_token_that_is_issued_again_lives_on() -> None:
    state, clock = PluginState(), MovableClock()
    for _ in range(3):
        state.keep(state.access, "the same", record(clock.now() + 60), clock.now())
        clock.sleep(REMEMBERED_SECONDS)

    assert len(state.access) == 1


def test_a_code_that_comes_back_late_still_finds_its_tokens() -> None:
    tour = Tour()
    code = tour.code()
    token = tour.token(code).get_json()["access_token"]
    tour.clock.sleep(PluginConfig().code_seconds + 600)
    tour.code()  # gives the plugin an occasion to forget

    assert tour.api(token).status_code == 200
    assert tour.token(code).status_code == 400
    assert tour.api(token).status_code == 401


def test_nothing_is_kept_in_the_clear() -> None:
    tour = Tour()
    grant = tour.grant()
    app = tour.app
    assert app is not None
    views = getattr(app.view_functions["oauth.token"], "__self__", None)
    kept = repr(vars(views))

    assert "TokenRecord" in kept
    assert grant["access_token"] not in kept
    assert grant["refresh_token"] not in kept
