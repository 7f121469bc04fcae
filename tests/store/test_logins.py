"""A login is claimed once, by the browser that began it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from mockauth.clock import MovableClock
from mockauth.store.login import LIFETIME, NotClaimed, PendingLogin
from mockauth.store.logins import REMEMBERED
from mockauth.store.store import Store
from tests.store import made


def test_the_browser_that_began_a_login_gets_it_as_it_was(
    store: Store, clock: MovableClock
) -> None:
    there, person = made.installed(store)
    begun = store.begin_login(made.login(there, person, flow="f1"), "browser")
    clock.sleep(5)

    claimed = store.claim_login(begun.state, there.plugin_id, "browser")

    assert isinstance(claimed, PendingLogin)
    assert claimed.claimed == begun.created + 5
    assert (claimed.flow, claimed.redirect_uri) == ("f1", begun.redirect_uri)


def test_a_second_claim_gets_nothing(store: Store) -> None:
    there, person = made.installed(store)
    begun = store.begin_login(made.login(there, person), "browser")
    store.claim_login(begun.state, there.plugin_id, "browser")

    assert store.claim_login(begun.state, there.plugin_id, "browser") is NotClaimed.USED
    assert store.claim_unbound_login(begun.state, there.plugin_id) is NotClaimed.USED


def test_of_many_claims_at_once_one_wins(store: Store) -> None:
    there, person = made.installed(store)
    begun = store.begin_login(made.login(there, person), "browser")

    with ThreadPoolExecutor(8) as threads:
        claims = threads.map(
            lambda _: store.claim_login(begun.state, there.plugin_id, "browser"), range(24)
        )
        won = [claim for claim in claims if isinstance(claim, PendingLogin)]

    assert len(won) == 1


def test_a_refused_claim_says_why_and_uses_nothing_up(store: Store) -> None:
    there, person = made.installed(store)
    begun = store.begin_login(made.login(there, person), "browser")

    assert store.claim_login("forged", there.plugin_id, "browser") is NotClaimed.UNKNOWN
    assert store.claim_login(begun.state, "plugin-other", "browser") is NotClaimed.OTHER_PLUGIN
    assert store.claim_login(begun.state, there.plugin_id, "") is NotClaimed.OTHER_SESSION
    assert isinstance(store.claim_login(begun.state, there.plugin_id, "browser"), PendingLogin)


def test_where_no_cookie_comes_back_the_state_is_enough_when_asked_for(store: Store) -> None:
    there, person = made.installed(store)
    begun = store.begin_login(made.login(there, person), "browser")

    assert isinstance(store.claim_unbound_login(begun.state, there.plugin_id), PendingLogin)


def test_a_late_callback_is_told_so_until_the_login_is_forgotten(
    store: Store, clock: MovableClock
) -> None:
    there, person = made.installed(store)
    begun = store.begin_login(made.login(there, person), "browser")
    clock.sleep(LIFETIME)

    assert store.claim_login(begun.state, there.plugin_id, "browser") is NotClaimed.EXPIRED
    clock.sleep(REMEMBERED + 1)
    store.begin_login(made.login(there, person), "browser")
    assert store.login(begun.state) is None
