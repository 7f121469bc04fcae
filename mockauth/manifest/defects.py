"""What costs an operation of an OpenAPI document: ChatGPT could not call it, or not as written.

Every walk is linear in the document and goes through no reference twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from typing import Any
from urllib.parse import unquote

from mockauth.manifest.openapi import LONGEST_URL, METHODS
from mockauth.wire.words import cut, own, say

SHOWN = 120
MOST_COMPARED = 500
"""Names among which one that is like another is looked for."""
FEW = 20
"""Lost references for which it is looked for."""
NAMED = frozenset(
    {"$defs", "callbacks", "content", "definitions", "headers", "links", "patternProperties",
     "properties", "responses", "schemas"}
)  # fmt: skip
"""Members whose own members are names, not keywords."""
DATA = frozenset({"const", "default", "enum", "example", "examples"})
"""Members that hold values: a `$ref` in them is no reference."""


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One defect at an RFC 6901 pointer. Where it `costs` nothing, ChatGPT took such documents."""

    pointer: str
    wanted: str
    found: str
    fix: str = ""
    costs: bool = True


@dataclass(frozen=True, kw_only=True)
class Place:
    """One operation and where it stands."""

    pointer: str
    path: str
    method: str
    detail: Mapping[str, Any]
    shared: object
    """The parameters of its path."""


def escaped(name: object) -> str:
    """A member's name as part of a JSON Pointer (RFC 6901 section 3)."""
    return str(name)[:LONGEST_URL].replace("~", "~0").replace("/", "~1")


def places(data: Mapping[str, Any]) -> Iterator[Place]:
    """Every operation of a document, path items by reference included."""
    paths = data.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        pointer = f"/paths/{escaped(path)}"
        held = target(data, item.get("$ref")) if _refers(item) else item
        for method in METHODS:
            detail = held.get(method) if isinstance(held, dict) else None
            if isinstance(detail, dict):
                yield Place(
                    pointer=f"{pointer}/{method}", path=str(path), method=method, detail=detail,
                    shared=held.get("parameters"),
                )  # fmt: skip


def defects(data: Mapping[str, Any]) -> Iterator[Defect]:
    """Everything that costs an operation, and references of answers that lead nowhere."""
    found = list(places(data))
    misspelt = list(islice(_misspelt(data), MOST_COMPARED))
    lost = _Lost(data)
    lost_items = list(lost.path_items())
    if not found and not misspelt and not lost_items:
        yield _without_operations(data)
    yield from misspelt
    yield from lost_items
    for place in found:
        yield from _undeclared(data, place)
    for place in found:
        yield from lost.of_request(place)
    yield from _odd_paths(data)
    for place in found:
        yield from lost.of_answers(place)


def required_headers(data: Mapping[str, Any], sent: Collection[str]) -> Iterator[Defect]:
    """Headers and cookies that an operation requires, but for those in `sent` (small letters)."""
    told: set[str] = set()
    for place in places(data):
        above = place.pointer.rpartition("/")[0]
        for holder, listed in (
            (above, place.shared),
            (place.pointer, place.detail.get("parameters")),
        ):
            for i, entry in enumerate(_list(listed)):
                parameter = _followed(data, entry) or {}
                name = str(parameter.get("name"))
                known = name.lower() in sent or name.lower().startswith("openai-")
                pointer = f"{holder}/parameters/{i}"
                if parameter.get("required") is not True or known or pointer in told:
                    continue
                if parameter.get("in") in ("header", "cookie"):
                    told.add(pointer)
                    yield Defect(
                        pointer=pointer,
                        wanted=say("no required {}", own(parameter["in"])),
                        found=say("{:.100} wants {:.100}", _called(place), name),
                    )


OWN_FILES = re.compile(
    r"/(?:\.well-known/|(?:legal|privacy|terms|logo|favicon|openapi|robots|ai-plugin)[\w-]*(?:\.\w+)?/?$)"
)
"""What a plugin serves beside its API, and nobody misses as an operation."""


def _called(place: Place) -> str:
    return str(place.detail.get("operationId") or f"{place.method.upper()} {place.path}")


NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""Approved documents have dots in names, and up to 84 characters."""


def without_id(data: Mapping[str, Any]) -> Iterator[Defect]:
    """Operations without an operationId, or with one that stands twice or is no name."""
    first: dict[str, str] = {}
    folded: dict[str, str] = {}
    for place in places(data):
        name = place.detail.get("operationId")
        if name is not None and not isinstance(name, str):
            continue  # the matter of openapi.valid
        if name is None or not name.strip():
            found = say("none") if name is None else type_of(name)
            own_file = place.method == "get" and OWN_FILES.match(place.path) is not None
            yield Defect(
                pointer=place.pointer, wanted=say("an operationId"), found=found,
                costs=not own_file,
            )  # fmt: skip
        elif name in first:
            yield Defect(
                pointer=f"{place.pointer}/operationId",
                wanted=say("an operationId of its own"),
                found=say("{!r:.100} again, which {} has", name, cut(first[name], SHOWN)),
            )
        else:
            first[name] = place.pointer
            yield from _odd_id(place, name, folded)


def _odd_id(place: Place, name: str, folded: dict[str, str]) -> Iterator[Defect]:
    """What ChatGPT took, and may not call as written."""
    pointer, before = f"{place.pointer}/operationId", folded.setdefault(name.lower(), name)
    if not NAME.fullmatch(name):
        yield Defect(
            pointer=pointer, wanted=say("letters, digits, _ and - in an operationId"),
            found=say("{!r:.100}", name), fix=say("Write one word of them."), costs=False,
        )  # fmt: skip
    elif before != name:
        yield Defect(
            pointer=pointer, wanted=say("an operationId that differs by more than letter case"),
            found=say("{!r:.100} beside {!r:.100}", name, before), costs=False,
        )  # fmt: skip


def type_of(value: object) -> str:
    """The JSON type of a value, with its article; a short text as it is."""
    if value is None or isinstance(value, bool):
        return own({None: "null", True: "true", False: "false"}[value])
    if isinstance(value, str):
        return say("the text {!r:.60}", value) if value.strip() else own("a blank text")
    names = {dict: "an object", list: "a list", int: "a number", float: "a number"}
    return own(names.get(type(value), "another type"))


def _without_operations(data: Mapping[str, Any]) -> Defect:
    paths = data.get("paths")
    pointer = "/paths" if "paths" in data else ""
    fix = say("Write the operations that ChatGPT may call under paths: a path, then a method.")
    misspelt = get_close_matches("paths", map(str, data), n=1, cutoff=0.75)
    outside = next((str(name) for name in data if str(name).startswith("/")), "")
    if not pointer and misspelt:
        pointer, fix = f"/{escaped(misspelt[0])}", say("Rename {:.40} to paths.", misspelt[0])
        found = say("{:.40} in place of paths", misspelt[0])
    elif not pointer:
        found = say("no paths")
    elif outside and not paths:
        found, fix = say("{:.100} beside paths", outside), say("Indent every path below paths.")
    elif not isinstance(paths, dict):
        found = say("{}", type_of(paths))
    else:
        found = say("no path") if not paths else say("no path with a method")
    return Defect(pointer=pointer, wanted=say("at least one operation"), found=found, fix=fix)


LIKE_METHOD = re.compile(r"[A-Za-z]{2,9}")
KNOWN_IN_PATHS = frozenset({*METHODS, "parameters", "summary", "description", "servers", "$ref"})


def _items(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each path and what it holds."""
    paths = data.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            yield str(path), item


def _misspelt(data: Mapping[str, Any]) -> Iterator[Defect]:
    """Methods in capitals or with a slip in them, and empty ones: what they hold is no operation."""
    for path, item in _items(data):
        for name, detail in item.items():
            pointer = f"/paths/{escaped(path)}/{escaped(name)}"
            if name in METHODS and not isinstance(detail, dict):
                yield Defect(
                    pointer=pointer, wanted=say("an operation"), found=type_of(detail),
                    fix=say("Indent what belongs to it below it, or take it out."),
                )  # fmt: skip
            meant = _method_meant(name) if isinstance(detail, dict) else ""
            if meant:
                yield Defect(
                    pointer=pointer,
                    wanted=say("a method in small letters: get, post, put, patch, delete"),
                    found=say("{:.40}", name),
                    fix=say("Write {}.", own(meant)),
                )


def _method_meant(name: str) -> str:
    if name in KNOWN_IN_PATHS or not LIKE_METHOD.fullmatch(name):
        return ""
    return next(iter(get_close_matches(name.lower(), METHODS, n=1, cutoff=0.75)), "")


def _odd_paths(data: Mapping[str, Any]) -> Iterator[Defect]:
    """Paths that do not begin with /, name a parameter twice, or lack a bracket. Nobody knows what
    is sent then, but ChatGPT took documents with a path that lacks the /."""
    for path, _ in _items(data):
        if path.startswith("x-"):
            continue
        names = re.findall(r"\{([^{}]*)\}", path[:LONGEST_URL])
        rest = re.sub(r"\{[^{}]*\}", "", path[:LONGEST_URL])
        pointer = f"/paths/{escaped(path)}"
        if not path.startswith("/"):
            yield Defect(
                pointer=pointer, wanted=say("a path that begins with /"),
                found=say("{:.100}", path), fix=say("Write the / before it."), costs=False,
            )  # fmt: skip
        if "/:" in path:
            yield Defect(
                pointer=pointer, wanted=say("path parameters in braces, such as /{{id}}"),
                found=say("{:.100}", path), fix=say("Write {{id}} for :id."), costs=False,
            )  # fmt: skip
        if len(set(names)) < len(names):
            yield Defect(
                pointer=pointer, wanted=say("each path parameter once"),
                found=say("{:.100}", path), fix=say("Give each its own name."), costs=False,
            )  # fmt: skip
        if "{" in rest or "}" in rest:
            yield Defect(
                pointer=pointer, wanted=say("each {{ of the path closed by a }}"),
                found=say("{:.100}", path), fix=say("Write the bracket that is missing."),
            )  # fmt: skip


def _undeclared(data: Mapping[str, Any], place: Place) -> Iterator[Defect]:
    """Parameters of the path that the operation does not declare, and the other way round."""
    listed = [*_list(place.shared), *_list(place.detail.get("parameters"))]
    known = [_followed(data, entry) for entry in listed]
    if None in known:
        return  # the lost reference is named where it stands
    names = {str(p.get("name")) for p in known if p is not None and p.get("in") == "path"}
    wanted = set(re.findall(r"\{([^{}]*)\}", place.path[:LONGEST_URL]))
    for name in sorted(wanted - names):
        yield Defect(
            pointer=place.pointer,
            wanted=say("a declaration of the path parameter {:.100}", name),
            found=say("none"),
            fix=say("Declare it under parameters with in: path and required: true."),
        )
    for name in sorted(names - wanted):
        yield Defect(
            pointer=place.pointer,
            wanted=say("{{{:.100}}} in the path", name),
            found=say("a path parameter that the path does not have"),
            costs=False,
        )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _refers(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("$ref"), str)


def _followed(data: Mapping[str, Any], entry: object) -> dict[str, Any] | None:
    """What an entry says, references followed a few times; None where one leads nowhere."""
    for _ in range(5):
        if not isinstance(entry, dict) or not _refers(entry):
            break
        entry = target(data, entry["$ref"])
        if entry is None:
            return None
    return entry if isinstance(entry, dict) else {}


def target(data: Mapping[str, Any], reference: object) -> Any:
    """What a reference into the document names (RFC 6901 section 6); None for nothing."""
    if not isinstance(reference, str) or len(reference) > LONGEST_URL:
        return None
    if reference != "#" and not reference.startswith("#/"):
        return None
    here: Any = data
    for part in reference[2:].split("/") if len(reference) > 1 else ():
        name = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(here, list):
            here = here[int(name)] if name.isdecimal() and int(name[:9]) < len(here) else None
        else:
            here = here.get(name) if isinstance(here, dict) else None
    return here


@dataclass
class _Lost:
    """References that lead nowhere; each is named once, and each target walked once."""

    data: Mapping[str, Any]
    seen: set[str] = field(default_factory=set)
    compared: int = 0

    def named(self, pointer: str, reference: str, *, costs: bool) -> Defect:
        """The defect, for the first few with the part that was meant."""
        self.compared += 1
        meant = _meant_part(self.data, reference) if self.compared <= FEW else ""
        return _lost(pointer, reference, meant, costs=costs)

    def path_items(self) -> Iterator[Defect]:
        """Path items by reference: the whole path hangs on each."""
        paths = self.data.get("paths")
        for path, item in paths.items() if isinstance(paths, dict) else ():
            if _refers(item) and target(self.data, item["$ref"]) is None:
                yield self.named(f"/paths/{escaped(path)}/$ref", item["$ref"], costs=True)

    def of_request(self, place: Place) -> Iterator[Defect]:
        """Those in parameters and the body, without which nobody knows what to send."""
        above = place.pointer.rpartition("/")[0]
        yield from self._below(place.shared, f"{above}/parameters", costs=True)
        for name in ("parameters", "requestBody"):
            yield from self._below(place.detail.get(name), f"{place.pointer}/{name}", costs=True)

    def of_answers(self, place: Place) -> Iterator[Defect]:
        """Those in answers: one published document in twenty has such, and is called."""
        found = place.detail.get("responses")
        yield from self._below(found, f"{place.pointer}/responses", costs=False, named=True)

    def _below(
        self, value: object, pointer: str, *, costs: bool, named: bool = False
    ) -> Iterator[Defect]:
        waiting = [(value, pointer, named)]
        while waiting:
            here, at, names = waiting.pop()
            if isinstance(here, list):
                waiting += [(inner, f"{at}/{i}", False) for i, inner in enumerate(here)]
            elif isinstance(here, dict) and not isinstance(here.get("$id"), str):
                reference = here.get("$ref")
                if isinstance(reference, str) and not names and reference not in self.seen:
                    self.seen.add(reference)
                    there = target(self.data, reference)
                    if there is not None:
                        waiting.append((there, unquote(reference[1:]), False))
                    elif not _is_anchor(reference):
                        # The rest of a body can be sent without a property; where an address
                        # leads is not known here, and an approved document has such.
                        away = reference.startswith(("http://", "https://"))
                        part = away and "/properties/" in at
                        yield self.named(f"{at}/$ref", reference, costs=costs and not part)
                waiting += [
                    (inner, f"{at[:LONGEST_URL]}/{escaped(name)}", name in NAMED and not names)
                    for name, inner in here.items()
                    if isinstance(inner, dict | list) and (names or _is_walked(name))
                ]


def _is_walked(name: str) -> bool:
    return name not in DATA and not name.startswith("x-")


def _is_anchor(reference: str) -> bool:
    """`#name`, which OpenAPI 3.1 has; where it leads is not looked for."""
    return re.fullmatch(r"#[A-Za-z_][\w.-]*", reference) is not None


def _lost(pointer: str, reference: str, meant: str, *, costs: bool) -> Defect:
    shown = cut(reference, SHOWN)
    if reference.startswith("#"):
        found = say("{} names nothing in the document", shown)
    else:
        found = say("{} leads out of the document; ChatGPT reads this one document only", shown)
    return Defect(
        pointer=pointer,
        wanted=say("a reference to a part of this document"),
        found=found,
        fix=say("Write {:.120}.", meant)
        if meant
        else say("Write the part under components and refer to it: #/components/…"),
        costs=costs,
    )


def _meant_part(data: Mapping[str, Any], reference: str) -> str:
    """The part of components that a lost reference means by its last name; "" for none."""
    components = data.get("components")
    parts = {
        str(name): f"#/components/{kind}/{escaped(name)}"
        for kind, held in (components.items() if isinstance(components, dict) else ())
        for name in (held if isinstance(held, dict) else ())
    }
    wanted = reference[:LONGEST_URL].rpartition("/")[2].rpartition("#")[2]
    if wanted in parts or len(parts) > MOST_COMPARED:
        return parts.get(wanted, "")
    likely = get_close_matches(wanted[:SHOWN], parts, n=1, cutoff=0.85)
    return parts[likely[0]] if likely else ""
