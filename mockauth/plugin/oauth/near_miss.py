"""Why a request was refused, where it nearly was right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from flask import g, request

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.current_request import base_url, bearer, decoded_basic_pair
from mockauth.plugin.faults.body import params
from mockauth.plugin.oauth.challenge import challenge_of
from mockauth.plugin.oauth.lookup import access_token, refresh_token
from mockauth.plugin.resource import is_own, resource_of
from mockauth.plugin.state import CodeRecord, digest
from mockauth.wire.url import hostname


def explain(plugin: Plugin) -> list[str]:
    """What is nearly right about the request that is at hand; empty where nothing is."""
    if plugin.config.auth != "oauth":
        return []
    if request.path == "/authorize":
        return list(_at_authorize(plugin))
    if request.path == "/token":
        return [*_of_client(plugin), *_at_token(plugin)]
    if request.path in ("/revoke", "/introspect"):
        return list(_of_client(plugin))
    if (request.endpoint or "").startswith("api."):
        return list(_at_api(plugin))
    return []


def difference(given: str, right: str) -> str:
    """How two addresses differ, where it is a slip; "" where they are the same or unlike."""
    if given == right or not given:
        return ""
    if given.rstrip("/") == right.rstrip("/"):
        return "by a trailing slash"
    if given.lower() == right.lower():
        return "in the case of a letter"
    if unquote(given) == right:
        return "because it is percent-encoded twice"
    if given.partition("?")[0] == right.partition("?")[0]:
        return "in its query"
    if given.partition("://")[2] == right.partition("://")[2]:
        return "in its scheme"
    path = right.partition("://")[2].partition("/")[2]
    if given.partition("://")[2].partition("/")[2] == path:
        if hostname(given) == hostname(right):
            return "in its port"
        return f"in its host: {hostname(given)}, not {hostname(right)}"
    if hostname(given) == hostname(right):
        return "in its path"
    return ""


def _at_authorize(plugin: Plugin) -> Iterator[str]:
    from mockauth.plugin.oauth.client import OAuthClient  # Authlib is there where this is asked

    given = params()
    client = _known(plugin, given.get("client_id", ""))
    if client is None:
        yield from _unknown_client(plugin, given.get("client_id", ""))
        return
    if not OAuthClient(client, plugin).check_redirect_uri(given.get("redirect_uri", "")):
        yield _redirect(given.get("redirect_uri", ""), plugin.config.registered(client))
    unknown = set(given.get("scope", "").split()) - set(plugin.config.scopes)
    if unknown:
        yield f"scope is not known: {' '.join(sorted(unknown))}"
    resource = given.get("resource", "")
    if resource and not is_own(plugin.config, base_url(), resource):
        yield f"resource is unknown; this server has {resource_of(plugin.config, base_url())}"
    challenge = given.get("code_challenge", "")
    if not challenge and (plugin.policy.pkce_required or not client.secret):
        yield "code_challenge is missing, which this client must send"
    elif challenge and given.get("code_challenge_method", "plain") == "plain":
        yield "code_challenge_method is plain, or missing, which means plain; send S256"


def _redirect(given: str, registered: Sequence[str]) -> str:
    slip = next(filter(None, (difference(given, uri) for uri in registered)), "")
    if slip:
        return f"redirect_uri differs from a registered one {slip}"
    return f"redirect_uri is not registered; registered: {', '.join(registered)}"


def _of_client(plugin: Plugin) -> Iterator[str]:
    given = params()
    basic_id, basic_secret = decoded_basic_pair()
    client_id = given.get("client_id", basic_id)
    client = _known(plugin, client_id)
    if client is None:
        yield from _unknown_client(plugin, client_id)
        return
    if basic_secret and given.get("client_secret"):
        yield "the secret came in the header and in the body; send it once"
    yield from _secret(plugin, client, given.get("client_secret", basic_secret))
    method = "client_secret_basic" if basic_id else "client_secret_post"
    used = method if basic_secret or given.get("client_secret") else "none"
    if client.auth_method not in ("", used):
        yield f"the client is registered for {client.auth_method}, not {used}"


def _at_token(plugin: Plugin) -> Iterator[str]:
    given = params()
    client_id = given.get("client_id", decoded_basic_pair()[0])
    with plugin.state.lock:
        record = plugin.state.codes.get(digest(given.get("code", "")))
    if record is not None:
        yield from _code(plugin, given, client_id, record)
    elif given.get("code"):
        yield "the code was never issued here, or long ago"
    kind = given.get("grant_type", "")
    if kind not in ("authorization_code", "refresh_token"):
        yield f"grant_type is {kind!r}; there are authorization_code and refresh_token"
    refresh = refresh_token(plugin, given.get("refresh_token", ""))
    if refresh is not None and refresh.client_id != client_id:
        yield f"the refresh token belongs to client {refresh.client_id}"
    elif refresh is not None and refresh.revoked:
        yield "the refresh token was replaced or revoked"
    if "access_token" in given or access_token(plugin, given.get("refresh_token", "")):
        yield "that is an access token, not a refresh token"
    elif refresh is None and given.get("refresh_token"):
        yield "the refresh token was never issued here, or long ago"


def _code(
    plugin: Plugin, given: dict[str, str], client_id: str, record: CodeRecord
) -> Iterator[str]:
    if record.client_id != client_id:
        yield f"the code belongs to client {record.client_id}"
    if record.used:
        yield "the code was used before"
    late = plugin.clock.now() - record.expires_at
    if late >= 0:
        yield f"the code expired {late:.0f} s ago"
    if "redirect_uri" not in given:
        yield "redirect_uri is missing; it must be repeated"
    elif given["redirect_uri"] != record.redirect_uri:
        said = difference(given["redirect_uri"], record.redirect_uri)
        yield f"redirect_uri differs from the one at authorize {said}".rstrip()
    yield from _pkce(given.get("code_verifier", ""), record.challenge)


def _pkce(verifier: str, challenge: str) -> Iterator[str]:
    if verifier.endswith("="):
        yield "code_verifier has base64 padding"
    if challenge and not verifier:
        yield "code_verifier is missing; authorize had a code_challenge"
    elif verifier and not challenge:
        yield "code_verifier was sent, but authorize had no code_challenge"
    elif verifier:
        yield from _verifier(verifier, challenge)


def _verifier(verifier: str, challenge: str) -> Iterator[str]:
    """Why a verifier does not fit its challenge; nothing where it does."""
    if verifier == challenge:
        yield "code_verifier is the challenge itself"
    elif challenge_of(verifier.rstrip("=")) != challenge:
        yield "code_verifier does not fit the code_challenge of authorize"
    elif challenge_of(verifier) != challenge:
        yield "code_verifier fits without its padding"


def _secret(plugin: Plugin, client: ClientConfig, given: str) -> Iterator[str]:
    if given == client.secret:
        return
    if not given:
        yield "no client_secret was sent"
    elif given.strip() == client.secret:
        yield "client_secret has white space around it"
    elif given.replace("+", " ") == client.secret or given.replace("%20", " ") == client.secret:
        yield "client_secret: + or %20 stands for a space"
    elif given in {other.secret for other in plugin.clients}:
        yield "client_secret is that of another client"
    elif client.secret:
        yield f"client_secret is not that of {client.id}"


def _at_api(plugin: Plugin) -> Iterator[str]:
    token = bearer()
    scheme = request.headers.get("Authorization", "").strip().partition(" ")[0]
    if scheme and scheme.lower() != "bearer":
        yield f"Authorization has the scheme {scheme[:20]}; Bearer is expected"
    if not token:
        yield "no token was sent in the Authorization header"
        if "access_token" in params():
            yield "a token is in the parameters, where it is ignored"
        return
    shown = access_token(plugin, token)
    if shown is None:
        if refresh_token(plugin, token) is not None:
            yield "that is a refresh token, not an access token"
        elif digest(token) in plugin.state.codes:
            yield "that is a code; exchange it first"
        return
    late = plugin.clock.now() - shown.record.expires_at
    if shown.record.revoked:
        yield "the token was revoked"
    elif late >= 0:
        yield f"the token expired {late:.0f} s ago"
    else:
        yield f"the token was granted the scope {shown.record.scope!r}"


def _known(plugin: Plugin, client_id: str) -> ClientConfig | None:
    """The client of that id, as far as it is known without asking anybody."""
    with plugin.state.lock:
        kept = plugin.state.documents.get(client_id)
    return plugin.client(client_id) or (kept.client if kept else None)


def _unknown_client(plugin: Plugin, client_id: str) -> Iterator[str]:
    near = next((c.id for c in plugin.clients if c.id.lower() == client_id.lower()), None)
    if "document_problem" in g:
        yield f"client_id is the address of a client document, but {g.document_problem}"
    elif not client_id:
        yield "client_id is missing"
    elif near or client_id.strip() in {c.id for c in plugin.clients}:
        yield "client_id differs by case or white space"
    else:
        yield "client_id is not registered"
