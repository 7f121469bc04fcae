"""A saved run document in any format, by name."""

from __future__ import annotations

from importlib import import_module

from mockauth.report.formats.document import Document

FORMATS = ("json", "junit", "sarif", "markdown", "har", "html", "github")
"""Each but JSON in the module of its name."""


def written(kind: str, document: Document) -> str:
    """The document in a format of `FORMATS`."""
    if kind == "json":
        from mockauth.report.json_report import text_of

        return text_of(document)
    text: str = import_module(f"mockauth.report.formats.{kind}").render(document)
    return text
