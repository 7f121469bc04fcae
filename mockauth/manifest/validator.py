"""The OpenAPI validator, closed: it sees one document and nothing else.

Run as a module it reads a document as JSON from stdin and writes one line of JSON per problem, so
that whoever started it can end it (`mockauth/manifest/validation.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

MOST_PROBLEMS = 100
LONGEST_VALUE = 200
LONGEST_POINTER = 500
OUT_OF_MEMORY, OUT_OF_DEPTH = 3, 4
"""How the process ends when the document asks for more than there is."""


@dataclass(frozen=True, kw_only=True)
class DocumentProblem:
    """Where a document is not valid OpenAPI, as an RFC 6901 pointer. `wanted`, `found` and `fix`
    are mockauth's own words, `value` is what stands in the document."""

    wanted: str = "what OpenAPI has here"
    found: str = ""
    value: str = ""
    fix: str = ""
    pointer: str = ""
    more: int = 0
    """Problems that were named before; this entry stands for those that are not."""


def problems_of(data: Mapping[str, Any]) -> Iterator[DocumentProblem]:
    """The problems of an OpenAPI 3 document, `MOST_PROBLEMS` at most. Opens no file and no socket.

    Default values are not tried against their schemas: that would run regular expressions of the
    document. What costs an operation, such as a lost reference, is left to `defects`.

    Raises:
        MemoryError, RecursionError: the document asks for more than there is.
    """
    from referencing.exceptions import Unresolvable

    named: set[DocumentProblem] = set()
    try:
        for error in _validator(data).iter_errors():
            problem = _problem(error)
            if problem is None or problem in named or _is_told(problem, named, data):
                continue
            if len(named) == MOST_PROBLEMS:
                yield DocumentProblem(more=MOST_PROBLEMS)
                return
            named.add(problem)
            yield problem
    except Unresolvable:
        return
    except (MemoryError, RecursionError, SystemError):
        raise
    except Exception:  # the validator raises what it stumbles over in a broken document
        if not named:
            yield DocumentProblem(found="parts of another form, so that reading ended early")


def _is_told(
    problem: DocumentProblem, named: set[DocumentProblem], data: Mapping[str, Any]
) -> bool:
    """Whether it was named before: the validator reads each schema once more by itself, and its
    pointers begin at that schema then."""
    top = problem.pointer.split("/", 2)[1:2]
    return bool(top) and top[0] not in data and any(_is_part(problem, one) for one in named)


def _is_part(problem: DocumentProblem, one: DocumentProblem) -> bool:
    same = (one.found, one.value) == (problem.found, problem.value)
    return same and one.pointer.endswith(problem.pointer)


def _problem(error: ValidationError) -> DocumentProblem | None:
    """The problem in plain words; None for what is named elsewhere."""
    if not isinstance(error.validator, str):
        return None  # a doubled operationId, a path parameter: mockauth/manifest/defects.py
    error = _innermost(error)
    wanted, found, value, fix = _words(error)
    return DocumentProblem(
        wanted=wanted, found=found, value=value[:LONGEST_VALUE], fix=fix,
        pointer=_pointer(error)[:LONGEST_POINTER],
    )  # fmt: skip


def _innermost(error: ValidationError) -> ValidationError:
    """Of the ways in which a part may be written, the error of the one that comes closest."""
    while error.context:
        likely = [inner for inner in error.context if not _wants_reference(inner)]
        error = max(likely or error.context, key=_depth_and_name)
    return error


def _depth_and_name(error: ValidationError) -> tuple[int, str]:
    return len(error.absolute_path), _pointer(error)


def _wants_reference(error: ValidationError) -> bool:
    return error.validator == "required" and "$ref" in _names(error.validator_value)


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list | tuple | dict) else []


def _pointer(error: ValidationError) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
    return "".join("/" + part for part in parts)


def _words(error: ValidationError) -> tuple[str, str, str, str]:
    """What is wanted, what is found, its value, and what to do."""
    there, wanted = error.instance, error.validator_value
    if error.validator == "required":
        lost = [name for name in _names(wanted) if isinstance(there, dict) and name not in there]
        return "every required member", "missing", ", ".join(lost), "Add what is missing."
    if error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else _names(wanted)
        return (
            f"{' or '.join(KINDS.get(k, 'another type') for k in kinds)}",
            "another type",
            _shown(there),
            "",
        )
    if error.validator in ("additionalProperties", "unevaluatedProperties", "propertyNames"):
        odd = ", ".join(_odd(error))
        fix = "Move or delete it; members of your own begin with x-."
        return "members that OpenAPI has here", "a member that it does not have", odd, fix
    if error.validator in ("enum", "const"):
        known = _names(wanted) if error.validator == "enum" else _names([wanted])
        meant = next((one for one in known if there and one.startswith(str(there))), "")
        fix = f"Write {meant}." if meant else ""
        return f"one of the words {', '.join(known)}", "another one", _shown(there), fix
    return "what OpenAPI has here", "something else", _shown(there), ""


KINDS = {"object": "an object", "array": "a list", "string": "a text", "boolean": "true or false",
         "number": "a number", "integer": "a whole number", "null": "null"}  # fmt: skip


def _odd(error: ValidationError) -> list[str]:
    """The members that an object must not have, as far as the schema names those it may have."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    known = schema.get("properties")
    names = [str(name) for name in error.instance] if isinstance(error.instance, dict) else []
    odd = [name for name in names if not isinstance(known, dict) or name not in known]
    return [name for name in odd if not name.startswith("x-")]


def _shown(value: object) -> str:
    """A value as JSON; of one with members only what it is."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value, ensure_ascii=False)[:LONGEST_VALUE]


def _validator(data: Mapping[str, Any]) -> OpenAPIV30SpecValidator | OpenAPIV31SpecValidator:
    # Half a second to import; only reached with a document in hand.
    from jsonschema_path import SchemaPath
    from jsonschema_path.accessors import SchemaAccessor
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
    from openapi_spec_validator.validation.keywords import KeywordValidator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    class NotRun(KeywordValidator):
        """In place of the validator that tries default values."""

        def __call__(self, *_: object) -> Iterator[ValidationError]:
            return iter(())

    own: dict[str, type[KeywordValidator]] = {"default": NotRun}

    class Closed30(OpenAPIV30SpecValidator):
        keyword_validators = OpenAPIV30SpecValidator.keyword_validators | own

    class Closed31(OpenAPIV31SpecValidator):
        keyword_validators = OpenAPIV31SpecValidator.keyword_validators | own

    # A registry that is given no way to retrieve anything knows this document alone. The one that
    # the validator would make opens files and calls hosts.
    registry: Registry[Any] = Registry().with_resource("", DRAFT202012.create_resource(data))
    version = str(data.get("openapi"))
    # 3.2 adds to 3.1 and takes little away; its own schema is not in the library.
    read_as = {**data, "openapi": "3.1.0"} if version.startswith("3.2") else dict(data)
    path = SchemaPath(SchemaAccessor(read_as, registry.resolver()))
    return Closed30(path) if version.startswith("3.0") else Closed31(path)


def limit_process(*, seconds: int, megabytes: int) -> None:
    """Let the system end this process when it takes more time or memory, where it can."""
    try:
        import resource
    except ImportError:  # Windows: whoever started the process still ends it at its deadline
        return
    data = megabytes * 1024 * 1024
    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_DATA, data)):
        resource.setrlimit(kind, (most, most))


def main() -> None:
    """Validate the document of stdin within the limits given as arguments: seconds, megabytes."""
    _validator({"openapi": "3.0.0"})  # imports all it needs while there is memory for it
    limit_process(seconds=int(sys.argv[1]), megabytes=int(sys.argv[2]))
    try:
        for problem in problems_of(json.loads(sys.stdin.buffer.read())):
            sys.stdout.write(json.dumps(asdict(problem)) + "\n")
            sys.stdout.flush()
    except (MemoryError, SystemError):  # the interpreter's own words when memory runs out
        sys.exit(OUT_OF_MEMORY)
    except RecursionError:
        sys.exit(OUT_OF_DEPTH)


if __name__ == "__main__":
    main()
