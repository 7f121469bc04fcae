"""The options of a run as keywords of Python, for editors and type checkers. What each one means
stands in docs/check.md; the command line reads and judges the values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, Literal, TypedDict

Words = str | Sequence[str]
"""One value, or several."""
Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


class Options(TypedDict, total=False):
    """The options of `mockauth check`, named as in the settings file."""

    config: str | PathLike[str]
    profile: Literal["auto", "plugin", "action", "mcp"]
    revision: str
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
    operation: str
    allow_hosts: Words
    owned_path: str
    narrow_scope: str
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
