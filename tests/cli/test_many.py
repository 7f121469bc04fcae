"""`mockauth check --targets`: many services at once, none of which touches the others."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import xmlschema
from click.testing import CliRunner, Result

import mockauth
from mockauth.cli.check import check as check_command
from mockauth.cli.crew import Crew
from mockauth.cli.main import commands
from mockauth.cli.one_target import Job
from mockauth.cli.settings_digest import named_in, of_all, settings_digest
from mockauth.cli.targets import ListedTarget, Variable, read_targets
from mockauth.engine.interruption import Interruption
from mockauth.errors import UsageError
from mockauth.report.many import Row, State, exit_code, sentence, table
from mockauth.testing import MockPlugin, served_plugin
from tests.report.test_formats import SCHEMAS
from tests.test_readme import block

SECRET, PASSWORD = "demo-secret-3f9a7c51d2", "analytical-engine"
WORKS = "token.exchange-works"
LOGIN = """
client_id = "demo-client"
username = "ada"
client_secret = { env = "DEMO_SECRET" }
password = { env = "DEMO_PASSWORD" }
"""


@pytest.fixture(scope="module")
def plugin() -> Iterator[MockPlugin]:
    with served_plugin(login="login_and_consent") as found:
        yield found


@pytest.fixture(scope="module")
def faulty() -> Iterator[MockPlugin]:
    with served_plugin(login="login_and_consent", faults=["token.code-reusable"]) as found:
        yield found


@dataclass(frozen=True)
class Folder:
    """Where a list is, and what is checked of it."""

    path: Path

    def lists(self, **targets: tuple[str, str]) -> None:
        """Write a list: the address and more lines for each name."""
        entries = [
            f'[[target]]\nname = "{name}"\ntarget = "{target}"\n{more}'
            for name, (target, more) in targets.items()
        ]
        (self.path / "targets.toml").write_text("\n".join(entries))

    def checked(self, *words: str) -> Result:
        """Check it in this process, which starts one for each target."""
        given = ["check", "--targets", "targets.toml", "--select", WORKS, *words]
        return CliRunner().invoke(commands, given)

    def report(self, name: str) -> mockauth.Report:
        """The report of a target."""
        return mockauth.Report.from_json(self.report_file(name).read_text("utf-8"))

    def report_file(self, name: str) -> Path:
        """Where it is."""
        return self.path / "mockauth-reports" / f"{name}.json"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEMO_SECRET", SECRET)
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    return Folder(tmp_path)


def test_a_target_that_is_broken_in_any_way_leaves_the_others_as_they_are(
    folder: Folder, plugin: MockPlugin
) -> None:
    (folder.path / "dies.py").write_text(
        "import os, signal\ndef login(url, session): os.kill(os.getpid(), signal.SIGKILL)\n"
        "def leave(url, session): os._exit(0)\n"
    )
    folder.lists(
        well=(plugin.url, LOGIN),
        nobody=("http://127.0.0.1:9", ""),
        nofile=("no/such/manifest.json", ""),
        novar=(plugin.url, 'password = { env = "NO_SUCH_VARIABLE" }'),
        killed=(plugin.url, f'{LOGIN}login = "dies:login"'),
        left=(plugin.url, f'{LOGIN}login = "dies:leave"'),
        wrong=(plugin.url, 'profile = "plugn"'),
        also=(plugin.url, LOGIN),
    )
    done = folder.checked("--jobs", "2", "--report", "junit=all.xml")

    assert done.exit_code == 3
    rows = {line.split()[0]: line for line in done.output.splitlines()[:-1]}
    assert list(rows) == ["well", "nobody", "nofile", "novar", "killed", "left", "wrong", "also"]
    assert {name for name, line in rows.items() if "not judged" in line} == {*rows} - {
        "well",
        "also",
    }
    assert "ended by SIGKILL" in rows["killed"]
    assert "its process ended before the run did" in rows["left"]
    assert "NO_SUCH_VARIABLE is not set" in rows["novar"]
    assert "8 targets: 2 ok, 6 not judged. Reports: mockauth-reports" in done.output
    assert [folder.report(name)[WORKS].state for name in ("well", "also")] == ["pass", "pass"]
    text = (folder.path / "all.xml").read_text("utf-8")
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    assert text.count('<error type="not judged"') == 6


def test_the_exit_code_is_the_worst_and_findings_are_failures(
    folder: Folder, plugin: MockPlugin, faulty: MockPlugin
) -> None:
    once = f'{LOGIN}select = "token.code-single-use"'
    folder.lists(well=(plugin.url, once), faulty=(faulty.url, once))
    words = ["check", "--targets", "targets.toml", "--report", "junit=-"]
    done = CliRunner().invoke(commands, words)

    assert done.exit_code == 1
    assert done.stdout.count("<failure ") == 2  # the verdict and its check
    assert "2 targets: 1 ok, 1 with findings." in done.stderr
    text = done.output + folder.report_file("faulty").read_text("utf-8")
    assert SECRET not in text
    assert PASSWORD not in text


def test_what_was_judged_with_the_same_settings_is_kept_unless_asked(
    folder: Folder, plugin: MockPlugin
) -> None:
    folder.lists(well=(plugin.url, LOGIN), nobody=("http://127.0.0.1:9", ""))
    folder.checked()
    plugin.reset()
    second = folder.checked()
    unasked = plugin.requests
    again = folder.checked("--again")

    assert unasked == []
    assert second.output.count("(kept)") == 1
    assert "1 kept from earlier runs; --again checks them anew" in second.output
    assert "kept" not in again.output
    assert plugin.requests


def test_other_settings_are_another_run(tmp_path: Path) -> None:
    file = tmp_path / "mockauth.toml"
    digests = [settings_digest(ListedTarget(name="a", target="http://x", options={}), {}, {}, ())]
    for options, given, environment, text in (
        ({"budget": 9}, {}, {}, ""),
        ({"password": Variable("ONE")}, {}, {}, ""),
        ({}, {"select": ("token",)}, {}, ""),
        ({}, {}, {"MOCKAUTH_BUDGET": "9"}, ""),
        ({}, {}, {}, "[check]"),
        ({}, {}, {}, "[levels]"),
    ):
        file.write_text(text)
        entry = ListedTarget(name="a", target="http://x", options=options)
        digests.append(settings_digest(entry, given, environment, (str(file),) if text else ()))

    assert len(set(digests)) == 7
    same = ListedTarget(name="b", target="http://x", options={})
    assert settings_digest(same, {}, {}, ()) == digests[0]


def test_one_server_is_one_place_however_it_is_written() -> None:
    written = ("http://localhost:3333/a", "localhost:3333/b", "localhost:3333")

    places = {ListedTarget(name="n", target=one, options={}).place for one in written}

    assert places == {"localhost:3333"}


def test_the_files_that_a_settings_file_names_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own.toml").write_text('[check]\nopenapi = "doc.json"\nscenarios = ["probes"]\n')
    Path("broken.toml").write_text("[check")

    found = [list(named_in(name)) for name in ("own.toml", "broken.toml", "missing.toml", "")]

    assert found == [["doc.json", "probes"], [], [], []]


def test_a_folder_in_the_place_of_a_report_is_told_so(folder: Folder, plugin: MockPlugin) -> None:
    folder.lists(well=(plugin.url, LOGIN), lacking=(plugin.url, 'token = { env = "NOT_SET" }'))
    for name in ("well", "lacking"):
        folder.report_file(name).mkdir(parents=True)

    done = folder.checked()

    assert "well.json cannot be replaced" in done.output
    assert "lacking.json cannot be replaced" in done.output
    assert "mockauth itself failed" not in done.output


def test_a_baseline_that_the_settings_name_is_a_setting_too(
    folder: Folder, plugin: MockPlugin
) -> None:
    folder.lists(well=(plugin.url, LOGIN))
    (folder.path / "mockauth.toml").write_text('[check]\nbaseline = "known.json"\n')
    known = folder.path / "known.json"
    known.write_text('{"schema": "mockauth-baseline/1", "checks": {}}')
    first = folder.checked()
    kept = folder.checked()
    known.write_text('{"schema": "mockauth-baseline/1", "checks": { }}')
    changed = folder.checked()

    assert "(kept)" not in first.output
    assert "(kept)" in kept.output
    assert "(kept)" not in changed.output


def test_neither_a_secret_nor_the_number_of_jobs_is_a_setting_of_a_target() -> None:
    secrets = {"MOCKAUTH_PASSWORD": "pw", "MOCKAUTH_NOTES_KEY": "named in an entry"}
    others = {"MOCKAUTH_JOBS": "4", "MOCKAUTH_AGAIN": "1", "MOCKAUTH_DEBUG": "1", "PATH": "/bin"}
    budget = {"MOCKAUTH_BUDGET": "9", "MOCKAUTH_LEVEL": "token=info"}

    assert of_all(check_command, {**secrets, **others, **budget}) == budget


def test_a_report_of_earlier_does_not_stand_for_a_target_that_is_gone(folder: Folder) -> None:
    with served_plugin(login="login_and_consent") as plugin:
        folder.lists(well=(plugin.url, LOGIN))
        assert folder.checked().exit_code == 0
    folder.lists(well=(plugin.url, f"{LOGIN}wait = 0"))
    (folder.path / "mockauth.toml").write_text("[check]\n")

    assert folder.checked().exit_code == 3
    assert folder.report("well").exit_code == 3


def test_no_target_gets_credentials_that_are_not_its_own(
    folder: Folder, plugin: MockPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_USERNAME", "ada")
    monkeypatch.setenv("MOCKAUTH_PASSWORD", PASSWORD)
    monkeypatch.setenv("MOCKAUTH_CLIENT_SECRET", SECRET)
    folder.lists(bare=(plugin.url, ""))
    plugin.reset()
    done = folder.checked()
    asked = {one["path"] for one in plugin.requests}
    refused = folder.checked("--password", PASSWORD)

    assert done.exit_code == 3
    assert "/.well-known/ai-plugin.json" in asked
    assert asked.isdisjoint({"/login", "/token"})
    assert isinstance(refused.exception, UsageError)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[target]\n", "not TOML"),
        ("", "the list has one [[target]] for each service"),
        ("[defaults]\nbudget = 1\n", "the list has one [[target]] for each service"),
        ('[[target]]\nname = "a"\n', "target 1 (a): target must be the address"),
        ('[[target]]\ntarget = "http://x"\n', "target 1: name must be letters"),
        ('[[target]]\nname = "../a"\ntarget = "http://x"\n', "name must be letters"),
        ("{a}{A}", "target 2 (A): another one has this name"),
        ("{a}clientid = 1", "there is no key 'clientid'; did you mean client_id?"),
        ("{a}jobs = 2", "there is no key 'jobs'"),
        ('{a}password = "pw-4711"', "password is a secret; name a variable that holds it"),
        ("{a}username = { var = 1 }", 'a variable: { env = "NAME" }'),
    ],
)
def test_a_wrong_list_is_told_before_anything_is_sent(text: str, told: str, tmp_path: Path) -> None:
    for name in ("a", "A"):
        entry = f'[[target]]\nname = "{name}"\ntarget = "http://localhost:1"\n'
        text = text.replace(f"{{{name}}}", entry)
    (tmp_path / "targets.toml").write_text(text)

    with pytest.raises(UsageError) as wrong:
        read_targets(tmp_path / "targets.toml", check_command)
    assert told in str(wrong.value)
    assert "pw-4711" not in str(wrong.value)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--targets", "no.toml", "http://localhost:1"), "not both"),
        (("--targets", "no.toml"), "No such file"),
        (("--targets", "no.toml", "--report", "html=x"), "mockauth report"),
        (("--targets", "no.toml", "--username", "ada"), "belongs to one target"),
        (("--targets", "no.toml", "--write-baseline", "b.toml"), "check it alone, as TARGET"),
        ((), "Missing argument 'TARGET'"),
    ],
)
def test_what_does_not_go_together_is_said(words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(commands, ["check", *words])

    assert done.exit_code != 0
    assert told in done.output + str(done.exception)


def test_a_signal_ends_the_run_and_what_was_judged_is_kept(
    folder: Folder, plugin: MockPlugin
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        folder.lists(well=(plugin.url, LOGIN), silent=(address, ""), late=(address, ""))
        words = [sys.executable, "-m", "mockauth", "check", "--targets", "targets.toml"]
        with subprocess.Popen(  # noqa: S603 - our own command
            [*words, "--select", WORKS], stdout=subprocess.PIPE, text=True
        ) as run:
            connection, _ = silent.accept()
            with connection:
                run.send_signal(signal.SIGINT)
                told = run.communicate(timeout=60)[0]

    assert run.returncode == 128 + signal.SIGINT
    assert "3 targets: 1 ok, 2 not judged" in told
    assert told.count("interrupted by SIGINT") == 2
    assert folder.report("well").ok
    assert not folder.report_file("late").exists()


def test_no_two_processes_ask_the_same_server(tmp_path: Path) -> None:
    def job(name: str) -> Job:
        return Job(
            target="http://127.0.0.1:9",
            keywords={"select": WORKS},
            settings="",
            report=tmp_path / name,
            folder=str(tmp_path),
            environment={},
        )

    crew = Crew(3, Interruption())
    together: list[set[int]] = []
    for done in crew.run([("one", job("a")), ("one", job("b")), ("two", job("c"))]):
        together.append({done.number, *(worker.number for worker in crew.workers)})

    assert len(together) == 3
    assert not any({0, 1} <= numbers for numbers in together)
    assert json.loads((tmp_path / "c").read_text("utf-8"))["gate"]["exit_code"] == 3


def test_the_list_of_the_page_is_read(tmp_path: Path) -> None:
    (tmp_path / "services.toml").write_text(block("docs/many-targets.md", "toml", "[[target]]"))

    todo, search = read_targets(tmp_path / "services.toml", check_command)
    assert todo.keywords({"DEMO_CLIENT_SECRET": "s", "DEMO_PASSWORD": "p"})["password"] == "p"
    assert search.options["profile"] == "action"


def test_of_many_targets_the_trouble_is_listed() -> None:
    rows = [Row(name=f"t{n}", state=State.OK, text="fine") for n in range(50)]
    rows.append(Row(name="bad", state=State.FINDINGS, text="one requirement is broken\n::error::"))
    lines = [text for text, _ in table(rows)]

    assert lines == [
        "bad  findings    one requirement is broken\\u000a::error::",
        "50 more are ok; -v lists them",
    ]
    assert len([*table(rows, verbose=1)]) == 51
    assert sentence(rows, "out") == "51 targets: 50 ok, 1 with findings. Reports: out"
    assert exit_code(rows) == 1
