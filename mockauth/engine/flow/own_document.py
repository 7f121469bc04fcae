"""The client ID metadata document that ChatGPT signs in by where the server offers it
(draft-ietf-oauth-client-id-metadata-document)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import read_token
from mockauth.checks.finding import Blocked
from mockauth.engine.target import browsers, mcp, requests
from mockauth.engine.target.client_document import (
    SIGNED,
    BySignature,
    OwnDocument,
    must_sign,
    publish,
    signing_key,
)
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import Documents, McpService, methods_of
from mockauth.wire import Secret
from mockauth.wire.message import first
from mockauth.wire.url import hostname, is_loopback_host
from mockauth.wire.words import Words, own, say

WHY_NOT: Mapping[Documents, Words] = MappingProxyType(
    {
        "": say("the login by one of this machine did not get to its end"),
        "unfetched": say("this server did not fetch one from this machine"),
        "untrusted": say("this server does not trust the authority of this machine's"),
        "refused": say("this server took none from this machine"),
        "taken": say("this server gave no token for one (see {})", own("cimd.works")),
    }
)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What came of a first sign-in by a document."""

    documents: Documents
    document: OwnDocument
    client: Client
    code: str = ""


def offers_document(service: McpService) -> bool:
    """Whether the metadata takes documents, and a method of ChatGPT's."""
    server = service.server
    is_flagged = server is not None and server.says("client_id_metadata_document_supported")
    return is_flagged and bool({"none", SIGNED} & {*methods_of(server)})


def can_fetch(subject: Subject) -> bool:
    """Whether the server is on this machine, where the documents are."""
    return is_loopback_host(hostname(subject.target.url_map.target))


def tried_documents(subject: Subject) -> Trial:
    """Go to the authorize endpoint as a client whose document is as it should be, and keep what came of it. Many
    correct servers refuse each document of their own machine, so a refusal is nobody's fault."""
    key = signing_key(subject) if must_sign(subject) else None
    usual = subject.target.oauth_client
    document = publish(subject, usual.redirect_uri, key)
    client = client_of(usual, document)
    trial = _went(subject, Trial(documents="", document=document, client=client))
    if not subject.documents.fetches(document.path):
        trial = replace(
            trial, documents="untrusted" if subject.documents.untrusted else "unfetched"
        )
    mcp.learn(subject, documents=trial.documents)
    return trial


def _went(subject: Subject, trial: Trial) -> Trial:
    request = authorization_request(trial.client, subject.target.pending())
    # The pages of a login belong to the ordinary one, which comes later.
    fresh = "first" not in subject.sessions
    with subject.during("supply"):
        try:
            landing = browsers.authorize(
                subject, request, (trial.client.redirect_uri,), fresh=fresh
            )
        except Blocked:
            return trial
    mcp.learn(subject, tried_documents=landing.page.n if landing.page else 0)
    if landing.outcome == "stuck":
        return trial  # a page that nobody got past tells nothing of the document
    gave = landing.left and not first(landing.params, "error")
    code = code_at(landing.params) if gave else ""
    return replace(trial, code=code, documents="taken" if code else "refused")


def leads_to_token(subject: Subject, trial: Trial) -> bool:
    """Whether the code of the trial is worth a token."""
    if not trial.code:
        return False
    with subject.during("supply"), subject.placing(BySignature(subject, trial.document)):
        exchange = requests.exchange(subject, trial.code, trial.client)
    works = bool(read_token(exchange.response).access_token)
    mcp.learn(subject, document_works=works)
    return works


def client_of(usual: Client, document: OwnDocument) -> Client:
    """The client that a document describes."""
    return replace(usual, id=document.url, secret=Secret(""), sends_secret=False)


def be_document_client(subject: Subject, trial: Trial) -> None:
    """Be the client of a document from here on: another one than the first, whose consent may be remembered."""
    document = publish(subject, subject.target.given.redirect_uri, trial.document.key)
    given = replace(subject.target.given, client_id=document.url, client_secret=Secret(""))
    method = SIGNED if document.key else "none"
    subject.target = replace(subject.target, given=given, auth_method=method)
    if document.key:
        subject.driver.place = BySignature(subject, document)
    mcp.learn(subject, way="document")


def why_not(subject: Subject) -> Words:
    """Why the run goes on without the document that ChatGPT would sign in by. No reason is the server's fault: cimd.*
    judges that."""
    service = mcp.service_of(subject)
    if service.document_works:
        why = say("one led to a token here")
    elif not can_fetch(subject):
        why = say("one of this machine cannot be fetched from elsewhere")
    else:
        why = WHY_NOT[service.documents]
    return say(
        "ChatGPT would sign in by its client ID metadata document; {}, {}", why, _instead(service)
    )


def _instead(service: McpService) -> Words:
    if service.way != "dynamic":
        return say("and no client could be registered")
    if not service.document_works:
        return say("so dynamic registration was used")
    return say(
        "and the rest of the run uses a client that registered dynamically, which has a secret to judge"
    )
