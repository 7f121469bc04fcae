"""Clients that a document describes, which stands at their client_id.

draft-ietf-oauth-client-id-metadata-document, named by MCP since 2025-11-25.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import g

from mockauth.plugin.config import ClientAuth, ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.fetch import ADVISED_BYTES, Bounds, FetchError
from mockauth.plugin.oauth.callback_uri import may_be_called_back
from mockauth.plugin.state import Kept
from mockauth.wire.url import hostname, is_loopback_host, split

LONGEST_CACHED = 86400
SECONDS_CACHED = 60
"""Where the answer does not say (RFC 9111 section 4.2.2)."""
MOST_DOCUMENTS = 1000
MAX_AGE = re.compile(r"(?:^|[,\s])max-age=\"?(\d{1,9})")
JSON_TYPE = re.compile(r"application/([a-z0-9.+-]+\+)?json", re.I)
SECRET_METHODS = ("client_secret_basic", "client_secret_post", "client_secret_jwt")
SHARED = ("client_secret", "client_secret_expires_at")
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
"""Of a JSON Web Key (RFC 7518 section 6)."""
METHODS: tuple[ClientAuth, ...] = ("none", "private_key_jwt")
UNBOUNDED = 64 * 1024 * 1024
Document = dict[str, Any]


class DocumentError(Exception):
    """No client is described there; the text says why."""


def document_client(plugin: Plugin, client_id: str) -> ClientConfig | None:
    """The client that the document at `client_id` describes; None where there is none."""
    if not plugin.config.takes_documents or "://" not in client_id:
        return None
    now, state = plugin.clock.now(), plugin.state
    with state.lock:
        kept = state.documents.get(client_id)
    if kept is not None and kept.until > now:
        return kept.client
    try:
        client, seconds = _described(plugin, client_id)
    except (DocumentError, FetchError) as wrong:
        g.document_problem = str(wrong)
        if plugin.policy.document_errors_cached:
            _keep(plugin, client_id, Kept(client=None, until=now + LONGEST_CACHED))
        return None
    _keep(plugin, client_id, Kept(client=client, until=now + seconds))
    return client


def forget_document(plugin: Plugin, client_id: str) -> None:
    """Fetch it anew when it is asked for next."""
    with plugin.state.lock:
        plugin.state.documents.pop(client_id, None)


def fetched_json(plugin: Plugin, url: str) -> tuple[Document, int]:
    """A JSON object from an address that a client names, and for how many seconds it may be kept.

    Raises:
        FetchError: it cannot be had.
        DocumentError: it is no JSON object that is served as one, with 200.
    """
    found = plugin.fetch(url, _bounds(plugin))
    if plugin.policy.document_type_checked:
        if found.status != 200:
            raise DocumentError(f"it is answered with {found.status}")
        if not JSON_TYPE.fullmatch(found.content_type.partition(";")[0].strip()):
            raise DocumentError("it is not served as JSON")
    try:
        value = json.loads(found.body)
    except (ValueError, RecursionError):
        raise DocumentError("it is not JSON") from None
    if not isinstance(value, dict):
        raise DocumentError("it is no JSON object")
    return value, _seconds(found.cache_control)


def _described(plugin: Plugin, client_id: str) -> tuple[ClientConfig, int]:
    if plugin.policy.document_url_checked:
        _check_url(client_id, http=plugin.config.document_http)
    document, seconds = fetched_json(plugin, client_id)
    if not plugin.policy.document_works:
        raise DocumentError("no document is taken")
    _check(plugin, client_id, document)
    return _client(client_id, document), seconds


def _check_url(url: str, *, http: bool) -> None:
    """Section 3 of the draft.

    Raises:
        DocumentError: no client may be called so.
    """
    parts = split(url)
    if parts is None or not url.isascii() or not url.isprintable():
        raise DocumentError("it is no URL")
    local = http and parts.scheme == "http" and is_loopback_host(hostname(url))
    if not (parts.scheme == "https" or local) or not url.startswith(f"{parts.scheme}://"):
        raise DocumentError("its scheme is not https")
    if "@" in parts.netloc or "#" in url:
        raise DocumentError("it has a user name or a fragment")
    segments = parts.path.lower().replace("%2e", ".").split("/")
    if parts.path in ("", "/") or {".", ".."} & set(segments):
        raise DocumentError("its path is missing, or has dots in place of a name")


def _check(plugin: Plugin, client_id: str, document: Document) -> None:
    """Section 4 of the draft, and what MCP demands beside it.

    Raises:
        DocumentError: no client may be described so.
    """
    policy = plugin.policy
    known = str(document.get("client_id"))
    if policy.document_id_slash_ignored:
        known, client_id = known.rstrip("/"), client_id.rstrip("/")
    if policy.document_id_checked and known != client_id:
        raise DocumentError("its client_id is not its address")
    if not isinstance(document.get("client_name"), str) and policy.document_type_checked:
        raise DocumentError("client_name is missing")
    uris = _texts(document.get("redirect_uris"))
    if not uris and policy.document_type_checked:
        raise DocumentError("redirect_uris is missing")
    native = document.get("application_type") == "native"
    if not all(may_be_called_back(uri, native=native) for uri in uris):
        raise DocumentError("one of its redirect_uris may not be called back")
    if policy.document_secrets_refused:
        _check_secrets(document)
    _check_method(plugin, document)


def _check_secrets(document: Document) -> None:
    named = (document.get("token_endpoint_auth_method"), *_also(document))
    if any(document.get(name) for name in SHARED) or set(SECRET_METHODS) & set(named):
        raise DocumentError("it has a secret, or a method that needs one, and everybody reads it")


def _check_method(plugin: Plugin, document: Document) -> None:
    method = document.get("token_endpoint_auth_method", "none")
    if plugin.policy.document_method == "none-only" and method != "none":
        raise DocumentError("its method is not none")
    keys = document.get("jwks", {})
    if plugin.policy.document_keys_checked and has_private_keys(keys):
        raise DocumentError("it has a private key")
    if method == "private_key_jwt" and not (keys or isinstance(document.get("jwks_uri"), str)):
        raise DocumentError("it has no keys")
    if method not in (*METHODS, *SECRET_METHODS):
        raise DocumentError("its method is unknown")


def has_private_keys(jwks: object) -> bool:
    """Whether a key set holds what nobody else may know (RFC 7517 section 9.2)."""
    keys = jwks.get("keys") if isinstance(jwks, Mapping) else None
    return isinstance(keys, list) and any(
        isinstance(key, Mapping) and PRIVATE_MEMBERS & key.keys() for key in keys
    )


def _client(client_id: str, document: Document) -> ClientConfig:
    method = document.get("token_endpoint_auth_method", "none")
    own: ClientAuth = method if method in METHODS else "none"
    also = tuple(one for one in METHODS if one in _also(document) and one != own)
    keys, uri = document.get("jwks", {}), document.get("jwks_uri", "")
    return ClientConfig(
        id=client_id,
        redirect_uris=tuple(_texts(document.get("redirect_uris"))),
        name=str(document.get("client_name", "")),
        auth_method=own,
        other_auth_methods=also,
        grant_types=tuple(_texts(document.get("grant_types")) or ["authorization_code"]),
        jwks=keys if isinstance(keys, dict) else {},
        jwks_uri=uri if isinstance(uri, str) else "",
    )


def _also(document: Document) -> list[str]:
    """Other methods, as ChatGPT's document names them."""
    return _texts(document.get("token_endpoint_auth_methods_supported"))


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _bounds(plugin: Plugin) -> Bounds:
    policy, bounded = plugin.policy, plugin.policy.document_bounded
    return Bounds(
        loopback=is_loopback_host(hostname(base_url())),
        private=policy.document_private_fetched,
        redirects=policy.document_redirects_followed,
        most_bytes=ADVISED_BYTES if bounded else UNBOUNDED,
        seconds=5.0 if bounded else 60.0,
        authority=plugin.config.document_authority,
    )


def _seconds(cache_control: str) -> int:
    """How long an answer may be kept (RFC 9111 section 5.2)."""
    said = cache_control.lower()
    if "no-store" in said or "no-cache" in said:
        return 0
    age = MAX_AGE.search(said)
    return min(int(age[1]), LONGEST_CACHED) if age else SECONDS_CACHED


def _keep(plugin: Plugin, client_id: str, kept: Kept) -> None:
    documents = plugin.state.documents
    with plugin.state.lock:
        documents[client_id] = kept
        while len(documents) > MOST_DOCUMENTS:
            documents.popitem(last=False)
