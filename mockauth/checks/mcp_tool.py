"""What a tool of an MCP server says of itself in a listing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockauth.wire import Request

Tool = Mapping[str, Any]


def schemes(tool: Tool) -> tuple[Mapping[str, Any], ...] | None:
    """How the tool is protected, as ChatGPT reads it: `securitySchemes` beside its name, or in
    `_meta`; None where it does not say."""
    meta = tool.get("_meta")
    within = meta.get("securitySchemes") if isinstance(meta, Mapping) else None
    listed = tool.get("securitySchemes", within)
    if not isinstance(listed, list):
        return None
    return tuple(one for one in listed if isinstance(one, Mapping))


def is_protected(tool: Tool) -> bool:
    """Whether it says that a sign-in is needed, in each way that it names."""
    return bool(schemes(tool)) and may_be_protected(tool)


def may_be_protected(tool: Tool) -> bool:
    """Whether it does not say that everybody may call it."""
    return "noauth" not in [scheme.get("type") for scheme in schemes(tool) or ()]


def scopes(tool: Tool) -> tuple[str, ...]:
    """The scopes that it says it needs."""
    listed = [scheme.get("scopes") for scheme in schemes(tool) or ()]
    return tuple(
        one for scopes in listed if isinstance(scopes, list) for one in scopes if _is_text(one)
    )


def is_safe(tool: Tool) -> bool:
    """Whether it says that it changes nothing, and can be called without arguments."""
    hints, schema = tool.get("annotations"), tool.get("inputSchema")
    reads = isinstance(hints, Mapping) and hints.get("readOnlyHint") is True
    required = schema.get("required") if isinstance(schema, Mapping) else None
    return reads and not required and name_of(tool) != ""


def name_of(tool: Tool) -> str:
    """Its name; "" where it has none."""
    name = tool.get("name")
    return name if isinstance(name, str) else ""


def called_tool(request: Request) -> str:
    """The tool that a message calls; "" where it calls none."""
    params = request.members.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    return name if isinstance(name, str) else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)
