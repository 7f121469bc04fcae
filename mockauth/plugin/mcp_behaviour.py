"""How the plugin behaves as an MCP server and its authorization server. Every default is the strict one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class McpBehaviour:
    """Named behaviours that only a client of an MCP server meets."""

    # The challenge, and the metadata of the resource and of the server (RFC 9728, RFC 8414).
    challenge_style: str = "full"
    """What a 401 says: full, no-metadata, relative-metadata, no-scope, first-scope (another set than the
    metadata has), bare (no WWW-Authenticate), fixed-key (a scheme of its own), offline-access,
    no-error (a bad token is told no reason), or no-commas (between its parameters)."""
    unauthenticated_status: int = 401
    resource_published: str = "right"
    """`resource` of the metadata: right, origin, fragment, root-differs (in the root document only)."""
    resource_at_root: bool = True
    """False: the metadata stands only where the path of the resource is inserted."""
    metadata_paths: str = "inserted"
    """Where the metadata of an issuer with a path stands: inserted, or appended only."""
    metadata_version_checked: bool = False
    """True: metadata is refused to a client of an unknown MCP-Protocol-Version."""
    metadata_token_endpoint: str = "right"
    """right, http (not of this machine), dead (404)."""
    openid_differs: bool = False
    """True: the OpenID form names another token endpoint than the OAuth form."""
    keys_published: str = "public"
    """What the key set holds: public, private (the private half, too)."""
    unknown_paths: str = "404"
    """What an address is that does not exist: 404, html (a page with 200)."""
    gateway_401: bool = False
    """True: what stands before the server refuses the token that the server has issued."""

    # Registration (RFC 7591) and client ID metadata documents.
    registered_scope_binds: bool = True
    """False: the scope of a registration is noted, and a client may ask for more (step-up)."""
    registration_checks_uris: bool = True
    """False: any redirect URI is registered."""
    registration_needs_uris: bool = True
    registration_refuses: str = ""
    """What a registration may not have: unknown-member, application_type, extra-grant, empty-scope,
    chatgpt (its callbacks), basic (that method), custom-scheme."""
    registration_id: str = "random"
    """random, url (it begins with https://), constant."""
    registration_takes_form: bool = False
    registration_fetches: bool = False
    """True: logo_uri and jwks_uri are fetched from wherever they are."""
    registration_secret: str = "right"
    """right, always (public clients get one, too), no-expiry, short."""
    registration_values: str = "right"
    """What the answer has: right, other-grant (client_credentials only)."""
    registration_echoes: bool = True
    """False: the answer has the client_id and nothing of what was registered."""
    registration_default_method: str = "client_secret_basic"
    document_id_checked: bool = True
    """False: a document of another client_id is taken."""
    document_id_slash_ignored: bool = False
    """True: a document whose client_id differs by a slash at the end is taken."""
    document_redirects_checked: bool = True
    """False: a redirect URI that the document does not list is taken."""
    document_secrets_refused: bool = True
    """False: a document with a shared secret, or a method that needs one, is taken."""
    document_keys_checked: bool = True
    """False: a document with a private key is taken."""
    document_url_checked: bool = True
    """False: any URL may be a client_id: http, without a path, with dots, a fragment or a user."""
    document_type_checked: bool = True
    """False: whatever can be parsed is a document, whatever its type and status."""
    document_method: str = "any"
    """Which methods a document may have: any, none-only."""
    document_works: bool = True
    """False: no document is taken, whatever the metadata says."""
    document_flag: str = "right"
    """Whether the metadata says that documents are taken: right, missing, lies (true, and none is)."""
    document_redirects_followed: bool = False
    document_private_fetched: bool = False
    """True: documents at private addresses are fetched."""
    document_bounded: bool = True
    """False: a document may be of any size and take a minute."""
    document_errors_cached: bool = False
    document_keys_frozen: bool = False
    """True: the keys of a document are fetched once, and never again."""
    document_host_shown: bool = True
    document_redirect_shown: bool = True
    document_local_warned: bool = True
    """False: the page says nothing of a client that anybody on the user's machine can play."""
    client_name_escaped: bool = True
    loopback_port: str = "free"
    """The port of a loopback redirect URI (RFC 8252 section 7.3): free, compared, or any-path."""
    assertion_checked: str = "yes"
    """yes, never, or what is left out: signature, audience, expiry, replay, issuer, key."""
    assertion_audiences: str = "both"
    """both, issuer, token-endpoint."""

    # The resource (RFC 8707) and the scope.
    resource_handling: str = "strict"
    """strict, ignored (the token is for the default resource), refused (no resource may be named),
    own-audience (a foreign one is taken, and the token is for this server), malformed-taken,
    switched-at-token (the token request may name another one), lost-on-refresh."""
    resource_of_origin: str = "refused"
    """What becomes of the origin or the issuer as `resource`: refused, mapped (to the server), kept (it is the
    audience, and the server takes it), crash."""
    audience_checked: bool = True
    """False: the server takes a token that is for another one."""
    two_resources: str = "refused"
    """refused (invalid_target), crash."""
    scope_hierarchy: bool = True
    """False: `todos` is not enough for `todos:read`."""
    scope_in_instalments: str = ""
    """A scope that is demanded once the one of the first challenge is there."""
    step_up_forgotten: bool = False
    """True: a tool that was refused once for this user's scope stays refused."""
    scope_challenged: str = "needed"
    """What a 403 says of the scope: needed, unnamed."""
    refresh_needs_offline_access: bool = False
    """True: a refresh token is issued only to those who asked for offline_access, which is legal."""
    offline_access_works: bool = True
    """False: whoever asks for offline_access gets no refresh token."""

    # The transport.
    mcp_origin_checked: bool = True
    mcp_error_id: str = "kept"
    """The id of an error: kept, null."""
    mcp_result_id: str = "kept"
    """The id of a result: kept, text (a number becomes one)."""
    mcp_results: str = "whole"
    """What results are: whole, without-schema (the listed tools lack inputSchema)."""
    mcp_notification_status: int = 202
    mcp_malformed: str = "refused"
    """What becomes of a body that is no message: refused, crash (500)."""
    mcp_any_version_agreed: bool = False
    """True: initialize agrees on whatever version is asked for."""
    mcp_headers_checked: bool = True
    """False: Mcp-Method and Mcp-Name may differ from the body (2026-07-28)."""
    mcp_unsupported_version: str = "listed"
    """An unknown version is refused: listed (with the known ones), bare, taken."""
    mcp_unknown_method: int = 404
    """The status of an unknown method in 2026-07-28."""
    mcp_mints_session: bool = False
    """True: an answer of 2026-07-28 carries a session."""
    mcp_session_style: str = "random"
    """random, counter, spaced (two random words)."""
    mcp_session_is_auth: bool = False
    """True: a known session needs no token."""
    mcp_calls_open: bool = False
    """True: tools/call needs no token, while all else does."""
    mcp_stale_session: int = 404
    mcp_get_status: int = 405
    mcp_get_open: bool = False
    """True: whoever asks by GET gets a stream of events, without a token."""
    mcp_judged_before_auth: bool = False
    """True: version and method are judged before the token is asked for."""
    mcp_versions: str = "all"
    """all, none (every version is refused), older (only one that nobody speaks), oldest (2025-03-26,
    too, whose clients ask for less)."""
    mcp_discover: str = "answered"
    """answered, crash (500)."""
    mcp_slash_redirected: bool = False
    """True: the endpoint sends on to itself with a slash more."""
    mcp_tools_declare: bool = True
    """False: no tool says how it is protected."""
    mcp_tool_challenge: str = "full"
    """The challenge in a tool's result: full, bare (without error and its description), missing."""
