"""Every word for what a client does next, with its judge."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mockauth.checks.client.api_answer import failure_told, few_calls, no_new_login
from mockauth.checks.client.callback import decodes_callback, error_shown, stops
from mockauth.checks.client.declared import (
    declared_encoding,
    declared_method,
    own_query,
    registered_method,
)
from mockauth.checks.client.mcp_reaction import MCP_REACTIONS
from mockauth.checks.client.reaction import Reaction
from mockauth.checks.client.redirect import nothing_elsewhere
from mockauth.checks.client.refresh import asks_once, newest_token_used, refreshes_and_repeats
from mockauth.checks.client.token_answer import fails_cleanly, few_tries, goes_on, token_unused

REACTIONS: Mapping[str, Reaction] = MappingProxyType(
    {
        "none": stops,
        "error-shown": error_shown,
        "api": goes_on,
        "error": fails_cleanly,
        "few-tries": few_tries,
        "callback-decoded": decodes_callback,
        "token-unused": token_unused,
        "few-calls": few_calls,
        "no-new-login": no_new_login,
        "failure-told": failure_told,
        "nothing-elsewhere": nothing_elsewhere,
        "refresh-and-repeat": refreshes_and_repeats,
        "newest-refresh-token": newest_token_used,
        "one-login": asks_once,
        "declared-encoding": declared_encoding,
        "declared-method": declared_method,
        "registered-method": registered_method,
        "own-query": own_query,
        **MCP_REACTIONS,
    }
)
"""By the word that stands under `expect: next` in a scenario file."""
