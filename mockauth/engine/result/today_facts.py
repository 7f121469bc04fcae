"""What a run found out of an MCP server, beside its results."""

from __future__ import annotations

from dataclasses import dataclass

from mockauth.manifest.mcp import Way


@dataclass(frozen=True, kw_only=True)
class Today:
    """How ChatGPT came along with an MCP server."""

    connects: bool
    """It signed in, or needed not to, and was answered."""
    tools: int
    way: Way
    offers_document: bool
    """The metadata offers client ID metadata documents, with a method that ChatGPT has."""
    document_works: bool
    """A sign-in by such a document led to a token here."""
    callback: str
    judged_by: str
    """The revision whose levels count."""
    served: tuple[str, ...] = ()
    """The revisions that the server speaks, as far as it was asked."""
    refused: tuple[tuple[str, str], ...] = ()
    """Of those, each in which the token opens nothing, and the method that is refused."""
