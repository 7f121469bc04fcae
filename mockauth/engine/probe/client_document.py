"""A client whose document a probe serves, as it should be or altered."""

from __future__ import annotations

import secrets
from dataclasses import replace

from mockauth.engine.flow.fallbacks import as_built
from mockauth.engine.http.document_host import Served
from mockauth.engine.probe.mutate import Lookup, filled
from mockauth.engine.probe.registered import Registered
from mockauth.engine.target.client_document import (
    Members,
    as_json,
    keys_url,
    members_of,
    must_sign,
    signing_key,
    signing_members,
)
from mockauth.engine.target.client_keys import ClientKey
from mockauth.engine.target.documents import Documents, path_of
from mockauth.engine.target.subject import Subject
from mockauth.scenario.model import Change, Serving
from mockauth.wire import Secret

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
    key = signing_key(subject) if serving.keys or must_sign(subject) else None
    members = members_of(client_id, subject.target.oauth_client.redirect_uri)
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


def _with_keys(documents: Documents, kind: str, name: str, key: ClientKey | None) -> Members:
    """What the document of a client with keys has besides."""
    if key is None:
        return {}
    url, found = keys_url(documents, name, key), signing_members(key)
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
    answer = as_json(members)
    body = answer.body if serving.body is None else serving.body.encode()
    if serving.padded:
        body += PADDING
    answer = Served(status=int(serving.status), media_type=serving.media_type, body=body)
    if serving.moved:
        documents.serve(trap, answer)
        answer = Served(status=302, location=documents.base + trap)
    documents.serve(client_id, answer)
    documents.serve(path_of(client_id).replace("/../c", ""), answer)
