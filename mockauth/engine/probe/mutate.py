"""Applying one mutation to one message."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mockauth.chatgpt.token import authenticated
from mockauth.scenario.alterations import ALTERATIONS
from mockauth.scenario.model import Change
from mockauth.scenario.reference import expand
from mockauth.wire import Pairs, Request
from mockauth.wire.message import first

Lookup = Callable[[str], str]


def mutate(request: Request, change: Change, lookup: Lookup) -> Request:
    """`request` with the change made to it, and nothing else.

    Parameters are those of the body, or of the query where there is no body.
    """
    in_query = not request.params
    if change.auth:
        client_id, secret = lookup("client.id"), lookup("client.secret")
        request = authenticated(request, client_id, secret, change.auth)
        if request.params and request.encoding == "none":
            request = replace(request, encoding="form")
    if in_query:
        request = replace(request, query=_parameters(request.query, change, lookup))
    else:
        request = replace(request, params=_parameters(request.params, change, lookup))
    for name, value in change.headers:
        request = request.with_header(name, None if value is None else expand(value, lookup))
    for name, alteration in change.alter:
        header = request.header(name)
        if header is not None:
            request = request.with_header(name, ALTERATIONS[alteration](header))
    request = _placed(request, change, in_query)
    added = tuple((name, expand(value, lookup)) for name, value in change.query)
    request = replace(request, query=(*request.query, *added))
    if change.raw is not None:
        raw = expand(change.raw, lookup).encode("utf-8", "surrogatepass")
        request = replace(request, raw=raw)
    if change.auth == "post" and request.params:
        # As bytes, so that nothing moves the credentials to where the client usually has them.
        kind = first(request.all_headers, "Content-Type", ignore_case=True)
        request = replace(request, raw=request.body, params=()).with_header("Content-Type", kind)
    return replace(request, method=change.method or request.method)


def mutate_message(request: Request, change: Change, lookup: Lookup) -> Request:
    """A registration or an MCP message with the change made to it: parameters are members of its JSON
    body."""
    if not request.body:
        return mutate(request, change, lookup)
    members = json.loads(request.body)
    kept = {name: value for name, value in members.items() if name not in change.remove}
    body = json.dumps({**kept, **filled(change.members, lookup)}).encode()
    return mutate(replace(request, raw=body), replace(change, members={}, remove=()), lookup)


def filled(value: Any, lookup: Lookup) -> Any:
    """A JSON value with the references of its texts looked up."""
    if isinstance(value, str):
        return expand(value, lookup)
    if isinstance(value, Mapping):
        return {name: filled(inner, lookup) for name, inner in value.items()}
    return [filled(inner, lookup) for inner in value] if isinstance(value, list) else value


def _placed(request: Request, change: Change, in_query: bool) -> Request:
    """The parameters in the query or in the body, written as the change says."""
    if change.encoding == "query":
        query = (*request.query, *request.params)
        return replace(request, query=query, params=(), encoding="none")
    if change.method == "POST" and in_query:
        params = (*request.query, *request.params)
        return replace(request, params=params, query=(), encoding=change.encoding or "form")
    return replace(request, encoding=change.encoding or request.encoding)


def _parameters(params: Pairs, change: Change, lookup: Lookup) -> Pairs:
    params = tuple(pair for pair in params if pair[0] not in change.remove)
    for name, alteration in change.alter:
        params = tuple((n, ALTERATIONS[alteration](v) if n == name else v) for n, v in params)
    for name, value in change.set:
        made = (name, expand(value, lookup))
        if any(n == name for n, _ in params):
            params = tuple(made if n == name else (n, v) for n, v in params)
        else:
            params = (*params, made)
    for name, value in change.twice:
        params = (*params, (name, expand(value, lookup)))
    return params[::-1] if change.reverse else params
