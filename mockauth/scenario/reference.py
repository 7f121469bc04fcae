"""`${…}` references in scenario files: looked up, never evaluated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

PATTERN = re.compile(r"\$\{([^}]*)\}")
METHODS = ("none", "client_secret_post", "client_secret_basic", "private_key_jwt")
"""How a client may authenticate at the token endpoint."""
MATERIAL = frozenset(
    {
        "random",
        "client.id",
        "client.secret",
        "other.id",
        "other.secret",
        "callback",
        "callback.host",
        "callback.origin",
        "callback.path",
        "callback.base",
        "callback.other-host",
        "callback.near-host",
        "callback.capitals",
        "callback.detour",
        "other.callback",
        "markup.state",
        "markup.scope",
        "markup.client-id",
        "markup.redirect-uri",
        "markup.login-hint",
        "markup.response-type",
        "markup.error",
        "scope",
        "part.scope",
        "wide.scope",
        "narrow.scope",
        "broad.scope",
        "user.name",
        "user.password",
        "verification_token",
        "access_token",
        "refresh_token",
        "other.access_token",
        "service_token",
        "other_service_token",
        "base64.service_token",
        "scheme",
        "other_scheme",
        "fresh.code",
        "fresh.access_token",
        "fresh.refresh_token",
        "revoked.refresh_token",
        "listed.query",
        "listed.fragment",
        "listed.form_post",
        "pkce.verifier",
        "pkce.challenge",
        "pkce.short-verifier",
        "pkce.short-challenge",
        "pkce.long-verifier",
        "pkce.long-challenge",
        "pkce.odd-verifier",
        "pkce.odd-challenge",
        "pkce.swapped-challenge",
        "pkce.other-end-challenge",
        "pkce.longer-challenge",
        "forged.none",
        "forged.payload",
        "forged.hs256",
        "forged.own-key",
        "encoded.basic",
        "raw.basic",
        "wrong.basic",
        "other.basic",
        "filler",
        "trap",
        "document.url",
        "markup.client-name",
        *(f"{said}.{method}" for said in ("advertised", "unadvertised") for method in METHODS),
        "session",
        "session.stale",
        "resource",
        "resource.origin",
        "resource.lookalike",
        "resource.made-up",
        "resource.foreign",
        "challenged.scope",
        "step-up.scope",
        "server.scopes",
        "resource.scopes",
    }
)
"""What is known in every probe. `callback.base` is the callback without its scheme,
`callback.near-host` its host with an x for the first dot, `callback.capitals` the
callback with its last segment in capitals, `callback.detour` the one with /../x before its last two
segments. `scheme` is that of the Authorization header. `part.scope` is the first declared scope (with offline_access
where that is declared), `wide.scope` more than that,
`narrow.scope` one that is not enough for the `scoped` operation. `forged.…` are JWTs made from the
access token. `trap` is an address that nobody may ask for. `….basic` are credentials for a Basic header: the client's with every letter
percent-encoded, as they are, or with a wrong secret, and the second client's. `filler` is a long
text, `advertised.…` the name of a method of client authentication where the metadata lists it, and
`unadvertised.…` where it does not: else the variant does not apply. `markup.…` is a text that ends whatever it may stand in and begins an element of that name.
`fresh.…` is of a login that nothing else uses, and `revoked.refresh_token` was revoked.
Of an MCP server: `listed.…` is a response mode that the metadata lists, else the variant does not apply; `session` is the one that was
begun, or a random one, and `.stale` one that never was; `resource` is the one that the ordinary flow names, `.origin` its origin,
`.lookalike` the origin of another site that begins with the name of the server,
`.made-up` one that nobody knows, `.foreign` the second MCP server that was named, else the made-up
one. `challenged.scope` is what the last refusal for a scope named, `step-up.scope` that and what was
granted before; `….scopes` are all that the metadata lists, `broad.scope` is
the one that the user named."""
STEP_PART = re.compile(r"(?P<step>[^.{}]+)\.(request|response)\.[\w-]+")


def references(text: str) -> list[str]:
    """The references in `text`, without their braces."""
    return PATTERN.findall(text)


def expand(text: str, lookup: Callable[[str], str]) -> str:
    """`text` with each reference replaced by what `lookup` says."""
    return PATTERN.sub(lambda found: lookup(found.group(1)), text)


def malformed(text: str) -> bool:
    """Whether a reference in `text` is opened and never closed."""
    return "${" in PATTERN.sub("", text)


def known_references(variants: Iterable[str]) -> frozenset[str]:
    """What can be looked up before any step has run."""
    return MATERIAL | {f"variant.{name}" for name in variants}


def near(reference: str, known: frozenset[str], steps: Sequence[str]) -> str | None:
    """None when `reference` can be looked up; else the end of a sentence that helps."""
    if reference in known:
        return None
    part = STEP_PART.fullmatch(reference)
    if part and part["step"] in steps:
        return None
    if part:
        return f"; no earlier step is called {part['step']!r}"
    close = get_close_matches(reference[:60], sorted(known), n=1)
    return f"; did you mean ${{{close[0]}}}?" if close else ""
