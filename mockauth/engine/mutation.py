"""Applying one mutation to one message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mockauth.chatgpt.token import authenticated
from mockauth.scenario.alterations import ALTERATIONS
from mockauth.scenario.model import Change
from mockauth.scenario.reference import expand
from mockauth.wire import Pairs, Request

Lookup = Callable[[str], str]


def mutate(request: Request, change: Change, lookup: Lookup) -> Request:
    """`request` with the change made to it, and nothing else.

    Parameters are those of the body, or of the query where there is no body.
    """
    in_query = not request.params
    params = request.query if in_query else request.params
    if change.auth:
        client_id, secret = lookup("client.id"), lookup("client.secret")
        request = authenticated(request, client_id, secret, change.auth)
        params = request.params
    params = _parameters(params, change, lookup)
    request = replace(request, **{"query" if in_query else "params": params})  # type: ignore[arg-type]  # one of two fields of one type
    for name, value in change.headers:
        request = request.with_header(name, None if value is None else expand(value, lookup))
    for name, alteration in change.alter:
        header = request.header(name)
        if header is not None:
            request = request.with_header(name, ALTERATIONS[alteration](header))
    added = tuple((name, expand(value, lookup)) for name, value in change.query)
    request = replace(request, query=(*request.query, *added))
    if change.encoding == "query":
        query = (*request.query, *request.params)
        request = replace(request, query=query, params=(), encoding="none")
    elif change.encoding:
        request = replace(request, encoding=change.encoding)
    if change.method == "POST" and in_query and not request.params:
        request = replace(request, params=request.query, query=(), encoding="form")
    if change.raw is not None:
        request = replace(request, raw=expand(change.raw, lookup).encode())
    return replace(request, method=change.method or request.method)


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
