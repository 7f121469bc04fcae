"""Paths that services leave open for good reasons: a machine's health, documents, the sign-in."""

from __future__ import annotations

import re

HEALTH = frozenset(
    [
        "health",
        "healthz",
        "healthcheck",
        "health-check",
        "health_check",
        "healthy",
        "live",
        "livez",
        "liveness",
        "ready",
        "readyz",
        "readiness",
        "alive",
        "heartbeat",
        "ping",
        "pong",
        "status",
        "up",
        "uptime",
        "version",
        "versions",
        "info",
        "about",
        "metrics",
        "hello",
        "welcome",
        "home",
        "index",
        "index.html",
        "root",
        "time",
    ]
)
DOCUMENTS = frozenset(
    [
        "docs",
        "doc",
        "redoc",
        "swagger",
        "swagger-ui",
        "swagger.json",
        "swagger.yaml",
        "openapi",
        "openapi.json",
        "openapi.yaml",
        "openapi.yml",
        "api-docs",
        "schema",
        "ai-plugin.json",
        "robots.txt",
        "favicon.ico",
        "sitemap.xml",
        "logo",
        "logo.png",
        "logo.svg",
        "logo.jpg",
        "legal",
        "privacy",
        "privacy-policy",
        "terms",
        "tos",
        "jwks",
        "jwks.json",
    ]
)
SIGN_IN = frozenset(
    [
        "authorize",
        "authorise",
        "oauth",
        "oauth2",
        "auth",
        "token",
        "login",
        "logout",
        "signin",
        "sign-in",
        "signout",
        "signup",
        "sign-up",
        "register",
        "callback",
        "revoke",
        "introspect",
    ]
)
ROOT = re.compile(r"(?:api|v\d+(?:\.\d+)?)?", re.IGNORECASE)
"""A segment that names no thing: the root of an API, or a version of it."""


def is_sign_in(path: str) -> bool:
    """Whether the path is called like a part of the sign-in itself."""
    return _last(path) in SIGN_IN


def is_public(path: str) -> bool:
    """Whether a service may well leave the path open: by its name, which proves nothing."""
    segments = path.strip("/").split("/")
    if segments[0] == ".well-known" or all(map(ROOT.fullmatch, segments)):
        return True
    return is_sign_in(path) or _last(path) in HEALTH | DOCUMENTS


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2].lower()
