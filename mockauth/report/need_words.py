"""What a rule needs before it can be judged, in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "login": "a login (--username and --password, or --token)",
        "callback": "a login that comes back with a code (--username and --password)",
        "second-client": "a second client (--other-client-id and --other-client-secret)",
        "second-user": "a second user (--other-username and --other-password, or --other-token)",
        "second-callback": "a second client whose callback has a query (--other-redirect-uri)",
        "access-revocation": "a server that revokes access tokens, else it does not apply",
        "refresh": "a server that issues refresh tokens, else it does not apply",
        "deny": "a consent page that can be refused, else it does not apply",
        "short-lifetime": "access tokens that expire within 5 s, or within --slow SECONDS",
        "narrow-scope": "a scope that can be narrowed",
        "opt-in": "permission to make load (--slow)",
        "slow": "permission to wait (--slow)",
        "pkce": "a server that honours PKCE, else it does not apply",
        "public-client": "a client without a secret, else it does not apply",
        "jwt": "an access token that is a JWT, else it does not apply",
        "https": "a target on https, else it does not apply",
        "localhost": "a target on localhost, else it does not apply",
        "basic-scheme": "authorization_type basic, else it does not apply",
        "own-header": "an API key in a custom header, else it does not apply",
        "closed": "an MCP server that answers nobody without a token, else it does not apply",
        "doc-host": "a server on this machine that fetches documents from it (--document-authority)",
        "odd-secret": "a client secret that form-encoding changes, else it does not apply",
        "special-secret": "a second client whose secret has some of : % + / & = (--other-client-secret)",
    }
)


def need_words(need: str) -> str:
    """A need as the reader meets it; one without words of its own is its own name."""
    return NEEDS.get(need, need.replace("-", " "))
