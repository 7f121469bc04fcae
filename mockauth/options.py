"""The options of a run, and the settings of the built-in plugin, as keywords of Python, for editors and
type checkers. What each one means stands in docs/check.md and docs/serve.md; the command line reads and
judges the values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict

from mockauth.plugin.login_name import Login

Words = str | Sequence[str]
"""One value, or several."""
Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


class Options(TypedDict, total=False):
    """The options of `mockauth check`, named as in the settings file."""

    config: str | PathLike[str]
    profile: Literal["auto", "plugin", "action", "mcp"]
    revision: str
    document_authority: str
    auth: Literal["none", "service_http", "oauth"]
    openapi: str
    authorize_url: str
    token_url: str
    scope: str
    token_exchange: Literal["post", "basic"]
    auth_scheme: Literal["bearer", "basic", "custom"]
    header: str
    privacy_policy_url: str
    client_id: str
    client_secret: str
    username: str
    password: str
    token: str
    verification_token: str
    plugin_id: str
    login: str | Callable[[str, Any], str]
    """A way, `MODULE:FUNC`, or the function itself."""
    screenshots: str | PathLike[str]
    other_client_id: str
    other_client_secret: str
    other_redirect_uri: str
    other_username: str
    other_password: str
    other_token: str
    other_resource: str
    resource_client_id: str
    resource_client_secret: str
    operation: str
    allow_hosts: Words
    owned_path: str
    narrow_scope: str
    broad_scope: str
    wait: float
    select: Words
    ignore: Words
    levels: Words
    baseline: str | PathLike[str]
    scenarios: Paths
    fail_on: Literal["must", "should", "never"]
    strict: bool
    slow: bool | float
    budget: float
    active: bool
    map: Literal["auto", "off"]


class ClientOptions(TypedDict, total=False):
    """The options of `mockauth check-client`."""

    profile: Literal["plugin", "action", "mcp"]
    revision: Literal["auto", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
    content_type: Literal["application/x-www-form-urlencoded", "application/json"]
    client_id: str
    client_secret: str
    redirect_uri: str
    port: int
    timeout: float
    pass_env: Words
    store: str | PathLike[str]
    select: Words
    ignore: Words
    levels: Words
    baseline: str | PathLike[str]
    scenarios: Paths
    fail_on: Literal["must", "should", "never"]
    strict: bool


class PluginSettings(TypedDict, total=False):
    """The keys of `[serve]`, and the callbacks of a client under test."""

    name: str
    api: Literal["todo", "embeddings", "mcp"]
    auth: Literal["none", "service_http", "user_http", "oauth"]
    authorization_type: Literal["bearer", "basic"]
    api_key_header: str
    content_type: str
    scope: str
    login: Login
    clients: Sequence[Mapping[str, Any]]
    users: Sequence[Mapping[str, Any]]
    service_token: str
    verification_token: str
    plugin_ids: Sequence[str]
    callback_hosts: Sequence[str]
    access_seconds: int
    code_seconds: int
    refresh_seconds: int
    token_format: Literal["opaque", "jwt"]
    metadata: bool
    issuer_in_redirect: bool
    revocation: bool
    introspection: bool
    cors: bool
    userinfo: bool
    registration: bool
    mcp_revision: Literal["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"]
    mcp_mode: Literal["stateless", "session"]
    mcp_answers: Literal["json", "events"]
    mcp_tools: Literal["sample", "conformance"]
    mixed: bool
    tool_challenge: bool
    tenant: str
    metadata_forms: Literal["oauth", "openid", "both"]
    client_documents: bool
    client_assertions: bool
    document_http: bool
    document_authority: str
    offline_access: bool
    manifest: Mapping[str, Any]
    openapi: Mapping[str, Any]
    policy: Mapping[str, Any]
    faults: Sequence[str]
    redirect_uri: str
    redirect_uris: Sequence[str]
