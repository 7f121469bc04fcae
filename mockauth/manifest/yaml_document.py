"""YAML of an untrusted document as the value that JSON would hold: bounded before it is built."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from mockauth.manifest.document import JsonProblem
from mockauth.manifest.yaml_words import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    import yaml

DEEPEST = 200
MOST_NODES = 150_000
"""Keys and values that are written out; building them takes 1.5 s and 80 MB. The largest document
of an approved plugin has 3,308."""
MOST_VALUES = 500_000
"""Values of a document, with every alias of YAML followed."""
LONGEST_NUMBER = 400
NUMBER = re.compile(r"[-+]?[0-9a-fA-FxXoO_:.]+")
MERGE = "tag:yaml.org,2002:merge"


class YamlProblem(ValueError):
    """The text is no YAML, or more of it than can be read; the text of the error says which, and
    `problem` where, when one place is to blame."""

    def __init__(self, reason: str, problem: JsonProblem | None = None) -> None:
        super().__init__(reason)
        self.problem = problem or JsonProblem(line=0, column=0, reason=reason, fix="")


def read_yaml(text: str) -> Any:
    """The value of a YAML text: no tag makes an object, no alias grows without bound.

    Raises:
        YamlProblem: it cannot be read.
    """
    import yaml  # only when a document is YAML

    try:
        _bounded(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        data = yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader
        if _size(data, {}) > MOST_VALUES:
            raise YamlProblem("YAML aliases that grow without bound")
        return _as_json(data)
    except yaml.MarkedYAMLError as wrong:
        problem = explained(text, wrong)
        raise YamlProblem(problem.reason, problem) from wrong
    except YamlProblem:
        raise
    except (
        yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError,
        RecursionError,
    ) as wrong:  # fmt: skip
        # PyYAML lets the errors of its own constructors through: `!!bool perhaps` is a KeyError.
        raise YamlProblem(f"no YAML: {type(wrong).__name__}") from wrong


def _bounded(events: Iterator[yaml.Event]) -> None:
    """Count nodes and levels before anything is built."""
    from yaml import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

    nodes = depth = 0
    for event in events:
        nodes += isinstance(event, AliasEvent | ScalarEvent | CollectionStartEvent)
        if nodes > MOST_NODES:
            raise YamlProblem(f"more than {MOST_NODES} keys and values of YAML")
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise YamlProblem(f"nested deeper than {DEEPEST} levels")
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, ScalarEvent) and _is_long_number(event):
            raise YamlProblem(f"a number of {len(event.value)} digits")


def _is_long_number(event: yaml.ScalarEvent) -> bool:
    """Whether reading it as a number takes quadratic time (RFC 8259 section 6 lets us refuse)."""
    if len(event.value) <= LONGEST_NUMBER or (event.style and not event.tag):
        return False
    return NUMBER.fullmatch(event.value) is not None


def _loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]  # the base is chosen as the program runs
        """The safe loader, whose merge keys (`<<`) do not grow without bound."""

        merged = 0

        def flatten_mapping(self, node: yaml.MappingNode) -> None:
            for key, value in list(node.value):
                if key.tag == MERGE:
                    self.count(value.value if isinstance(value, yaml.SequenceNode) else [value])
            super().flatten_mapping(node)

        def count(self, parts: list[yaml.Node]) -> None:
            for part in parts:
                if isinstance(part, yaml.MappingNode):
                    self.flatten_mapping(part)
                    self.merged += len(part.value)
                if self.merged > MOST_NODES:
                    raise YamlProblem("YAML merge keys that grow without bound")

    return Loader


def _size(value: object, sizes: dict[int, float]) -> float:
    """How many values it holds with every alias written out; infinite when one holds itself."""
    if not isinstance(value, dict | list | tuple | set):
        return 1
    if id(value) not in sizes:
        sizes[id(value)] = math.inf
        inner = value.values() if isinstance(value, dict) else value
        sizes[id(value)] = 1 + sum(_size(item, sizes) for item in inner)
    return sizes[id(value)]


def _as_json(value: Any) -> Any:
    """The value as JSON would hold it: YAML reads `200:` as a number and `2023-01-01` as a date."""
    if isinstance(value, dict):
        return {str(name): _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_as_json(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
