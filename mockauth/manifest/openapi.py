"""The OpenAPI document, as far as the flow needs it: operations, and where calls go."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mockauth.manifest.address import flaw_of_server
from mockauth.manifest.document import JsonProblem, read_json
from mockauth.manifest.domains import is_at_or_below
from mockauth.manifest.public_path import is_public, is_sign_in
from mockauth.manifest.yaml_document import MOST_VALUES, YamlProblem, read_yaml
from mockauth.wire.url import hostname, join, origin

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
LARGEST = 10 * 1024 * 1024
LONGEST_URL = 4_000
"""Characters of a path or a server, beyond which nothing can be called."""
LONGEST_NAME = 200
MOST_LISTED = 100
"""Servers of a document, alternatives of a security requirement and scopes that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation. `required` names its required parameters as `in:name`, path ones included."""

    id: str
    method: str
    path: str
    required: tuple[str, ...] = ()
    has_required_body: bool = False
    is_open: bool = False
    """`security: []` in effect: the document says nobody needs to sign in for it."""
    is_closed: bool = False
    """A security requirement is in effect: the document says that one must sign in for it."""
    scopes: tuple[str, ...] = ()
    """Scopes that its security requirement names, where there is one requirement only."""

    @property
    def names(self) -> tuple[str, str, str]:
        """What it may be called: its operationId, `GET /path`, or the path."""
        return (self.id, f"{self.method} {self.path}", self.path)

    @property
    def is_fillable(self) -> bool:
        """Whether what it requires stands in the path and the query alone."""
        placed = all(name.startswith(("path:", "query:")) for name in self.required)
        return placed and not self.has_required_body

    @property
    def is_safe(self) -> bool:
        """GET: may be called without changing anything (RFC 9110 section 9.2.1)."""
        return self.method == "GET"


@dataclass(frozen=True, kw_only=True)
class OpenApi:
    """An OpenAPI document; one that cannot be read has no `data` but a `problem`; one of
    JSON with a slip, which readers of YAML let pass, has both."""

    source: str
    text: bytes
    data: dict[str, Any] | None
    problem: JsonProblem | None = None
    servers: tuple[str, ...] = ()
    """`servers[].url` with default variables filled in, resolved against `source`."""
    operations: tuple[Operation, ...] = ()

    @property
    def base(self) -> str:
        """Where a GPT Action sends calls: the first server, else the document's own origin; "" for
        a document from a file that names no server."""
        return self.servers[0] if self.servers else origin(self.source)

    def base_url(self, root_domain: str) -> str:
        """Where ChatGPT sends calls: the first server at or below the root domain, else the
        document's own origin (OpenAI, Plugins in production, 2023)."""
        for server in self.servers:
            if is_at_or_below(hostname(server), root_domain):
                return server
        return origin(self.source)

    def operation(self, wanted: str = "", *, closed: bool = False) -> Operation | None:
        """The operation of that operationId (or `GET /path`), else the first candidate; None when
        there is none."""
        if wanted:
            return next((o for o in self.operations if wanted in o.names), None)
        return next(iter(self.candidates(closed=closed)), None)

    def candidates(self, *, closed: bool = False) -> tuple[Operation, ...]:
        """The safe operations that can be called with a path and a query alone, the likeliest ones
        for the API first: not called like a public path, said to need sign-in, and without
        required parameters. Where `closed`, those that the document says are open are left out."""
        found = [o for o in self.operations if o.is_safe and o.is_fillable]
        found = [o for o in found if not (closed and o.is_open)]

        def rank(one: Operation) -> tuple[bool, bool, bool, bool]:
            return is_sign_in(one.path), is_public(one.path), not one.is_closed, bool(one.required)

        return tuple(sorted(found, key=rank))


def read_openapi(text: bytes, source: str) -> OpenApi:
    """Read a document from JSON or YAML bytes; never raises."""
    data, problem = _load(text)
    if data is None:
        return OpenApi(source=source, text=text, data=None, problem=problem)
    return OpenApi(
        source=source,
        text=text,
        data=data,
        problem=problem,
        servers=tuple(_servers(data, source)),
        operations=tuple(_operations(data)),
    )


def _load(text: bytes) -> tuple[dict[str, Any] | None, JsonProblem | None]:
    if len(text) > LARGEST:
        return None, _whole(f"{len(text)} bytes; the limit is 10 MiB")
    if text.lstrip()[:1] == b"<":
        return None, _whole(
            "HTML or XML instead of an OpenAPI document", "Serve the document itself at api.url."
        )
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None, _whole("UTF-16 instead of UTF-8", "Save the file as UTF-8.")
    try:
        plain = text.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        before = text[: wrong.start].decode("utf-8")
        return None, JsonProblem(
            line=before.count("\n") + 1, column=len(before) - before.rfind("\n"),
            reason="a byte that is not UTF-8", fix="Save the file as UTF-8.",
        )  # fmt: skip
    if sum(map(plain.count, ",[{")) > MOST_VALUES:
        return None, _whole(f"more than {MOST_VALUES} values")
    return _parsed(plain, text)


def _parsed(plain: str, text: bytes) -> tuple[dict[str, Any] | None, JsonProblem | None]:
    try:
        data = json.loads(plain)
    except (ValueError, RecursionError):
        try:
            data = read_yaml(plain)
        except YamlProblem as wrong:
            as_json = plain.lstrip()[:1] == "{" and wrong.problem.line > 0
            return None, (_first_slip(text) if as_json else None) or wrong.problem
        if isinstance(data, dict) and plain.lstrip()[:1] == "{":
            return data, _first_slip(text)
    if not isinstance(data, dict):
        return None, _whole("no object at the top level" if plain.strip() else "the file is empty")
    return data, None


def _first_slip(text: bytes) -> JsonProblem | None:
    """Why a text that begins as JSON is none, as a reader of JSON tells it."""
    document = read_json(text, "")
    problems = document.problems
    return (problems[0] if document.data is not None else problems[-1]) if problems else None


def _whole(reason: str, fix: str = "") -> JsonProblem:
    return JsonProblem(line=1, column=1, reason=reason, fix=fix)


def _servers(data: dict[str, Any], source: str) -> Iterator[str]:
    listed = data.get("servers")
    for server in listed[:MOST_LISTED] if isinstance(listed, list) else []:
        url = server.get("url") if isinstance(server, dict) else None
        if isinstance(url, str):
            url = with_variables(url, server)
            if len(url) <= LONGEST_URL and not (url and flaw_of_server(url)):
                yield join(source, url).rstrip("/")


def with_variables(url: str, server: Mapping[str, Any]) -> str:
    """A server's URL with its default variables; cut where their values grow without bound."""
    variables = server.get("variables")
    for name, variable in variables.items() if isinstance(variables, dict) else ():
        if len(url) > LONGEST_URL:
            break
        if isinstance(variable, dict):
            value = str(variable.get("default", ""))[: LONGEST_URL + 1]
            url = url.replace("{" + str(name) + "}", value)
    return url


def _operations(data: dict[str, Any]) -> Iterator[Operation]:
    paths = data.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        if not isinstance(path, str) or not isinstance(item, dict) or len(path) > LONGEST_URL:
            continue
        if isinstance(item.get("$ref"), str):
            item = resolve(data, item)
        shared = item.get("parameters")
        for method in METHODS:
            detail = item.get(method)
            if isinstance(detail, dict):
                yield _operation(data, path, method, detail, shared)


def _operation(
    data: dict[str, Any], path: str, method: str, detail: dict[str, Any], shared: object
) -> Operation:
    required: dict[str, bool] = {}
    for listed in (shared, detail.get("parameters")):
        for entry in listed if isinstance(listed, list) else []:
            parameter = resolve(data, entry)
            # The operation's own parameter stands in for the path's of that name.
            place = parameter.get("in")
            needed = parameter.get("required") is True or place == "path"
            required[f"{place}:{str(parameter.get('name'))[:LONGEST_NAME]}"] = needed
    for name in re.findall(r"\{([^{}]*)\}", path):
        required[f"path:{name}"] = True
    security = detail.get("security", data.get("security"))
    if isinstance(security, list):
        security = security[:MOST_LISTED]
    return Operation(
        id=str(detail.get("operationId") or f"{method.upper()} {path}")[:LONGEST_URL],
        method=method.upper(),
        path=path,
        required=tuple(name for name, needed in required.items() if needed),
        has_required_body=resolve(data, detail.get("requestBody")).get("required") is True,
        is_open=security == [] or (isinstance(security, list) and {} in security),
        is_closed=isinstance(security, list) and bool(security) and {} not in security,
        scopes=tuple(_scopes(security)),
    )


def _scopes(security: object) -> Iterator[str]:
    """The scopes of the only security requirement; of several, any one would do."""
    if isinstance(security, list) and len(security) == 1 and isinstance(security[0], dict):
        for listed in security[0].values():
            yield from (
                (word for word in islice(listed, MOST_LISTED) if isinstance(word, str))
                if isinstance(listed, list)
                else ()
            )


def resolve(data: dict[str, Any], entry: object) -> dict[str, Any]:
    """Follow `$ref` inside the document, a few times; an empty object when it leads nowhere."""
    for _ in range(5):
        if not isinstance(entry, dict):
            return {}
        ref = entry.get("$ref")
        if not isinstance(ref, str):
            return entry
        if len(ref) > LONGEST_URL:
            break
        entry = data
        for part in ref.removeprefix("#/").split("/"):
            name = part.replace("~1", "/").replace("~0", "~")
            entry = entry.get(name) if isinstance(entry, dict) else None
    return {}
