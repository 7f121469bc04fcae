"""Text that mockauth composes: its own words, and those of others in their places.

Own words are shown as they are. What came from the wire, a document or the user is scrubbed, made
one line and cut, in that order, when a report is made. `Words` is a `str`, as `markupsafe.Markup`
is: whatever forgets that it has parts treats all of it as text of others, which is the safe way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from string import Formatter
from typing import NamedTuple

from mockauth.wire.one_line import one_line
from mockauth.wire.secret import Secrets

LONGEST_TEXT = 2000
"""Characters of a text of others in a message, where the message sets no lower limit."""
PROFILES = ("plugin", "action", "mcp")
"""Whose report a word is for."""
COUNT = 1_000_000
"""A number below it is a count or a status, which is mockauth's own to say."""


class Term(Enum):
    """What a 2023 manifest, the GPT editor and the metadata of an authorization server call by
    different names, in the order of `PROFILES`.

    `authorization_url` is the TOKEN endpoint of a manifest; the editor's "Authorization URL" is the
    other one.
    """

    client_url = ("client_url", "Authorization URL", "authorization_endpoint")
    authorization_url = ("authorization_url", "Token URL", "token_endpoint")
    the_manifest = ("the manifest", "the GPT editor", "the metadata")
    The_manifest = ("The manifest", "The GPT editor", "The metadata")
    in_a_manifest = (" in a 2023 manifest", "", "")
    at_client_url = (
        "/auth/client_url",
        "authorize endpoint, the Authorization URL of the GPT editor",
        "authorize endpoint, authorization_endpoint of the metadata",
    )
    at_authorization_url = (
        "/auth/authorization_url",
        "token endpoint, the Token URL of the GPT editor",
        "token endpoint, token_endpoint of the metadata",
    )
    the_document = ("the OpenAPI document", "the OpenAPI document", "the list of tools")
    The_document = ("The OpenAPI document", "The OpenAPI document", "The metadata")
    the_setting = ("the manifest declares", "the GPT editor is set to", "the client registered")
    plugin = ("plugin", "plugin", "connector")
    could_not_install = (
        '"Couldn\'t install plugin", token endpoint says 200',
        '"Couldn\'t install plugin", token endpoint says 200',
        '"We couldn\'t connect your account. Please try again."',
    )
    could_not_log_in = (
        "Couldn't log in with plugin",
        "Couldn't log in with plugin",
        "We couldn't connect your account. Please try again.",
    )
    could_not_call = (
        '"Authorization error accessing plugins"',
        '"Authorization error accessing plugins"',
        '"No app actions available"',
    )

    def word(self, profile: str = "plugin") -> str:
        """The word of a report of that profile."""
        return self.value[PROFILES.index(profile)]


TERM = re.compile(r"\{(" + "|".join(term.name for term in Term) + r")\}")


class Foreign(NamedTuple):
    """Text of others, at most `limit` characters of it, in quotation marks when `quoted`."""

    text: str
    limit: int = LONGEST_TEXT
    quoted: bool = False

    def composed(self) -> str:
        """As the engine sees it: not scrubbed."""
        return repr(self.text)[: self.limit] if self.quoted else self.text[: self.limit]

    def rendered(self, secrets: Secrets) -> str:
        """As others may see it, but for what acts in it."""
        shown = secrets.scrub(self.text, self.limit)
        return f"'{shown}'" if self.quoted else shown


Part = str | Term | Foreign
"""A plain `str` is mockauth's own."""


class Words(str):
    """A message that knows which of its parts are mockauth's own. `say` makes it."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...]

    def __new__(cls, parts: Iterable[Part] = ()) -> Words:
        """The message of these parts."""
        kept = tuple(parts)
        words = super().__new__(cls, "".join(map(_composed, kept)))
        words.parts = kept
        return words

    def __add__(self, other: str) -> Words:
        return Words((*self.parts, *parts_of(other)))

    def __radd__(self, other: str) -> Words:
        return Words((*parts_of(other), *self.parts))

    def join(self, values: Iterable[str], /) -> Words:
        """`values` with this between them; a plain `str` is text of others."""
        parts: list[Part] = []
        for value in values:
            parts += (self.parts if parts else ()) + _value(value)
        return Words(parts)

    def __reduce__(self) -> tuple[type[Words], tuple[tuple[Part, ...]]]:
        return Words, (self.parts,)


def say(template: str, *values: object) -> Words:
    """A message of mockauth's own words with `values` in the places `{}`.

    A value that is itself `Words` keeps its parts and a small number is a count; all else is text of
    others. `{:.40}` shows its first 40 characters, `{!r}` puts quotation marks around it. A `Term`
    has its place by its name: `{client_url}`.
    """
    return Words(_parts(template, iter(values)))


def own(text: str) -> Words:
    """A whole text of mockauth's, or of a rule, in which only terms have places."""
    if isinstance(text, Words):
        return text
    pieces = TERM.split(text)
    return Words(Term[piece] if n % 2 else piece for n, piece in enumerate(pieces))


def amount(count: int, noun: str) -> Words:
    """A number of things: `1 check`, `3 checks`."""
    return own(f"{count} {noun}" if count == 1 else f"{count} {noun}s")


def cut(text: str, limit: int = LONGEST_TEXT) -> Words:
    """A whole text of others."""
    return Words((Foreign(text, limit),))


def parts_of(text: str) -> tuple[Part, ...]:
    """The parts of a message; a plain `str` is text of others."""
    return text.parts if isinstance(text, Words) else (Foreign(text),)


def render(text: str, secrets: Secrets, *, profile: str = "plugin") -> str:
    """A message as it may be shown: on one line, without secrets, in the words of a report of that
    profile."""
    return one_line("".join(_rendered(part, secrets, profile) for part in parts_of(text)))


def _rendered(part: Part, secrets: Secrets, profile: str) -> str:
    if isinstance(part, Foreign):
        return part.rendered(secrets)
    return part.word(profile) if isinstance(part, Term) else part


def _composed(part: Part) -> str:
    if isinstance(part, Foreign):
        return part.composed()
    return part.word() if isinstance(part, Term) else part


def _parts(template: str, values: Iterator[object]) -> Iterator[Part]:
    for text, name, spec, conversion in Formatter().parse(template):
        if text:
            yield text
        if name:
            yield Term[name]
        elif name is not None:
            yield from _value(next(values), spec or "", conversion == "r")


def _value(value: object, spec: str = "", quoted: bool = False) -> tuple[Part, ...]:
    if isinstance(value, Words):
        return value.parts
    if isinstance(value, int | float) and not isinstance(value, bool) and not quoted:
        return (_number(value, spec),)
    limit = int(spec.removeprefix(".")) if spec else LONGEST_TEXT
    if isinstance(value, str):
        return (Foreign(value, limit, quoted),)
    return (Foreign(repr(value) if quoted else str(value), limit),)


def _number(value: float, spec: str) -> Part:
    """A number as `spec` writes it: mockauth's own where it is a count, else text of others."""
    try:
        text = format(value, spec)
    except OverflowError:
        text = str(value)
    return text if abs(value) < COUNT else Foreign(text)


AT_CLIENT_URL = Words((Term.at_client_url,))
AT_AUTHORIZATION_URL = Words((Term.at_authorization_url,))
"""Where the two endpoints of a sign-in are declared."""
