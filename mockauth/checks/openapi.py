"""The OpenAPI document: is it there, is it valid, does it send calls to the right place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, Finding, NotApplicable, Seen
from mockauth.checks.manifest_addresses import is_served
from mockauth.checks.manifest_urls import PROD, is_published
from mockauth.checks.registry import check
from mockauth.manifest.address import flaw_of, flaw_of_server, is_invented
from mockauth.manifest.defects import Defect, defects, escaped, required_headers, without_id
from mockauth.manifest.document import JsonProblem
from mockauth.manifest.domains import is_at_or_below, registrable_domain, root_domain
from mockauth.manifest.openapi import METHODS, OpenApi, with_variables
from mockauth.manifest.positions import Doubled, doubled
from mockauth.manifest.validation import validate
from mockauth.manifest.validator import DocumentProblem
from mockauth.wire.url import hostname, is_loopback_host
from mockauth.wire.words import Words, cut, own, say

START = "OAI-plugin-start"
MOST_NAMED = 100
"""Places that one check names; a document of 10⁵ operations would fill the report."""
DEPTH_OF_METHOD = 3
"""Levels of `/paths/~1todos/get`."""


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
    named = evidence.manifest.text("api", "url") if evidence.manifest is not None else ""
    if named and flaw_of(named, may_be_relative=True) and not (last and last.answer.ok):
        raise Blocked(say("api.url cannot be opened (see manifest.urls-usable)"))
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
    why="ChatGPT refuses a document that is not OpenAPI 3, and leaves out what it cannot call.",
    fix="Correct the place named.",
)  # fmt: skip
def valid(evidence: Evidence) -> Iterator[Finding | Seen]:
    """The document is OpenAPI 3, and nothing in it keeps an operation from being called."""
    document = document_of(evidence)
    if document.data is None:
        if document.problem is not None:
            yield _unreadable(document.problem)
        return
    if document.problem is not None:  # JSON with a slip that readers of YAML let pass
        yield replace(_unreadable(document.problem), tolerated=True)
    version = str(document.data.get("openapi", document.data.get("swagger", "")))
    if not version.startswith("3."):
        yield _of_another_version(document.data, version)
        return
    named = [_found(defect) for defect in islice(defects(document.data), MOST_NAMED + 1)]
    yield from _listed(iter(named))
    validation = validate(document.data)
    yield from (_dialect(one) for one in validation.problems if not _is_told(one, named))
    if validation.unfinished:
        raise Blocked(validation.unfinished)
    yield Seen(actual=say("OpenAPI {}, {} operations", version, len(document.operations)))


def _is_told(problem: DocumentProblem, named: list[Finding]) -> bool:
    """Whether what is odd there, or among the members there, is named already by what it means."""
    inside, depth = problem.pointer + "/", problem.pointer.count("/")
    serious = [f for f in named if not f.tolerated]
    broken_off = not (problem.pointer or problem.value or problem.more)
    if (serious and broken_off) or any(f.at == problem.pointer for f in serious):
        return True
    return depth < DEPTH_OF_METHOD and any(
        str(f.at).startswith(inside) and str(f.at).count("/") == depth + 1 for f in named
    )  # fmt: skip


def _of_another_version(data: dict[str, Any], version: str) -> Finding:
    member = next((name for name in ("openapi", "swagger") if name in data), "")
    fix = (
        say("Convert the document to OpenAPI 3: ChatGPT reads no other.")
        if version[:1] == "2"
        else say("Write openapi: 3.0.1 at its top, or convert it to that.")
    )
    return Finding(
        expected=say("openapi: 3.x"),
        actual=say("{}: {:.40}", own(member), version) if member else say("no openapi member"),
        at=say("/openapi"),
        near=say("/{}", own(member)) if member else "",
        fix=fix,
    )


def _unreadable(problem: JsonProblem) -> Finding:
    return Finding(expected=say("YAML or JSON"), actual=problem.reason, fix=problem.fix,
                   line=problem.line, column=problem.column)  # fmt: skip


def _found(defect: Defect) -> Finding:
    return Finding(expected=defect.wanted, actual=defect.found, at=defect.pointer, fix=defect.fix,
                   tolerated=not defect.costs)  # fmt: skip


def _dialect(problem: DocumentProblem) -> Finding:
    """What the specification does not allow, and ChatGPT took all the same."""
    return Finding(expected=own(problem.wanted), actual=told(problem), at=problem.pointer,
                   fix=own(problem.fix), tolerated=True)  # fmt: skip


def told(problem: DocumentProblem) -> Words:
    """What was found, in plain words."""
    if problem.more:
        return say("more than the {} that are listed", problem.more)
    return say("{}: {}", own(problem.found), problem.value) if problem.value else own(problem.found)


def _listed(findings: Iterator[Finding]) -> Iterator[Finding]:
    """The first ones, and that there are more."""
    yield from islice(findings, MOST_NAMED)
    if next(findings, None) is not None:
        actual = say("more than the {} that are listed", MOST_NAMED)
        yield Finding(expected=say("none of these"), actual=actual, tolerated=True)


@check(
    "openapi.operation-ids-unique", "MM-", refs=(START, "OAI-action-start"), kind="static",
    practice=True,
    why="ChatGPT calls an operation by its operationId: it skips one without, and of two that have "
    "the same it can call one only.",
    fix="Give every operation an operationId of its own.",
)  # fmt: skip
def operation_ids_unique(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every operation has an operationId that no other one has."""
    data = document_of(evidence).data
    if data is None:
        raise Blocked(say("the document cannot be read (see openapi.valid)"))
    yield from _listed(map(_found, without_id(data)))
    yield Seen(actual=say("operations read"))


@check(
    "openapi.keys-once", "MM-", refs=("RFC8259-4",), kind="static", practice=True,
    why="Of two members with one name the reader keeps one only: the operation in the other is gone.",
    fix="Give each its own name, or delete one.",
)  # fmt: skip
def keys_once(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No path, no method and no other key stands twice in one place."""
    document = document_of(evidence)
    if document.data is None:
        raise Blocked(say("the document cannot be read (see openapi.valid)"))
    yield from _listed(map(_twice, doubled(document.text)))
    yield Seen(actual=say("keys read"))


def _twice(member: Doubled) -> Finding:
    # Below an operation what is lost is a text or a shape; ChatGPT took such documents.
    costs = member.pointer.startswith("/paths") and member.pointer.count("/") <= DEPTH_OF_METHOD
    return Finding(expected=say("every key once"), actual=say("this key a second time"),
                   at=member.pointer, tolerated=not costs,
                   line=member.line, column=member.column)  # fmt: skip


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
    manifest = evidence.manifest
    published = manifest is not None and is_published(manifest)
    root = root_domain(manifest.url if manifest and published else document.source)
    if is_loopback_host(root):
        raise NotApplicable(say("the plugin is on this machine"))
    if not published:  # the manifest may be published at a parent of the document's host
        root = registrable_domain(root)
    base = document.base_url(root)
    first = document.servers[0] if document.servers else base
    if not published and is_loopback_host(hostname(first)):
        raise NotApplicable(say("calls go to this machine"))
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
    yield from _listed(_long_texts(data, limit, parameter_limit))
    yield Seen(actual=say("read against {} characters", limit))


def _long_texts(data: dict[str, Any], limit: int, parameter_limit: int) -> Iterator[Finding]:
    paths = data.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        here = f"/paths/{escaped(path)}"
        yield from _long_parameters(item, here, parameter_limit)
        known = item if isinstance(item, dict) else {}
        for method, detail in ((name, known[name]) for name in METHODS if name in known):
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
    "openapi.no-required-custom-headers", "MM-", refs=("OAI-action-start",), kind="static",
    practice=True,
    why="ChatGPT sends no headers and cookies of your own choosing.", fix="Take the header or cookie out, or make it optional.",
)  # fmt: skip
def no_required_custom_headers(evidence: Evidence) -> Iterator[Finding | Seen]:
    """No operation requires a header of its own."""
    data = document_of(evidence).data
    if data is None:
        raise Blocked(say("the document cannot be read (see openapi.valid)"))
    yield from _listed(map(_found, required_headers(data, SENT)))
    yield Seen(actual=say("operations read"))


SENT = ("authorization", "accept", "content-type", "user-agent", "host")
"""What ChatGPT sends by itself, beside headers that begin with `openai-`."""


@check(
    "openapi.servers-usable", "MM-", refs=("RFC3986-3", "OAI-action-start"), kind="static",
    practice=True,
    shows="calls go to the wrong host",
    why="The path of every operation is put behind the address of the server.",
    fix="Write https:// and the host; give every {variable} of it a default.",
)  # fmt: skip
def servers_usable(evidence: Evidence) -> Iterator[Finding | Seen]:
    """Every server is an address that can be called."""
    data = document_of(evidence).data
    if data is None:
        raise Blocked(say("the document cannot be read (see openapi.valid)"))
    listed = data.get("servers")
    for i, server in enumerate(listed[:MOST_NAMED] if isinstance(listed, list) else ()):
        url = server.get("url") if isinstance(server, dict) else None
        if isinstance(url, str):
            yield from _server(evidence, say("/servers/{}/url", i), with_variables(url, server))
    yield Seen(actual=say("servers read"))


def _server(evidence: Evidence, at: str, url: str) -> Iterator[Finding]:
    flaw = flaw_of_server(url)
    if flaw:
        # An empty one is relative to the document.
        yield Finding(expected=say("a whole address"), actual=flaw, at=at, tolerated=not url)
    elif is_invented(url) and not is_served(evidence, url):
        yield Finding(
            expected=say("an address of your own"), actual=cut(url, 200), at=at, tolerated=True,
            fix=say("Write the host that serves the API."),
        )  # fmt: skip
