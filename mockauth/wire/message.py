"""One HTTP request and one HTTP answer, as frozen values.

Parameters are lists of pairs, never dicts: a duplicate must be sendable and readable.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

Pairs = tuple[tuple[str, str], ...]
Encoding = Literal["none", "form", "json"]
AuthMethod = Literal["", "client_secret_basic", "client_secret_post", "none"]
"""How a client authenticates at the token endpoint (RFC 7591 section 2); "" is any way."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character, which no text on the wire can hold: JSON may still name one by its escape."""
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
MOST_VALUES = 100_000
"""Values of a JSON body that is read. An answer that ChatGPT takes has fewer characters than that."""
DEEPEST_JSON = 100
"""Objects and lists inside each other, in a JSON body that is read."""
NO_CHARSETS = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape"})
"""Codecs of Python that no browser knows (WHATWG Encoding); punycode takes quadratic time."""
REMEMBERED = 4096
"""Bytes of a body whose JSON is kept once it is read; that of a longer one takes too much memory,
because one value of two characters is an object of 64 bytes."""
BETWEEN_WORDS = (b" ", b"\n", b"\t", b'"', b"'", b"<", b">", b",")


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request before it is sent: the parts stay apart so that a probe can change one of them.

    `query` is appended to what `url` already has (RFC 6749 section 3.1 keeps an endpoint's own
    query). `params` is the body, written as `encoding` says, unless `raw` gives it literally.
    """

    method: str
    url: str
    query: Pairs = ()
    headers: Pairs = ()
    params: Pairs = ()
    encoding: Encoding = "none"
    raw: bytes | None = None

    @cached_property
    def target(self) -> str:
        """The URL that is asked for, own query first."""
        if not self.query:
            return self.url
        base, hash_mark, fragment = self.url.partition("#")
        joint = "" if base.endswith(("?", "&")) else "&" if "?" in base else "?"
        query = urlencode(self.query, quote_via=quote, errors="surrogatepass")
        return base + joint + query + hash_mark + fragment

    @property
    def body(self) -> bytes:
        """The body as bytes; a JSON body is written by hand so that duplicates survive."""
        if self.raw is not None:
            return self.raw
        if self.encoding == "form":
            return urlencode(self.params, errors="surrogatepass").encode()
        if self.encoding == "json":
            members = (f"{json.dumps(name)}: {json.dumps(value)}" for name, value in self.params)
            return ("{" + ", ".join(members) + "}").encode()
        return b""

    @property
    def members(self) -> dict[str, Any]:
        """The members of a JSON object body; empty when the body is anything else."""
        value = _read_json(self.body)
        return value if isinstance(value, dict) else {}

    @property
    def all_headers(self) -> Pairs:
        """The headers as sent: Content-Type follows from the encoding unless it is set."""
        if self.encoding == "none" or self.header("Content-Type") is not None:
            return self.headers
        return (*self.headers, ("Content-Type", FORM if self.encoding == "form" else JSON))

    def header(self, name: str) -> str | None:
        """The first header of that name in any letter case, or None."""
        return first(self.headers, name, ignore_case=True)

    def with_header(self, name: str, value: str | None) -> Request:
        """The same request with one header set, or removed when `value` is None."""
        rest = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=rest if value is None else (*rest, (name, value)))

    def param(self, name: str) -> str | None:
        """The first body parameter of that name, else the first in the query, or None."""
        value = first(self.params, name)
        return value if value is not None else first(self.all_query, name)

    @cached_property
    def all_query(self) -> Pairs:
        """Every query parameter of `target`, in order, decoded."""
        return pairs_of(self.target.partition("#")[0].partition("?")[2])


@dataclass(frozen=True, kw_only=True)
class Whole:
    """What a body was of which only the beginning is kept: its length, and the SHA-256 of it."""

    size: int
    characters: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer as it came; `truncated` says that the body was longer than the limit."""

    status: int
    headers: Pairs = ()
    body: bytes = b""
    truncated: bool = False
    whole: Whole | None = None
    """Of a body that was cut after it was read (`cut`)."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the whole body, in hexadecimal."""
        return self.whole.sha256 if self.whole else hashlib.sha256(self.body).hexdigest()

    @property
    def characters(self) -> int:
        """The length of the whole body as text."""
        return self.whole.characters if self.whole else len(self.text)

    def cut(self, body: int, head: int) -> Response:
        """The same with at most so many bytes of the body and characters of the headers.

        It ends between two words: half a secret would not be known for one.
        """
        headers = tuple(_first_of(self.headers, head))
        if len(self.body) <= body:
            return self if headers == self.headers else replace(self, headers=headers)
        end = max(self.body.rfind(mark, 0, body) for mark in BETWEEN_WORDS) + 1
        whole = Whole(size=len(self.body), characters=self.characters, sha256=self.sha256)
        return replace(self, headers=headers, body=self.body[:end], whole=self.whole or whole)

    def header(self, name: str) -> str | None:
        """The first header of that name in any letter case, or None."""
        return first(self.headers, name, ignore_case=True)

    def headers_named(self, name: str) -> tuple[str, ...]:
        """Every header of that name, in order."""
        return tuple(value for key, value in self.headers if key.lower() == name.lower())

    @property
    def media_type(self) -> str:
        """`type/subtype` of Content-Type in lower case, without parameters; "" when absent."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text: the declared charset, else UTF-8; what does not decode is replaced."""
        declared = (self.header("Content-Type") or "").lower().partition("charset=")[2]
        charset = declared.partition(";")[0].strip(" \"'") or "utf-8"
        if charset.replace("-", "_") in NO_CHARSETS:
            charset = "utf-8"
        try:
            text = self.body.decode(charset, errors="replace")
        except (LookupError, ValueError):  # no charset, or one like `undefined` that never decodes
            text = self.body.decode("utf-8", errors="replace")
        return SURROGATE.sub("\ufffd", text)

    def json(self) -> Any:
        """The body as JSON, whatever Content-Type says; None when it is none, or has more than
        `MOST_VALUES` or `DEEPEST_JSON`. Half a surrogate pair becomes U+FFFD, so that every text in it
        can be sent and written. The value is not to be changed: it may be kept."""
        return self._json if len(self.body) <= REMEMBERED else _read_json(self.body)

    @cached_property
    def _json(self) -> Any:
        return _read_json(self.body)

    @property
    def members(self) -> dict[str, Any]:
        """The members of a JSON object body; empty when the body is anything else."""
        value = self.json()
        return value if isinstance(value, dict) else {}

    @property
    def is_redirect(self) -> bool:
        """A 3xx status with a Location."""
        return 300 <= self.status < 400 and self.header("Location") is not None

    @property
    def ok(self) -> bool:
        """A 2xx status."""
        return 200 <= self.status < 300


def first(pairs: Pairs, name: str, *, ignore_case: bool = False) -> str | None:
    """The first value under `name`, or None."""
    wanted = name.lower() if ignore_case else name
    for key, value in pairs:
        if (key.lower() if ignore_case else key) == wanted:
            return value
    return None


def every(pairs: Pairs, name: str) -> tuple[str, ...]:
    """Every value under `name`, in order."""
    return tuple(value for key, value in pairs if key == name)


def _first_of(pairs: Pairs, most: int) -> Iterator[tuple[str, str]]:
    """The first of the pairs, as long as they have `most` characters at most."""
    for name, value in pairs:
        most -= len(name) + len(value)
        if most < 0:
            return
        yield name, value


def _read_json(body: bytes) -> Any:
    if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:
        return None
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if _is_deep(value):
        return None
    return _whole(value) if ESCAPED_SURROGATE.search(text) else value


def _is_deep(value: Any) -> bool:
    """Whether lists and objects lie deeper inside each other than anybody follows them."""
    level = [value]
    for _ in range(DEEPEST_JSON):
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        if not inner:
            return False
        level = inner
    return True


def _whole(value: Any) -> Any:
    """A JSON value without half characters."""
    if isinstance(value, str):
        return SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    return value


def pairs_of(query: str) -> Pairs:
    """A query string or form body as pairs, blank values kept."""
    return tuple(parse_qsl(query, keep_blank_values=True, errors="replace"))
