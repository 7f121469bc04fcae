"""One probe file becomes a `Probe`; everything wrong in it is named at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mockauth.scenario.alterations import ALTERATIONS
from mockauth.scenario.form import Form, instance, listing, mapping, word
from mockauth.scenario.head import HEAD_FORMS, ProbeFile
from mockauth.scenario.model import Change, Expect, Probe, Step
from mockauth.scenario.reference import known_references, malformed, near, references
from mockauth.scenario.strict import Document, Path

STATUS = re.compile(r"[1-5]([0-9]{2}|xx)")
MOST_COPIES = 50
MOST_SECONDS = 3600
TOKEN_STEPS = ("token", "refresh")
UNLESS_NEEDS: Mapping[str, str] = MappingProxyType(
    {"scope-empty": "accepted", "scope-without-openid": "refused", "another-token": "refused"}
)
"""The verdict that each word of `tolerated_unless` is about."""
SENT = (
    "token", "refresh", "api", "endpoint", "discover", "register", "tool", "revoke", "introspect",
)  # fmt: skip
DOCUMENTS = ("resource", "server", "unknown")
"""What `discover` asks for."""
ONLY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "session": ("authorize",),
        "decision": ("authorize",),
        "user": ("authorize", "token"),
        "code": ("token",),
        "client": ("authorize", *TOKEN_STEPS, "revoke"),
        "repeat": SENT,
        "at_once": TOKEN_STEPS,
        "keep_connection": SENT,
        "control": (*TOKEN_STEPS, "api", "tool", "register"),
        "otherwise": (*TOKEN_STEPS, "api"),
        "at": ("endpoint", "handshake", "discover"),
        "method": ("tool",),
        "claims": ("tool",),
        "speaks": ("tool",),
        "operation": ("api",),
        "seconds": ("wait",),
        "until": ("wait",),
        "change.form": ("authorize",),
        "change.onward": ("authorize",),
        "change.plain_http": ("endpoint",),
        "change.members": ("register", "document", "tool"),
        "change.assertion": ("token",),
        "serve": ("document",),
        "expect.fetched": ("authorize", "token", "register"),
        "expect.or_error": ("authorize", "revoke"),
        "expect.active": ("introspect",),
        "expect.or_refused_as": ("authorize",),
        "expect.redirect_to": ("authorize",),
        "expect.params": ("authorize",),
        "expect.absent": ("authorize",),
        "expect.once": ("authorize",),
        "expect.query": ("authorize",),
        "expect.page": ("authorize",),
        "expect.error": (*TOKEN_STEPS, "api", "register"),
        "expect.registered": ("register",),
        "expect.rpc_error": ("tool",),
        "expect.members": ("tool",),
        "expect.rpc_id": ("tool",),
        "expect.version": ("tool",),
        "expect.session": ("tool",),
        "expect.audience": ("tool",),
        "expect.headers": SENT,
        "expect.challenge": ("api", "tool"),
        "expect.body": SENT,
        "expect.scope": TOKEN_STEPS,
        "expect.like": ("api", "endpoint"),
        "expect.same_body_as": ("api", "endpoint"),
        "expect.other_body_than": ("api",),
        "expect.answers": ("endpoint", "tool"),
        "expect.winners": TOKEN_STEPS,
        "expect.tls": ("handshake",),
        "expect.certificate": ("handshake",),
    }
)
"""What has a meaning in some steps only; elsewhere it would be ignored in silence."""


def read_probe(document: Document) -> Probe | None:
    """The probe of a parsed file, or None when `document.problems` says why not."""
    if document.problems:
        return None
    read: ProbeFile | None = PROBE_FILE.read(document, (), document.value)
    if read is None:
        return None
    if not read.bound:
        document.complain(
            ("level",), "applies to no profile; name a level for plugin, action or mcp"
        )
    steps = tuple(replace(step, name=step.name or step.do) for step in read.steps)
    if bool(steps) == bool(read.answers_of):
        document.complain((), "needs either steps or answers_of, and not both")
    if read.when and not read.answers_of:
        document.complain(("when",), "means nothing without answers_of")
    if steps:
        _check_steps(document, steps)
    _check_references(document, steps, document.value)
    if document.problems:
        return None
    return Probe(
        rule=read.rule(),
        steps=steps,
        variants=read.variants,
        file=document.file,
        destructive=read.destructive,
        after=read.after,
        answers_of=read.answers_of,
        when=read.when,
    )


def read_statuses(document: Document, path: Path, value: Any) -> tuple[str, ...]:
    """A status, or a list of them; `4xx` is a whole class."""
    listed = value if isinstance(value, list) else [value]
    plain = [one for one in listed if type(one) in (int, str) and STATUS.fullmatch(str(one))]
    if len(plain) != len(listed) or not listed:
        document.complain(path, "must be a number, a list of numbers, or 2xx 3xx 4xx 5xx")
    return tuple(map(str, plain))


def read_copies(document: Document, path: Path, value: Any) -> int:
    """How many copies of a message are sent."""
    if type(value) is not int or not 1 <= value <= MOST_COPIES:
        document.complain(path, f"must be a whole number from 1 to {MOST_COPIES}")
        return 1
    return value


def read_seconds(document: Document, path: Path, value: Any) -> int:
    """How long to wait."""
    if type(value) is not int or not 0 <= value <= MOST_SECONDS:
        document.complain(path, f"must be a whole number of seconds up to {MOST_SECONDS}")
        return 0
    return value


def read_header_texts(
    document: Document, path: Path, value: Any
) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    """A mapping of header to a text or a list of strings; null for one that must not be there."""
    if not isinstance(value, dict):
        document.complain(
            path, "must be a mapping; write {header: string}, or null for no such header"
        )
        return ()
    found = []
    for name, given in value.items():
        texts = [given] if isinstance(given, str) else given
        good = texts is None or (
            isinstance(texts, list) and texts and all(isinstance(t, str) for t in texts)
        )
        if not good:
            document.complain((*path, name), "must be a string, a list of strings, or null")
            continue
        found.append((name, None if texts is None else tuple(texts)))
    return tuple(found)


def _check_steps(document: Document, steps: tuple[Step, ...]) -> None:
    names: set[str] = set()
    for i, step in enumerate(steps):
        path = ("steps", str(i))
        _check_names(document, path, step, names)
        _check_step(document, path, step)
        _check_code(document, path, step, steps[:i])
        _check_expect(document, (*path, "expect"), step.expect)
        names.add(step.name)
    if all(step.expect.is_empty for step in steps):
        document.complain(("steps",), "no step expects anything, so nothing would be judged")


def _check_code(document: Document, path: Path, step: Step, earlier: tuple[Step, ...]) -> None:
    """A token step that could mean an earlier code says which one it sends."""
    changed = {name for name, _ in step.change.set} | set(step.change.remove)
    own = "code" in changed or step.change.raw is not None
    if step.code and own:
        document.complain((*path, "code"), "means nothing where the change replaces the code")
    if step.code and not references(step.code):
        document.complain((*path, "code"), "must be a reference to an earlier step")
    known = [one for one in earlier if one.do in ("authorize", "token")]
    if step.do == "token" and known and not (step.code or own):
        side = "response" if known[-1].do == "authorize" else "request"
        document.complain(
            path, f"which code? Write code: ${{{known[-1].name}.{side}.code}}, or set a fresh one"
        )


def _check_names(document: Document, path: Path, step: Step, earlier: set[str]) -> None:
    if step.name in earlier:
        document.complain((*path, "name"), f"two steps are called {step.name!r}; name one")
    if not re.fullmatch(r"[^.{}]+", step.name):
        document.complain((*path, "name"), "must have no dot or brace in it")
    for part in ("like", "or_refused_as", "same_body_as", "other_body_than"):
        named = getattr(step.expect, part)
        if named and named not in earlier:
            document.complain((*path, "expect", part), f"no earlier step is called {named!r}")


def _check_step(document: Document, path: Path, step: Step) -> None:
    if step.do == "discover" and step.at not in DOCUMENTS:
        document.complain((*path, "at"), f"must be {' or '.join(DOCUMENTS)} in discover")
    if step.given != "accepted" and not step.expect.is_empty:
        document.complain((*path, "given"), "means nothing in a step that expects something")
    if (step.expect.winners != "") != step.at_once:
        document.complain(path, "at_once and expect.winners belong together")
    for part in _ignored(step):
        where = (*path, *part.split("."))
        document.complain(where, f"has no meaning in {step.do}; only in {', '.join(ONLY[part])}")


def _ignored(step: Step) -> Iterator[str]:
    plain = Step(do=step.do)
    for part, does in ONLY.items():
        name, _, inner = part.partition(".")
        value, usual = getattr(step, name), getattr(plain, name)
        usual = getattr(usual, inner) if inner else usual
        if step.do not in does and (getattr(value, inner) if inner else value) != usual:
            yield part


def _check_expect(document: Document, path: Path, expect: Expect) -> None:
    for part, problem in _contradictions(expect):
        document.complain((*path, part), problem)
    if expect.redirect_to in ("none", "nowhere-new") and (expect.params or expect.absent):
        document.complain(path, f"nothing comes back with redirect_to: {expect.redirect_to}")
    for name, value in expect.params:
        if references(value):
            document.complain((*path, "params", name), "references are not looked up here")


def _contradictions(expect: Expect) -> Iterator[tuple[str, str]]:
    """The parts that the others leave without a meaning."""
    if expect.tolerated and not expect.status:
        yield "tolerated", "means nothing without status"
    due = UNLESS_NEEDS.get(expect.tolerated_unless, expect.verdict)
    if expect.verdict != due:
        yield "tolerated_unless", f"means nothing without `verdict: {due}`"
    if expect.status and expect.verdict == "accepted":
        yield "status", "is not read of an acceptance"
    if expect.tolerated_always and expect.tolerated:
        yield "tolerated", "means nothing beside tolerated_always"


def _check_references(document: Document, steps: tuple[Step, ...], head: dict[str, Any]) -> None:
    """Every `${…}` names what is known when its step runs, and every variant is used."""
    variants: dict[str, list[str]] = head.get("variants", {})
    used: set[str] = set()
    earlier: tuple[str, ...] = ()
    for i, step in enumerate(steps):
        texts = [
            (("steps", str(i), "code"), step.code),
            *_texts(step.change, ("steps", str(i), "change")),
            *_texts(step.control, ("steps", str(i), "control")),
            *_texts(step.otherwise, ("steps", str(i), "otherwise")),
            *((("steps", str(i), "expect", "registered", n), v) for n, v in step.expect.registered),
        ]
        for path, text in texts:
            named = _check_text(document, path, text, known_references(variants), earlier)
            used |= {n.removeprefix("variant.") for n in named if n.startswith("variant.")}
        for name in used:
            for j, text in enumerate(variants.get(name, ())):
                place = ("variants", name, str(j))
                _check_text(document, place, text, known_references(()), earlier)
        earlier = (*earlier, step.name)
    for name in variants.keys() - used:
        document.complain(
            ("variants", name), f"is never used; write ${{variant.{name}}} in a change"
        )


def _texts(change: Change, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of a change that references are looked up in, with its path."""
    for group in ("set", "twice", "query", "headers"):
        for name, value in getattr(change, group):
            if value is not None:
                yield (*path, group, name), value
    yield from _texts_of(change.members, (*path, "members"))
    if change.raw is not None:
        yield (*path, "raw"), change.raw
    if change.onward:
        yield (*path, "onward"), change.onward


def _texts_of(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text of a JSON value, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts_of(inner, (*path, name))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from _texts_of(inner, (*path, str(n)))


def _check_text(
    document: Document, path: Path, text: str, known: frozenset[str], earlier: tuple[str, ...]
) -> list[str]:
    if malformed(text):
        document.complain(path, "a reference is not closed; write ${name}")
    named = references(text)
    for reference in named:
        hint = near(reference, known, earlier)
        if hint is not None:
            document.complain(path, f"${{{reference}}} is not known here{hint}")
    return named


STATUSES_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 100, "maximum": 599},
        {"type": "string", "pattern": f"^{STATUS.pattern}$"},
    ]
}
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        **HEAD_FORMS,
        "statuses": Form(
            read_statuses,
            {
                "anyOf": [
                    *STATUSES_SCHEMA["anyOf"],
                    {"type": "array", "items": STATUSES_SCHEMA, "minItems": 1},
                ]
            },
        ),
        "alterations": mapping(word(sorted(ALTERATIONS)), lambda found: tuple(found.items())),
        "copies": Form(read_copies, {"type": "integer", "minimum": 1, "maximum": MOST_COPIES}),
        "seconds": Form(read_seconds, {"type": "integer", "minimum": 0, "maximum": MOST_SECONDS}),
        "header_texts": Form(
            read_header_texts,
            {
                "type": "object",
                "additionalProperties": {
                    "anyOf": [
                        {"type": "string"},
                        {"type": "array", "items": {"type": "string"}, "minItems": 1},
                        {"type": "null"},
                    ]
                },
            },
        ),
    }
)
STEPS = listing(instance(Step, FORMS), least=1)
ANSWERS = mapping(instance(Expect, FORMS), lambda found: tuple(found.items()))
PROBE_FILE = instance(ProbeFile, MappingProxyType({**FORMS, "steps": STEPS, "answers_of": ANSWERS}))
