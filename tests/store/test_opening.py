"""Programs that open a store at once, and those that open none."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mockauth.store.store import open_store
from tests.store.test_schema import ENVIRON, kept


def test_a_run_and_the_plugin_need_no_database() -> None:
    script = (
        "import sys; from mockauth.cli.main import commands\n"
        "commands.main(['demo', '--auth', 'service_http', '-q'], standalone_mode=False)\n"
        "print([name for name in ('sqlalchemy', 'alembic', 'platformdirs') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - our own interpreter

    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_the_values_of_the_store_come_without_a_database() -> None:
    script = (
        "import sys, mockauth.store.installation, mockauth.store.login, mockauth.store.connection,"
        " mockauth.store.run, mockauth.store.timeline, mockauth.store.person, mockauth.cli.keys;"
        "print([name for name in ('sqlalchemy', 'alembic', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603 - our own interpreter

    assert done.stdout.decode().strip() == "[]"


@pytest.mark.parametrize("old", [True, False])
def test_of_programs_that_open_a_store_at_once_one_brings_it_up_to_date(
    tmp_path: Path, old: bool
) -> None:
    path = kept(tmp_path, "schema-0001.sql") if old else tmp_path / "new.db"
    script = (
        "import sys; from mockauth.store.store import open_store\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "with open_store(sys.argv[1]) as store: store.add_person('Bob')"
    )

    def opens(number: int) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script, f"sqlite:///{path}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=ENVIRON,
        )  # fmt: skip

    with ThreadPoolExecutor(3) as threads:
        programs = list(threads.map(opens, range(3)))
    for program in programs:
        assert program.stdout is not None
        program.stdout.readline()
    ends = list(
        ThreadPoolExecutor(3).map(lambda one: one.communicate("go\n", timeout=120), programs)
    )

    assert [one.returncode for one in programs] == [0] * 3, ends
    with open_store(f"sqlite:///{path}", environ=ENVIRON) as store:
        assert [person.name for person in store.people()].count("Bob") == 3
