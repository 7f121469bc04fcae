"""No secret stands in any file of the store, in any form."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from mockauth.store.rotation import rotate
from mockauth.store.store import open_store
from mockauth.wire.secret import Secret
from tests.store import made

NAMES = ("client-secret", "service-token", "access-token", "refresh-token", "user-key", "renewed")
SECRETS = {name: f"hushed/{name}+0123456789" for name in NAMES}


def secret(name: str) -> Secret:
    """One of the known secrets."""
    return Secret(SECRETS[name], name)


def forms(value: str) -> set[bytes]:
    """The value as it may stand in a file: plain, escaped, and within base64 wherever it starts."""
    data = value.encode()
    found = {data, quote(value, safe="").encode(), data.hex().encode(), value.encode("utf-16-le")}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + data)
        # Only the characters that the neighbours of the value do not change.
        inner = coded[4 if shift else 0 : len(coded) - 4]
        found |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def seen(folder: Path, value: str) -> list[str]:
    """The files in which the value stands."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [p.name for p in files if any(form in p.read_bytes() for form in forms(value))]


def test_no_byte_of_database_log_or_key_file_shows_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    where = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(where, environ={}) as store:
        there, ann = made.installed(store, name="A name to be found")
        there = store.save(
            replace(
                there,
                client_secret=secret("client-secret"),
                service_token=secret("service-token"),
            )
        )
        browser = store.open_session(ann.id)
        begun = store.begin_login(made.login(there, ann), browser)
        store.claim_login(begun.state, there.plugin_id, browser)
        kept = store.connect(
            made.connection(
                there,
                ann,
                access_token=secret("access-token"),
                refresh_token=secret("refresh-token"),
            )
        )
        store.renew(replace(kept, access_token=secret("renewed")))
        store.connect(made.connection(there, store.add_person(), access_token=secret("user-key")))
        hidden = (*SECRETS.values(), begun.state, browser)

        assert (tmp_path / "store.db-wal").stat().st_size > 0
        assert seen(tmp_path, "A name to be found"), "the search finds what is there"
        assert [seen(tmp_path, value) for value in hidden] == [[]] * len(hidden)
        rotate(where, environ={})
        store.disconnect(there.id, ann.id)
        assert [seen(tmp_path, value) for value in hidden] == [[]] * len(hidden)

    assert [seen(tmp_path, value) for value in hidden] == [[]] * len(hidden)


@pytest.mark.parametrize("before", ["", "x", "xy"])
def test_the_search_finds_a_secret_within_base64(tmp_path: Path, before: str) -> None:
    data = f"{before}{SECRETS['user-key']} and more".encode()
    (tmp_path / "leak").write_bytes(base64.urlsafe_b64encode(data))

    assert seen(tmp_path, SECRETS["user-key"]) == ["leak"]


def test_no_value_of_the_store_prints_a_secret() -> None:
    with open_store("memory") as store:
        there, ann = made.installed(store, client_secret=secret("client-secret"))
        connection = made.connection(there, ann, access_token=secret("access-token"))
        login = made.login(there, ann)

    shown = f"{there} {connection} {login} {made.installation(ann)!r}"

    assert "hushed" not in shown
    assert login.state not in shown
