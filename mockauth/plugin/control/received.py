"""A request as the journal and the triggers see it: parameters by name, secrets masked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import unquote_plus

from flask import request, session

from mockauth.plugin.control.trigger import Facts
from mockauth.plugin.plugin import Plugin
from mockauth.plugin.state import digest
from mockauth.plugin.tokens import access_token

SECRET_NAMES = frozenset(
    {
        "client_secret", "code", "code_verifier", "refresh_token", "access_token", "password",
        "token", "csrf_token", "client_assertion",
    }
)  # fmt: skip
LONGEST = 200
SHORTEST = 6
"""Shorter secrets are samples that stand in ordinary words, too."""
MOST_PARAMS = 50


def params() -> dict[str, str]:
    """The parameters of query, form or JSON body; the last of several."""
    request.get_data(cache=True)  # read as a form first, the body would be gone for the plugin
    found = dict(list(request.args.items(multi=True))[:MOST_PARAMS])
    if request.mimetype == "application/json":
        body = request.get_json(silent=True)
        if isinstance(body, dict):
            found |= {str(n): str(v) for n, v in list(body.items())[:MOST_PARAMS]}
    else:
        found |= dict(list(request.form.items(multi=True))[:MOST_PARAMS])
    return found


def basic_pair() -> tuple[str, str]:
    """The id and secret of a Basic header, decoded; empty where there is none."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return "", ""
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def bearer() -> str:
    """The token of the Authorization header, whatever its scheme; "" where there is none."""
    return request.headers.get("Authorization", "").strip().partition(" ")[2].strip()


def facts(plugin: Plugin) -> Facts:
    """What triggers look at."""
    given = params()
    client = given.get("client_id", "") or basic_pair()[0]
    user = str(session.get("user", ""))
    if plugin.base.auth == "oauth" and bearer():
        shown = access_token(plugin, bearer())
        user = shown.user if shown else user
        client = shown.record.client_id if shown else client
    return Facts(path=request.path, client=client, user=user, params=given)


def masked(plugin: Plugin) -> dict[str, str]:
    """The parameters with every secret as its name: by its own name, or by its value wherever it
    has got to."""
    known = dict(_known(plugin))
    return {name: _masked(plugin, name, value, known) for name, value in params().items()}


def _masked(plugin: Plugin, name: str, value: str, known: dict[str, str]) -> str:
    if name in SECRET_NAMES:
        return f"‹{name}›"
    state = plugin.state
    with state.lock:
        issued = {
            "code": digest(value) in state.codes,
            "access_token": digest(value) in state.access,
            "refresh_token": digest(value) in state.refresh,
        }
    for kind, is_it in issued.items():
        if is_it:
            return f"‹{kind}›"
    for secret, kind in known.items():
        value = value.replace(secret, f"‹{kind}›")
    return value[:LONGEST]


def _known(plugin: Plugin) -> Iterator[tuple[str, str]]:
    config = plugin.config
    given = [(client.secret, "client_secret") for client in config.clients]
    given += [(user.password, "password") for user in config.users]
    given += [(user.key, "user key") for user in config.users]
    given.append((config.service_token, "service token"))
    return (pair for pair in given if len(pair[0]) >= SHORTEST)
