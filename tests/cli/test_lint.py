"""`mockauth lint`: for editors, hooks and CI."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft4Validator

from mockauth.cli.main import commands

ROOT = Path(__file__).parent.parent.parent
SARIF = ROOT / "tests" / "report" / "schemas" / "sarif-2.1.0.json"
LINE = re.compile(
    r"(?P<file>.+?):(?P<line>[1-9]\d*):(?P<column>[1-9]\d*): (?P<id>[a-z0-9.-]+) \S.*"
)
GOOD = """openapi: 3.0.1
info: {title: Todo, version: '1'}
servers: [{url: 'https://api.todo.dev'}]
paths:
  /a:
    get:
      operationId: a
      responses: {'200': {description: d}}
"""
BROKEN = GOOD.replace("operationId: a", "summary: a")
MANIFEST = """{
  "schema_version": "v1",
  "name_for_model": "todo list",
  "auth": {"type": "none"},
  "api": {"type": "openapi", "url": "https://api.todo.dev/openapi.yaml"}
}
"""


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lint(*words: str, text: str = "") -> Result:
    """Run the command in the folder of the test."""
    return CliRunner().invoke(commands, ["lint", *words], input=text, standalone_mode=False)


def write(files: dict[str, str]) -> None:
    """Write files by their path."""
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def lines(done: Result) -> list[tuple[str, str]]:
    """The file and the id of each line."""
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines()]
    return [(one["file"], one["id"]) for one in found if one]


def code(done: Result) -> int:
    """The exit code; an error of usage is 2, as `main` makes it."""
    if done.exception is None:
        return int(done.return_value or 0)
    return int(getattr(done.exception, "exit_code", 1))


def test_each_finding_is_one_line_with_file_line_column_id_and_message() -> None:
    write({"openapi.yaml": BROKEN})
    done = lint("openapi.yaml")

    assert ("openapi.yaml", "openapi.operation-ids-unique") in lines(done)
    assert len(lines(done)) == len(done.stdout.splitlines())
    assert (code(done), done.stderr) == (1, "1 file: 1 with failures, 0 with warnings only\n")


def test_a_file_without_fault_says_nothing_but_the_count() -> None:
    write({"openapi.yaml": GOOD})
    done = lint("openapi.yaml")

    assert (code(done), done.stdout) == (0, "")


def test_text_from_standard_input_is_judged_under_the_name_that_is_given() -> None:
    done = lint("-", "--stdin-filename", "api/openapi.yaml", text=BROKEN)
    nameless = lint("-", text=BROKEN)

    assert ("api/openapi.yaml", "openapi.operation-ids-unique") in lines(done)
    assert ("<stdin>", "openapi.operation-ids-unique") in lines(nameless)


def test_unsaved_text_of_a_manifest_is_judged_with_the_document_on_the_disk() -> None:
    write({"openapi.yaml": BROKEN})
    done = lint("-", "--stdin-filename", "ai-plugin.json", text=MANIFEST)

    assert {"ai-plugin.json", "openapi.yaml"} == {file for file, _ in lines(done)}


def test_an_unsaved_scenario_file_is_judged_by_line_and_column() -> None:
    done = lint("-", "--stdin-filename", "x.yaml", text="mockauth: 1\nid: a.b\nlevl: must\n")

    assert "x.yaml:3:1: scenario.file-valid levl: unknown key" in done.stdout


def test_a_name_without_standard_input_is_wrong_use() -> None:
    assert code(lint("openapi.yaml", "--stdin-filename", "x.yaml")) == 2


def test_a_folder_is_searched_where_git_would_look_and_in_well_known() -> None:
    Path(".git").mkdir()
    write(
        {
            ".gitignore": "build/\n*.gen.yaml\n!keep.gen.yaml\n!\n",
            ".well-known/ai-plugin.json": MANIFEST,
            "build/openapi.yaml": BROKEN,
            "api/a.gen.yaml": BROKEN,
            "api/keep.gen.yaml": BROKEN,
            "api/sub/.gitignore": "here.yaml\n",
            "api/sub/here.yaml": BROKEN,
            "node_modules/x/openapi.yaml": BROKEN,
            "env/pyvenv.cfg": "",
            "env/openapi.yaml": BROKEN,
            "package.json": "{}",
        }
    )
    found = {file for file, _ in lines(lint("."))}
    below = {file for file, _ in lines(lint("api"))}
    named = {file for file, _ in lines(lint("build", "api/sub/here.yaml"))}

    assert found == {".well-known/ai-plugin.json", "api/keep.gen.yaml"}
    assert below == {"api/keep.gen.yaml"}
    assert named == {"build/openapi.yaml", "api/sub/here.yaml"}


@pytest.mark.parametrize("files", [{}, {"package.json": "{}"}, {"notes.md": "openapi: 3.0.1"}])
def test_a_folder_in_which_nothing_can_be_judged_is_wrong_use(files: dict[str, str]) -> None:
    write(files)
    done = lint(".")

    assert code(done) == 2
    assert "nothing was judged" in str(done.exception)


def test_a_document_that_could_not_be_judged_is_not_a_clean_one() -> None:
    write({"ai-plugin.json": '{"name_for_model": '})

    assert code(lint("ai-plugin.json")) == 1
    done = lint("ai-plugin.json", "--select", "manifest.auth-type-known")
    assert (code(done), lines(done)) == (3, [("ai-plugin.json", "manifest.auth-type-known")])
    assert "not judged: " in done.stdout


def test_select_and_ignore_choose_the_rules() -> None:
    write({"openapi.yaml": BROKEN})

    only = lint("openapi.yaml", "--select", "openapi.operation-ids-unique")
    assert {rule for _, rule in lines(only)} == {"openapi.operation-ids-unique"}
    assert code(lint("openapi.yaml", "--ignore", "openapi.operation-ids-unique")) == 0
    wrong = lint("openapi.yaml", "--select", "token")
    assert code(wrong) == 2
    assert "checks --kind static" in str(wrong.exception)


@pytest.mark.parametrize(
    ("fail_on", "level", "expected"),
    [("must", "must", 1), ("must", "should", 0), ("should", "should", 1), ("never", "must", 0)],
)
def test_fail_on_and_the_level_decide_the_exit_code(
    fail_on: str, level: str, expected: int
) -> None:
    write({"openapi.yaml": BROKEN})
    rule = "openapi.operation-ids-unique"
    asked = ("--select", rule, "--level", f"{rule}={level}", "--fail-on", fail_on)

    assert code(lint("openapi.yaml", *asked)) == expected


def test_settings_give_levels_waivers_and_the_options_of_lint() -> None:
    write({"openapi.yaml": BROKEN})
    rule = "openapi.operation-ids-unique"
    write({"mockauth.toml": f'[lint]\nselect = ["{rule}"]\nformat = "json"\n'})
    [found] = json.loads(lint("openapi.yaml").stdout)["findings"]
    assert (found["id"], found["state"]) == (rule, "fail")

    waiver = f'[[waiver]]\nid = "{rule}"\nreason = "soon"\nuntil = 9999-12-31\n'
    write({"mockauth.toml": waiver})
    done = lint("openapi.yaml")
    assert code(done) == 0
    assert "(waived)" in done.stdout
    write({"mockauth.toml": waiver.replace("9999", "2020")})
    assert code(lint("openapi.yaml")) == 1

    write({"mockauth.toml": f'[levels]\n"{rule}" = "off"\n'})
    assert code(lint("openapi.yaml")) == 0


def test_a_settings_file_is_judged_by_line() -> None:
    Path("mockauth.toml").write_text(
        '[check]\nclientid = "x"\nwait = "soon"\nmap = "off"\n'
        '[levels]\n"token.nonsense" = "should"\n[[waiver]]\nid = "page.frame-guard"\n'
        '[[login.page]]\nurl = "*/in"\nfields = { otp = { env = "NOT_SET_HERE" } }\nsubmt = "x"\n'
        '[serve]\ntoken_fromat = "jwt"\n'
    )
    done = lint("mockauth.toml")

    found = re.findall(r"^mockauth.toml:(\d+):1: settings.file-valid ", done.stdout, re.M)
    assert found == ["2", "3", "5", "7", "7", "9", "13"]
    assert code(done) == 1
    assert code(lint("mockauth.toml", "--config", "mockauth.toml")) == 2
    assert code(lint("-", "--stdin-filename", "other.toml", text="[check]\nwait = 3\n")) == 1
    Path("mockauth.toml").unlink()
    assert code(lint("-", "--stdin-filename", "other.toml", text="[check]\nwait = 3\n")) == 0


def test_sarif_names_the_line_and_the_rule() -> None:
    write({"openapi.yaml": BROKEN})
    found = json.loads(lint("openapi.yaml", "--format", "sarif").stdout)

    Draft4Validator(json.loads(SARIF.read_text("utf-8"))).validate(found)
    [run] = found["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert place["artifactLocation"]["uri"] == "openapi.yaml"
        assert place["region"]["startLine"] >= 1


def test_github_is_told_in_commands_that_text_of_others_cannot_end() -> None:
    write({"a,b/openapi.yaml": BROKEN.replace("/a:", '"/a%0A\\n::error::x":')})
    done = lint("a,b", "--format", "github")

    for line in done.stdout.splitlines():
        assert re.match(
            r"::(error|warning|notice) file=a%2Cb/openapi\.yaml,line=\d+,col=\d+,", line
        )


def test_full_says_the_fix() -> None:
    write({"openapi.yaml": BROKEN})

    assert "    fix: " in lint("openapi.yaml", "--format", "full").stdout


def test_the_hook_for_pre_commit_judges_the_whole_project() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    write({"openapi.yaml": BROKEN})
    words = [*shlex.split(hook["entry"]), *hook["args"]]

    assert (words[0], hook["language"], hook["pass_filenames"]) == ("mockauth", "python", False)
    done = CliRunner().invoke(commands, words[1:], standalone_mode=False)
    assert ("openapi.yaml", "openapi.operation-ids-unique") in lines(done)
