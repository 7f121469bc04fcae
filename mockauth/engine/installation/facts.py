"""What was read and found of an installation, as one JSON text: the store keeps it whole, because
nobody searches in it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from mockauth.engine.installation.installation import Document, Installation, Phase
from mockauth.engine.installation.remark import Remark
from mockauth.manifest.editor import EditorForm
from mockauth.manifest.mcp import Document as Found
from mockauth.manifest.mcp import McpService
from mockauth.store.installation import Installation as KeptInstallation


def facts_of(installation: Installation) -> str:
    """The facts as text; nothing in it is a secret."""
    return json.dumps(
        {
            "phase": installation.phase,
            "kind": installation.kind,
            "description": installation.description,
            "manifest_url": installation.manifest.url,
            "manifest": _text(installation.manifest.body),
            "document": _text(installation.openapi.body) if _is_odd(installation) else None,
            "logo": _text(installation.logo),
            "form": asdict(installation.form),
            "published_token": installation.published_token,
            "remarks": [asdict(one) for one in installation.remarks],
            "notes": list(installation.notes),
            "stopped": installation.stopped,
            "mcp": service_members(installation.mcp) if installation.mcp else None,
            "auth_method": installation.auth_method,
            "is_registered": installation.is_registered,
            "registered_uri": installation.registered_uri,
        }
    )


def with_facts(bare: Installation, kept: KeptInstallation) -> Installation:
    """The installation with its facts."""
    facts: dict[str, Any] = json.loads(kept.manifest)
    odd = facts["document"]
    return replace(
        bare,
        phase=Phase(facts["phase"]),
        kind=facts["kind"],
        description=facts["description"],
        manifest=Document(url=facts["manifest_url"], body=_bytes(facts["manifest"])),
        openapi=Document(
            url=kept.document_url, body=kept.document.encode() if odd is None else _bytes(odd)
        ),
        logo=_bytes(facts["logo"]),
        form=EditorForm(**facts["form"]),
        published_token=facts["published_token"],
        remarks=tuple(Remark(**one) for one in facts["remarks"]),
        notes=tuple(facts["notes"]),
        stopped=facts["stopped"],
        mcp=read_service(facts["mcp"]) if facts.get("mcp") else None,
        auth_method=facts.get("auth_method", ""),
        is_registered=facts.get("is_registered", False),
        registered_uri=facts.get("registered_uri", ""),
    )


def service_members(service: McpService) -> dict[str, Any]:
    """What is kept of an MCP server: neither its session nor places in a record."""
    return {
        "url": service.url,
        "revision": service.revision,
        "challenge": service.challenge,
        "is_open": service.is_open,
        "resources": [_document(one) for one in service.resources],
        "servers": [_document(one) for one in service.servers],
        "way": service.way,
    }


def read_service(members: Mapping[str, Any]) -> McpService:
    """The same, read again."""
    challenge = members["challenge"]
    return McpService(
        url=members["url"],
        revision=members["revision"],
        challenge=None if challenge is None else tuple((n, v) for n, v in challenge),
        is_open=members["is_open"],
        resources=tuple(Found(**one) for one in members["resources"]),
        servers=tuple(Found(**one) for one in members["servers"]),
        way=members["way"],
    )


def _document(one: Found) -> dict[str, Any]:
    return {"url": one.url, "data": dict(one.data), "built_from": one.built_from}


def _is_odd(installation: Installation) -> bool:
    """Whether the document is no text that a database gives back as it was."""
    body = installation.openapi.body
    return b"\0" in body or body.decode("utf-8", "replace").encode() != body


def _text(body: bytes) -> str:
    return base64.b64encode(body).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
