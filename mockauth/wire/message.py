"""One HTTP request and one HTTP answer, as frozen values.

Parameters are lists of pairs, never dicts: a duplicate must be sendable and readable.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

Pairs = tuple[tuple[str, str], ...]
Encoding = Literal["none", "form", "json"]
AuthMethod = Literal["", "client_secret_basic", "client_secret_post", "none"]
"""How a client authenticates at the token endpoint (RFC 7591 section 2); "" is any way."""

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
ENCODINGS_OF_NAMES = ("idna", "punycode")
"""Python takes them for charsets; a megabyte of punycode takes minutes."""
SURROGATE = re.compile(r"[\ud800-\udfff]")
"""Half a character, which no text on the wire can hold: JSON may still name one by its escape."""
ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


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

    @property
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

    @property
    def all_query(self) -> Pairs:
        """Every query parameter of `target`, in order, decoded."""
        return pairs_of(self.target.partition("#")[0].partition("?")[2])


@dataclass(frozen=True, kw_only=True)
class Response:
    """An answer as it came; `truncated` says that the body was longer than the limit."""

    status: int
    headers: Pairs = ()
    body: bytes = b""
    truncated: bool = False

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
        if charset in ENCODINGS_OF_NAMES:
            charset = "utf-8"
        try:
            text = self.body.decode(charset, errors="replace")
        except (LookupError, ValueError):  # no charset, or one like `undefined` that never decodes
            text = self.body.decode("utf-8", errors="replace")
        return SURROGATE.sub("\ufffd", text)

    def json(self) -> Any:
        """The body as JSON, whatever Content-Type says; None when it is none. Half a surrogate
        pair becomes U+FFFD, so that every text in it can be sent and written."""
        try:
            text = self.body.decode("utf-8-sig")
            value = json.loads(text)
            return _whole(value) if ESCAPED_SURROGATE.search(text) else value
        except (ValueError, RecursionError):
            return None

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
