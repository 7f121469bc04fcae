"""Proof key for code exchange (RFC 7636): S256 honoured when it is used, plain refused."""

from __future__ import annotations

import re
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError

from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.oauth.challenge import challenge_of
from mockauth.plugin.oauth.comparison import same
from mockauth.plugin.state import CodeRecord

FORM = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 section 4.1


def check_challenge(params: dict[str, Any], policy: Behaviour, *, public: bool) -> None:
    """Judge the challenge of an authorization request.

    Raises:
        InvalidRequestError: one is missing that is required, or it is of a method that is not
            served (RFC 7636 section 4.4.1). No method means plain (section 4.3).
    """
    if not policy.pkce_supported:
        return
    challenge, method = params.get("code_challenge"), params.get("code_challenge_method")
    if not challenge:
        if method or ((policy.pkce_required or public) and not policy.pkce_missed_at_token):
            raise InvalidRequestError("code_challenge is required")
        return
    if method == "S256":
        if not FORM.fullmatch(challenge):
            raise InvalidRequestError("code_challenge is malformed")
    elif method in (None, "plain"):
        if not policy.pkce_plain_allowed:
            raise InvalidRequestError("code_challenge_method must be S256")
    elif policy.pkce_unknown_method_refused:
        raise InvalidRequestError("code_challenge_method is unknown")


def check_verifier(verifier: str | None, record: CodeRecord, policy: Behaviour) -> None:
    """Judge the verifier of a token request against the code's challenge.

    Raises:
        InvalidGrantError: it does not fit (RFC 7636 section 4.6).
        InvalidRequestError: it is missing, malformed, or nobody asked for it.
    """
    if not policy.pkce_supported:
        return
    if not record.challenge:
        # RFC 9700 section 4.8.2: else a challenge could be cut out of the first request unseen.
        if verifier and policy.pkce_stray_verifier_refused:
            raise InvalidRequestError("code_verifier without code_challenge")
        if policy.pkce_missed_at_token:
            raise InvalidRequestError("the code was asked for without code_challenge")
        return
    if not verifier:
        if policy.pkce_missing_verifier_refused:
            raise InvalidRequestError("code_verifier is missing")
        return
    if policy.pkce_challenge_as_verifier and same(verifier, record.challenge):
        return
    if policy.pkce_form_checked and not FORM.fullmatch(verifier):
        raise InvalidRequestError("code_verifier is malformed")
    fits = policy.pkce_s256_works and _fits(verifier, record, policy)
    if policy.pkce_verifier_checked and not fits:
        raise InvalidGrantError("code_verifier does not fit")


def _fits(verifier: str, record: CodeRecord, policy: Behaviour) -> bool:
    if record.challenge_method in ("", "plain"):
        return same(verifier, record.challenge)
    if record.challenge_method != "S256":
        return True  # only reached where unknown methods are let through
    if policy.pkce_compared == "loosely":
        known, came = record.challenge.lower(), challenge_of(verifier).lower()
        return known.startswith(came[:-2])
    return same(challenge_of(verifier), record.challenge)
