"""Clients that are registered with the authorization server of an MCP server (RFC 7591)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mockauth.chatgpt import mcp as messages
from mockauth.engine.target import mcp
from mockauth.engine.target.client_document import publish
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import methods_of
from mockauth.wire import Secret
from mockauth.wire.message import Response

ASKED_METHODS = ("none", "client_secret_post", "client_secret_basic")
"""The methods that a registration asks for, the preferred one first."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What a registration gave. `method` is how the client authenticates (RFC 7591 section 2)."""

    client_id: str
    secret: Secret
    method: str
    callback: str


def method_to_ask(listed: tuple[str, ...]) -> str:
    """The authentication method that ChatGPT asks for, of those that the server lists."""
    return next((method for method in ASKED_METHODS if method in listed), "none")


def register(subject: Subject, callback: str, method: str = "") -> Registration | None:
    """Register a client as ChatGPT does; None where no client id came."""
    service = mcp.service_of(subject)
    url = service.server.text("registration_endpoint") if service.server else ""
    method = method or method_to_ask(methods_of(service.server))
    request = messages.registration_request(
        subject.target.url_map(url), (callback,), method, mcp.asked_scope(subject)
    )
    answer = subject.driver.send(request, "register").answer
    made = _read_registration(answer, method, callback)
    if made is not None:
        _learn_secrets(subject, made)
    return made


def _read_registration(answer: Response, asked: str, callback: str) -> Registration | None:
    client_id, secret = answer.members.get("client_id"), answer.members.get("client_secret")
    told = answer.members.get("token_endpoint_auth_method")
    if not answer.ok or not isinstance(client_id, str) or not client_id:
        return None
    is_secret = isinstance(secret, str) and told != "none"
    return Registration(
        client_id=client_id,
        secret=Secret(str(secret) if is_secret else "", "client_secret"),
        method=told if isinstance(told, str) else asked,
        callback=callback,
    )


def _learn_secrets(subject: Subject, made: Registration) -> None:
    secrets = subject.driver.secrets
    secrets.publish(made.client_id, made.callback)
    if made.secret:
        secrets.add(made.secret.reveal(), "client secret")
        secrets.add_basic(made.client_id, made.secret.reveal(), "credentials")


def keep(subject: Subject, made: Registration) -> None:
    """Be that client from here on."""
    given = replace(subject.target.given, client_id=made.client_id, client_secret=made.secret)
    subject.target = replace(subject.target, given=given, auth_method=made.method)
    mcp.learn(subject, way="dynamic")


def register_second(subject: Subject) -> bool:
    """Have one more client, whose callback has a query, as the second one: registered, or described by a document
    where nobody can register. False where it cannot be had."""
    server, target = mcp.service_of(subject).server, subject.target
    if target.given.other_client_id:
        return False
    callback = f"{target.given.redirect_uri}-2?second=1"
    method = target.auth_method if target.auth_method in ASKED_METHODS else ""
    if server and server.text("registration_endpoint"):
        with subject.during("supply"):
            made = register(subject, callback, method)
    else:
        made = _described(subject, callback)
    if made is None or made.client_id == target.given.client_id:  # see registration.distinct-ids
        return False
    given = replace(
        target.given,
        other_client_id=made.client_id,
        other_client_secret=made.secret,
        other_redirect_uri=made.callback,
    )
    subject.target = replace(target, given=given)
    return True


def _described(subject: Subject, callback: str) -> Registration | None:
    """A public client by a document, where the first one is one, too."""
    if mcp.service_of(subject).way != "document" or subject.target.auth_method != "none":
        return None
    url = publish(subject, callback, None).url
    return Registration(client_id=url, secret=Secret(""), method="none", callback=callback)
