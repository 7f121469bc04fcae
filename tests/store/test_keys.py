"""A key that is wrong or missing loses nothing, and neither does one that is rotated."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet, InvalidToken

from mockauth.cli.keys import keys
from mockauth.errors import UsageError
from mockauth.store import rotation
from mockauth.store.connection import Connection
from mockauth.store.database import Database
from mockauth.store.installation import Installation
from mockauth.store.keys import VARIABLE, KeyFile, new_key
from mockauth.store.person import Person
from mockauth.store.place import key_folder
from mockauth.store.rotation import rotate
from mockauth.store.store import Store, open_store
from mockauth.wire.secret import Secret
from tests.store import made

OLD, NEW = new_key().decode(), new_key().decode()


@dataclass
class Home:
    """A user's folders, and a store with secrets in it."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return f"sqlite:///{self.folder / 'store.db'}"

    @property
    def key_file(self) -> Path:
        (path,) = key_folder().glob("*.key")
        return path

    def open(self) -> Store:
        return open_store(self.where, environ=self.environ)

    def filled(self) -> tuple[Installation, Person, Connection]:
        with self.open() as store:
            there, ann = made.installed(store, service_token=Secret("a token", "service token"))
            return there, ann, store.connect(made.connection(there, ann))

    def data(self) -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """An empty home."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.delenv(VARIABLE, raising=False)
    return Home(tmp_path)


def sealed_with(path: Path) -> list[bytes]:
    """Everything in the file that looks encrypted: secrets of less than 16 bytes, as ours here."""
    return re.findall(rb"gAAAA[\w-]{93}==", path.read_bytes())


def opens(key: bytes, token: bytes) -> bool:
    """Whether the key decrypts it."""
    try:
        Fernet(key).decrypt(token)
    except InvalidToken:
        return False
    return True


def test_the_same_secret_twice_gives_different_bytes(home: Home) -> None:
    home.filled()
    with home.open() as store:
        made.installed(store, client_secret=made.installation(store.add_person()).client_secret)

    tokens = sealed_with(home.folder / "store.db")

    assert len(tokens) == len(set(tokens)) == 5


def test_a_missing_key_is_one_sentence_and_changes_nothing(home: Home) -> None:
    there, _, _ = home.filled()
    aside = home.key_file.rename(home.folder / "aside")
    before = home.data()

    with pytest.raises(UsageError, match=r"does not have: put the key back.*nothing was changed"):
        home.open()

    assert home.data() == before
    aside.rename(key_folder() / f"{sole_store(home)}.key")
    with home.open() as store:
        assert store.installation(there.id) == there


def sole_store(home: Home) -> str:
    """The id of the store, from the sentence that names its key file."""
    with pytest.raises(UsageError) as raised:
        home.open()
    found = re.search(r"(\w{32})\.key", str(raised.value))
    assert found
    return found[1]


def test_a_wrong_key_is_one_sentence_and_changes_nothing(home: Home) -> None:
    home.environ[VARIABLE] = OLD
    there, _, _ = home.filled()
    before = home.data()
    home.environ[VARIABLE] = NEW

    with pytest.raises(UsageError, match=f"{VARIABLE} does not have"):
        home.open()

    assert home.data() == before
    home.environ[VARIABLE] = OLD
    with home.open() as store:
        assert store.installation(there.id) == there


@pytest.mark.parametrize(
    "given",
    ["my-password", OLD[:-3], f"{OLD} my-password", "pässword"],
    ids=["no key", "cut", "a second word", "not ASCII"],  # keys differ in each worker
)
def test_what_is_no_key_is_refused_and_not_shown(home: Home, given: str) -> None:
    home.environ[VARIABLE] = given

    with pytest.raises(UsageError, match="something that is no key") as raised:
        home.open()

    assert not any(word in str(raised.value) for word in given.split())


def test_an_empty_key_file_is_refused(home: Home) -> None:
    home.filled()
    home.key_file.write_text("")

    with pytest.raises(UsageError, match="no key in it"):
        home.open()


def test_of_two_that_make_a_key_file_at_once_both_read_the_first_key(tmp_path: Path) -> None:
    first = KeyFile(tmp_path / "keys" / "a.key").make()

    assert KeyFile(tmp_path / "keys" / "a.key").make() == first
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["a.key"]


def test_a_key_that_cannot_be_written_is_one_sentence_and_leaves_no_store_without_a_key(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.folder / "a-file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.folder / "a-file"))

    with pytest.raises(UsageError, match=r"key file .* cannot be written"):
        home.open()

    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.folder / "configuration"))
    home.filled()


def test_what_a_killed_rotation_left_beside_the_keys_goes(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "a.key")
    keys = file.make()
    (tmp_path / ".a-left").write_bytes(keys[0])
    (tmp_path / ".b-of-another-store").touch()

    file.write((new_key(),))

    assert {path.name for path in tmp_path.iterdir()} == {"a.key", ".b-of-another-store"}


def test_data_are_not_kept_beside_the_keys(home: Home) -> None:
    with pytest.raises(UsageError, match="keep the data in another folder"):
        open_store(f"sqlite:///{key_folder() / 'store.db'}", environ={})


def test_rotation_encrypts_everything_anew_and_drops_the_old_key(home: Home) -> None:
    there, ann, connection = home.filled()
    old = home.key_file.read_bytes().strip()

    assert rotate(home.where, environ=home.environ) == 4

    (key,) = home.key_file.read_bytes().split()
    assert key != old
    assert home.key_file.stat().st_mode & 0o777 == 0o600
    tokens = sealed_with(home.folder / "store.db")
    assert len(tokens) == 4, "nothing that was encrypted before is left in the file"
    assert all(opens(key, token) for token in tokens)
    with home.open() as store:
        assert store.installation(there.id) == there
        assert store.connection(there.id, ann.id) == connection


def test_a_program_that_runs_meanwhile_goes_on(home: Home) -> None:
    there, ann, connection = home.filled()
    with home.open() as running:
        rotate(home.where, environ=home.environ)

        assert running.installation(there.id) == there
        renewed = running.renew(connection)
        rotate(home.where, environ=home.environ)
        with_token = running.save(replace(there, service_token=Secret("another", "service token")))

    with home.open() as store:
        assert store.connection(there.id, ann.id) == renewed
        assert store.installation(there.id) == with_token


@pytest.mark.parametrize("moment", ["before the first secret", "in between", "before the old goes"])
def test_an_interrupted_rotation_loses_nothing_and_is_finished_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    there, ann, connection = home.filled()
    interrupt(monkeypatch, moment)
    with pytest.raises(KeyboardInterrupt):
        rotate(home.where, environ=home.environ)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home.folder / "configuration"))
    assert len(home.key_file.read_bytes().split()) == 2

    with home.open() as store:
        assert store.installation(there.id) == there
        connection = store.renew(connection)
    rotate(home.where, environ=home.environ)

    (key,) = home.key_file.read_bytes().split()
    assert all(opens(key, token) for token in sealed_with(home.folder / "store.db"))
    with home.open() as store:
        assert store.connection(there.id, ann.id) == connection


def interrupt(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Have the next rotation end at this moment, as Ctrl-C would."""
    columns: Callable[..., int] = rotation._encrypt_column
    calls: list[object] = []

    def encrypt_column(*given: object) -> int:
        calls.append(given)
        if len(calls) == (1 if moment == "before the first secret" else 3):
            raise KeyboardInterrupt
        return columns(*given)

    def wipe(database: Database) -> None:
        raise KeyboardInterrupt

    if moment == "before the old goes":
        monkeypatch.setattr(Database, "wipe", wipe)
    else:
        monkeypatch.setattr(rotation, "_encrypt_column", encrypt_column)


def test_keys_of_the_environment_are_rotated_to_the_one_in_front(home: Home) -> None:
    home.environ[VARIABLE] = OLD
    there, _, connection = home.filled()
    home.environ[VARIABLE] = f"{NEW},{OLD}"
    running = home.open()

    assert rotate(home.where, environ=home.environ) == 4

    connection = running.renew(connection)
    running.close()
    home.environ[VARIABLE] = NEW
    with home.open() as store:
        assert store.installation(there.id) == there
        assert store.connections(there.id) == (connection,)


def test_a_program_that_lacks_the_new_key_writes_nothing(home: Home) -> None:
    home.environ[VARIABLE] = OLD
    there, _, connection = home.filled()
    running = home.open()
    rotate(home.where, environ={VARIABLE: f"{NEW} {OLD}"})

    with pytest.raises(UsageError, match="does not have"):
        running.renew(connection)

    running.close()
    home.environ[VARIABLE] = NEW
    with home.open() as store:
        assert store.connections(there.id) == (connection,)


def test_the_key_in_use_alone_is_not_rotated(home: Home) -> None:
    home.environ[VARIABLE] = OLD
    home.filled()

    with pytest.raises(UsageError, match="NEW,OLD"):
        rotate(home.where, environ=home.environ)


@pytest.mark.parametrize("where", ["memory", "sqlite:///{}/absent.db"])
def test_a_store_that_is_not_there_is_not_made_to_rotate_its_key(home: Home, where: str) -> None:
    with pytest.raises(UsageError, match="there is no store"):
        rotate(where.format(home.folder), environ=home.environ)

    assert list(home.folder.iterdir()) == []


def test_the_command_rotates_and_makes_keys(home: Home) -> None:
    home.filled()

    done = CliRunner().invoke(keys, ["rotate", "--store", home.where])
    assert done.output == "4 secrets encrypted with the new key.\n"
    Fernet(CliRunner().invoke(keys, ["new"]).output.strip())
