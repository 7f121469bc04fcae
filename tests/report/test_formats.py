"""Every format is made of the saved run document and keeps to its public schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from jsonschema import Draft4Validator, Draft6Validator

from mockauth.cli.output import write_reports
from mockauth.engine.demo import as_action
from mockauth.errors import UsageError
from mockauth.plugin.config import PluginConfig
from mockauth.report.formats import document, github, har, junit, markdown, sarif
from mockauth.report.formats.written import FORMATS, written
from mockauth.scenario.misbehaving import with_faults
from mockauth.wire.secret import Secrets
from tests.report.saved import document_of

SCHEMAS = Path(__file__).parent / "schemas"
FAULTS = ("token.code-reusable", "manifest.behind-the-guard")
WHOLE: dict[str, Any] = {
    "schema": "mockauth-run/1", "target": "", "profile": "plugin", "summary": {}, "gate": {},
    "checks": [], "exchanges": [],
}  # fmt: skip
SECRET = "demo-secret-3f9a7c51d2"


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, Any]]:
    """One document of each kind."""
    return {
        "faultless": document_of(PluginConfig()),
        "broken": document_of(with_faults(PluginConfig(), FAULTS[:1])),
        "unread": document_of(with_faults(PluginConfig(), FAULTS[1:2])),
        "action": document_of(as_action(PluginConfig()), "action"),
        "service_http": document_of(PluginConfig(auth="service_http")),
    }


@pytest.fixture(params=["faultless", "broken", "unread", "action", "service_http"])
def run(request: pytest.FixtureRequest, runs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Each of them."""
    return runs[request.param]


def test_junit_keeps_to_the_schema_of_jenkins(run: dict[str, Any]) -> None:
    text = junit.render(run)

    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    assert text.count("<testcase ") == len(run["checks"])
    assert text.count("<error ") == run["summary"]["error"]
    assert text.count("<failure ") >= run["summary"]["fail"]


def test_junit_writes_no_character_that_xml_has_not(runs: dict[str, dict[str, Any]]) -> None:
    check = {**runs["broken"]["checks"][0], "state": "fail", "actual": "a\x00b\ud800<c>&]]>"}

    text = junit.render({**runs["broken"], "checks": [check]})

    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    assert "a\ufffdb\ufffd&lt;c&gt;" in text


def test_a_critical_check_that_was_blocked_by_the_service_is_a_failure_in_junit(
    runs: dict[str, dict[str, Any]],
) -> None:
    check = {**runs["broken"]["checks"][0], "state": "blocked", "level": "critical"}

    own = junit.render({**runs["broken"], "checks": [{**check, "blocked_by": ""}]})
    option = junit.render({**runs["broken"], "checks": [{**check, "blocked_by": "--slow"}]})

    assert "<failure" in own
    assert "Not testable: " in own
    assert "<skipped" in option


def test_sarif_keeps_to_its_schema_and_every_result_has_a_rule(run: dict[str, Any]) -> None:
    found = json.loads(sarif.render(run))

    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text("utf-8"))
    Draft4Validator(schema).validate(found)
    [one] = found["runs"]
    rules = one["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in one["results"])
    failed = {c["id"] for c in run["checks"] if c["state"] == "fail"}
    assert failed == {r["ruleId"] for r in one["results"] if r["level"] == "error"}


@pytest.mark.parametrize("kind", ["junit", "sarif", "markdown", "github"])
def test_a_waiver_that_fails_the_run_is_a_finding_of_every_format(
    kind: str, runs: dict[str, dict[str, Any]]
) -> None:
    expired = {
        "id": "page.frame-guard",
        "kind": "expired",
        "text": "over since May",
        "fix": "fix it",
    }

    text = written(kind, {**runs["faultless"], "policy": [expired]})

    assert "waivers.page.frame-guard" in text
    assert "over since May" in text
    assert "waivers.page" not in written(kind, runs["faultless"])


def test_a_finding_has_the_same_fingerprint_in_the_next_run(
    runs: dict[str, dict[str, Any]],
) -> None:
    again = document_of(with_faults(PluginConfig(), FAULTS[:1]))

    assert prints(runs["broken"]) == prints(again) != set()


def test_a_finding_stands_on_the_line_of_its_file_in_code_scanning_and_on_github(
    runs: dict[str, dict[str, Any]],
) -> None:
    first = {**runs["broken"]["checks"][0], "state": "fail"}
    at = {"expected": "a", "actual": "b", "at": "/auth/type", "exchanges": []}
    places = [{**at, "place": where} for where in ("http://a.example/m.json:3:7", "my/m.json:3:7")]
    run = {**runs["broken"], "checks": [{**first, "findings": places}]}

    served, in_file = json.loads(sarif.render(run))["runs"][0]["results"]

    assert served["message"]["text"].endswith("(at http://a.example/m.json:3:7)")
    assert located(served)["artifactLocation"]["uri"] == "mockauth.toml"
    assert located(in_file) == {
        "artifactLocation": {"uri": "my/m.json"},
        "region": {"startLine": 3, "startColumn": 7},
    }
    assert github.render(run).startswith("::error file=my/m.json,line=3,col=7,title=")


def located(result: dict[str, Any]) -> Any:
    """Where a result stands."""
    return result["locations"][0]["physicalLocation"]


def prints(run: dict[str, Any]) -> set[str]:
    """The fingerprints of a run's findings."""
    results = json.loads(sarif.render(run))["runs"][0]["results"]
    return {one["partialFingerprints"]["mockauth/1"] for one in results}


def test_har_keeps_to_its_schema_and_has_an_entry_of_each_exchange(run: dict[str, Any]) -> None:
    found = json.loads(har.render(run))

    schema = json.loads((SCHEMAS / "har-1.2.json").read_text("utf-8"))
    Draft6Validator(schema).validate(found)
    entries = found["log"]["entries"]
    assert [one["_mockauth"]["n"] for one in entries] == [one["n"] for one in run["exchanges"]]


def test_markdown_shows_the_verdict_and_lets_no_text_of_the_service_act(
    runs: dict[str, dict[str, Any]],
) -> None:
    odd = "<img src=x> @all | [a](http://evil.example)\n# x"
    checks = [{**one, "actual": odd} for one in runs["broken"]["checks"]]

    text = markdown.render({**runs["broken"], "checks": checks})

    assert "`token.code-single-use`" in text
    assert not [part for part in ("<img", "@all", "[a](", "http://evil", "\n# x") if part in text]


def test_github_gets_one_command_a_finding_and_at_most_ten_of_a_kind(
    runs: dict[str, dict[str, Any]],
) -> None:
    broken = {**runs["broken"]["checks"][0], "state": "fail", "actual": "a\n::error::b"}

    lines = github.render({**runs["broken"], "checks": [broken] * 30}).splitlines()

    assert len(lines) == 10
    assert all(line.startswith("::error ") and "%0A::error" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("hello", "not JSON"),
        ("[]", "its schema is not"),
        ('{"a": 1}', "its schema is not"),
        ('{"schema": "mockauth-run/1", "tool": {', "cut off"),
        ('{"schema": "mockauth-run/2"}', "needs a newer release"),
        ('{"schema": "mockauth-run/1"}', "it has no target"),
        (json.dumps({**WHOLE, "verdict": None}), "its verdict is no text"),
        (json.dumps({**WHOLE, "summary": {"pass": "1"}}), "its summary counts no checks"),
    ],
)
def test_what_is_no_run_is_told_apart(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        document.read_document(text, "run.json")


def test_what_is_broken_first_in_a_revision_is_the_method_that_does_not_work() -> None:
    rows: list[dict[str, Any]] = [
        {"failures": ["a", "b"], "refused": "tools/list"}, {"failures": ["a", "b"]},
        {"failures": [], "refused": ""},
    ]  # fmt: skip

    assert [document.first_broken(one) for one in rows] == ["tools/list", "a", ""]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_run_of_an_older_release_is_written_in_every_format(
    runs: dict[str, dict[str, Any]], kind: str
) -> None:
    kept = {"schema", "target", "profile", "summary", "gate", "exchanges"}
    old: dict[str, Any] = {name: runs["broken"][name] for name in kept}
    later = ("waiver", "findings", "caused_by", "blocked_by", "practice")
    old["checks"] = [
        {name: value for name, value in one.items() if name not in later}
        for one in runs["broken"]["checks"]
    ]
    read = document.read_document(json.dumps(old))

    assert written(kind, read)
    assert read["coverage"]["judged"] == runs["broken"]["coverage"]["judged"]


@pytest.mark.parametrize("spelled", [SECRET, f'"{SECRET}"', f"client_secret={SECRET}&a=b"])
def test_a_secret_that_is_left_in_a_report_is_found(spelled: str) -> None:
    secrets = Secrets()
    secrets.add(SECRET, "client secret")

    assert secrets.left_in(f"before {spelled} after") == "‹client secret 1 · 22 chars›"


def test_a_secret_that_is_a_word_of_the_report_is_none_that_is_left() -> None:
    secrets = Secrets()
    secrets.add("authorization_code", "password")

    assert secrets.left_in("grant_type authorization_code") == ""


def test_no_report_is_written_before_all_were_searched(
    runs: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    def run() -> dict[str, Any]:
        assert not any(tmp_path.iterdir())
        return runs["broken"]

    assert write_reports([(kind, str(tmp_path / kind)) for kind in FORMATS], run, Secrets())
    assert {path.name for path in tmp_path.iterdir()} == set(FORMATS)


def test_a_report_that_would_show_a_secret_is_not_written_and_the_others_are(
    runs: dict[str, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = Secrets()
    secrets.add(SECRET, "client secret")
    first, *rest = runs["broken"]["exchanges"]
    leaking = {**runs["broken"], "exchanges": [{**first, "error": SECRET, "response": None}, *rest]}

    done = write_reports(
        [(kind, str(tmp_path / kind)) for kind in FORMATS], lambda: leaking, secrets
    )

    assert not done
    assert {path.name for path in tmp_path.iterdir()} == {"junit", "sarif", "markdown", "github"}
    assert capsys.readouterr().err.count("was not written: it would show ‹client secret 1 ·") == 3
