"""What the checks of an MCP server ask of its record."""

from __future__ import annotations

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.manifest.mcp import Document, McpService
from mockauth.profiles.mcp import REVISIONS, counting_revision
from mockauth.wire import Exchange
from mockauth.wire.url import hostname, is_loopback_host
from mockauth.wire.words import own, say


def service(evidence: Evidence) -> McpService:
    """The MCP server.

    Raises:
        NotApplicable: the target is none.
    """
    if evidence.mcp is None:
        raise NotApplicable(say("the target is no MCP server"))
    return evidence.mcp


def judged_by(evidence: Evidence) -> str:
    """The revision whose levels count."""
    known = service(evidence)
    return counting_revision(known.revision, known.wanted)


def protected(evidence: Evidence) -> McpService:
    """The MCP server, where it asks for sign-in.

    Raises:
        NotApplicable: it answers everybody.
    """
    known = service(evidence)
    if known.is_open and not (known.resources or known.servers):
        raise NotApplicable(say("the server answers without a token and names no sign-in"))
    return known


def sought(evidence: Evidence) -> McpService:
    """The MCP server, where its metadata was looked for: the run was told to speak a revision without it,
    and the server may have agreed on another."""
    known = protected(evidence)
    if not known.asked_resources and known.wanted == REVISIONS[0]:
        raise NotApplicable(
            say("the run speaks MCP {}, which has no metadata of the resource", own(known.wanted))
        )
    return known


def resource(evidence: Evidence) -> Document:
    """The metadata of the resource, or a verdict that there is none."""
    found = sought(evidence).resource
    if found is None:
        raise Blocked(say("there is no metadata of the resource (see discovery.prm-found)"))
    return found


def server(evidence: Evidence) -> Document:
    """The metadata of the authorization server, or a verdict that there is none."""
    found = protected(evidence).server
    if found is None:
        raise Blocked(
            say("there is no metadata of the authorization server (see discovery.asm-found)")
        )
    if not found.url:
        raise NotApplicable(say("there is no metadata; the default paths were used"))
    return found


def opened(evidence: Evidence) -> Exchange:
    """The first message, which had no token."""
    known = service(evidence)
    if not known.opened:
        raise Blocked(say("the endpoint was not asked"))
    return evidence.trace.get(known.opened)


def names_resource(exchange: Exchange) -> bool:
    """Whether a request says which resource it is about (RFC 8707 section 2)."""
    return bool(exchange.request.param("resource"))


def needs_no_tls(url: str) -> bool:
    """Whether a URL is https, or on this machine."""
    return url.startswith("https://") or is_loopback_host(hostname(url))
