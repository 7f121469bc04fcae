"""The request of a step: what ChatGPT would send, with one change."""

from __future__ import annotations

from dataclasses import replace

from mockauth.chatgpt.api import document_request
from mockauth.chatgpt.authorize import authorization_request
from mockauth.chatgpt.client import Client
from mockauth.chatgpt.token import read_token, refresh_request, token_request
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.probe.matchers import wider
from mockauth.engine.probe.mutate import mutate
from mockauth.engine.probe.owned_object import owned_url
from mockauth.engine.probe.scope import narrow_scope
from mockauth.engine.probe.steps.context import Trial
from mockauth.engine.probe.variables import Missing
from mockauth.engine.target.target import Subject
from mockauth.manifest.openapi import Operation
from mockauth.manifest.plugin import WELL_KNOWN
from mockauth.scenario.model import Step
from mockauth.wire import Exchange, Request
from mockauth.wire.url import join
from mockauth.wire.words import say


def request_of(trial: Trial, step: Step) -> Request:
    """The request of a step, with its one change made."""
    if step.do == "token":
        request = _token_request(trial, step)
    elif step.do == "refresh":
        request = _refresh_request(trial, step)
    elif step.do == "endpoint":
        request = _endpoint_request(trial, step)
    else:
        request = _api_request(trial, step)
    return mutate(request, step.change, trial.material.lookup)


def send(trial: Trial, step: Step, request: Request) -> Exchange:
    """Send a request and record it under its kind."""
    kind = step.do if step.do in ("token", "refresh", "api") else "endpoint"
    return trial.subject.driver.send(request, kind, keep=step.keep_connection)


def client_of(trial: Trial, step: Step) -> Client:
    """The client that a step plays.

    Raises:
        Missing: the service has no OAuth.
    """
    client = trial.subject.client
    if client is None:
        raise Missing("there is no OAuth client to play")
    return trial.subject.second_client() if step.client == "second" else client


def _token_request(trial: Trial, step: Step) -> Request:
    change = step.change
    replaced = {name for name, _ in change.set} | set(change.remove)
    wants = "code" not in replaced or "login" in trial.probe.rule.needs
    if not trial.code and wants and trial.redirect_uri:
        raise Missing("the authorize step before it came to no code")
    if not trial.code and wants and change.raw is None:
        with trial.subject.during("supply"):
            trial.code = trial.subject.fresh_code(user=step.user)
        if not trial.code:
            raise Blocked(say("no fresh code could be had for this probe"))
    redirect_uri = trial.redirect_uri or trial.subject.given.redirect_uri
    return token_request(client_of(trial, step), trial.code, redirect_uri)


def _refresh_request(trial: Trial, step: Step) -> Request:
    material = trial.material
    replaced = any(name == "refresh_token" for name, _ in step.change.set)
    if not (replaced or material.grant.refresh_token) and "login" in trial.probe.rule.needs:
        material.grant = trial.subject.fresh_grant()
        if not material.grant.refresh_token:
            raise Missing("no fresh refresh token could be had for this probe")
    return refresh_request(client_of(trial, step), material.grant.refresh_token)


def _api_request(trial: Trial, step: Step) -> Request:
    names = {name.lower() for name, _ in step.change.headers}
    needed = "login" in trial.probe.rule.needs
    token = trial.subject.token_for_api() if needed or "authorization" not in names else ""
    sends = trial.subject.auth is None or trial.subject.auth.type != "none"
    return _call(trial, step, token if sends else None)


def _call(trial: Trial, step: Step, token: str | None) -> Request:
    subject = trial.subject
    if step.operation == "owned":
        url = owned_url(subject)
        trial.is_owned = url != ""
        if url:
            return subject.api_request("GET", url, token)
    operation = subject.operation
    if step.operation == "scoped":
        operation = _scoped(trial)
    if operation is None and "login" not in trial.probe.rule.needs:
        operation = _any_operation(subject)
    if operation is None:
        raise Blocked(
            say(
                "no operation to call: the OpenAPI document has no GET without required "
                "parameters; name one with --operation"
            ),
            by_option="--operation",
        )
    return subject.operation_request(operation, token)


def _any_operation(subject: Subject) -> Operation | None:
    """One that changes something, where the API has no other: it is called without a token."""
    operations = subject.openapi.operations if subject.openapi else ()
    return next((operation for operation in operations if not operation.is_open), None)


def _scoped(trial: Trial) -> Operation:
    narrow = narrow_scope(trial.subject)
    granted = trial.material.grant.scope
    if granted is not None and wider(granted, narrow.scope):
        raise NotApplicable(say("the server does not narrow the scope that it grants"))
    return narrow.operation


def _endpoint_request(trial: Trial, step: Step) -> Request:
    subject = trial.subject
    if step.at == "api":
        operation = subject.operation
        if operation is None:
            raise Missing("no operation to call: name one with --operation")
        token = subject.token_for_api() or None
        request = subject.operation_request(operation, token)
    elif step.at in ("authorize", "token"):
        client = client_of(trial, step)
        pending = subject.pending()
        request = authorization_request(client, pending)
        if step.at == "token":
            code = trial.material.lookup("random")
            request = token_request(client, code, pending.redirect_uri)
    else:
        request = document_request(document_url(trial, step))
    if step.change.plain_http:
        request = replace(request, url=request.url.replace("https://", "http://", 1))
    return request


def document_url(trial: Trial, step: Step) -> str:
    """Where a document of the plugin is."""
    subject = trial.subject
    if step.at == "openapi":
        if subject.openapi is None:
            raise Missing("there is no OpenAPI document (see openapi.served)")
        if not subject.openapi.source.startswith(("http://", "https://")):
            raise Missing("the OpenAPI document was read from a file")
        return subject.url_map(subject.openapi.source)
    if not subject.profile.has_manifest:
        raise Missing("there is no manifest")
    url = subject.manifest.url if subject.manifest else ""
    return subject.url_map(url or join(subject.url_map.target, WELL_KNOWN))


def address_of(trial: Trial, step: Step) -> str:
    """The address that a handshake is about."""
    subject = trial.subject
    if step.at in ("manifest", "openapi"):
        return document_url(trial, step)
    if step.at == "api":
        return subject.base_url or subject.url_map.target
    client = client_of(trial, step)
    return client.auth.client_url if step.at == "authorize" else client.auth.authorization_url


def keep_grant(trial: Trial, exchange: Exchange) -> None:
    """Remember the tokens of an answer as the newest of this trial."""
    grant = read_token(exchange.response)
    if not grant.access_token:
        return
    material = trial.material
    kept = grant.refresh_token or material.grant.refresh_token
    scope = grant.scope if grant.scope is not None else material.grant.scope
    material.grant = replace(grant, refresh_token=kept, scope=scope)
