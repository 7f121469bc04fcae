"""Whether the server fetches a client document from this machine at all: no rule about documents can be judged
where it does not."""

from __future__ import annotations

from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.flow.own_document import can_fetch, tried_documents
from mockauth.engine.target import mcp
from mockauth.engine.target.subject import Subject
from mockauth.wire.words import say

OPTION = "--document-authority"


def require_documents(subject: Subject) -> None:
    """See that the server fetches client documents from here.

    Raises:
        NotApplicable: it does not say that it takes any.
        Blocked: it does not fetch this run's documents.
    """
    service = mcp.service_of(subject)
    if not can_fetch(subject):
        raise Blocked(say("the server is not on this machine, where the documents are served"))
    tried = subject.once(tried_documents).documents
    server = service.server
    if server is None or not server.says("client_id_metadata_document_supported"):
        raise NotApplicable(say("the metadata offers no client ID metadata documents"))
    if tried == "untrusted":
        raise Blocked(
            say(
                "the server does not trust the authority of {}: start it with that file in "
                "SSL_CERT_FILE or NODE_EXTRA_CA_CERTS",
                subject.documents.authority,
            )
        )
    if tried == "unfetched":
        option = "" if subject.documents.authority else OPTION
        raise Blocked(_unfetched(subject), by_option=option)


def _unfetched(subject: Subject) -> str:
    base = subject.documents.base
    if subject.documents.authority:
        return say("the server asks for no document at {}, an address of this machine", base)
    return say(
        "the server asks for no document at {}; where it demands https, give {} FILE and have "
        "it trust that file",
        base,
        OPTION,
    )
