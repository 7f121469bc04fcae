"""Which revisions of MCP a server speaks, and whether they work: it is asked for each."""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt import mcp as messages
from mockauth.chatgpt.mcp import Message
from mockauth.engine.flow.own_document import offers_document
from mockauth.engine.result.today_facts import Today
from mockauth.engine.target import mcp
from mockauth.engine.target.subject import Subject
from mockauth.profiles.mcp import REVISIONS, STATELESS
from mockauth.wire.rpc import result_of


def ask_for_others(subject: Subject, token: str | None) -> None:
    """Begin a conversation in each other revision that has `initialize`, and list the tools there if that works in
    the one that is spoken. The answers show no more than that: no check judges by them."""
    service = mcp.service_of(subject)
    if service.wanted != "auto" or not service.revision:
        return
    spoken, refused = {*service.served, service.revision}, []
    with subject.during("supply"):
        for revision in REVISIONS:
            if revision in (STATELESS, service.revision):
                continue
            method = _refused(subject, revision, token)
            if method != messages.INITIALIZE:
                spoken.add(revision)
            if method and revision in spoken:
                refused.append((revision, method))
    served = tuple(one for one in reversed(REVISIONS) if one in spoken)
    mcp.learn(subject, served=served, refused=tuple(refused))


def _refused(subject: Subject, revision: str, token: str | None) -> str:
    """The method that does not work in that revision; "" where a client gets its tools."""
    opening = replace(messages.opening(revision), token=token)
    answer = mcp.tell(subject, opening).answer
    if (result_of(answer) or {}).get("protocolVersion") != revision:
        return messages.INITIALIZE
    session = mcp.begun(subject, revision, answer, token)
    if not _has_listed(subject):
        return ""
    listing = Message(
        method=messages.LIST_TOOLS, revision=revision, session=session, token=token, id=2
    )
    works = result_of(mcp.tell(subject, listing).answer) is not None
    return "" if works else messages.LIST_TOOLS


def _has_listed(subject: Subject) -> bool:
    """Whether the ordinary call was the listing of the tools, and worked."""
    operation, last = subject.target.operation, subject.driver.trace.last("api")
    listed = operation is not None and operation.id == messages.LIST_TOOLS
    return listed and last is not None and result_of(last.answer) is not None


def today_of(subject: Subject) -> Today | None:
    """What the run found out of the MCP server; None where the target is none."""
    service = subject.target.mcp
    if service is None:
        return None
    last = subject.driver.trace.last("api")
    listed = last is not None and result_of(last.answer) is not None
    return Today(
        connects=listed or (service.is_open and bool(service.revision)),
        tools=len(service.tools),
        way=service.way,
        offers_document=offers_document(service),
        document_works=service.document_works,
        callback=subject.target.given.redirect_uri,
        judged_by=mcp.judged_by(subject),
        served=service.served if service.wanted == "auto" else (),
        refused=service.refused,
    )
