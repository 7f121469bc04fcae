"""How the plugin behaves, decision by decision. Every default is the strict one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Named behaviours; a fault loosens or breaks one of them."""

    redirect_match: str = "exact"
    """exact, prefix, host, any, or normalised (case of the host, slash, default port)."""
    client_checked: bool = True
    state_returned: str = "kept"
    """kept, dropped, truncated (cut at the first odd character)."""
    code_single_use: bool = True
    code_reuse_revokes: bool = True
    code_known: bool = True
    """Whether an invented code is refused."""
    code_bound_to_client: bool = True
    code_style: str = "random"
    """random, counter, short, constant."""
    redirect_checked_at_token: bool = True
    secret_checked: bool = True
    secret_required: bool = True
    grant_type_checked: bool = True
    declared_type_only_lies: bool = False
    """Refuse the content type that the manifest declares."""
    empty_scope_refused: bool = False
    pkce_required: bool = False
    refresh_works: bool = True
    refresh_known: bool = True
    refresh_issued: bool = True
    refresh_bound_to_client: bool = True
    api_checked: str = "yes"
    """yes, never, presence (any token will do)."""
    login_required: bool = True
    consent_csrf: bool = True
    token_is: str = "random"
    """random, client_secret, constant."""
    verification_token_opens: bool = False
    deny_reported: bool = True
