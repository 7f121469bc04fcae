"""Whatever mockauth says itself goes through `say`, so that no secret can blank a word of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "mockauth"
KEYWORDS = {
    "Finding": ("expected", "actual", "fix", "at"),
    "Seen": ("actual", "at"),
    "Result": ("expected", "actual", "fix", "at"),
    "PolicyFinding": ("text", "fix"),
    "Handshake": ("problem",),
    "_end": ("hint",),
}
PLACES = {
    "Blocked": 0, "NotApplicable": 0, "NothingJudged": 0, "Noted": 0, "StepStarted": 0,
    "TransportError": 0, "finding": 0, "blocked": 2, "not_applicable": 1, "line": 0, "_line": 0,
}  # fmt: skip
"""Functions that take a message, and which argument it is."""
MODULES = sorted(
    path
    for folder in ("checks", "engine", "browser", "chatgpt", "profiles", "report")
    for path in (ROOT / folder).rglob("*.py")
)


def name_of(call: ast.Call) -> str:
    """The name of the function that is called."""
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def messages(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that become a message."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            wanted = KEYWORDS.get(name_of(call), ())
            yield from (one.value for one in call.keywords if one.arg in wanted)
            place = PLACES.get(name_of(call))
            if place is not None and len(call.args) > place:
                yield call.args[place]


def literals(node: ast.expr) -> Iterator[ast.expr]:
    """Own words in an expression that do not go through `say`."""
    if isinstance(node, ast.JoinedStr) or _is_text(node):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from literals(value)
    elif isinstance(node, ast.BinOp):
        yield from (*literals(node.left), *literals(node.right))
    elif isinstance(node, ast.Subscript):
        # A slice of `say(…)` is a plain text again.
        yield from literals(node.value) if not _says(node.value) else (node,)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != ""


def _says(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and name_of(node) in ("say", "own")


def assigned(tree: ast.Module, node: ast.expr) -> Iterator[ast.expr]:
    """The expression, and what is put into it where it is a name of the same module."""
    yield node
    if isinstance(node, ast.Name):
        for one in ast.walk(tree):
            if isinstance(one, ast.Assign) and any(
                isinstance(target, ast.Name) and target.id == node.id for target in one.targets
            ):
                yield one.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_sentence_goes_through_say(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))

    plain = [
        f"{path.name}:{literal.lineno}: {ast.unparse(literal)[:80]}"
        for message in messages(tree)
        for expression in assigned(tree, message)
        for literal in literals(expression)
    ]

    assert plain == []
