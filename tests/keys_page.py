"""The page of all keys of a scenario file, from the forms that read it and the docstrings beside them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mockauth.scenario.head import ProbeFile
from mockauth.scenario.model import Change, Expect, FormChange, Step
from mockauth.scenario.read import ONLY
from mockauth.scenario.schema import scenario_schema

HEAD = """\
# Every key of a probe

<!-- Written by `python -m tests.regenerate`; change mockauth/scenario/, not this file. -->

[writing-a-probe.md](writing-a-probe.md) explains how they work together. A key that is not here is an error
with its line and column: `mockauth lint FILE`.
"""
SECTIONS: Mapping[str, tuple[type, tuple[str, ...]]] = MappingProxyType(
    {
        "The file": (ProbeFile, ()),
        "A step": (Step, ("steps",)),
        "`change`, `control`, `otherwise`": (Change, ("steps", "change")),
        "`change.form`": (FormChange, ("steps", "change", "form")),
        "`expect`": (Expect, ("steps", "expect")),
    }
)
"""What is read into which class, and where that lies in the schema."""
PREFIX = MappingProxyType({Change: "change.", Expect: "expect.", FormChange: "change.form."})


def keys_page() -> str:
    """The page.

    Raises:
        KeyError: a key has no docstring.
    """
    parts = [HEAD]
    for title, (kind, way) in SECTIONS.items():
        parts.append(f"\n## {title}\n\n| key | values | what it says |\n|---|---|---|\n")
        parts += [f"{row}\n" for row in _rows(kind, _schema_at(way))]
    return "".join(parts)


def _rows(kind: type, schema: Mapping[str, Any]) -> Iterator[str]:
    said = docstrings(kind)
    for key, form in schema["properties"].items():
        steps = ONLY.get(f"{PREFIX.get(kind, '')}{key}", ())
        only = f" (In {', '.join(steps)} only.)" if steps else ""
        need = " Required." if key in schema.get("required", ()) else ""
        yield f"| `{key}` | {_values(form)} | {_cell(said[key])}{only}{need} |"


def docstrings(kind: type) -> dict[str, str]:
    """The text under each field of a class and of those it stands on."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__[:-1]):
        [tree] = ast.parse(inspect.getsource(one)).body
        assert isinstance(tree, ast.ClassDef)
        for field, text in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                said = text.value if isinstance(text, ast.Expr) else None
                if isinstance(said, ast.Constant):
                    found[field.target.id] = " ".join(str(said.value).split())
    return found


def _schema_at(way: tuple[str, ...]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = scenario_schema()
    for name in way:
        schema = schema["properties"][name]
        schema = schema.get("items", schema)
        schema = next((one for one in schema.get("anyOf", []) if "properties" in one), schema)
    return schema


def _values(form: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "enum" in form:
        return ", ".join(f"`{one}`" for one in form["enum"])
    if "anyOf" in form:
        return " or ".join(dict.fromkeys(map(_values, form["anyOf"])))
    kind = form.get("type")
    if kind == "array":
        return f"list of {_values(form['items'])}"
    if kind == "object":
        inner = form.get("additionalProperties")
        return f"mapping of {_values(inner)}" if isinstance(inner, dict) and inner else "mapping"
    return {"string": "text", "integer": "number", "boolean": "true, false"}.get(
        kind or "", "null" if kind == "null" else "any"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
