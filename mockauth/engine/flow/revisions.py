"""Which revisions of MCP a server speaks: it is asked for each."""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt import mcp as messages
from mockauth.engine.result.today_facts import Today
from mockauth.engine.target import mcp
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import McpService, methods_of
from mockauth.profiles.mcp import ASSUMED, REVISIONS, STATELESS
from mockauth.wire.rpc import result_of


def ask_for_others(subject: Subject, token: str | None) -> None:
    """Ask for the revisions that `initialize` agrees on beside the one that is spoken already. The
    answers show no more than that: no check judges by them."""
    service = mcp.service_of(subject)
    if service.wanted != "auto" or not service.revision:
        return
    spoken = {*service.served, service.revision}
    with subject.during("supply"):
        for revision in REVISIONS:
            if (
                revision != STATELESS
                and revision not in spoken
                and _agrees(subject, revision, token)
            ):
                spoken.add(revision)
    mcp.learn(subject, served=tuple(one for one in reversed(REVISIONS) if one in spoken))


def _agrees(subject: Subject, revision: str, token: str | None) -> bool:
    opening = replace(messages.opening(revision), token=token)
    answer = mcp.tell(subject, opening).answer
    session = answer.header("Mcp-Session-Id") or ""
    if session:
        subject.driver.secrets.add(session, "session")
    return (result_of(answer) or {}).get("protocolVersion") == revision


def _offers_document(service: McpService) -> bool:
    server = service.server
    is_flagged = server is not None and server.says("client_id_metadata_document_supported")
    return is_flagged and bool({"none", "private_key_jwt"} & {*methods_of(server)})


def today_of(subject: Subject) -> Today | None:
    """What the run found out of the MCP server; None where the target is none."""
    service = subject.target.mcp
    if service is None:
        return None
    last = subject.driver.trace.last("api")
    listed = last is not None and result_of(last.answer) is not None
    wanted = service.wanted if service.wanted != "auto" else ASSUMED
    return Today(
        connects=listed or (service.is_open and bool(service.revision)),
        tools=len(service.tools),
        way=service.way,
        offers_document=_offers_document(service),
        callback=subject.target.given.redirect_uri,
        judged_by=service.revision or wanted,
        served=service.served if service.wanted == "auto" else (),
    )
