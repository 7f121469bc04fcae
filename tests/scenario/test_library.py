"""The library: the built-in files load, and a user's files stand beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockauth.checks.source import covers
from mockauth.engine.catalogue import catalogue
from mockauth.errors import UsageError
from mockauth.scenario import library
from mockauth.scenario.library import builtin_folder, load_library
from mockauth.scenario.lint import lint_scenario
from mockauth.scenario.strict import Document, read_strict

PROBE = """\
mockauth: 1
id: token.my-own
title: My own rule
level: must
refs: [RFC6749-5.2]
why: Because.
fix: Fix it.
steps:
  - do: token
    expect: {verdict: refused}
"""
FAULTS = """\
mockauth: 1
faults:
  - name: mine
    title: Mine
    caught_by: [token.my-own]
    policy: {secret_checked: false}
"""


def test_the_built_in_files_load() -> None:
    library = load_library()

    assert len(library.probes) > 50
    assert len({probe.rule.id for probe in library.probes}) == len(library.probes)


def test_a_built_in_probe_lies_where_its_id_says() -> None:
    for probe in load_library().probes:
        area, _, rest = probe.rule.id.partition(".")
        assert probe.file == f"{builtin_folder().name}/probes/{area}/{rest}.yaml"


def test_a_users_files_stand_beside_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yml").write_text(PROBE)
    (tmp_path / "faults.yaml").write_text(FAULTS)
    (tmp_path / "notes.txt").write_text("not read")

    library = load_library([tmp_path])

    assert "token.my-own" in {probe.rule.id for probe in library.probes}
    assert "mine" in {fault.name for fault in library.faults}
    assert len(library.probes) == len(load_library().probes) + 1


def test_a_users_file_may_not_shadow_a_built_in_id(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PROBE.replace("token.my-own", "token.code-single-use"))

    with pytest.raises(UsageError, match=r"a\.yaml:2:5: id: token\.code-single-use is taken by "):
        load_library([tmp_path])


def test_two_faults_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FAULTS)
    (tmp_path / "b.yaml").write_text(FAULTS)

    with pytest.raises(UsageError, match=r"b\.yaml:3:11: faults\.0\.name: mine is taken by .*a\."):
        load_library([tmp_path])


def test_the_problems_of_every_file_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PROBE.replace("do: token", "do: tokn"))
    (tmp_path / "b.yaml").write_text(FAULTS.replace("secret_checked", "secret_chekced"))
    (tmp_path / "c.yaml").write_text("a: [")

    with pytest.raises(UsageError) as caught:
        load_library([tmp_path])

    assert [line.partition(":")[0][-6:] for line in str(caught.value).split("\n")] == [
        "a.yaml",
        "b.yaml",
        "c.yaml",
    ]


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        load_library([tmp_path / "none"])


def test_one_file_can_be_linted(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(PROBE.replace("why: Because.\n", "").replace("refused", "refusd"))

    assert [(p.line, p.column, p.path) for p in lint_scenario(path)] == [
        (1, 1, "why"),
        (9, 23, "steps.0.expect.verdict"),
    ]


def test_a_right_file_lints_clean(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PROBE)
    (tmp_path / "f.yaml").write_text(FAULTS)

    assert [lint_scenario(path) for path in sorted(tmp_path.iterdir())] == [[], []]


def test_a_users_fault_may_not_shadow_a_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FAULTS.replace("name: mine", "name: token.code-reusable"))

    with pytest.raises(UsageError, match=r"token\.code-reusable is taken by scenarios/faults/"):
        load_library([tmp_path])


def test_ids_and_areas_name_probes_and_bring_those_whose_answers_they_judge() -> None:
    found = load_library()
    named = {
        probe.rule.id: probe for probe in found.probes_named({"pkce", "api.challenge-present"})
    }
    whole = {probe.rule.id: probe for probe in found.probes}

    areas = {rule_id for rule_id in whole if rule_id.startswith("pkce.")}
    judged = {name for name, _ in whole["api.challenge-present"].answers_of}
    assert judged
    assert named == {name: whole[name] for name in areas | judged | {"api.challenge-present"}}


def test_the_users_own_probes_are_among_the_named_ones(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(PROBE)
    named = load_library([tmp_path]).probes_named({"token.code-single-use"})

    assert [probe.rule.id for probe in named] == ["token.code-single-use", "token.my-own"]


def test_only_the_files_that_are_named_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(path: Path, file: str) -> Document:
        read.append(file)
        return read_strict(path, file)

    monkeypatch.setattr(library, "read_strict", noted)
    library.read_builtin.cache_clear()
    load_library().probes_named({"token.code-single-use"})

    assert read == ["scenarios/probes/token/code-single-use.yaml"]


def test_no_area_is_the_beginning_of_a_source() -> None:
    """Else a selection by area would have to look for sources in every file, too."""
    entries = catalogue()
    areas = {entry.rule.area for entry in entries}
    refs = {ref for entry in entries for ref in entry.rule.refs}

    assert [(area, ref) for area in areas for ref in refs if covers(area, ref)] == []
