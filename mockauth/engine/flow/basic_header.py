"""Whether the body names the client, too, where its credentials travel in a Basic header.

Servers differ, and RFC 6749 section 2.3 and 3.2.1 leave room for both: that of the official Python SDK
looks for the client in the body, and Cloudflare's provider calls a client there a second method of
authentication. An invented code tells which of them gets as far as the code.
"""

from __future__ import annotations

import secrets

from mockauth.chatgpt.client import Client
from mockauth.engine.flow.fallbacks import by_basic, by_named_basic
from mockauth.engine.http.recorder import Place
from mockauth.engine.target import requests
from mockauth.engine.target.subject import Subject
from mockauth.wire import Exchange


def choose_basic(subject: Subject) -> None:
    """From here on the client of an MCP server that has a Basic header is named where the server takes it."""
    if subject.target.mcp is not None and subject.target.auth_method == "client_secret_basic":
        subject.driver.place = place_of_basic(subject, subject.target.oauth_client)


def place_of_basic(subject: Subject, client: Client) -> Place:
    """Where the credentials of a client with a Basic header travel."""
    if not client.sends_secret:
        return by_named_basic
    named = _with_invented_code(subject, client, by_named_basic)
    # Where nothing is answered, a second wait shows no more.
    if named.response is None or _gets_as_far_as_the_code(named):
        return by_named_basic
    bare = _gets_as_far_as_the_code(_with_invented_code(subject, client, by_basic))
    return by_basic if bare else by_named_basic


def _with_invented_code(subject: Subject, client: Client, place: Place) -> Exchange:
    with subject.during("supply"), subject.placing(place):
        return requests.exchange(subject, secrets.token_urlsafe(24), client)


def _gets_as_far_as_the_code(exchange: Exchange) -> bool:
    return exchange.answer.members.get("error") == "invalid_grant"
