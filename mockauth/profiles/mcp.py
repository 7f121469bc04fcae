"""The revisions of the Model Context Protocol, and the level of a rule in each of them.

Source: modelcontextprotocol/modelcontextprotocol, basic/authorization and basic/transports of the
four dated revisions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, get_args

from mockauth.profiles.profile import Level, Profile, Word
from mockauth.wire.words import own, say

Revision = Literal["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"]
REVISIONS: tuple[Revision, ...] = get_args(Revision)
"""From the oldest to the newest."""
STATELESS: Revision = "2026-07-28"
"""From here on requests have no session, and `server/discover` stands in place of `initialize`."""
ASSUMED: Revision = "2025-11-25"
"""What a server is judged by that nobody could ask which revisions it speaks."""


def counting_revision(spoken: str, wanted: str) -> str:
    """The revision whose levels count: the one that is spoken, else the one that the user wants, which may be
    `auto`."""
    return spoken or (wanted if wanted != "auto" else ASSUMED)


LETTERS: Mapping[str, Level] = MappingProxyType(
    {"C": "critical", "M": "must", "S": "should", "i": "info"}
)
LEVELS: Mapping[str, str] = MappingProxyType(
    {
        "discovery.prm-found": "-CCC",
        "discovery.prm-authorization-servers": "-CCC",
        "discovery.prm-resource-exact": "-CCC",
        "discovery.prm-named-in-challenge": "-MMM",
        "discovery.prm-root-variant": "-iSS",
        "discovery.prm-json": "-MMM",
        "discovery.prm-resource-well-formed": "-MMM",
        "discovery.prm-variants-agree": "-SSS",
        "discovery.prm-bearer-header": "-SSS",
        "discovery.default-endpoints-work": "M---",
        "discovery.asm-found": "SCCC",
        "discovery.asm-path-inserted": "-MMM",
        "discovery.asm-issuer-exact": "MMCC",
        "discovery.iss-flag-set": "iiSS",
        "discovery.protocol-header-tolerated": "iSSS",
        "callback.iss-present-when-advertised": "SSMM",
        "callback.iss-on-error": "SSSM",
        "pkce.s256-advertised": "SSCC",
        "registration.application-type-tolerated": "iiSM",
        "registration.id-not-url": "--SS",
        "resource.accepted-in-both": "iMMM",
        "resource.unknown-not-granted": "iMMM",
        "resource.malformed-refused": "iMMM",
        "resource.token-request-within-grant": "iMMM",
        "resource.origin-token-bound": "-MMM",
        "resource.repeated-handled": "-SSS",
        "resource.kept-on-refresh": "-SSS",
        "resource.token-audience-bound": "iCCC",
        "scope.challenge-names-scopes": "--SS",
        "scope.insufficient-challenge-complete": "-iSS",
        "scope.step-up-works": "iiSS",
        "scope.challenge-single-round": "--iS",
        "scope.no-offline-access-in-prm": "--iS",
        "mcp.unsupported-version-is-400": "-MMM",
        "mcp.notification-is-202": "SSS-",
        "mcp.session-id-random": "SSS-",
        "mcp.stale-session-is-404": "SSS-",
        "mcp.server-discover-answered": "SSSM",
        "mcp.get-is-stream-or-405": "MMMS",
        "mcp.header-mismatch-refused": "---M",
        "mcp.unsupported-version-lists-supported": "---M",
        "mcp.unknown-method-is-404": "---M",
        "mcp.no-session-minted": "---S",
        "refresh.rotated-for-public-client": "SMMM",
        # The Python SDK's servers before 2.0 say unauthorized_client, and clients take both alike.
        "token.client-error-is-invalid-client": "SSSS",
        "grant.jwt-iss-aud": "iMMM",
        "client.resource-sent-in-both": "-MMM",
        "client.prm-resource-mismatch-stops": "-MMM",
        "client.metadata-issuer-checked": "SSSM",
        "client.pkce-support-demanded": "--MM",
        "client.iss-mismatch-stops": "---M",
        "client.iss-missing-stops": "---M",
        "client.iss-optional-proceeds": "---M",
        "client.iss-checked-on-error": "---M",
        "client.secure-endpoints-only": "-MMM",
        "client.scope-source-followed": "--SS",
        "client.scope-step-up-union": "--iS",
        "client.scope-retries-bounded": "--SS",
        "client.offline-access-only-when-advertised": "---S",
        "client.registration-way-preferred": "--SS",
        "client.cimd-document-valid": "--MM",
        "client.application-type-sent": "---M",
        "client.refresh-grant-registered": "---S",
        "client.credentials-bound-to-issuer": "---M",
        "client.retries-supported-version": "---S",
        "client.version-header-sent": "-MM-",
        "client.session-kept": "MMM-",
    }
)
"""One letter for each revision, the oldest first; `-` where it does not have the rule. A rule that is
not named has one level in all of them."""

AREAS: Mapping[str, str] = MappingProxyType({"cimd": "--++"})
"""The revisions that have an area at all."""

NO_SECRET = "the client has no secret"
SIGNS = "the client signs its requests, so that it is not public"
ABOUT_PUBLIC = (
    "pkce.missing-challenge-refused-at-authorize", "pkce.required-for-public-client",
    "refresh.rotated-for-public-client",
)  # fmt: skip
ABOUT_SECRETS = (
    "api.client-secret-refused", "refresh.client-auth-required",
    "revoke.client-auth-required", "token.basic-auth-accepted",
    "token.basic-failure-is-401", "token.basic-form-decoded", "token.basic-raw-accepted",
    "token.brute-force-bounded", "token.client-error-is-invalid-client",
    "token.empty-secret-refused", "token.missing-secret-refused", "token.named-client-is-proven",
    "token.one-auth-method-only",
    "token.post-auth-accepted", "token.second-secret-checked", "token.secret-in-query-refused",
    "token.secret-letter-case-matters", "token.secret-of-another-refused", "token.secret-part-refused",
    "token.secret-with-more-refused", "token.special-character-secret-works",
    "token.wrong-secret-refused",
)  # fmt: skip


def with_revision(profile: Profile, revision: Revision) -> Profile:
    """The profile with the levels of that revision in place of another's; the developer's own stay."""
    at = REVISIONS.index(revision)
    profile = _of_no_revision(profile)
    chosen: dict[str, Level] = {}
    off: dict[str, str] = {}
    for name, letters in LEVELS.items():
        if {name, name.partition(".")[0]} & {*profile.overrides, *profile.off}:
            continue
        if letters[at] == "-":
            off[name] = _elsewhere(letters, revision)
        else:
            chosen[name] = LETTERS[letters[at]]
    for name, has in AREAS.items():
        if has[at] == "-" and name not in {*profile.overrides, *profile.off}:
            off[name] = _elsewhere(has, revision)
    title = own(f"MCP server of {revision}")
    known = frozenset({*chosen, *off})
    return replace(profile.altered(chosen, off).renamed(title), by_revision=known)


def _of_no_revision(profile: Profile) -> Profile:
    def rest(table: Mapping[str, Word]) -> Mapping[str, Word]:
        kept = {name: value for name, value in table.items() if name not in profile.by_revision}
        return MappingProxyType(kept)

    return replace(
        profile,
        overrides=rest(profile.overrides),
        off=rest(profile.off),
        by_revision=frozenset(),
    )


def with_public_client(profile: Profile) -> Profile:
    """The profile for a client without a secret: rules about secrets have no subject."""
    names = [name for name in ABOUT_SECRETS if name not in profile.overrides]
    return profile.altered({}, dict.fromkeys(names, own(NO_SECRET)))


def with_signing_client(profile: Profile) -> Profile:
    """The profile for a client that proves itself by signatures: it has no secret, and is not public."""
    names = [name for name in ABOUT_PUBLIC if name not in profile.overrides]
    return with_public_client(profile).altered({}, dict.fromkeys(names, own(SIGNS)))


def _elsewhere(letters: str, revision: str) -> str:
    named = [r for r, letter in zip(REVISIONS, letters, strict=True) if letter != "-"]
    return say(
        "the target is judged by MCP {}; this is of {}", own(revision), own(", ".join(named))
    )
