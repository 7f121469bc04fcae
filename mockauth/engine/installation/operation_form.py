"""An operation of the OpenAPI document as a form: its parameters, and a body that fits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from mockauth.engine.target import requests
from mockauth.engine.target.sample_request import sample, sample_body
from mockauth.engine.target.subject import Subject
from mockauth.manifest.openapi import OpenApi, Operation, resolve
from mockauth.wire import Request
from mockauth.wire.message import JSON

PLACES = ("path", "query")
"""Where ChatGPT puts parameters; it sends no headers of a document's own choosing."""
MOST_PARAMETERS = 100
LONGEST_SAMPLE = 20_000
LONGEST_DESCRIPTION = 300


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One field. Name and description are text of others."""

    name: str
    place: str
    is_required: bool
    description: str = ""
    value: str = ""

    @property
    def field(self) -> str:
        """The name of its field in the form."""
        return f"{self.place}:{self.name}"


@dataclass(frozen=True, kw_only=True)
class OperationForm:
    """What is filled in before an operation is called; `body` is None where it takes none."""

    operation: Operation
    summary: str
    parameters: tuple[Parameter, ...]
    body: str | None = None


def form_of(openapi: OpenApi, operation: Operation) -> OperationForm:
    """The form of an operation, filled with samples where the document requires something."""
    detail = _detail(openapi, operation)
    body = sample_body(openapi, operation)
    text = None
    if body is not None:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)[:LONGEST_SAMPLE]
    told = (detail.get("summary"), detail.get("description"))
    return OperationForm(
        operation=operation,
        summary=next((one for one in told if isinstance(one, str)), "")[:LONGEST_DESCRIPTION],
        parameters=tuple(_parameters(openapi, operation, detail)),
        body=text,
    )


def request_of(
    subject: Subject, form: OperationForm, filled: Mapping[str, str], token: str | None
) -> Request:
    """The call with what was filled in, sent as ChatGPT sends it. An empty optional field is left
    out; the body goes as it was typed."""

    def value(found: re.Match[str]) -> str:
        return quote(filled.get(f"path:{found.group(1)}", ""), safe="")

    operation = form.operation
    path = re.sub(r"\{([^{}]*)\}", value, operation.path)
    request = requests.api_request(subject, operation.method, subject.target.base_url + path, token)
    query = tuple(
        (one.name, filled[one.field])
        for one in form.parameters
        if one.place == "query"
        and (filled.get(one.field) or one.is_required)
        and one.field in filled
    )
    request = replace(request, query=query)
    body = filled.get("body", "")
    if form.body is None or not body:
        return request
    return replace(request.with_header("Content-Type", JSON), raw=body.encode("utf-8", "replace"))


def _detail(openapi: OpenApi, operation: Operation) -> dict[str, Any]:
    item = (openapi.data or {}).get("paths", {}).get(operation.path)
    detail = item.get(operation.method.lower()) if isinstance(item, dict) else None
    return detail if isinstance(detail, dict) else {}


def _parameters(
    openapi: OpenApi, operation: Operation, detail: dict[str, Any]
) -> Iterator[Parameter]:
    data = openapi.data or {}
    item = data.get("paths", {}).get(operation.path)
    shared = item.get("parameters") if isinstance(item, dict) else None
    found: dict[str, Parameter] = {}
    for listed in (shared, detail.get("parameters")):
        for entry in listed[:MOST_PARAMETERS] if isinstance(listed, list) else []:
            one = _parameter(data, resolve(data, entry), operation)
            if one is not None:
                found[one.field] = one
    for name in re.findall(r"\{([^{}]*)\}", operation.path)[:MOST_PARAMETERS]:
        blank = Parameter(name=name, place="path", is_required=True, value="1")
        found.setdefault(blank.field, blank)
    yield from found.values()


def _parameter(
    data: dict[str, Any], entry: dict[str, Any], operation: Operation
) -> Parameter | None:
    name, place = entry.get("name"), entry.get("in")
    if not isinstance(name, str) or place not in PLACES:
        return None
    needed = f"{place}:{name}" in operation.required
    described = entry.get("description")
    value = entry.get("example", sample(data, entry.get("schema"))) if needed else ""
    return Parameter(
        name=name,
        place=place,
        is_required=needed,
        description=described[:LONGEST_DESCRIPTION] if isinstance(described, str) else "",
        value=value if isinstance(value, str) else json.dumps(value, default=str),
    )
