"""In which order causes are told: what stops the sign-in, what lets strangers in, what breaks later,
what users see, practice."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Literal

from mockauth.engine.result.result import Result

Rank = Literal["stops", "strangers", "later", "users", "practice"]
RANKS: tuple[Rank, ...] = ("stops", "strangers", "later", "users", "practice")
LEVELS = ("critical", "must", "must-not", "should", "info", None)
SIGN_IN = frozenset(
    {
        "authorize.request-accepted", "callback.exact-uri", "callback.code-once",
        "callback.state-once-equal", "token.exchange-works", "grant.json-content-type",
        "grant.access-token-string", "api.valid-token-accepted", "service.token-accepted",
        "none.api-open", "manifest.served", "manifest.public", "manifest.json-strict",
        "manifest.auth-type-known", "manifest.auth-fields-complete", "manifest.required-fields",
        "page.form-action-allows-redirect", "page.cookies-kept-by-browsers",
        "page.form-can-be-sent", "page.policy-allows-login", "page.consent-reaches-callback",
        "pkce.optional-for-secret-client", "openapi.served",
        "manifest.urls-usable", "discovery.prm-found", "discovery.asm-found",
        "discovery.asm-issuer-exact", "discovery.prm-authorization-servers",
        "pkce.s256-advertised", "registration.some-way-usable", "registration.works",
    }
)  # fmt: skip
"""The rules that ChatGPT's own sign-in depends on."""
STRANGERS = (
    "*-refused", "*-protected", "*-isolated", "*-not-auth", "*-is-401", "*-single-*", "*-exact*",
    "*-must-match", "*-bound-to-*", "*-not-normalised", "*-not-polluted", "*csrf*", "*no-cors",
    "*-matters", "*-not-usable", "*-leads-to-its-user", "*-to-its-user", "*-identify-users",
    "client.*-stops", "client.*-stopped", "*-long-enough", "*-random", "*-unique", "*-escaped",
    "token.password-grant-off", "refresh.client-auth-required", "*-no-secret-*", "*-another-secret",
)  # fmt: skip
"""Rules whose breach gives somebody more than is theirs."""
HARMLESS = ("*.response-type-*", "*.grant-type-*", "*.duplicate-parameter-*")
"""Refusals that are owed to the standard, and guard nothing."""
LATER = ("refresh.*", "grant.*", "api.expired-*", "token.code-expires")
"""Rules that the first sign-in does not meet, and the next day does."""


def rank_of(result: Result) -> Rank:
    """What the breach of a rule does to whom."""
    name = result.rule.id
    if name in SIGN_IN:
        return "stops"
    if result.level == "critical" or (_any(name, STRANGERS) and not _any(name, HARMLESS)):
        return "strangers"
    if result.rule.practice:
        return "practice"
    return "later" if _any(name, LATER) else "users"


def _any(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
