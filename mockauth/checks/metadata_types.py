"""The types of the members of metadata documents, which parsers of clients go by: one wrong member
and a typed client knows nothing of the whole document (RFC 8414 section 2, RFC 9728 section 2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mockauth.wire.words import own, say

TEXT, TEXTS, TRUTH = say("a text"), say("a list of texts"), say("true or false")
TEXT_MEMBERS = (
    "authorization_endpoint", "token_endpoint", "registration_endpoint", "jwks_uri",
    "userinfo_endpoint", "revocation_endpoint", "introspection_endpoint", "service_documentation",
    "op_policy_uri", "op_tos_uri", "signed_metadata", "pushed_authorization_request_endpoint",
    "device_authorization_endpoint", "end_session_endpoint", "resource_name",
    "resource_documentation", "resource_policy_uri", "resource_tos_uri",
)  # fmt: skip
"""Without `issuer` and `resource`, which have rules of their own."""
LIST_MEMBERS = (
    "scopes_supported", "response_types_supported", "response_modes_supported",
    "grant_types_supported", "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported", "ui_locales_supported",
    "code_challenge_methods_supported", "subject_types_supported",
    "id_token_signing_alg_values_supported", "revocation_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_methods_supported", "claims_supported",
    "bearer_methods_supported", "resource_signing_alg_values_supported",
    "dpop_signing_alg_values_supported", "authorization_details_types_supported",
)  # fmt: skip
"""Without `authorization_servers`, which has a rule of its own."""
TRUTH_MEMBERS = (
    "authorization_response_iss_parameter_supported",
    "client_id_metadata_document_supported",
    "require_pushed_authorization_requests",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens_required",
)
WANTED: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(TEXT_MEMBERS, TEXT)
    | dict.fromkeys(LIST_MEMBERS, TEXTS)
    | dict.fromkeys(TRUTH_MEMBERS, TRUTH)
)


def wrong_types(members: Mapping[str, object]) -> dict[str, str]:
    """The members of another type than they must have, and what they must be."""
    known = {name: wanted for name, wanted in WANTED.items() if name in members}
    return {name: wanted for name, wanted in known.items() if not _is(members[name], wanted)}


def _is(value: object, wanted: str) -> bool:
    if wanted == TEXTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str if wanted == TEXT else bool)


def shown_types(wrong: Mapping[str, str]) -> str:
    """`scopes_supported: a list of texts, …` for a message."""
    return own(", ").join(say("{}: {}", own(name), own(wanted)) for name, wanted in wrong.items())
