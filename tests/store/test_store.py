"""What is kept comes back as it was; what was uninstalled is gone."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mockauth.clock import MovableClock
from mockauth.errors import UsageError
from mockauth.store.database import Unavailable
from mockauth.store.installation import InstallState, new_action_id, new_verification_token
from mockauth.store.installations import InstalledAlready
from mockauth.store.kept import Outdated
from mockauth.store.keys import VARIABLE, new_key
from mockauth.store.store import Store, open_store
from mockauth.store.timelines import MOST, SWEEP
from mockauth.wire.secret import Secret
from tests.store import made


def test_an_installation_comes_back_as_it_was(store: Store) -> None:
    there, _ = made.installed(
        store,
        plugin_id=new_action_id(),
        kind="action",
        service_token=Secret("a service token", "service token"),
        verification_token=new_verification_token(),
        document="openapi: 3.0.1",
    )

    assert store.installation(there.id) == there


def test_text_that_no_database_holds_is_kept_with_signs_in_its_place(store: Store) -> None:
    there, _ = made.installed(store, name="a\0b\ud800")

    found = store.installation(there.id)

    assert found is not None
    assert found.name == "a\N{REPLACEMENT CHARACTER}b?"


def test_a_secret_of_any_characters_comes_back(store: Store) -> None:
    there, _ = made.installed(store, client_secret=Secret("ü\0\ud800 ", "client secret"))

    assert store.installation(there.id) == there


def test_an_installation_goes_through_its_states(store: Store, clock: MovableClock) -> None:
    there, _ = made.installed(store)
    states = [there.state]
    while there.next_state:
        clock.sleep(1)
        there = store.save(replace(there, state=there.next_state))
        states.append(there.state)

    assert states == list(InstallState)
    assert store.installation(there.id) == there
    assert there.updated == there.created + 3


def test_of_two_changes_of_one_reading_the_second_is_refused(store: Store) -> None:
    there, _ = made.installed(store)
    store.save(replace(there, name="First"))

    with pytest.raises(Outdated):
        store.save(replace(there, name="Second"))

    found = store.installation(there.id)
    assert found is not None
    assert found.name == "First"


def test_a_person_installs_a_plugin_once(store: Store) -> None:
    there, _ = made.installed(store)

    with pytest.raises(InstalledAlready):
        store.install(replace(there, id="another"))


def test_a_second_person_has_an_installation_of_their_own(store: Store) -> None:
    anns, ann = made.installed(store)
    bob = store.add_person("Bob")
    bobs = store.install(replace(anns, id="bobs", owner=bob.id))

    assert store.installation_of(anns.plugin_id, ann.id) == anns
    assert store.installation_of(anns.plugin_id, bob.id) == bobs
    assert [one.id for one in store.installations(bob.id)] == ["bobs"]
    assert {one.id for one in store.installations_of(anns.plugin_id)} == {anns.id, "bobs"}


def test_a_service_level_plugin_is_everybodys(store: Store) -> None:
    there, _ = made.installed(store, level="service", auth="service_http")
    bob = store.add_person()

    assert store.installation_of(there.plugin_id, bob.id) == there
    assert [one.id for one in store.installations(bob.id)] == [there.id]


def test_the_list_says_since_when_the_person_is_connected(store: Store) -> None:
    there, ann = made.installed(store, level="service")
    bob = store.add_person()
    kept = store.connect(made.connection(there, ann))

    assert [one.connected for one in store.installations(ann.id)] == [kept.since]
    assert [one.connected for one in store.installations(bob.id)] == [None]


def test_a_connection_comes_back_as_it_was_until_it_ends(store: Store) -> None:
    there, ann = made.installed(store)
    kept = store.connect(made.connection(there, ann, scope="read", expires=5.0))

    assert store.connection(there.id, ann.id) == kept
    store.disconnect(there.id, ann.id)
    assert store.connection(there.id, ann.id) is None


def test_logging_in_again_replaces_the_connection(store: Store) -> None:
    there, ann = made.installed(store)
    store.connect(made.connection(there, ann))
    second = store.connect(made.connection(there, ann))

    assert store.connections(there.id) == (second,)


def test_of_two_refreshes_at_once_the_second_is_refused(store: Store) -> None:
    there, ann = made.installed(store)
    kept = store.connect(made.connection(there, ann))
    renewed = store.renew(replace(kept, access_token=Secret("new", "access token")))

    with pytest.raises(Outdated):
        store.renew(kept)

    assert store.connection(there.id, ann.id) == renewed
    assert renewed.since == kept.since


def test_a_connection_expires_when_the_server_said_so(store: Store) -> None:
    there, ann = made.installed(store)

    assert made.connection(there, ann, expires=10.0).is_expired(10.0)
    assert not made.connection(there, ann, expires=10.0).is_expired(9.9)
    assert not made.connection(there, ann).is_expired(1e12)


def test_uninstalling_forgets_all_but_the_runs(store: Store) -> None:
    there, ann = made.installed(store)
    store.connect(made.connection(there, ann))
    begun = store.begin_login(made.login(there, ann), "browser")
    store.record(there.id, ["{}"])
    run = made.run(there)
    store.add_run(run)

    store.uninstall(there.id)

    assert store.installation(there.id) is None
    assert store.connection(there.id, ann.id) is None
    assert store.login(begun.state) is None
    assert store.timeline(there.id) == ()
    assert store.record(there.id, ["{}"]) == 0
    assert store.runs() == (replace(run.summary, installation=None),)
    with pytest.raises(Outdated):
        store.save(there)


def test_a_browser_session_tells_who_is_there_until_it_is_over(
    store: Store, clock: MovableClock
) -> None:
    ann = store.add_person("Ann")
    browser, other = store.open_session(ann.id, 60), store.open_session(ann.id, 60)
    assert store.person_of(browser) == ann == store.person(ann.id)

    store.close_session(browser)

    assert store.person_of(browser) is None
    assert store.person_of(other) == ann
    clock.sleep(60)
    assert store.person_of(other) is None
    assert store.person_of("forged") is None


def test_a_timeline_is_read_on_from_a_number(store: Store) -> None:
    there, _ = made.installed(store)
    first = store.record(there.id, ["1", "2"], flow="a")
    last = store.record(there.id, ["3"], flow="b")

    assert (first, last) == (2, 3)
    rest = store.timeline(there.id, after=1)
    assert [(one.number, one.line, one.flow) for one in rest] == [(2, "2", "a"), (3, "3", "b")]


def test_a_timeline_that_was_cleared_counts_on(store: Store) -> None:
    there, _ = made.installed(store)
    store.record(there.id, ["1", "2"])

    store.clear_timeline(there.id)

    assert store.record(there.id, ["3"]) == 3
    assert [one.line for one in store.timeline(there.id)] == ["3"]


def test_numbers_of_a_timeline_have_no_gap_when_many_write_at_once(store: Store) -> None:
    there, _ = made.installed(store)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: store.record(there.id, [f"{n}", f"{n}"]), range(40)))

    entries = store.timeline(there.id)
    assert [one.number for one in entries] == list(range(1, 81))
    assert all(a.line == b.line for a, b in zip(entries[::2], entries[1::2], strict=True))


def test_runs_are_listed_in_pages_the_latest_first(store: Store) -> None:
    there, _ = made.installed(store)
    for number in range(5):
        store.add_run(
            made.run(there if number else None, id=f"r{number}", started=float(number // 2))
        )

    first = store.runs(most=3)
    second = store.runs(most=3, before=first[-1])

    assert [one.id for one in first + second] == ["r4", "r3", "r2", "r1", "r0"]
    assert len(store.runs(there.id)) == 4


def test_a_run_comes_back_with_its_report_until_it_is_removed(store: Store) -> None:
    run = made.run(report='{"checks": [{"id": "a.b", "state": "pass"}]}')
    store.add_run(run)

    assert store.run(run.summary.id) == run
    store.remove_run(run.summary.id)
    assert store.run(run.summary.id) is None


def test_runs_are_compared_by_what_is_worse_and_what_is_better(store: Store) -> None:
    def report(**states: str) -> str:
        checks = ",".join(f'{{"id": "{name}", "state": "{s}"}}' for name, s in states.items())
        return f'{{"checks": [{checks}]}}'

    before = report(a="fail", b="pass", c="warn", d="fail", e="fail", g="fail", h="fail", i="fail",
                    j="pass", k="pass")  # fmt: skip
    after = report(a="pass", b="fail", c="fail", d="blocked", e="waived", f="warn", h="warn", i="fail",
                   j="blocked")  # fmt: skip
    old, new = made.run(report=before), made.run(report=after)
    store.add_run(old)
    store.add_run(new)

    changed = store.compare_runs(old.summary.id, new.summary.id)

    assert changed is not None
    assert changed.worse == ("b", "c", "f")
    assert changed.better == ("a", "h")
    assert changed.still == ("i",)
    assert changed.unjudged == ("d", "e", "g", "j")
    assert store.compare_runs(old.summary.id, "unknown") is None


def test_a_store_that_another_program_keeps_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockauth.store.database.PATIENCE", 0)
    where = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(where, environ={VARIABLE: new_key().decode()}) as store:
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(Unavailable, match="database is locked"):
            store.add_person()

        other.close()
        store.add_person()


def test_ten_stores_in_memory_know_nothing_of_each_other() -> None:
    stores = [open_store("memory") for _ in range(10)]
    for store in stores:
        store.add_person("Ann")

    assert [len(store.people()) for store in stores] == [1] * 10
    for store in stores:
        store.close()


def test_a_file_lasts_and_only_its_owner_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with open_store(environ={}) as store:
        there, _ = made.installed(store)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(files) == 4, "the database, its two journals, the key"
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
        assert {path.parent.name for path in files} == {"store", "keys"}

    with open_store(environ={}) as store:
        assert store.installation(there.id) == there


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("somewhere", "neither `memory` nor a database URL"),
        ("nosuch://host/db", "no database called nosuch"),
        ("sqlite:////proc/no/such.db", "cannot be opened"),
        ("mysql+pymysql://host/db", "driver pymysql is not installed"),
        ("postgresql://ann:hunter2hunter2@127.0.0.1:1/db", "cannot be used"),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_sentence(where: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        open_store(where)

    assert "hunter2" not in str(raised.value)


def test_the_oldest_entries_of_a_timeline_make_way(store: Store) -> None:
    there, _ = made.installed(store)
    assert store.last_entry(there.id) == 0

    for _ in range(MOST // SWEEP + 1):
        last = store.record(there.id, ["{}"] * SWEEP)

    kept = store.timeline(there.id, most=2 * MOST)
    assert store.last_entry(there.id) == last == MOST + SWEEP
    assert (len(kept), kept[0].number, kept[-1].number) == (MOST, SWEEP + 1, last)


def test_what_became_of_a_run_is_kept_unless_it_was_removed(store: Store) -> None:
    run = made.run()
    store.add_run(run)
    done = replace(run, summary=replace(run.summary, exit_code=1, counts={"fail": 1}), report="{}")
    store.update_run(done)

    assert store.run(run.summary.id) == done

    store.remove_run(run.summary.id)
    store.update_run(done)

    assert store.runs() == ()
