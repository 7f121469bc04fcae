"""What the settings say of a page of the login: `[[login.page]]`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from mockauth.errors import UsageError
from mockauth.wire import Secret

Value = str | bool | Secret
"""What goes into a field: a text, whether a box is ticked, or a value of the environment. The texts
`{username}` and `{password}` stand for those of the test user who signs in."""
KEYS = ("url", "fields", "submit", "deny", "skip")
USERNAME, PASSWORD = "{username}", "{password}"
MOST_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Override:
    """What is done on the pages whose address matches `url`, a glob."""

    url: str
    fields: tuple[tuple[str, Value], ...] = ()
    """A field by its name, id, label or CSS selector, and what goes into it."""
    submit: str = ""
    """What allows, or goes on: the words or the name of a button, link or option, or a selector."""
    deny: str = ""
    """What refuses."""
    skip: bool = False
    """The page is left as it is, and the authorization request is made again."""
    place: str = "login.page"
    """Where it stands, for messages."""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Its values that came from the environment."""
        return tuple(value for _, value in self.fields if isinstance(value, Secret))

    def fits(self, url: str) -> bool:
        """Whether an address matches, with its query or without."""
        plain = url.partition("#")[0]
        return any(fnmatchcase(one, self.url) for one in (plain, plain.partition("?")[0]))


def read_overrides(table: Any, source: str, environ: Mapping[str, str]) -> tuple[Override, ...]:
    """The overrides of the table `[login]` of a settings file.

    Raises:
        UsageError: an unknown key or a wrong value; each problem names its place.
    """
    problems = list(_wrong_table(table, source))
    entries = table.get("page", []) if isinstance(table, dict) and not problems else []
    for number, entry in enumerate(entries, 1):
        problems += _wrong_entry(entry, f"{source}: login.page entry {number}", environ)
    if problems:
        raise UsageError(*problems[:MOST_SHOWN])
    return tuple(
        _override(entry, f"{source}: login.page entry {number}", environ)
        for number, entry in enumerate(entries, 1)
    )


def _wrong_table(table: Any, source: str) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"{source}: login must be a table; write [[login.page]]"
        return
    for key in table:
        if key != "page":
            yield (
                f"{source}: [login] has no key {key!r}; there is page, and options such as username "
                "stand under [check]"
            )
    if not isinstance(table.get("page", []), list):
        yield f"{source}: login.page must be a list; write [[login.page]]"


def _wrong_entry(entry: Any, place: str, environ: Mapping[str, str]) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield f"{place} must be a table"
        return
    for key in entry:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, n=1)
            known = f"did you mean {near[0]}?" if near else f"there are {', '.join(KEYS)}"
            yield f"{place}: unknown key {key!r}; {known}"
    for key in ("url", "submit", "deny"):
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip()):
            yield f"{place}.{key} must be a text"
    yield from _wrong_whole(entry, place)
    fields = entry.get("fields", {})
    if not isinstance(fields, dict):
        yield f'{place}.fields must be a table such as {{ tenant = "acme" }}'
        return
    for key, value in fields.items():
        yield from _wrong_value(f"{place}.fields.{key}", value, environ)


def _wrong_whole(entry: Mapping[str, Any], place: str) -> Iterator[str]:
    """What is wrong with an entry as a whole."""
    if "url" not in entry:
        yield f'{place} needs url, such as url = "*/login"'
    does = [key for key in KEYS if key != "url" and key in entry]
    if not does and not entry.keys() - set(KEYS):
        yield f"{place} says only url; add fields, submit, deny or skip"
    if not isinstance(entry.get("skip", False), bool):
        yield f"{place}.skip must be true or false"
    elif entry.get("skip") and len(does) > 1:
        yield f"{place}: skip leaves the page as it is; take out {does[0]}"


def _wrong_value(place: str, value: Any, environ: Mapping[str, str]) -> Iterator[str]:
    if isinstance(value, str | bool | int):
        return
    name = value.get("env") if isinstance(value, dict) else None
    if not isinstance(name, str) or len(value) != 1:
        near = "; a name with a dot stands in quotes" if isinstance(value, dict) else ""
        yield f'{place} must be a text, true or false, or {{ env = "NAME" }}{near}'
    elif name not in environ:
        yield f"{place}: the environment has no {name}"


def _override(entry: Mapping[str, Any], place: str, environ: Mapping[str, str]) -> Override:
    fields = entry.get("fields", {})
    return Override(
        url=entry["url"],
        fields=tuple((key, _value(value, environ)) for key, value in fields.items()),
        submit=entry.get("submit", ""),
        deny=entry.get("deny", ""),
        skip=entry.get("skip", False),
        place=place,
    )


def _value(value: Any, environ: Mapping[str, str]) -> Value:
    if isinstance(value, dict):
        return Secret(environ[value["env"]], value["env"])
    return value if isinstance(value, bool) else str(value)
