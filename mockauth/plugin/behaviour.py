"""How the plugin behaves, decision by decision. Every default is the strict one."""

from __future__ import annotations

from dataclasses import dataclass

from mockauth.plugin.mcp_behaviour import McpBehaviour


@dataclass(frozen=True, kw_only=True)
class Behaviour(McpBehaviour):
    """Named behaviours; a fault loosens or breaks one of them. Those of an MCP server come with it."""

    # The authorize endpoint (client_url).
    redirect_match: str = "exact"
    """exact, prefix, host, host-suffix, any, normalised (case of the host, slash, default port),
    path-resolved (dots and percent-encoding), loopback (any address there is taken, too),
    loopback-prefix (or what only begins like one), ends (the first folder and the last two segments
    of the path), any-scheme, own-schemes (what is not http), or
    any-client (the callbacks of all clients)."""
    client_checked: bool = True
    response_type_checked: bool = True
    """False: an unknown response_type counts as `code`."""
    implicit_grant: bool = False
    """True: response_type=token answers with a token in the fragment (RFC 9700 section 2.1.2)."""
    missing_redirect_guessed: bool = False
    """True: without redirect_uri the last registered one is used."""
    errors_to_unchecked_uri: bool = False
    """True: errors are redirected to a redirect_uri that nobody registered."""
    errors_before_redirect_uri: bool = False
    """True: an unknown response_type is answered before redirect_uri is looked at."""
    error_page_status: int = 400
    errors_reach_client: bool = True
    """False: an error ends on a page, though client and redirect_uri are right."""
    missing_state_tolerated: bool = True
    state_returned: str = "kept"
    """kept, dropped, truncated (cut at the first odd character), lower-case, or twice-decoded (where
    the login page hands it on)."""
    redirect_query: str = "kept"
    """What becomes of the query of a registered URI: kept, dropped, second-question-mark."""
    empty_scope_refused: bool = False
    unknown_scope: str = "refused"
    """refused (invalid_scope), ignored, error-500."""
    unknown_parameter_refused: bool = False
    """True: authorize and token endpoint refuse parameters they do not know."""
    absent_scope_refused: bool = False
    """True: a request without scope is refused as invalid_request (RFC 6749 section 3.3 wants a
    default, or invalid_scope)."""
    parameter_order_free: bool = True
    """False: authorize wants its parameters in the order in which RFC 6749 section 4.1.1 shows them."""
    duplicates_refused: bool = True
    """False: authorize and token endpoint take the last of several values."""
    authorize_post: bool = False
    """True: authorize takes its parameters by POST, too. RFC 6749 section 3.1 leaves it open."""
    response_modes_refused: bool = False
    """True: a `response_mode` other than query is refused, whatever the metadata lists."""
    authorize_cors: bool = False
    """True: pages of other sites may read the answers of authorize."""
    bot_wall: bool = False
    """True: the token endpoint serves only what calls itself a browser."""

    # Its pages.
    login_required: bool = True
    login_csrf: bool = True
    login_by_get: bool = False
    """True: the login form is sent with GET, so that the password stands in an address."""
    names_are_addresses: bool = False
    """True: the login form takes mail addresses only, which the names of the users are not."""
    password_checked: bool = True
    """False: any password of a known user will do."""
    password_match: str = "exact"
    """exact, any-case, or blank (none at all, too)."""
    hint_escaped: bool = True
    """False: the login page writes login_hint as it came."""
    form_token_bound: bool = True
    """False: a form token of any session is taken."""
    consent_csrf: bool = True
    """False: a consent form without token and without cookie is taken."""
    consent_remembered: bool = False
    """True: in a session that consented once, codes are issued without a page."""
    consent_names_client: bool = True
    """False: the consent page does not say who asks."""
    code_in_page: bool = False
    """True: the code is made before the user consents, and stands in the consent page."""
    next_checked: bool = True
    """False: /login leads to any address in `next`."""
    cookie_samesite: str = "Lax"
    """Lax, Strict, None, absent."""
    deny_reported: bool = True
    goes_on_by: str = "redirect"
    """How the browser comes to the callback: redirect, script (of a page), stopped-script (which the
    page's own policy stops), form-post (though no response_mode asks for it)."""

    # Proof key for code exchange (RFC 7636).
    pkce_supported: bool = True
    """False: challenge and verifier are ignored, which is legal."""
    pkce_required: bool = False
    pkce_verifier_checked: bool = True
    """False: any verifier fits any challenge."""
    pkce_compared: str = "exactly"
    """exactly, loosely (in any letter case, and as far as the shorter one goes)."""
    pkce_s256_works: bool = True
    """False: the hash is compared wrongly, so that not even the right verifier fits."""
    pkce_missing_verifier_refused: bool = True
    pkce_empty_verifier_taken: bool = False
    """True: an empty verifier fits any challenge."""
    pkce_missed_at_token: bool = False
    """True: that a challenge is missing is found out when the code is redeemed, which is legal."""
    pkce_stray_verifier_refused: bool = True
    """Whether a verifier without a challenge is refused (RFC 9700 section 4.8.2)."""
    pkce_challenge_as_verifier: bool = False
    """True: the challenge itself is taken as verifier."""
    pkce_unknown_method_refused: bool = True
    """False: a challenge of an unknown method is taken, and never checked."""
    pkce_plain_allowed: bool = False
    """True: method plain, or none (RFC 7636 section 4.3), is taken and compared."""
    pkce_form_checked: bool = True
    """Whether a verifier has 43 to 128 unreserved characters (RFC 7636 section 4.1)."""

    # Codes.
    code_style: str = "random"
    """random, counter, short, constant."""
    code_single_use: bool = True
    code_reuse_revokes: bool = True
    code_race: bool = False
    """True: a code is looked up and marked used in two steps, so that parallel requests all win."""
    code_known: bool = True
    """Whether an invented code is refused."""
    code_required: bool = True
    """False: a token request without a code gets a token of the first user."""
    code_match: str = "exact"
    """exact, any-case, or start (its first 20 characters)."""
    code_expires: bool = True
    code_bound_to_client: bool = True
    redirect_checked_at_token: bool = True
    redirect_at_token: str = "same"
    """same, empty (left empty, too), or registered (any of the client's)."""
    code_of_last_login: bool = False
    """True: whatever code is redeemed, the token is that of the user who logged in last."""

    # The token endpoint (authorization_url).
    secret_checked: bool = True
    secret_match: str = "exact"
    """exact, any-case, longer (something after it), part (any beginning of it), end (any end of it),
    blank (nothing but blanks, too), client-id (that, too), any-client (the secret of another)."""
    secret_required: bool = True
    basic_failure: str = "401"
    """What a wrong Basic pair gets: 401, 400, no-challenge (401 without WWW-Authenticate)."""
    basic_form_decoded: bool = True
    """Whether id and secret in a Basic pair are form-decoded (RFC 6749 section 2.3.1)."""
    basic_raw_taken: bool = True
    """False: a Basic pair is always form-decoded, so that a raw one with + or % does not fit."""
    basic_accepted: bool = True
    post_accepted: bool = True
    """Whether a secret in the body is taken."""
    body_decoded_twice: bool = False
    """True: a secret in the body is form-decoded once more, so that some with + or % never fit."""
    two_auth_methods_refused: bool = True
    """False: with a secret in the header and one in the body, one right one is enough."""
    body_client_id_wins: bool = False
    """True: who proves itself by Basic may name another client in the body."""
    query_credentials_accepted: bool = False
    """True: parameters of the token request may stand in the address."""
    token_get_accepted: bool = False
    """True: the token endpoint answers GET as it answers POST."""
    lockout_after: int = 0
    """After so many wrong secrets a client is refused for good; 0: never."""
    grant_type_checked: bool = True
    password_grant: bool = False
    """True: user name and password are exchanged for a token (RFC 9700 section 2.4)."""
    declared_type_only_lies: bool = False
    """Refuse the content type that the manifest declares."""
    undeclared_form_accepted: bool = True
    """Whether a form body is taken where the manifest declares JSON."""
    malformed_body_crashes: bool = False
    """True: a body that cannot be read gets 500."""
    token_scope_refused: bool = False
    """True: `scope` in the exchange of a code is refused, even empty; it is ignored otherwise."""
    token_is: str = "random"
    """random, client_secret, constant, counter."""
    token_flaw: str = ""
    """What is wrong with every access token: expired, tampered (a letter is changed); for a JWT
    wrong-audience, wrong-issuer, wrong-key and not-yet-valid, too."""
    jwt_signed: bool = True
    """False: tokens that are JWTs have the algorithm none, and no signature."""
    jwt_has_exp: bool = True
    jwt_has_mail: bool = False
    """True: tokens that are JWTs say the user's mail address."""
    access_expires: bool = True
    """False: an access token goes on working after its time."""

    # Refresh.
    refresh_issued: bool = True
    refresh_works: bool = True
    refresh_known: bool = True
    refresh_match: str = "exact"
    """exact, any-case, or start (its first 20 characters)."""
    refresh_of_last_login: bool = False
    """True: whatever is refreshed, the token is that of the user who logged in last."""
    refresh_bound_to_client: bool = True
    refresh_token_short: bool = False
    refresh_rotates: bool = True
    """False: the answer has no refresh_token and the old one goes on working, which is legal."""
    refresh_rotates_once: bool = False
    """True: only the token of a login is replaced, none that came by a refresh."""
    refresh_dies_unrotated: bool = False
    """True: without rotation the old one dies at its first use."""
    refresh_old_dies: bool = True
    """False: the replaced token goes on working after rotation."""
    refresh_old_dies_at_use: bool = False
    """True: the replaced token dies when the access token that came with the new one is first used,
    so that a lost answer locks nobody out, which is legal."""
    refresh_reuse_revokes: bool = True
    """False: a replaced token that comes back is refused, and its family lives on."""
    refresh_once_only: bool = False
    """True: a token that came from a refresh cannot be used for another."""
    refresh_race: bool = False
    """True: parallel refreshes with one token all win."""
    refresh_race_crashes: bool = False
    """True: of parallel refreshes with one token, all but the first get 500."""
    refresh_outlives_access: bool = True
    """False: a refresh token expires together with its access token."""
    refresh_needs: str = ""
    """A parameter without which a refresh is refused: scope, redirect_uri."""
    refresh_drops_scope: bool = False
    """True: of several scopes the new token has the first only."""
    refresh_repeats_access: bool = False
    """True: the answer has the access token that is there already."""
    refresh_unknown_scope: bool = False
    """True: a refresh gets scopes that the plugin does not know."""
    refresh_scope_widens: bool = False
    """True: a refresh gets whatever scope it asks for."""
    refresh_takes_access: bool = False
    """True: an access token works as refresh token."""

    # What RFC 8707, 8414, 9207, 7009 and 7662 add.
    resource_checked: bool = True
    """False: a token is issued for whatever `resource` names, and any resource is taken again."""
    issuer_sent: str = "right"
    """The `iss` of a redirect (RFC 9207): right, wrong, missing, missing-on-errors."""
    issuer_published: str = "right"
    """The issuer in the metadata (RFC 8414 section 3.3): right, wrong, slash-added, query-added."""
    metadata_lies: bool = False
    """True: the metadata promises the method plain, the password grant and private_key_jwt."""
    revocation_works: bool = True
    """False: /revoke says 200 and does nothing."""
    revocation_checks_client: bool = True
    """False: anybody may revoke."""
    revocation_bound_to_client: bool = True
    """False: any client may revoke any token."""
    revocation_of_refresh_kills_access: bool = True
    revocation_unknown_status: int = 200
    """What an unknown token gets (RFC 7009 section 2.2 says 200)."""
    introspection_checks_client: bool = True
    """False: anybody may ask (RFC 7662 section 2.1)."""
    introspection_get: bool = False
    """True: a token may stand in the address (RFC 7662 section 4)."""
    introspection_style: str = "right"
    """right, text (`active` as a text), always-active, talkative (dead tokens are described)."""

    # The API.
    api_checked: str = "yes"
    """yes, never, presence (any token will do)."""
    jwt_checked: str = "yes"
    """yes, signature_ignored, alg_none_accepted, hs256_with_public_key_accepted, any_key."""
    scope_enforced: bool = True
    insufficient_scope: str = "403"
    """How a token without the scope is refused: 403, 401, no-challenge (403 without one)."""
    expired_status: int = 401
    """The status for an expired token."""
    scheme_checked: bool = True
    """False: Bearer and Basic are taken alike."""
    scheme_required: bool = True
    """False: a token alone in the Authorization header is taken, without a scheme."""
    scheme_case_ignored: bool = True
    """False: `bearer` is refused where `Bearer` is expected."""
    service_basic: str = "raw"
    """raw (`Basic` and the pasted string), encoded (`Basic` and base64 of it)."""
    token_in_query: bool = False
    """True: ?access_token= opens the API."""
    token_in_body: bool = False
    """True: access_token in a form body opens the API."""
    token_twice_refused: bool = True
    """False: a token in the header and one in the query are taken together."""
    api_token_match: str = "exact"
    """exact, or any-case."""
    refresh_opens_api: bool = False
    code_opens_api: bool = False
    client_secret_opens_api: bool = False
    verification_token_opens: bool = False
    openai_headers_open: bool = False
    """True: the openai-… headers alone open the API."""
    origin_opens: bool = False
    """True: a call from ChatGPT's page needs no token."""
    openai_headers_refused: bool = False
    """True: a call with the openai-… headers gets 400, whatever its token."""
    user_agent_opens: bool = False
    """True: a User-Agent that names ChatGPT opens the API."""
    identity_from: str = "token"
    """Who the user is: token, ephemeral-id (the header openai-ephemeral-user-id)."""
    users_told_apart: bool = True
    """False: every token is the first user's."""
    object_owner_checked: bool = True
    """False: any user reaches any object by its id."""
    open_operations: tuple[str, ...] = ()
    """operationIds that need no token: addTodo, getTodo, …"""
    preflight_open: bool = True
    """False: OPTIONS needs a token."""
    stray_authorization_ignored: bool = True
    """False: a plugin without sign-in refuses a request that has an Authorization header."""
    pasted_whitespace_crashes: bool = False
    """True: white space inside the credentials is answered with 500."""
    bodies_read: bool = True
    """False: a refused POST leaves its body in the connection (RFC 9112 section 9.3)."""
