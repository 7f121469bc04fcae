"""The proof key of a flow (RFC 7636). 2023 plugins and GPT Actions send none; a run goes on with one
where a server demands it."""

from __future__ import annotations

import base64
import hashlib

from mockauth.wire import Pairs


def challenge(verifier: str) -> str:
    """The S256 challenge of `verifier` (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def challenge_params(verifier: str) -> Pairs:
    """The parameters of the authorization request; none without a verifier."""
    if not verifier:
        return ()
    return (("code_challenge", challenge(verifier)), ("code_challenge_method", "S256"))


def verifier_params(verifier: str) -> Pairs:
    """The parameters of the token request; none without a verifier."""
    return (("code_verifier", verifier),) if verifier else ()
