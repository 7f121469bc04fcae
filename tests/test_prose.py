"""No decision rests on the words of a message: a reworded sentence changes no verdict.

What a program must tell apart has a value of its own (an enum, a status, the type of an exception).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mockauth

PACKAGE = Path(mockauth.__file__).parent
MODULES = sorted(str(p.relative_to(PACKAGE)) for p in PACKAGE.rglob("*.py"))

MESSAGES = {
    "actual",
    "detail",
    "error",
    "expected",
    "fix",
    "hint",
    "message",
    "msg",
    "problem",
    "why",
    "words",
}
"""Members of our values, and of exceptions, that hold a sentence."""
SEARCHES = {
    "count",
    "endswith",
    "find",
    "fullmatch",
    "index",
    "match",
    "partition",
    "rfind",
    "rpartition",
    "search",
    "split",
    "startswith",
}
SPOKEN = {"describe", "repr", "str"}
"""What makes a sentence of a value: of these, `str` and `repr` only count on an exception."""
ALLOWED = {
    # A field of this name that holds words of a scenario file, not a sentence.
    ("engine/client/run.py", "start.expected == 'api'"),
    ("scenario/client_read.py", "start.expected == 'declared-method'"),
    ("scenario/client_read.py", "start.expected == 'own-query'"),
    # A parser of the standard library and libyaml tell their errors apart by words alone. Only what
    # is said of a document that cannot be read rests on them.
    ("manifest/document.py", "wrong.msg.startswith(\"Expecting ',' delimiter\")"),
    ("manifest/document.py", "wrong.msg.startswith(\"Expecting ':' delimiter\")"),
    ("manifest/document.py", "wrong.msg.startswith('Expecting property name')"),
    ("manifest/document.py", "wrong.msg.startswith('Illegal trailing comma')"),
    ("manifest/document.py", "wrong.msg.startswith('Invalid \\\\')"),
    ("manifest/document.py", "wrong.msg.startswith('Invalid control character')"),
    ("manifest/document.py", "wrong.msg.startswith('Unterminated string')"),
    ("manifest/yaml_words.py", "'quoted scalar' in during"),
    ("manifest/yaml_words.py", "'another document' in said"),
    ("manifest/yaml_words.py", "'mapping values' in said"),
    ("scenario/strict.py", "'nesting depth' in said"),
}


def decisions_by_prose(source: str) -> Iterator[str]:
    """Every comparison with a sentence, and every search in one."""
    tree = ast.parse(source)
    raised = {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name}
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.FunctionDef | ast.Module):
            continue
        nodes = list(_inside(scope))
        told = {
            target.id
            for node in nodes
            if isinstance(node, ast.Assign) and _is_sentence(node.value, raised, set())
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in nodes:
            if _decides(node, raised, told):
                yield ast.unparse(node)


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, without those of the functions in it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _inside(node)


def _decides(node: ast.AST, raised: set[str], told: set[str]) -> bool:
    if isinstance(node, ast.Compare):
        sides = [part for side in (node.left, *node.comparators) for part in _parts(side)]
        if any(_has_blank(side) for side in sides):
            return True
        words = any(isinstance(s, ast.Constant) and isinstance(s.value, str) for s in sides)
        return words and any(_is_sentence(side, raised, told) for side in sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in SEARCHES:
            return False
        if any(_has_blank(arg) for arg in node.args):
            return True
        return any(_is_sentence(part, raised, told) for part in (node.func.value, *node.args))
    return isinstance(node, ast.MatchValue) and _has_blank(node.value)


def _parts(side: ast.expr) -> list[ast.expr]:
    return side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side]


def _has_blank(node: ast.expr) -> bool:
    """Whether it is words with blanks between them; "Bearer " is one word."""
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, str) and " " in value.strip()


def _is_sentence(node: ast.expr, raised: set[str], told: set[str]) -> bool:
    if isinstance(node, ast.BoolOp):
        return any(_is_sentence(value, raised, told) for value in node.values)
    if isinstance(node, ast.Name):
        return node.id in told
    if isinstance(node, ast.Attribute):
        return node.attr in MESSAGES
    if isinstance(node, ast.JoinedStr):
        return any(_has_blank(part) for part in node.values)
    if isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in ("lower", "strip", "casefold") and isinstance(node.func, ast.Attribute):
            return _is_sentence(node.func.value, raised, told)
        names = {arg.id for arg in node.args if isinstance(arg, ast.Name)}
        return called == "describe" or (called in SPOKEN and bool(names & raised))
    return False


@pytest.mark.parametrize("module", MODULES)
def test_a_module_decides_nothing_by_the_words_of_a_message(module: str) -> None:
    found = decisions_by_prose((PACKAGE / module).read_text("utf-8"))
    assert [one for one in found if (module, one) not in ALLOWED] == []


def test_every_exception_to_that_is_still_needed() -> None:
    found = {
        (module, one)
        for module in MODULES
        for one in decisions_by_prose((PACKAGE / module).read_text("utf-8"))
    }
    assert found >= ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "landing.hint.startswith('a login page; give')",
        "'circle' in landing.hint",
        "'logged in' in helped",
        "helped.startswith('no scope')",
        "probe == 'a form body'",
        "probe in ('a form body', 'x')",
        "CIRCLE.search(landing.hint)",
        "'circle' in landing.describe().lower()",
        "try:\n    f()\nexcept E as wrong:\n    g('refused' in str(wrong))",
        "try:\n    f()\nexcept E as wrong:\n    text = repr(wrong)\n    g('refused' in text)",
        "said = f'with {what} it is accepted'\nif 'PKCE' in said: f()",
        "match told:\n    case 'no scope': f()",
    ],
)
def test_a_decision_by_prose_is_seen(source: str) -> None:
    assert list(decisions_by_prose(source))
