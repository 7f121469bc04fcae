"""The pages of docs/ about Python and pytest: what they show is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import mockauth
from mockauth.plugin.server.serving import serving
from tests.test_readme import PAGES, ROOT, block, blocks

pytest_plugins = ("pytester",)
QUIET = ("-p", "no:cacheprovider", "-q")
MY_PLUGIN = """
from mockauth import create_app

app = create_app()
"""
DEMO = """
client_id = "demo-client"
username = "ada"
client_secret = { env = "DEMO_CLIENT_SECRET" }
password = { env = "DEMO_PASSWORD" }
select = "token.exchange-works"
"""


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """The folder of a plugin's author."""
    pytester.makepyfile(my_plugin=MY_PLUGIN)
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    return pytester


def run(folder: pytest.Pytester, text: str) -> str:
    result = folder.runpython(folder.makepyfile(page=text))
    assert result.ret == 0, result.stderr.str()
    return result.stdout.str()


@pytest.fixture
def services(folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A list of two services, and one whose variable is missing."""
    monkeypatch.setenv("DEMO_CLIENT_SECRET", "demo-secret-3f9a7c51d2")
    monkeypatch.setenv("DEMO_PASSWORD", "analytical-engine")
    with serving(mockauth.create_app()) as base:
        entries = [
            f'[[target]]\nname = "{name}"\ntarget = "{base}"{DEMO}' for name in ("one", "two")
        ]
        entries.append(f'[[target]]\nname = "bad"\ntarget = "{base}"\ntoken = {{ env = "NO" }}')
        (folder.path / "services.toml").write_text("\n".join(entries))
        yield


def test_the_first_block_checks_an_app(folder: pytest.Pytester) -> None:
    assert run(folder, block("docs/python-api.md", "python", "assert_ok(select=")) == "pass"


def test_the_block_of_lint_reads_a_manifest(folder: pytest.Pytester) -> None:
    manifest = (ROOT / "docs" / "examples" / "ai-plugin.json").read_text("utf-8")
    (folder.path / "ai-plugin.json").write_text(manifest.replace('"v1"', '"v9"'))

    assert "manifest.schema-version-v1" in run(
        folder, block("docs/python-api.md", "python", "mockauth.lint")
    )


def test_the_block_of_chatgpt_logs_a_user_in(folder: pytest.Pytester) -> None:
    run(folder, block("docs/python-api.md", "python", "gpt.install"))


def test_a_list_of_services_is_spread_over_two_workers(
    folder: pytest.Pytester, services: None
) -> None:
    folder.makepyfile(test_store=block("docs/python-api.md", "python", "parametrize"))
    result = folder.runpytest_subprocess(*QUIET, "-n2")

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*token: NO is not set in the environment"])
    reports = [(folder.path / f"{name}.json").read_text("utf-8") for name in ("one", "two")]
    assert all(mockauth.Report.from_json(text).ok for text in reports)


# Looked for and not imported: what it brings replaces the finder of importlib.metadata, which pytester
# takes away again, so that no later test would find a distribution.
@pytest.mark.skipif(find_spec("distributed") is None, reason="needs Dask, of the extra dev")
def test_a_list_of_services_is_mapped_by_two_workers_of_dask(
    folder: pytest.Pytester, services: None
) -> None:
    [text] = blocks("docs/python-api.md", "python", before="dask")
    told = run(folder, text).splitlines()

    assert told == ["one ok", "two ok", "bad not judged: token: NO is not set in the environment"]
    assert mockauth.Report.from_json((folder.path / "one.json").read_text("utf-8")).ok


def test_the_checks_of_the_page_are_tests(
    folder: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    [text] = [one for one in blocks("docs/pytest.md") if "--mockauth-target" in one]
    for name, value in re.findall(r"(MOCKAUTH_\w+)=(\S+)", text):
        monkeypatch.setenv(name, value)
    [line] = [one for one in text.splitlines() if one.startswith("pytest ")]
    words = line.replace("-k token", "-k token.exchange-works").split()[1:]

    folder.runpytest_subprocess(*QUIET, "-p", "no:xdist", *words).assert_outcomes(passed=1)


def test_the_tests_of_a_plugin_pass(folder: pytest.Pytester) -> None:
    folder.makepyfile(block("docs/pytest.md", "python", "mockauth_settings"))

    folder.runpytest_subprocess(*QUIET, "-p", "no:xdist").assert_outcomes(passed=3)


def test_every_block_of_the_pages_is_run_above() -> None:
    source = Path(__file__).read_text("utf-8")
    named = set(re.findall(r'block\("(docs/[\w-]+\.md)", "python", "([^"]+)"\)', source))
    named.add(("docs/pytest.md", "def test_login(mock_plugin"))  # by the test of README
    named.add(("docs/pytest.md", "tomllib"))  # by the test of the fixture
    for page in ("docs/python-api.md", "docs/pytest.md"):
        for text in blocks(page, "python"):
            assert "dask" in text or any(one == page and part in text for one, part in named)


def test_every_member_of_a_report_that_the_page_names_exists() -> None:
    table = PAGES["docs/python-api.md"].partition("| `report` |")[2].partition("\n\n")[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    named = {name for cell in cells for name in re.findall(r"`(?:Report\.)?(\w+)(?:\(|`)", cell)}

    assert len(named) > 8
    assert all(hasattr(mockauth.Report, name) for name in named)
