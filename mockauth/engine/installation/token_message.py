"""What ChatGPT says of a token endpoint that gave no token, in its own words."""

from __future__ import annotations

from mockauth.wire import Exchange
from mockauth.wire.secret import Secrets
from mockauth.wire.url import without_query
from mockauth.wire.words import render, say

LONGEST = 400
MISSING_CREDENTIALS = say(
    'Error getting system message: {{"message":"User is missing credentials"}}'
)
"""Seen where a token had expired and there was no refresh token (Community 156658)."""


def missing_token(exchange: Exchange, secrets: Secrets) -> str:
    """`Missing access token, received 400 from https://…: response_data={…}` (Community 665758)."""
    url = without_query(exchange.request.target)
    answer = exchange.response
    if answer is None:
        return render(say("No answer from {}: {}", url, exchange.error), secrets)
    data = answer.members or answer.text[:LONGEST]
    words = say(
        "Missing access token, received {} from {}: response_data={:.400}", answer.status, url, data
    )
    return render(words, secrets)
