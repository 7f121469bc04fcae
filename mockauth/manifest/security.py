"""The securitySchemes of an OpenAPI document, as far as the GPT editor could use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from mockauth.manifest.auth import Scheme
from mockauth.manifest.openapi import METHODS, OpenApi
from mockauth.wire.url import join


@dataclass(frozen=True, kw_only=True)
class Security:
    """What the document declares. `kinds` are the authentication types, each once; the other
    members are those of the first scheme that has them."""

    kinds: tuple[Literal["service_http", "oauth"], ...] = ()
    scheme: Scheme | Literal[""] = ""
    header: str = ""
    """The header of an API key."""
    authorize_url: str = ""
    token_url: str = ""
    scope: str = ""


def declared_security(openapi: OpenApi) -> Security:
    """Read the schemes that are in use, or all of them when none is; never raises.

    A scheme that the editor cannot use (a key in the query, another grant) is left out.
    """
    data = openapi.data or {}
    components = data.get("components")
    listed = components.get("securitySchemes") if isinstance(components, dict) else None
    named = listed if isinstance(listed, dict) else {}
    schemes = {str(name): scheme for name, scheme in named.items() if isinstance(scheme, dict)}
    used = [name for name in dict.fromkeys(_used(data)) if name in schemes]
    found = Security()
    for name in used or schemes:
        found = _with(found, schemes[name], openapi.source)
    return found


def _used(data: dict[str, Any]) -> Iterator[str]:
    """The names in `security`, of the document and of its operations."""
    yield from _names(data.get("security"))
    paths = data.get("paths")
    for item in paths.values() if isinstance(paths, dict) else ():
        for method in METHODS:
            detail = item.get(method) if isinstance(item, dict) else None
            yield from _names(detail.get("security") if isinstance(detail, dict) else None)


def _names(security: object) -> Iterator[str]:
    for alternative in security if isinstance(security, list) else ():
        yield from map(str, alternative if isinstance(alternative, dict) else ())


def _with(found: Security, scheme: dict[str, Any], source: str) -> Security:
    kind = scheme.get("type")
    if kind == "http":
        return _with_word(found, str(scheme.get("scheme", "")).lower())
    if kind == "apiKey" and scheme.get("in") == "header" and scheme.get("name"):
        return _with_key(found, header=str(scheme["name"]))
    flows = scheme.get("flows")
    flow = flows.get("authorizationCode") if isinstance(flows, dict) else None
    return _with_flow(found, flow, source) if kind == "oauth2" and isinstance(flow, dict) else found


def _with_word(found: Security, word: str) -> Security:
    if word == "bearer":
        return _with_key(found, scheme="bearer")
    return _with_key(found, scheme="basic") if word == "basic" else found


def _with_key(found: Security, *, scheme: Scheme | Literal[""] = "", header: str = "") -> Security:
    if not found.scheme and not found.header:
        found = replace(found, scheme=scheme, header=header)
    return _of_kind(found, "service_http")


def _of_kind(found: Security, kind: Literal["service_http", "oauth"]) -> Security:
    return replace(found, kinds=tuple(dict.fromkeys((*found.kinds, kind))))


def _with_flow(found: Security, flow: dict[str, Any], source: str) -> Security:
    found = _of_kind(found, "oauth")
    if found.authorize_url or found.token_url:
        return found

    def url(name: str) -> str:
        value = flow.get(name)
        made = join(source, value) if isinstance(value, str) and value else ""
        return made if made.startswith(("http://", "https://")) else ""

    scopes = flow.get("scopes")
    return replace(
        found,
        authorize_url=url("authorizationUrl"),
        token_url=url("tokenUrl"),
        scope=" ".join(map(str, scopes)) if isinstance(scopes, dict) else "",
    )
