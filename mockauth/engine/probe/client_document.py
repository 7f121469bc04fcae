"""A client that a document describes, which mockauth serves: draft-ietf-oauth-client-id-metadata-
document, named by MCP since 2025-11-25."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import Any

from mockauth.chatgpt.client import Client
from mockauth.engine.flow.fallbacks import as_built
from mockauth.engine.http.document_host import Served
from mockauth.engine.probe.client_keys import ClientKey, new_key
from mockauth.engine.probe.mutate import Lookup, filled
from mockauth.engine.probe.registered import Registered
from mockauth.engine.target.documents import Documents, path_of
from mockauth.engine.target.subject import Subject
from mockauth.scenario.model import Change, Serving
from mockauth.wire import Secret

Members = dict[str, Any]
PADDING = b" " * (10 * 1024 * 1024)
ORDINARY = Serving()


def ordinary_client(subject: Subject) -> Registered:
    """A client whose document is as it should be."""
    return published(subject, ORDINARY, Change(), str, None)


def published(
    subject: Subject, serving: Serving, change: Change, lookup: Lookup, before: Registered | None
) -> Registered:
    """Serve a document, and play the client that it describes. `before` is the client of the step before."""
    documents = subject.documents
    again = before if serving.again or serving.keys == "renewed" else None
    name = again.name if again else secrets.token_hex(6)
    client_id = again.client.id if again else _address(documents, serving.address, name)
    key = _key(subject) if serving.keys else None
    members = _ordinary(subject.target.oauth_client, client_id)
    members |= _with_keys(documents, serving.keys, name, key)
    members |= filled(
        change.members, lambda name: client_id if name == "document.url" else lookup(name)
    )
    kept = {n: value for n, value in members.items() if n not in change.remove}
    _serve(documents, serving, client_id, f"/c/{name}/trap", kept)
    uris = kept.get("redirect_uris")
    client = replace(
        subject.target.oauth_client,
        id=client_id,
        secret=Secret(""),
        redirect_uri=str(uris[0])
        if isinstance(uris, list) and uris
        else subject.target.given.redirect_uri,
        sends_secret=False,
    )
    subject.driver.secrets.publish(client_id)
    return Registered(client=client, place=as_built, name=name, key=key)


def _ordinary(client: Client, client_id: str) -> Members:
    """As ChatGPT describes itself."""
    return {
        "client_id": client_id,
        "client_name": "ChatGPT",
        "redirect_uris": [client.redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


def _key(subject: Subject) -> ClientKey:
    service = subject.target.mcp
    server = service.server if service else None
    listed = server.texts("token_endpoint_auth_signing_alg_values_supported") if server else None
    return new_key("ES256" if "ES256" in (listed or ()) else "RS256")


def _with_keys(documents: Documents, kind: str, name: str, key: ClientKey | None) -> Members:
    """What the document of a client with keys has besides, in ChatGPT's words."""
    if not kind or key is None:
        return {}
    path = f"/c/{name}/jwks.json"
    url = documents.base + path
    documents.serve(url, _json({"keys": [key.jwk()]}))
    found: Members = {
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg": key.algorithm,
    }
    if kind == "private":
        return {**found, "jwks": {"keys": [key.jwk(private=True)]}}
    at_trap = kind == "at-private-address"
    return {**found, "jwks_uri": documents.trap(f"/c/{name}/trap") if at_trap else url}


def _address(documents: Documents, wrong: str, name: str) -> str:
    base, path = documents.base, f"/c/{name}/client.json"
    scheme, _, host = base.partition("://")
    return {
        "no-path": base,
        "dots": f"{base}/c/../c/{name}/client.json",
        "fragment": f"{base}{path}#client",
        "user": f"{scheme}://user@{host}{path}",
        "private": documents.private_base + path,
    }.get(wrong, base + path)


def _serve(
    documents: Documents, serving: Serving, client_id: str, trap: str, members: Members
) -> None:
    answer = _json(members)
    body = answer.body if serving.body is None else serving.body.encode()
    if serving.padded:
        body += PADDING
    answer = Served(status=int(serving.status), media_type=serving.media_type, body=body)
    if serving.moved:
        documents.serve(trap, answer)
        answer = Served(status=302, location=documents.base + trap)
    documents.serve(client_id, answer)
    documents.serve(path_of(client_id).replace("/../c", ""), answer)


def _json(value: Members) -> Served:
    return Served(body=json.dumps(value).encode())
