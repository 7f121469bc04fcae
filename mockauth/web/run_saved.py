"""A kept run as a file, in the formats of `mockauth report`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from mockauth.errors import UsageError
from mockauth.report.formats.document import Document, document_of, read_document
from mockauth.report.formats.written import written
from mockauth.store.run import Run


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A format of a file."""

    kind: str
    """Its name in `report.formats`."""
    words: str
    media_type: str


SAVED: Mapping[str, Saved] = MappingProxyType(
    {
        "html": Saved(kind="html", words="HTML", media_type="text/html"),
        "json": Saved(kind="json", words="JSON", media_type="application/json"),
        "md": Saved(kind="markdown", words="Markdown", media_type="text/markdown"),
        "xml": Saved(kind="junit", words="JUnit", media_type="application/xml"),
        "sarif": Saved(kind="sarif", words="SARIF", media_type="application/sarif+json"),
        "har": Saved(kind="har", words="HAR", media_type="application/json"),
    }
)
"""By the ending of the file. Annotations for GitHub are left out: only its log takes them."""


def is_whole(members: Mapping[str, Any]) -> bool:
    """Whether it can be saved in every format: a run that could not start has a verdict only."""
    try:
        document_of(members)
    except UsageError:
        return False
    return True


def saved_as(run: Run, kind: str) -> str | None:
    """The run in a format; None where it is not whole. JSON is what is kept."""
    if kind == "json":
        return run.report
    document = _document(run)
    return written(kind, document) if document is not None else None


def _document(run: Run) -> Document | None:
    try:
        return read_document(run.report)
    except UsageError:
        return None
