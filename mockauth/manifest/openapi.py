"""The OpenAPI document, as far as the flow needs it: operations, and where calls go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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

    @property
    def is_safe(self) -> bool:
        """GET: may be called without changing anything (RFC 9110 section 9.2.1)."""
        return self.method == "GET"


@dataclass(frozen=True, kw_only=True)
class OpenApi:
    """An OpenAPI document; an unreadable one has no `data` and a `syntax_problem` with its place."""

    source: str
    text: bytes
    data: dict[str, Any] | None
    syntax_problem: str = ""
    servers: tuple[str, ...] = ()
    """`servers[].url` with default variables filled in, resolved against `source`."""
    operations: tuple[Operation, ...] = ()

    def base_url(self, root_domain: str) -> str:
        """Where ChatGPT sends calls: the first server at or below the root domain, else the
        document's own origin (OpenAI, Plugins in production, 2023)."""
        raise NotImplementedError

    def operation(self, wanted: str = "") -> Operation | None:
        """The operation of that operationId (or `GET /path`), else the first safe one that needs
        no parameter; None when there is none."""
        raise NotImplementedError


def read_openapi(text: bytes, source: str) -> OpenApi:
    """Read a document from JSON or YAML bytes; never raises."""
    raise NotImplementedError
