"""Whether the server fetches a client document from this machine at all, and takes it: asked once in a
run, because no rule about documents can be judged where it does not."""

from __future__ import annotations

from mockauth.chatgpt.authorize import authorization_request
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.probe.client_document import ordinary_client
from mockauth.engine.probe.outcome import authorize_outcome
from mockauth.engine.target import browsers, mcp
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import Documents
from mockauth.wire.url import hostname, is_loopback_host
from mockauth.wire.words import say

OPTION = "--document-authority"


def require_documents(subject: Subject) -> None:
    """See that the server fetches client documents from here.

    Raises:
        NotApplicable: it does not say that it takes any.
        Blocked: it does not fetch this run's documents.
    """
    service = mcp.service_of(subject)
    if not is_loopback_host(hostname(subject.target.url_map.target)):
        raise Blocked(say("the server is not on this machine, where the documents are served"))
    tried = subject.once(tried_documents)
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


def tried_documents(subject: Subject) -> Documents:
    """Go to the authorize endpoint as a client whose document is as it should be."""
    made = ordinary_client(subject)
    client = made.client
    with subject.during("supply"):
        request = authorization_request(client, subject.target.pending())
        try:
            landing = browsers.authorize(subject, request, (client.redirect_uri,))
            took = authorize_outcome(landing) == "accepted"
            seen = landing.page.n if landing.page else 0
        except Blocked:
            took, seen = False, 0
    found: Documents = "taken" if took else "refused"
    if not subject.documents.fetches(made.document):
        found = "untrusted" if subject.documents.untrusted else "unfetched"
    mcp.learn(subject, documents=found, tried_documents=seen)
    return found
