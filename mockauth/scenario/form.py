"""What a file may hold in one place: how it is read, and its JSON Schema, from one annotation.

Each form speaks once: a place that takes several shapes names them all in one sentence.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from mockauth.scenario.strict import Document, Path

Schema = dict[str, Any]
Reader = Callable[[Document, Path, Any], Any]


@dataclass(frozen=True)
class Form:
    """A reader, which notes problems and then gives None or a rest, and the schema that agrees."""

    read: Reader
    schema: Schema


Named = Mapping[str, Form]
"""Forms for `Annotated[…, "name"]` and for fields, as "Class.field"."""


def plain(kinds: tuple[type, ...], wanted: str, schema: Schema) -> Form:
    """A value of one of `kinds`. true and false are no numbers."""

    def read(document: Document, path: Path, value: Any) -> Any:
        if type(value) not in kinds:
            document.complain(path, f"must be {wanted}")
        return value

    return Form(read, schema)


ANYTHING = Form(lambda document, path, value: value, {})
TEXT = plain((str,), "a string; put quotes around a number", {"type": "string"})
NUMBER = plain((int,), "a whole number", {"type": "integer"})
DECIMAL = plain((int, float), "a number", {"type": "number"})
TRUTH = plain((bool,), "true or false, in lower case", {"type": "boolean"})


def matching(test: Callable[[str], object], wanted: str, schema: Schema) -> Form:
    """A text that `test` likes."""

    def read(document: Document, path: Path, value: Any) -> Any:
        if not isinstance(value, str) or not test(value):
            document.complain(path, f"must be {wanted}")
        return value

    return Form(read, {"type": "string", **schema})


SENTENCE = matching(str.strip, "a string that is not empty", {"pattern": r"\S"})


def word(names: Sequence[Any]) -> Form:
    """One of the given words."""
    known = [name for name in names if name != ""]

    def read(document: Document, path: Path, value: Any) -> Any:
        if not any(value == name and type(value) is type(name) for name in known):
            document.unknown(path, value, map(str, known))
        return value

    return Form(read, {"enum": known})


def optional(form: Form) -> Form:
    """A value of that form, or null."""

    def read(document: Document, path: Path, value: Any) -> Any:
        return None if value is None else form.read(document, path, value)

    return Form(read, {"anyOf": [form.schema, {"type": "null"}]})


def listing(item: Form, made: Callable[[list[Any]], Any] = tuple, *, least: int = 0) -> Form:
    """A list of at least `least` values of one form."""

    def read(document: Document, path: Path, value: Any) -> Any:
        if not isinstance(value, list):
            document.complain(path, "must be a list; write [one, two]")
            return made([])
        if len(value) < least:
            document.complain(path, "must not be empty")
        return made([item.read(document, (*path, str(i)), one) for i, one in enumerate(value)])

    schema: Schema = {"type": "array", "items": item.schema}
    return Form(read, {**schema, "minItems": least} if least else schema)


def mapping(value_form: Form, made: Callable[[dict[str, Any]], Any] = dict) -> Form:
    """A mapping of any name to values of one form."""

    def read(document: Document, path: Path, value: Any) -> Any:
        if not isinstance(value, dict):
            document.complain(path, "must be a mapping; write {name: value}")
            return made({})
        read_one = value_form.read
        return made({n: read_one(document, (*path, n), one) for n, one in value.items()})

    return Form(read, {"type": "object", "additionalProperties": value_form.schema})


def members(
    kind: type, named: Named, *, skip: tuple[str, ...] = (), known: tuple[str, ...] = ()
) -> Form:
    """A mapping with some of the fields of a dataclass; gives what the file has of them. `known`
    are keys that somebody else reads: they stand in the list of what there is."""
    hints = get_type_hints(kind, include_extras=True)
    own = [field for field in fields(kind) if field.name not in skip]
    forms = {
        field.name: named.get(f"{kind.__name__}.{field.name}") or form(hints[field.name], named)
        for field in own
    }
    required = [field.name for field in own if _is_required(field)]

    def read(document: Document, path: Path, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            document.complain(path, f"must be a mapping with {', '.join(required or forms)}")
            return {}
        for name in value:
            if name not in forms:
                document.unknown_key((*path, name), (*forms, *known))
        for name in required:
            if name not in value:
                document.complain((*path, name), "is missing")
        return {
            name: forms[name].read(document, (*path, name), given)
            for name, given in value.items()
            if name in forms
        }

    schema: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: one.schema for name, one in forms.items()},
    }
    return Form(read, {**schema, "required": required} if required else schema)


def instance(kind: type, named: Named) -> Form:
    """A frozen value of a dataclass; None when something in it is wrong."""
    parts = members(kind, named)

    def read(document: Document, path: Path, value: Any) -> Any:
        before = len(document.problems)
        given = parts.read(document, path, value)
        return kind(**given) if len(document.problems) == before else None

    return Form(read, parts.schema)


def form(hint: Any, named: Named) -> Form:
    """The form of a type annotation.

    Raises:
        TypeError: for an annotation that no file can hold.
    """
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return named[args[1]]
    if hint in SIMPLE:
        return SIMPLE[hint]
    if origin is Literal:
        return word(args)
    if is_dataclass(hint) and isinstance(hint, type):
        return instance(hint, named)
    return _of_container(hint, named)


def _of_container(hint: Any, named: Named) -> Form:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and args[1:] == (type(None),):
        return optional(form(args[0], named))
    if origin is tuple and args[1:] == (...,):
        return _of_tuple(args[0], named)
    if origin is list:
        return listing(form(args[0], named), list)
    if origin is Mapping:
        return mapping(form(args[1], named))
    raise TypeError(f"no file can hold a value of type {hint}")


SIMPLE: Mapping[Any, Form] = types.MappingProxyType(
    {str: TEXT, int: NUMBER, float: DECIMAL, bool: TRUTH, Any: ANYTHING}
)


def _of_tuple(item: Any, named: Named) -> Form:
    """A tuple of pairs is written as a mapping, any other as a list."""
    if get_origin(item) is tuple:
        return mapping(form(get_args(item)[1], named), lambda found: tuple(found.items()))
    return listing(form(item, named))


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING
