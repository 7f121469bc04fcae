"""The resource that a token is wanted for (RFC 8707), in both requests."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error

from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url
from mockauth.plugin.resource import is_own


class InvalidTargetError(OAuth2Error):
    """The resource is unknown, malformed, or another than was authorized (RFC 8707 section 2)."""

    error = "invalid_target"


def check_resource(plugin: Plugin, resource: str | None) -> None:
    """Refuse a resource that is not here.

    Raises:
        InvalidTargetError: it is another server's.
    """
    if not resource or not plugin.policy.resource_checked:
        return
    if not is_own(plugin.config, base_url(), resource):
        raise InvalidTargetError("resource is not protected by this server")


def check_same_resource(plugin: Plugin, asked: str | None, granted: str) -> None:
    """Refuse a token request that asks for more than was authorized; "" is whatever is here.

    Raises:
        InvalidTargetError: the token request names another resource (RFC 8707 section 2.2).
    """
    check_resource(plugin, asked)
    differs = asked and granted and asked.rstrip("/") != granted.rstrip("/")
    if differs and plugin.policy.resource_checked:
        raise InvalidTargetError("resource is another one than was authorized")
