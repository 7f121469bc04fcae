"""The assertion of a client with keys, as a step of a probe wants it (RFC 7523 section 2.2)."""

from __future__ import annotations

import base64
import json

from mockauth.engine.probe.registered import Registered
from mockauth.engine.probe.steps.context import ProbeRun
from mockauth.engine.probe.variables import Missing
from mockauth.engine.target.client_document import with_assertion
from mockauth.engine.target.client_keys import ALTERED, ClientKey, new_key, ordinary_claims
from mockauth.scenario.model import Step
from mockauth.wire import Request
from mockauth.wire.words import say

AUDIENCES = ("for-endpoint", "for-issuer")


def signed(run: ProbeRun, step: Step, request: Request) -> Request:
    """The token request, with the assertion of the client that makes it; as it is for clients without
    keys."""
    made = run.material.registered if step.client == "registered" else None
    if made is None or made.key is None or step.change.assertion == "none":
        return request
    assertion = _assertion(run, made, made.key, step.change.assertion)
    run.material.assertion = assertion
    return with_assertion(run.subject, request, assertion)


def _assertion(run: ProbeRun, made: Registered, key: ClientKey, kind: str) -> str:
    material = run.material
    if kind == "again":
        return material.assertion
    if kind in AUDIENCES:
        material.audience = kind
    now = int(run.subject.clock.now())
    claims = ordinary_claims(made.client.id, _audience(run, material.audience), now)
    if kind in ALTERED:
        claims = ALTERED[kind](claims)
    if kind == "unsigned":
        parts = ({"alg": "none", "typ": "JWT"}, claims)
        return ".".join([*(_part(json.dumps(part).encode()) for part in parts), ""])
    if kind == "foreign-key":
        return new_key(key.algorithm).signed(claims, key.kid)
    return key.signed(claims)


def _audience(run: ProbeRun, kind: str) -> str:
    service = run.subject.target.mcp
    if service is None or service.server is None:
        raise Missing(say("there is no metadata that names the audience"))
    return service.server.text("issuer" if kind == "for-issuer" else "token_endpoint")


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
