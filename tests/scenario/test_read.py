"""Probe files become values, or problems that say where and what instead."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockauth.checks.rule import levels
from mockauth.scenario.model import Change, Expect, Probe, Step
from mockauth.scenario.read import read_probe
from mockauth.scenario.strict import parse_strict
from mockauth.scenario.words import probe_words

HEAD = """\
mockauth: 1
id: token.code-single-use
title: An authorization code works only once
level: critical
refs: [RFC6749-4.1.2]
why: A stolen code must be worthless.
fix: Mark the code used.
"""
STEPS = """\
steps:
  - do: token
    expect: {verdict: refused}
"""


def probe(text: str) -> Probe:
    document = parse_strict(text.encode(), "p.yaml")
    read = read_probe(document)
    assert document.problems == []
    assert read is not None
    return read


def problems(text: str) -> list[str]:
    document = parse_strict(text.encode(), "p.yaml")
    assert read_probe(document) is None
    return [str(problem) for problem in sorted(document.problems)]


def step(text: str) -> list[str]:
    """The problems of a probe with this one step, without their file."""
    return [p.partition("p.yaml:")[2] for p in problems(f"{HEAD}steps:\n  - {text}\n")]


def test_a_probe_file_becomes_a_probe() -> None:
    read = probe(
        HEAD
        + """\
needs: [login]
shows: nothing
destructive: true
variants: {way: [a, b]}
steps:
  - do: token
    name: first
  - do: token
    name: second
    change:
      set: {code: "${first.request.code}", x: "${variant.way}"}
      headers: {Origin: null}
      alter: {client_secret: one-character}
    expect: {verdict: refused, status: [400, 4xx], tolerated: 404}
"""
    )

    assert read.rule.id == "token.code-single-use"
    assert read.rule.kind == "probe"
    assert read.rule.auth == ("oauth",)
    assert read.rule.needs == ("login",)
    assert read.rule.chatgpt_shows == "nothing"
    assert read.destructive
    assert read.file == "p.yaml"
    assert [dict(variant) for variant in read.variants] == [{"way": "a"}, {"way": "b"}]
    assert read.steps == (
        Step(do="token", name="first"),
        Step(
            do="token",
            name="second",
            change=Change(
                set=(("code", "${first.request.code}"), ("x", "${variant.way}")),
                headers=(("Origin", None),),
                alter=(("client_secret", "one-character"),),
            ),
            expect=Expect(verdict="refused", status=("400", "4xx"), tolerated=("404",)),
        ),
    )


def test_a_step_is_called_by_its_word_unless_it_has_a_name() -> None:
    assert probe(HEAD + STEPS).steps[0].name == "token"


def test_a_probe_without_variants_runs_once() -> None:
    assert [dict(variant) for variant in probe(HEAD + STEPS).variants] == [{}]


def test_variants_are_every_combination() -> None:
    text = 'variants: {a: [x, y], b: [z]}\nsteps:\n  - do: token\n    change: {set: {c: "${variant.a}${variant.b}"}}\n    expect: {verdict: refused}\n'

    assert [dict(v) for v in probe(HEAD + text).variants] == [
        {"a": "x", "b": "z"},
        {"a": "y", "b": "z"},
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("critical", levels("CCC")),
        ("must-not", dict.fromkeys(("plugin", "action", "mcp"), "must-not")),
        ("CM-", levels("CM-")),
        ("{plugin: must, mcp: must-not}", levels("M-X")),
    ],
)
def test_a_level_is_a_word_a_mapping_or_three_letters(written: str, read: Any) -> None:
    text = HEAD.replace("level: critical", f"level: {written}")

    assert probe(text + STEPS).rule.levels == read


def test_profiles_narrow_the_levels() -> None:
    assert probe(HEAD + "profiles: [plugin]\n" + STEPS).rule.levels == {"plugin": "critical"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("mockauth: 1", "mockauth: 2", "1:11: mockauth: 2 is unknown here; known: 1"),
        (
            "mockauth: 1",
            "mockauth: true",
            "1:11: mockauth: true or false is unknown here; known: 1",
        ),
        (
            "id: token.code-single-use",
            "id: Token",
            "2:5: id: must be area.what-should-hold, in lower case, such as token.code-single-use",
        ),
        ("title: An", "titel: An", "3:1: titel: unknown key; did you mean 'title'?"),
        (
            "why: A stolen code must be worthless.",
            "why: ''",
            "6:6: why: must be a string that is not empty",
        ),
        ("refs: [RFC6749-4.1.2]", "refs: []", "5:7: refs: must not be empty"),
        ("refs: [RFC6749-4.1.2]", "refs: RFC6749", "5:7: refs: must be a list; write [one, two]"),
        (
            "level: critical",
            "level: {plugin: mst}",
            "4:17: level.plugin: 'mst' is unknown here; did you mean 'must'?",
        ),
        (
            "level: critical",
            "level: {plugn: must}",
            "4:9: level.plugn: unknown key; did you mean 'plugin'?",
        ),
        (
            "level: critical",
            "level: '---'",
            "4:8: level: applies to no profile; name a level for plugin, action or mcp",
        ),
        (
            "fix: Mark",
            "destructive: yes\nfix: Mark",
            "7:14: destructive: must be true or false, in lower case",
        ),
        (
            "fix: Mark",
            "needs: [logn]\nfix: Mark",
            "7:9: needs.0: 'logn' is unknown here; did you mean 'login'?",
        ),
        (
            "fix: Mark",
            "auth: [oauht]\nfix: Mark",
            "7:8: auth.0: 'oauht' is unknown here; did you mean 'oauth'?",
        ),
        ("fix: Mark", "variants: {a: []}\nfix: Mark", "7:15: variants.a: must not be empty"),
        (
            "fix: Mark",
            "variants: {a: [x]}\nfix: Mark",
            "7:15: variants.a: is never used; write ${variant.a} in a change",
        ),
        (
            "fix: Mark",
            "variants: {A: [x]}\nfix: Mark",
            "7:15: variants.A: must be a lower-case word; it is used in ${variant.…}",
        ),
        (
            "fix: Mark",
            "variants: x\nfix: Mark",
            "7:11: variants: must be a mapping of name to a list of strings",
        ),
    ],
)
def test_a_wrong_head_is_named_with_its_place(old: str, new: str, problem: str) -> None:
    found = problems(HEAD.replace(old, new) + STEPS)

    assert f"p.yaml:{problem}" in found


def test_a_wrong_level_names_every_shape_in_one_sentence() -> None:
    found = problems(HEAD.replace("critical", "high") + STEPS)

    assert found == [
        "p.yaml:4:8: level: must be critical, must, should, info, must-not, a mapping of profile to"
        " one of them, or three letters for plugin, action, mcp: C critical, M must, S should,"
        " i info, X must-not, - not bound"
    ]


def test_too_many_combinations_are_refused() -> None:
    listed = "[" + ", ".join("abcdefghijk") + "]"
    found = problems(f"{HEAD}variants: {{a: {listed}, b: {listed}}}\n{STEPS}")

    assert found == ["p.yaml:8:11: variants: 121 combinations; at most 100"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("do: tokn", "9:9: steps.0.do: 'tokn' is unknown here; did you mean 'token'?"),
        ("name: x", "9:5: steps.0.do: is missing"),
        ("{do: token, chnge: {}}", "9:17: steps.0.chnge: unknown key; did you mean 'change'?"),
        (
            "{do: token, expect: {status: maybe, verdict: refused}}",
            "9:34: steps.0.expect.status: must be a number, a list of numbers, or 2xx 3xx 4xx 5xx",
        ),
        (
            "{do: token, expect: {status: true, verdict: refused}}",
            "9:34: steps.0.expect.status: must be a number, a list of numbers, or 2xx 3xx 4xx 5xx",
        ),
        (
            "{do: token, change: {set: {code: 7}}}",
            "9:38: steps.0.change.set.code: must be a string; put quotes around a number",
        ),
        (
            "{do: token, change: {alter: {code: [1]}}}",
            "9:40: steps.0.change.alter.code: a list is unknown here; known: encode-one-letter,"
            " first-half, lower-case-scheme, mixed-case-swapped, one-character, one-character-less,"
            " one-character-more, other-letter-case, second-half, unknown-scope-added, upper-case-host, upper-case-path, upper-case-scheme",
        ),
        (
            "{do: token, change: {set: [a]}}",
            "9:31: steps.0.change.set: must be a mapping; write {name: value}",
        ),
        (
            "{do: token, repeat: 0, expect: {verdict: refused}}",
            "9:25: steps.0.repeat: must be a whole number from 1 to 50",
        ),
        ("{do: token}", "9:3: steps: no step expects anything, so nothing would be judged"),
        (
            "{do: token, name: a.b, expect: {verdict: refused}}",
            "9:23: steps.0.name: must have no dot or brace in it",
        ),
        (
            "{do: token, expect: {absent: [x]}}",
            "9:34: steps.0.expect.absent: has no meaning in token; only in authorize",
        ),
        (
            "{do: token, expect: {verdict: either, version: listed}}",
            "9:52: steps.0.expect.version: has no meaning in token; only in tool",
        ),
        (
            "{do: api, client: second, expect: {verdict: refused}}",
            "9:23: steps.0.client: has no meaning in api; only in authorize, token, refresh, revoke",
        ),
        (
            "{do: token, expect: {verdict: refused, tolerated: 404}}",
            "9:55: steps.0.expect.tolerated: means nothing without status",
        ),
        (
            "{do: token, expect: {verdict: accepted, status: 200}}",
            "9:53: steps.0.expect.status: is not read of an acceptance",
        ),
        (
            "{do: authorize, expect: {redirect_to: none, absent: [code]}}",
            "9:29: steps.0.expect: nothing comes back with redirect_to: none",
        ),
        (
            "{do: token, given: refused, expect: {verdict: refused}}",
            "9:24: steps.0.given: means nothing in a step that expects something",
        ),
        (
            "{do: token, at_once: true, repeat: 2, expect: {verdict: refused}}",
            "9:5: steps.0: at_once and expect.winners belong together",
        ),
        (
            "{do: endpoint, expect: {like: before}}",
            "9:35: steps.0.expect.like: no earlier step is called 'before'",
        ),
        (
            "{do: wait, seconds: 4000}",
            "9:25: steps.0.seconds: must be a whole number of seconds up to 3600",
        ),
        (
            "{do: api, expect: {headers: {Allow: 7}}}",
            "9:41: steps.0.expect.headers.Allow: must be a string, a list of strings, or null",
        ),
        (
            "{do: token, change: {form: {which: last, without: [token]}}}",
            "9:32: steps.0.change.form: has no meaning in token; only in authorize",
        ),
        (
            '{do: authorize, expect: {params: {a: "${scope}"}}}',
            "9:42: steps.0.expect.params.a: references are not looked up here",
        ),
    ],
)
def test_a_wrong_step_is_named_with_its_place(text: str, problem: str) -> None:
    # The step is on line 9, after `steps:` on line 8.
    assert problem in step(text)


@pytest.mark.parametrize(
    ("before", "second", "problem"),
    [
        (
            "{do: token, name: first}",
            "",
            "which code? Write code: ${first.request.code}, or set a fresh one",
        ),
        (
            "{do: authorize}",
            "",
            "which code? Write code: ${authorize.response.code}, or set a fresh one",
        ),
        ("{do: authorize}", "code: abc, ", "must be a reference to an earlier step"),
        ("{do: authorize}", 'code: "${later.request.code}", ', "no earlier step is called 'later'"),
        (
            "{do: token, name: first}",
            'code: "${first.request.code}", change: {set: {code: x}}, ',
            "means nothing where the change replaces the code",
        ),
    ],
)
def test_a_step_that_could_mean_an_earlier_code_says_which_one(
    before: str, second: str, problem: str
) -> None:
    text = f"{HEAD}steps:\n  - {before}\n  - {{do: token, {second}expect: {{verdict: refused}}}}\n"
    assert any(problem in said for said in problems(text))


def test_a_code_of_an_earlier_step_is_read_and_has_a_sentence() -> None:
    again = 'do: token, name: again, code: "${first.request.code}", expect: {verdict: refused}'
    read = probe(f"{HEAD}steps:\n  - {{do: token, name: first}}\n  - {{{again}}}\n")
    assert read.steps[1].code == "${first.request.code}"
    assert "with the same code" in probe_words(read)[1]


def test_two_steps_of_one_name_are_refused() -> None:
    second = '  - do: token\n    code: "${token.request.code}"\n    expect: {verdict: refused}\n'
    found = problems(HEAD + STEPS + second)

    assert found == ["p.yaml:11:5: steps.1.name: two steps are called 'token'; name one"]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("${fresh.cod}", "${fresh.cod} is not known here; did you mean ${fresh.code}?"),
        ("${token.request.code}", "no earlier step is called 'token'"),
        ("${qqqqqqq}", "${qqqqqqq} is not known here"),
        ("${env:HOME}", "${env:HOME} is not known here"),
        ("${}", "${} is not known here"),
        ("${scope", "a reference is not closed; write ${name}"),
    ],
)
def test_a_reference_to_nothing_is_named_when_the_file_is_loaded(value: str, problem: str) -> None:
    found = step(
        f'{{do: token, change: {{set: {{code: "{value}"}}}}, expect: {{verdict: refused}}}}'
    )

    assert len(found) == 1
    assert found[0].startswith("9:38: steps.0.change.set.code: ")
    assert problem in found[0]


def test_a_variant_may_not_refer_to_a_variant() -> None:
    found = problems(
        HEAD
        + 'variants: {a: ["${variant.a}"]}\nsteps:\n'
        + '  - {do: token, change: {raw: "${variant.a}"}, expect: {verdict: refused}}\n'
    )

    assert found == ["p.yaml:8:16: variants.a.0: ${variant.a} is not known here"]


@pytest.mark.parametrize("text", ["", "[]", "7", "a", "mockauth:", "mockauth: 1"])
def test_a_file_that_is_no_probe_says_so(text: str) -> None:
    assert problems(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
WHOLE: dict[str, Any] = yaml.safe_load(
    HEAD + STEPS.replace("verdict", "status: 400, verdict") + "    change: {set: {a: b}}\n"
)
PLACES = (
    *((name,) for name in WHOLE),
    *(("variants",), ("needs",), ("auth",), ("profiles",), ("shows",), ("destructive",)),
    *(("steps", 0), ("steps", 0, "do"), ("steps", 0, "name"), ("steps", 0, "repeat")),
    *(("steps", 0, "expect"), ("steps", 0, "expect", "status"), ("steps", 0, "expect", "params")),
    *(("steps", 0, "change"), ("steps", 0, "change", "set"), ("steps", 0, "change", "alter")),
    *(("steps", 0, "change", "headers"), ("steps", 0, "change", "raw")),
)


@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_gives_a_probe_or_located_problems(
    path: tuple[str | int, ...], value: Any
) -> None:
    whole: Any = yaml.safe_load(yaml.safe_dump(WHOLE))
    inner = whole
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    document = parse_strict(yaml.safe_dump(whole, allow_unicode=True).encode(), "p.yaml")

    read = read_probe(document)

    assert (read is None) == bool(document.problems)
    assert all(problem.line >= 1 and problem.column >= 1 for problem in document.problems)
    assert len({str(problem) for problem in document.problems}) == len(document.problems)


def test_a_file_has_steps_or_judges_the_answers_of_others_and_not_both() -> None:
    problem = "needs either steps or answers_of, and not both"
    both = HEAD + "answers_of: {token.code-single-use: {error: [invalid_grant]}}\n"

    assert any(problem in said for said in problems(HEAD))
    assert any(problem in said for said in problems(both + "steps: [{do: token}]\n"))
    assert probe(both).answers_of[0][0] == "token.code-single-use"
