"""The client ID metadata document that ChatGPT signs in by where nobody can register
(draft-ietf-oauth-client-id-metadata-document)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import replace

from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.client import Client
from mockauth.checks.finding import Blocked
from mockauth.engine.http.document_host import Served
from mockauth.engine.target import browsers, mcp
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import methods_of
from mockauth.wire.url import hostname, is_loopback_host


def is_offered(subject: Subject) -> bool:
    """Whether the metadata takes documents of public clients, and the server can fetch from here."""
    server = mcp.service_of(subject).server
    return (
        server is not None
        and server.says("client_id_metadata_document_supported")
        and "none" in methods_of(server)
        and is_loopback_host(hostname(subject.target.url_map.target))
    )


def sign_in_by_document(subject: Subject, client_of: Callable[[], Client]) -> None:
    """Be the client of a document of this run, where a first one led to a code. Many correct servers
    refuse each document of their own machine, so a refusal is nobody's fault."""
    before = subject.target
    _publish(subject)
    with subject.during("supply"):
        took = _leads_to_code(subject, client_of())
    subject.target = before
    if took:
        # Another one than the first, whose consent may be remembered.
        _publish(subject)
        mcp.learn(subject, way="document")


def second_by_document(subject: Subject) -> bool:
    """Describe one more client, whose callback has a query, and keep it as the second client."""
    given = subject.target.given
    if not given.other_client_id:
        uri = f"{given.redirect_uri}-2?second=1"
        given = replace(given, other_client_id=_served(subject, uri), other_redirect_uri=uri)
        subject.target = replace(subject.target, given=given)
    return True


def _publish(subject: Subject) -> None:
    given = subject.target.given
    given = replace(given, client_id=_served(subject, given.redirect_uri))
    subject.target = replace(subject.target, given=given, auth_method="none")


def _served(subject: Subject, redirect_uri: str) -> str:
    """The address of a new document."""
    documents = subject.documents
    url = f"{documents.base}/c/{secrets.token_hex(6)}/client.json"
    document = {
        "client_id": url,
        "client_name": "ChatGPT",
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    documents.serve(url, Served(body=json.dumps(document).encode()))
    subject.driver.secrets.publish(url, redirect_uri)
    return url


def _leads_to_code(subject: Subject, client: Client) -> bool:
    subject.target = replace(subject.target, client=client)
    request = authorization_request(client, subject.target.pending())
    try:
        landing = browsers.authorize(subject, request, (client.redirect_uri,), fresh=True)
    except Blocked:
        return False
    return landing.left and bool(code_at(landing.params))
