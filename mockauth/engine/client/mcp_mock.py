"""The mock as an MCP server with its authorization server: what it is, and what the client is told."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mockauth.checks.client.visit import Terms
from mockauth.engine.client.options import ClientOptions
from mockauth.plugin.config import ClientConfig, PluginConfig
from mockauth.plugin.faults.fault import AnswerChange
from mockauth.plugin.fetch import Bounds, Fetched, fetch
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.profiles.mcp import REVISIONS, Revision
from mockauth.wire.message import JSON
from mockauth.wire.url import hostname, is_loopback_host

SCENARIOS: Mapping[str, str] = {
    "client.scope-step-up-union": "auth/scope-step-up",
    "client.scope-retries-bounded": "auth/scope-retry-limit",
    "client.credentials-bound-to-issuer": "auth/authorization-server-migration",
}
"""What a rule is called in MCP's conformance suite, where its clients do something of their own for it."""
USUAL_SCENARIO = "auth/metadata-default"
GIVEN_SCENARIO = "auth/pre-registration"


def newest(options: ClientOptions) -> Revision:
    """The revision that the mock serves; the newest one serves those before it, too."""
    return options.revision if options.revision != "auto" else REVISIONS[-1]


def mcp_config(options: ClientOptions, terms: Terms) -> PluginConfig:
    """The honest mock. It takes every client that comes, so that what a client lacks is judged and does
    not keep it out."""
    given = ClientConfig(
        id=terms.client_id,
        secret="" if terms.auth_method == "none" else terms.client_secret,
        redirect_uris=(terms.redirect_uri,),
        auth_method=terms.auth_method,
    )
    config = as_mcp_server(PluginConfig(login="auto", clients=(given,) if terms.client_id else ()))
    policy = replace(
        config.policy,
        pkce_required=False,
        document_redirects_checked=False,
        document_id_checked=False,
        document_secrets_refused=False,
        document_keys_checked=False,
        document_type_checked=False,
        mcp_versions="oldest" if options.revision == "auto" else config.policy.mcp_versions,
    )
    revision = newest(options)
    return replace(
        config,
        policy=policy,
        mcp_revision=revision,
        mcp_tools="client",
        document_http=True,
    )


def method_edits(terms: Terms) -> Iterator[AnswerChange]:
    """The metadata where one way of authentication is served; a document has no secret."""
    if not terms.auth_method:
        return
    named: dict[str, Any] = {"token_endpoint_auth_methods_supported": [terms.auth_method]}
    if terms.auth_method != "none":
        named["client_id_metadata_document_supported"] = False
    yield AnswerChange(place="metadata", json_set=named)


def mcp_settings(options: ClientOptions, terms: Terms, probe: str) -> Mapping[str, str]:
    """The environment of the client: the address, and what MCP's conformance suite tells its own."""
    told = {
        "API_URL": terms.resource,
        "REDIRECT_URI": terms.redirect_uri,
        "MCP_CONFORMANCE_SCENARIO": SCENARIOS.get(probe, USUAL_SCENARIO),
        "MCP_CONFORMANCE_PROTOCOL_VERSION": newest(options),
    }
    if terms.auth_method:
        told["AUTH_METHOD"] = terms.auth_method
    if not terms.client_id:
        return told
    given = {"client_id": terms.client_id, "client_secret": terms.client_secret}
    context = {"name": GIVEN_SCENARIO, **given}
    return {
        **told,
        "CLIENT_ID": terms.client_id,
        "CLIENT_SECRET": terms.client_secret,
        "MCP_CONFORMANCE_SCENARIO": GIVEN_SCENARIO,
        "MCP_CONFORMANCE_CONTEXT": json.dumps(context),
    }


def fetch_nearby(url: str, bounds: Bounds) -> Fetched:
    """A client document of this machine. One of another host is taken as it should be, and not fetched:
    a run with a client asks nobody else for anything.

    Raises:
        FetchError: it cannot be had.
    """
    if is_loopback_host(hostname(url)):
        return fetch(url, bounds)
    document = {
        "client_id": url,
        "client_name": "a client of another host",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    }
    return Fetched(status=200, content_type=JSON, body=json.dumps(document).encode())


@contextmanager
def browser() -> Iterator[str]:
    """A command that plays the user's browser, for `BROWSER`: clients that open one get their callback.
    "" where commands are not found by such a variable."""
    if sys.platform == "win32":
        yield ""
        return
    with tempfile.TemporaryDirectory() as folder:
        command = Path(folder) / "browser"
        # In the background, as a browser is: a client that waits for the end of the command cannot
        # answer at its callback meanwhile.
        browse = f'"{sys.executable}" -m mockauth.engine.client.browse "$1" >/dev/null 2>&1 &'
        command.write_text(f"#!/bin/sh\n{browse}\n")
        command.chmod(0o700)
        yield str(command)
