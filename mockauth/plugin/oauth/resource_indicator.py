"""The resource that a token is wanted for (RFC 8707), in both requests."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.resource import is_around, is_own, resource_of


class InvalidTargetError(OAuth2Error):
    """The resource is unknown, malformed, or another than was authorized (RFC 8707 section 2)."""

    error = "invalid_target"


class ResourceCrash(Exception):
    """A resource that the plugin does not expect, where that ends it."""


def wanted_resource(plugin: Plugin, asked: str | None) -> str:
    """The resource that a request is for; "" where it does not say.

    Raises:
        InvalidTargetError: it is another server's, or none may be named.
        ResourceCrash: it is one that the plugin does not expect.
    """
    if not asked:
        return ""
    policy, base = plugin.policy, base_url()
    if policy.resource_handling == "ignored":
        return ""
    if policy.resource_handling == "refused":
        raise InvalidTargetError("resource is not supported")
    if " " in asked and policy.two_resources == "crash":
        raise ResourceCrash
    if is_around(plugin.config, base, asked) and policy.resource_of_origin != "refused":
        return _of_origin(plugin, asked)
    if not policy.resource_checked or is_own(plugin.config, base, asked):
        return asked
    is_whole = "://" in asked and "#" not in asked
    if policy.resource_handling == "own-audience" and is_whole:
        return ""
    if policy.resource_handling == "malformed-taken" and not is_whole:
        return ""
    raise InvalidTargetError("resource is not protected by this server")


def granted_resource(plugin: Plugin, asked: str | None, granted: str) -> str:
    """The resource of a new token, where `granted` was authorized; "" is the default one.

    Raises:
        InvalidTargetError: the token request names another resource (RFC 8707 section 2.2).
        ResourceCrash: it is one that the plugin does not expect.
    """
    if not asked:
        return granted
    wanted = wanted_resource(plugin, asked)
    if plugin.policy.resource_handling == "switched-at-token":
        return wanted or granted
    held = granted or (resource_of(plugin.config, base_url()) if _is_mcp(plugin) else "")
    differs = wanted and held and wanted.rstrip("/") != held.rstrip("/")
    if differs and plugin.policy.resource_checked:
        raise InvalidTargetError("resource is another one than was authorized")
    return wanted or granted


def _of_origin(plugin: Plugin, asked: str) -> str:
    how = plugin.policy.resource_of_origin
    if how == "crash":
        raise ResourceCrash
    return asked if how == "kept" else resource_of(plugin.config, base_url())


def _is_mcp(plugin: Plugin) -> bool:
    return plugin.config.api == "mcp"
