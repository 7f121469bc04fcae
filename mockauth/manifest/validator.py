"""The OpenAPI validator, closed: it sees one document and nothing else.

Run as a module it reads a document as JSON from stdin and writes one line of JSON per problem, so
that whoever started it can end it (`mockauth/manifest/validation.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

MOST_PROBLEMS = 10
LONGEST_MESSAGE = 200
LONGEST_POINTER = 500
OUT_OF_MEMORY, OUT_OF_DEPTH = 3, 4
"""How the process ends when the document asks for more than there is."""


@dataclass(frozen=True, kw_only=True)
class DocumentProblem:
    """Where a document is not valid OpenAPI. `pointer` is "" where no place is known."""

    message: str
    pointer: str = ""
    is_harmless: bool = False
    """Half of all published documents have it, and ChatGPT took them."""


def problems_of(data: Mapping[str, Any]) -> Iterator[DocumentProblem]:
    """The first problems of an OpenAPI 3 document. Opens no file and no socket.

    Default values are not tried against their schemas: that would run regular expressions of the
    document.

    Raises:
        MemoryError, RecursionError: the document asks for more than there is.
    """
    from referencing.exceptions import Unresolvable

    try:
        for error in islice(_validator(data).iter_errors(), MOST_PROBLEMS):
            yield _problem(error)
    except Unresolvable as lost:
        yield DocumentProblem(message=_lost(lost, outside=type(lost) is Unresolvable))
    except (MemoryError, RecursionError, SystemError):
        raise
    except Exception as crash:  # the validator raises what it stumbles over in a broken document
        yield DocumentProblem(message=f"{type(crash).__name__}: {crash}"[:LONGEST_MESSAGE])


def _lost(lost: Exception, *, outside: bool) -> str:
    """Why a reference leads nowhere: `outside` of the document, or to no place in it."""
    if not outside:
        return f"{type(lost).__name__}: {lost}"[:LONGEST_MESSAGE]
    reference = str(getattr(lost, "ref", ""))
    return f"$ref {reference[:120]} leads out of the document; ChatGPT reads this one document only"


def _missing(error: ValidationError) -> set[str]:
    """The members whose absence is all that is wrong here; {""} where something else is."""
    required, there = error.validator_value, error.instance
    if error.validator != "required" or not isinstance(required, list):
        return {""}
    return {name for name in required if isinstance(there, dict) and name not in there}


def _problem(error: ValidationError) -> DocumentProblem:
    # Answers without a description are in half of all published documents. OpenAPI 3.0 allows a
    # reference in their place, so the error proper is one level further in.
    missing = set().union(*map(_missing, error.context or (error,)))
    return DocumentProblem(
        message=error.message[:LONGEST_MESSAGE],
        pointer=("/" + "/".join(str(part) for part in error.absolute_path))[:LONGEST_POINTER],
        is_harmless="description" in missing and missing <= {"description", "$ref"},
    )


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
    path = SchemaPath(SchemaAccessor(dict(data), registry.resolver()))
    return Closed31(path) if str(data.get("openapi")).startswith("3.1") else Closed30(path)


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
