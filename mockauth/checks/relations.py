"""The relations between rules, as data. The first that fits a consequence is its cause.

Where two defects could look like one, they have no relation: told twice does less harm than hidden.
"""

from __future__ import annotations

from types import MappingProxyType

from mockauth.checks.relation import Relation, Stage

CODES = MappingProxyType(
    {
        "token.client-error-is-invalid-client": "invalid_client",
        "token.invalid-grant-code": "invalid_grant",
        "token.grant-type-unknown-refused": "unsupported_grant_type",
    }
)
"""What the rules about one refusal of the token endpoint ask for."""
REFUSALS = (
    "token.basic-failure-is-401",
    "token.client-error-is-invalid-client",
    "token.grant-type-missing-refused",
    "token.grant-type-unknown-refused",
    "token.invalid-grant-code",
    "token.malformed-body-is-4xx",
    "token.challenge-with-401",
)
OF_CLIENT = (
    "token.missing-secret-refused",
    "token.empty-secret-refused",
    "token.secret-part-refused",
    "token.secret-with-more-refused",
    "token.secret-letter-case-matters",
    "token.secret-of-another-refused",
    "token.basic-failure-is-401",
    "token.one-auth-method-only",
    "token.second-secret-checked",
    "refresh.client-auth-required",
)
"""What holds only where the client is authenticated."""
OF_CODE = (
    "token.code-missing-refused",
    "token.code-single-use",
    "token.code-race-single-winner",
    "token.code-bound-to-client",
    "token.altered-code-refused",
    "token.named-client-is-proven",
    "token.code-expires",
    "token.redirect-must-match",
    "token.redirect-required-when-sent",
    "pkce.*-refused",
    "pkce.challenge-not-taken-as-verifier",
    "pkce.verifier-form-checked",
)
"""What holds only where a code is looked up: nothing is known of one that is not."""
OF_REFRESH_TOKEN = (
    "refresh.access-token-not-usable",
    "refresh.bound-to-client",
    "refresh.altered-token-refused",
    "refresh.old-token-dead-after-rotation",
    "refresh.rotated-for-public-client",
    "refresh.race-bounded",
    "refresh.family-revoked-on-reuse",
)
"""What holds only where a refresh token is looked up."""
OF_TOKEN = (
    "api.altered-token-refused",
    "api.forged-jwt-refused",
    "api.client-secret-refused",
    "api.code-refused",
    "api.refresh-token-refused",
    "api.expired-token-refused",
    "api.malformed-header-refused",
    "api.scope-enforced",
    "api.other-user-isolated",
    "api.token-twice-refused",
    "service.verification-token-refused",
    "service.other-scheme-refused",
    "token.code-reuse-revokes",
)
"""What holds only where the API looks a token up."""
OF_CALL = (
    *OF_TOKEN,
    "api.garbage-token-is-401",
    "api.all-operations-protected",
    "api.scheme-required",
    "api.token-in-body-refused",
    "api.token-in-query-refused",
    "api.openai-headers-not-auth",
    "api.user-agent-not-auth",
    "service.custom-header-accepted",
    "user.tokens-identify-users",
)
"""What holds only where the API asks for a token at all."""
REDIRECTS = (
    "authorize.error-not-redirected-elsewhere",
    "authorize.redirect-*-refused",
    "authorize.redirect-exact-*",
    "authorize.redirect-host-exact",
    "authorize.redirect-not-normalised",
    "callback.code-not-polluted",
)
TOKEN_ANSWER = ("grant.*", "token.error-*", "token.malformed-body-is-4xx", "transport.no-5xx")
EXCHANGE = ("token.exchange-works", "token.error-*", "token.malformed-body-is-4xx")

RELATIONS: tuple[Relation, ...] = (
    # The documents.
    Relation(
        lead="manifest.json-strict",
        explains=("manifest.required-fields", "manifest.auth-fields-complete"),
        proof="implied",
    ),
    Relation(
        lead="manifest.oauth-urls-distinct",
        explains=("manifest.oauth-urls-not-swapped", "token.exchange-works"),
        proof="implied",
        title="{client_url} and {authorization_url} are the same address",
    ),
    Relation(
        lead="manifest.oauth-urls-not-swapped",
        explains=(
            "authorize.request-accepted",
            "token.exchange-works",
            "manifest.auth-fields-complete",
        ),
        proof="implied",
        places=2,
        title="{client_url} and {authorization_url} answer as the other one would",
    ),
    Relation(lead="openapi.served", explains=("openapi.valid",), proof="implied"),
    Relation(lead="openapi.served", explains=("transport.no-redirect-on-api",), proof="alike"),
    Relation(
        lead="manifest.verification-token-present",
        explains=("manifest.verification-token-matches",),
        proof="implied",
    ),
    Relation(
        lead="manifest.text-within-limits",
        explains=("manifest.text-within-late-limits",),
        proof="implied",
    ),
    Relation(
        lead="manifest.name-for-model-valid",
        explains=("manifest.name-for-model-charset",),
        proof="implied",
    ),
    # What stops the way to the callback.
    *(
        Relation(lead=lead, explains=("authorize.request-accepted",), proof="implied")
        for lead in (
            "pkce.optional-for-secret-client",
            "scope.empty-accepted",
            "authorize.own-query-kept",
            "page.form-can-be-sent",
            "page.policy-allows-login",
            "page.form-action-allows-redirect",
            "page.cookies-kept-by-browsers",
            "page.consent-reaches-callback",
            "page.no-307-after-credentials",
        )
    ),
    Relation(
        lead="authorize.request-accepted",
        explains=("callback.code-once", "manifest.oauth-urls-not-swapped", "transport.no-5xx"),
        proof="alike",
    ),
    # What stops the exchange.
    Relation(
        lead="transport.no-bot-wall",
        explains=(*EXCHANGE, "api.valid-token-accepted", "refresh.works"),
        proof="alike",
    ),
    *(
        Relation(lead=lead, explains=EXCHANGE, proof="alike")
        for lead in (
            "token.no-redirect",
            "token.no-browser-needed",
            "token.declared-content-type-accepted",
            "token.post-auth-accepted",
        )
    ),
    Relation(lead="callback.code-unique", explains=("callback.code-charset",), proof="alike"),
    Relation(
        lead="callback.code-unique", explains=("token.code-leads-to-its-user",), proof="implied"
    ),
    Relation(
        lead="refresh.new-access-token", explains=("refresh.after-expiry-works",), proof="implied"
    ),
    Relation(lead="callback.code-long-enough", explains=("callback.code-random",), proof="implied"),
    Relation(
        lead="token.exchange-works",
        explains=("manifest.oauth-urls-not-swapped", *TOKEN_ANSWER),
        proof="alike",
    ),
    Relation(
        lead="grant.token-not-another-secret",
        explains=("token.no-secret-echoed", "grant.tokens-differ-per-flow"),
        proof="alike",
    ),
    Relation(
        lead="grant.token-not-another-secret",
        explains=("api.client-secret-refused",),
        proof="implied",
    ),
    Relation(
        lead="grant.tokens-differ-per-flow",
        explains=(
            "refresh.new-access-token",
            "api.expired-token-refused",
            "token.code-reuse-revokes",
            "refresh.after-expiry-works",
        ),
        also_broken=("refresh.new-access-token",),
        proof="implied",
        title="Every login gets the same token",
    ),
    # Any redirect URI.
    Relation(
        lead="authorize.redirect-unregistered-refused",
        also_broken=("authorize.redirect-host-exact", "authorize.redirect-exact-path"),
        explains=REDIRECTS,
        proof="taken",
        title="The browser is sent to any redirect_uri, also an attacker's",
        fix="Compare redirect_uri with the registered ones, character by character, before anything "
        "else; show an error page where none is equal.",
    ),
    Relation(
        lead="authorize.redirect-other-id-refused",
        also_broken=(
            "authorize.redirect-exact-path",
            "authorize.redirect-exact-query",
            "authorize.redirect-fragment-refused",
            "authorize.redirect-not-normalised",
            "authorize.redirect-http-refused",
            "authorize.redirect-scheme-refused",
        ),
        explains=REDIRECTS,
        proof="taken",
        title="Of redirect_uri only the host is compared",
        fix="Compare the whole redirect_uri with the registered ones, character by character.",
    ),
    Relation(
        lead="authorize.redirect-exact-path",
        also_broken=("authorize.redirect-exact-query", "authorize.redirect-fragment-refused"),
        explains=(
            "authorize.redirect-exact-query",
            "authorize.redirect-fragment-refused",
            "authorize.redirect-not-normalised",
            "authorize.redirect-other-client-refused",
            "callback.code-not-polluted",
        ),
        proof="taken",
        title="A redirect_uri need only begin like the registered one",
        fix="Compare the whole redirect_uri with the registered ones, character by character.",
    ),
    Relation(
        lead="authorize.redirect-not-normalised",
        also_broken=("authorize.redirect-exact-query", "authorize.redirect-fragment-refused"),
        explains=(
            "authorize.redirect-exact-query",
            "authorize.redirect-fragment-refused",
            "authorize.redirect-other-client-refused",
            "callback.code-not-polluted",
        ),
        proof="taken",
        title="redirect_uri is taken apart before it is compared",
        fix="Compare the whole redirect_uri with the registered ones, character by character.",
    ),
    Relation(
        lead="authorize.redirect-exact-path",
        explains=("authorize.redirect-not-normalised",),
        proof="taken",
    ),
    Relation(
        lead="authorize.redirect-exact-query",
        explains=("callback.code-not-polluted",),
        proof="taken",
    ),
    Relation(
        lead="authorize.redirect-other-client-refused",
        explains=("authorize.redirect-exact-query",),
        proof="taken",
    ),
    Relation(
        lead="authorize.redirect-scheme-refused",
        explains=("authorize.redirect-http-refused",),
        proof="taken",
        title="The scheme of redirect_uri is not compared",
    ),
    Relation(
        lead="authorize.redirect-unregistered-refused",
        explains=("authorize.redirect-loopback-refused",),
        proof="taken",
    ),
    Relation(
        lead="authorize.client-unknown-refused",
        explains=("authorize.client-missing-refused",),
        proof="taken",
        title="The authorize endpoint ({client_url}) takes any client_id, and none",
        fix="Look client_id up first; show an error page where it is missing or unknown.",
    ),
    # An ignored body.
    Relation(
        lead="token.code-unknown-refused",
        also_broken=(
            "token.wrong-secret-refused",
            "token.missing-secret-refused",
            "token.code-missing-refused",
            "token.redirect-must-match",
        ),
        unless_passed=("refresh.unknown-token-refused", "refresh.client-auth-required"),
        explains=(
            *OF_CODE,
            *OF_CLIENT,
            "token.wrong-secret-refused",
            "token.secret-in-query-refused",
            "token.password-grant-off",
            "refresh.unknown-token-refused",
            *OF_REFRESH_TOKEN,
            "refresh.wider-scope-refused",
        ),
        proof="taken",
        title="The token endpoint ({authorization_url}) checks nothing: anybody gets a token",
        fix="Authenticate the client, look the code up, compare its client and redirect_uri, and only "
        "then answer with a token.",
    ),
    Relation(
        lead="token.code-unknown-refused",
        explains=OF_CODE,
        proof="taken",
        title="The token endpoint ({authorization_url}) takes any code",
    ),
    Relation(
        lead="token.wrong-secret-refused",
        explains=OF_CLIENT,
        proof="taken",
        title="The token endpoint ({authorization_url}) takes any client_secret",
    ),
    Relation(
        lead="token.missing-secret-refused",
        explains=("refresh.client-auth-required", "token.empty-secret-refused"),
        proof="taken",
    ),
    Relation(
        lead="refresh.unknown-token-refused",
        explains=OF_REFRESH_TOKEN,
        proof="taken",
        title="The token endpoint ({authorization_url}) takes any refresh token",
    ),
    Relation(
        lead="token.code-single-use",
        explains=("token.code-race-single-winner",),
        proof="taken",
    ),
    Relation(
        lead="token.redirect-must-match",
        explains=("token.redirect-required-when-sent",),
        proof="taken",
    ),
    Relation(
        lead="token.second-secret-checked",
        explains=("token.one-auth-method-only",),
        proof="taken",
    ),
    Relation(
        lead="token.get-refused",
        explains=("token.secret-in-query-refused",),
        proof="taken",
    ),
    Relation(
        lead="token.grant-type-unknown-refused",
        explains=("token.grant-type-missing-refused",),
        proof="taken",
    ),
    Relation(
        lead="pkce.wrong-verifier-refused",
        explains=("pkce.challenge-not-taken-as-verifier", "pkce.verifier-form-checked"),
        proof="taken",
    ),
    Relation(
        lead="refresh.works",
        explains=("token.error-*", "transport.no-5xx"),
        proof="alike",
    ),
    Relation(lead="refresh.minimal-request-works", explains=("refresh.works",), proof="implied"),
    Relation(
        lead="refresh.old-token-kept-when-not-rotated",
        explains=("refresh.second-refresh-works",),
        proof="alike",
    ),
    # An open API.
    Relation(
        lead="api.no-token-is-401",
        also_broken=("api.garbage-token-is-401",),
        explains=OF_CALL,
        proof="taken",
        title="The API answers calls without a token, and with any",
        fix="Refuse every call without a token that you issued: 401 with WWW-Authenticate: Bearer.",
    ),
    Relation(
        lead="api.garbage-token-is-401",
        explains=OF_TOKEN,
        proof="taken",
        title="The API takes any token",
    ),
    Relation(
        lead="api.altered-token-refused",
        explains=("api.forged-jwt-refused",),
        proof="taken",
    ),
    Relation(
        lead="api.all-operations-protected",
        explains=("api.other-user-isolated",),
        proof="taken",
    ),
    Relation(
        lead="api.token-in-query-refused",
        explains=("api.token-twice-refused",),
        proof="taken",
    ),
    Relation(
        lead="user.tokens-identify-users",
        explains=("api.other-user-isolated",),
        proof="taken",
    ),
    Relation(
        lead="service.token-accepted",
        explains=("api.valid-token-accepted", "service.basic-token-sent-raw"),
        proof="alike",
    ),
    Relation(
        lead="api.valid-token-accepted",
        explains=("api.preflight-open", "transport.no-5xx", "api.no-token-is-401"),
        proof="alike",
    ),
    Relation(
        lead="none.api-open",
        explains=("none.stray-authorization-ignored", "transport.no-5xx"),
        proof="alike",
    ),
    # One error code, one error format.
    Relation(
        lead="token.client-error-is-invalid-client",
        explains=(
            "token.grant-type-missing-refused",
            "token.grant-type-unknown-refused",
            "token.invalid-grant-code",
        ),
        proof="code",
        title="The token endpoint ({authorization_url}) names the same error whatever is wrong",
        fix="Answer invalid_client, invalid_grant, unsupported_grant_type or invalid_request, "
        "whichever it is.",
    ),
    *(
        Relation(lead=lead, explains=REFUSALS, proof="alike", at_least=2, code=CODES)
        for lead in ("token.error-not-200", "token.error-status-400-or-401")
    ),
    Relation(
        lead="token.error-is-json",
        explains=(*REFUSALS, "token.error-status-400-or-401", "token.error-code-registered"),
        proof="alike",
        at_least=2,
    ),
    Relation(
        lead="callback.error-code-registered",
        explains=(
            "authorize.response-type-missing-refused",
            "authorize.response-type-unknown-refused",
            "callback.deny-is-access-denied",
        ),
        proof="implied",
        at_least=2,
        title="Errors come back with a code that no specification has",
    ),
    Relation(
        lead="api.no-token-is-401",
        also_broken=("api.garbage-token-is-401",),
        explains=("api.garbage-token-is-401", "api.expired-token-is-401"),
        proof="alike",
        title="The API refuses calls with another status than 401",
    ),
    Relation(
        lead="api.challenge-present",
        explains=("api.insufficient-scope-is-403", "api.invalid-token-error-code"),
        proof="implied",
    ),
    Relation(
        lead="api.challenge-well-formed",
        explains=("api.insufficient-scope-is-403", "api.invalid-token-error-code"),
        proof="implied",
    ),
    Relation(
        lead="callback.state-once-equal",
        explains=("callback.state-odd-characters-kept", "callback.error-has-state"),
        proof="implied",
        title="The callback has not the state that was sent",
    ),
    Relation(
        lead="token.basic-failure-is-401", explains=("token.challenge-with-401",), proof="alike"
    ),
)
OBSERVERS = (
    "transport.no-5xx",
    "token.error-status-400-or-401",
    "token.error-is-json",
    "token.error-not-200",
    "token.error-code-registered",
    "callback.error-code-registered",
)
"""Rules that look at every answer: what they found is told by the rules about those answers, where
each of the answers belongs to one."""
STAGES: tuple[Stage, ...] = (
    Stage(
        leads=(
            "manifest.served",
            "manifest.json-strict",
            "manifest.required-fields",
            "manifest.auth-type-known",
            "manifest.auth-fields-complete",
            "manifest.urls-usable",
        ),
        areas=("*",),
        not_where=("authorize.request-accepted", "service.token-accepted", "none.api-open"),
    ),
    Stage(
        leads=("authorize.request-accepted", "callback.code-once"),
        areas=("page", "authorize", "callback", "scope", "pkce", "token", "grant", "refresh", "api",
               "user", "service", "transport"),
        not_where=("token.exchange-works",),
    ),
    Stage(
        leads=("token.exchange-works", "grant.access-token-string"),
        areas=("scope", "pkce", "token", "grant", "refresh", "api", "user", "service", "transport"),
        not_where=("api.valid-token-accepted",),
    ),
    Stage(
        leads=("openapi.served", "openapi.valid"),
        areas=("openapi", "api", "user", "none", "service", "transport", "grant", "refresh", "token"),
        not_where=("api.valid-token-accepted", "none.api-open"),
    ),
    Stage(
        leads=("service.token-accepted", "api.valid-token-accepted", "none.api-open"),
        areas=("api", "user", "service", "none", "transport"),
    ),
    Stage(leads=("refresh.works",), areas=("refresh",)),
)  # fmt: skip
"""The steps of a sign-in, in their order."""
