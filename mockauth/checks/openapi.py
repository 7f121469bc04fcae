"""The OpenAPI document: is it there, is it valid, does it send calls to the right place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.manifest_urls import PROD
from mockauth.checks.registry import check
from mockauth.manifest.domains import is_at_or_below, root_domain
from mockauth.manifest.openapi import LONGEST_URL, OpenApi
from mockauth.manifest.validation import validate
from mockauth.wire.url import hostname, is_loopback_host
from mockauth.wire.words import say

START = "OAI-plugin-start"
MOST_NAMED = 100
"""Places that one check names; a document of 10⁵ operations would fill the report."""


def document_of(evidence: Evidence) -> OpenApi:
    """The document, or a verdict why nothing can be said of it."""
    if evidence.openapi is None:
        if not evidence.target:
            raise NotApplicable(say("the OpenAPI document is not on this disk"))
        raise Blocked(say("the OpenAPI document could not be fetched (see openapi.served)"))
    return evidence.openapi


@check(
    "openapi.served", "M--", refs=(PROD,), practice=True,
    why="Without it ChatGPT knows no operation.",
    fix="Serve the OpenAPI document, YAML or JSON, at api.url with status 200.",
)  # fmt: skip
def served(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The OpenAPI document is served at api.url."""
    last = evidence.trace.last("openapi")
    if last is None:
        raise Blocked(say("the manifest names no document (see manifest.required-fields)"))
    page = last.answer.body[:200].lstrip().lower().startswith((b"<!doctype", b"<html"))
    if last.answer.ok and not page:
        yield Seen(actual=last.outcome, exchanges=(last.n,))
    else:
        actual = say("a web page") if page else last.outcome
        yield Finding(expected=say("200 with YAML or JSON"), actual=actual, at=say("/api/url"),
                      exchanges=(last.n,))  # fmt: skip


@check(
    "openapi.valid", "MM-", refs=(START,), kind="static", practice=True,
    why="ChatGPT refuses a document that is not OpenAPI 3.", fix="Mend the place named.",
)  # fmt: skip
def valid(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The document is valid OpenAPI 3."""
    document = document_of(evidence)
    if document.data is None:
        yield Finding(expected=say("YAML or JSON"), actual=document.syntax_problem)
        return
    version = str(document.data.get("openapi", document.data.get("swagger", "")))
    if not version.startswith("3."):
        yield Finding(
            expected=say("openapi: 3.x"),
            actual=version or say("no openapi member"),
            at=say("/openapi"),
        )
        return
    validation = validate(document.data)
    for problem in validation.problems:
        yield Finding(expected=say("valid OpenAPI"), actual=problem.message, at=problem.pointer,
                      tolerated=problem.is_harmless)  # fmt: skip
    if validation.unfinished:
        raise Blocked(validation.unfinished)
    yield Seen(actual=say("OpenAPI {}, {} operations", version, len(document.operations)))


@check(
    "openapi.server-on-domain", "M--", refs=(PROD,), kind="static", practice=True,
    shows="calls go to the wrong host",
    why="ChatGPT calls the first server on the root domain, else the document's own host.",
    fix="Put the server you mean first, at or below the manifest's host.",
)  # fmt: skip
def server_on_domain(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The first server is on the root domain or below it."""
    document = document_of(evidence)
    if not document.source.startswith("http"):
        raise NotApplicable(say("read from a file: where it is served is not known"))
    root = root_domain((evidence.manifest.url if evidence.manifest else "") or document.source)
    if is_loopback_host(root) or is_loopback_host(hostname(evidence.target)):
        raise NotApplicable(say("the plugin is on this machine"))
    base = document.base_url(root)
    first = document.servers[0] if document.servers else base
    if is_at_or_below(hostname(first), root):
        yield Seen(actual=say("calls go to {}", base))
    else:
        actual = say("{}; ChatGPT will call {}", first, base)
        yield Finding(
            expected=say("a server at or below {}", root), actual=actual, at=say("/servers/0/url")
        )


@check(
    "openapi.text-limits", "SS-", refs=(START, "OAI-action-start"), kind="static", practice=True,
    shows="refused at registration",
    why="ChatGPT cut or refused longer texts.", fix="Shorten the text.",
)  # fmt: skip
def text_limits(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Texts of operations and parameters keep ChatGPT's limits."""
    data = document_of(evidence).data
    if data is None:
        raise Blocked(say("the document cannot be read (see openapi.valid)"))
    action = evidence.profile.name == "action"
    limit, parameter_limit = (300, 700) if action else (200, 200)
    yield from islice(_long_texts(data, limit, parameter_limit), MOST_NAMED)
    yield Seen(actual=say("read against {} characters", limit))


def _long_texts(data: dict[str, Any], limit: int, parameter_limit: int) -> Iterator[Finding]:
    paths = data.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        here = f"/paths/{str(path)[:LONGEST_URL].replace('~', '~0').replace('/', '~1')}"
        yield from _long_parameters(item, here, parameter_limit)
        for method, detail in item.items() if isinstance(item, dict) else ():
            yield from _long(detail, ("summary", "description"), f"{here}/{method}", limit)
            yield from _long_parameters(detail, f"{here}/{method}", parameter_limit)


def _long(detail: object, names: tuple[str, ...], pointer: str, limit: int) -> Iterator[Finding]:
    members = detail if isinstance(detail, dict) else {}
    for name in names:
        text = members.get(name)
        if isinstance(text, str) and len(text) > limit:
            yield Finding(
                expected=say("at most {} characters", limit),
                actual=say("{} characters", len(text)),
                at=say("{}/{}", pointer, name),
            )


def _long_parameters(holder: object, pointer: str, limit: int) -> Iterator[Finding]:
    listed = holder.get("parameters") if isinstance(holder, dict) else None
    for i, parameter in enumerate(listed if isinstance(listed, list) else ()):
        yield from _long(parameter, ("description",), f"{pointer}/parameters/{i}", limit)


@check(
    "openapi.no-required-custom-headers", "iM-", refs=("OAI-action-start",), kind="static",
    practice=True,
    why="ChatGPT sends no headers of your own choosing.", fix="Drop the required header.",
)  # fmt: skip
def no_required_custom_headers(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No operation requires a header of its own."""
    yield from islice(_own_headers(document_of(evidence)), MOST_NAMED)
    yield Seen(actual=say("operations read"))


def _own_headers(document: OpenApi) -> Iterator[Finding]:
    for operation in document.operations:
        for required in operation.required:
            place, _, name = required.partition(":")
            if place == "header" and name.lower() not in ("authorization", "accept"):
                yield Finding(
                    expected=say("no required header"),
                    actual=say("{} wants {}", operation.id, name),
                )
