"""ChatGPT's client ID metadata document, served by this run (draft-ietf-oauth-client-id-metadata-document, named
by MCP since 2025-11-25)."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from typing import Any

from mockauth.chatgpt.placement import BY_CLIENT
from mockauth.engine.http.document_host import Served
from mockauth.engine.target.client_keys import TYPE, ClientKey, new_key, ordinary_claims
from mockauth.engine.target.documents import Documents
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import methods_of
from mockauth.wire import Request
from mockauth.wire.trace import Step

Members = dict[str, Any]
SIGNED = "private_key_jwt"


@dataclass(frozen=True, kw_only=True)
class OwnDocument:
    """A document that is served. `key` is what its client signs with; None makes it a public client."""

    url: str
    path: str
    key: ClientKey | None = None


@dataclass(frozen=True)
class BySignature:
    """Adds the assertion of the client with that document (RFC 7523 section 2.2), a new one to each request that
    has none."""

    subject: Subject
    document: OwnDocument

    def __call__(self, request: Request, step: Step) -> Request:
        key, names = self.document.key, {name for name, _ in request.params}
        if step not in BY_CLIENT or key is None or "client_assertion" in names:
            return request
        if ("client_id", self.document.url) not in request.params:
            return request
        return with_assertion(
            self.subject, request, key.signed(_claims(self.subject, self.document))
        )


def with_assertion(subject: Subject, request: Request, assertion: str) -> Request:
    """The request of a client that proves itself so."""
    subject.driver.secrets.add(assertion, "client assertion")
    pairs = (("client_assertion_type", TYPE), ("client_assertion", assertion))
    return replace(request, params=(*request.params, *pairs))


def _claims(subject: Subject, document: OwnDocument) -> dict[str, Any]:
    service = subject.target.mcp
    server = service.server if service else None
    audience = server.text("token_endpoint") if server else ""
    return ordinary_claims(document.url, audience, int(subject.clock.now()))


def members_of(client_id: str, callback: str) -> Members:
    """As ChatGPT describes itself where it is a public client."""
    return {
        "client_id": client_id,
        "client_name": "ChatGPT",
        "redirect_uris": [callback],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


def keys_url(documents: Documents, name: str, key: ClientKey) -> str:
    """Where the public key of a client is served from now on."""
    url = f"{documents.base}/c/{name}/jwks.json"
    documents.serve(url, as_json({"keys": [key.jwk()]}))
    return url


def signing_members(key: ClientKey) -> Members:
    """What the document of a client with keys has besides, in ChatGPT's words."""
    return {
        "token_endpoint_auth_method": SIGNED,
        "token_endpoint_auth_methods_supported": ["none", SIGNED],
        "token_endpoint_auth_signing_alg": key.algorithm,
    }


def must_sign(subject: Subject) -> bool:
    """Whether the server takes no public clients, and those that sign."""
    service = subject.target.mcp
    listed = methods_of(service.server) if service else ()
    return SIGNED in listed and "none" not in listed


def signing_key(subject: Subject) -> ClientKey:
    """A new key of the kind that the server lists."""
    service = subject.target.mcp
    server = service.server if service else None
    listed = server.texts("token_endpoint_auth_signing_alg_values_supported") if server else None
    return new_key("ES256" if "ES256" in (listed or ()) else "RS256")


def publish(subject: Subject, callback: str, key: ClientKey | None) -> OwnDocument:
    """Serve the document of a client that nobody has seen before."""
    documents, name = subject.documents, secrets.token_hex(6)
    path = f"/c/{name}/client.json"
    url = documents.base + path
    members = members_of(url, callback)
    if key is not None:
        members |= signing_members(key) | {"jwks_uri": keys_url(documents, name, key)}
    documents.serve(url, as_json(members))
    subject.driver.secrets.publish(url)
    return OwnDocument(url=url, path=path, key=key)


def as_json(value: Members) -> Served:
    """A document as it is answered."""
    return Served(body=json.dumps(value).encode())
