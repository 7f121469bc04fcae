"""What stands before the mock MCP server while one visit lasts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mockauth.engine.client.interceptor import (
    Interceptor,
    json_answer,
    read_request,
    send_answer,
    token_in,
)
from mockauth.plugin.resource import MCP_PATHS, WELL_KNOWN
from mockauth.wire import Request, Response
from mockauth.wire.message import first
from mockauth.wire.trace import Step
from mockauth.wire.url import path_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

STEPS: dict[str, Step] = {
    "/authorize": "authorize",
    "/token": "token",
    "/register": "register",
    "/login": "page",
    "/consent": "page",
}
NAMED_PLACE = "/about/the/resource"
"""Where the metadata of the resource stands when only the challenge tells."""
WIDER = "todos:write"
"""The scope that a step-up asks for."""


@dataclass(kw_only=True)
class McpInterceptor(Interceptor):
    """One visit, as the MCP server and its authorization server see it."""

    _scopes: dict[str, str] = field(default_factory=dict)
    """What each token was granted."""
    _worked: set[str] = field(default_factory=set)
    """The tokens with which something was served."""

    def elsewhere(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Answer a request to the other host: the new authorization server, where there is one."""
        if self._edit("api").special != "moved":
            return super().elsewhere(environ, start)
        arrived = self.clock.now()
        request = read_request(environ, self.terms.elsewhere)
        step = self._step(request)
        answer = self._after(step, request, self._plugin(environ, request))
        self._record(arrived, step, request, answer)
        return send_answer(answer, start)

    def _step(self, request: Request) -> Step:
        path = path_of(request.url)
        if "/.well-known/" in path or path == NAMED_PLACE:
            return "metadata"
        if path in MCP_PATHS:
            return "api" if token_in(request) else "rpc"
        step = STEPS.get(path, "endpoint")
        if step == "authorize" and request.method not in ("GET", "POST"):
            return "endpoint"  # somebody looks whether it is there
        refreshing = step == "token" and request.param("grant_type") == "refresh_token"
        return "refresh" if refreshing else step

    def _is_callback(self, request: Request, location: str) -> bool:
        wanted = first(request.all_query, "redirect_uri")
        return bool(wanted) and location.startswith(str(wanted))

    def _passed_on(self, request: Request) -> Request:
        method = self.terms.auth_method
        if method and self._step(request) == "register":
            # A server may register another method than it was asked for (RFC 7591 section 2).
            return _registering(request, method)
        return super()._passed_on(request)

    def _plugin(self, environ: WSGIEnvironment, request: Request) -> Response:
        place, path = self._edit("resource").special, path_of(request.url)
        if place == "named-place" and path == NAMED_PLACE:
            path = f"{WELL_KNOWN}/mcp"
            environ = {**environ, "PATH_INFO": path, "REQUEST_URI": path, "RAW_URI": path}
        elif _is_nowhere(place or self._edit("metadata").special, path):
            return json_answer(404, {"error": "not_found"})
        answer = super()._plugin(environ, request)
        return _naming(answer, self.base) if place == "named-place" else answer

    def _instead(self, step: Step, request: Request) -> Response | None:
        special = self._edit("api").special
        if special.startswith("step-up") and self._is_too_narrow(request, special):
            return self._refused(403, "insufficient_scope", WIDER)
        if special == "moved" and step == "refresh":
            return json_answer(400, {"error": "invalid_grant"})
        if special == "moved" and self._is_dead(request, self._grants[:1]):
            return self._refused(401, "invalid_token")
        return super()._instead(step, request)

    def _expired_answer(self) -> Response:
        return self._refused(401, "invalid_token")

    def _is_dead(self, request: Request, tokens: list[str]) -> bool:
        """Whether one of these tokens has ended, as it does once it has worked: a client that is refused
        with its very first call may well give up."""
        token = token_in(request)
        return is_call(request) and token in tokens and token in self._worked

    def _is_too_narrow(self, request: Request, special: str) -> bool:
        if request.param("method") != "tools/call" or not token_in(request):
            return False
        granted = self._scopes.get(token_in(request), "").split()
        return special == "step-up-forever" or WIDER not in granted

    def _refused(self, status: int, error: str, scope: str = "") -> Response:
        asked = f', scope="{scope}"' if scope else ""
        where = f', resource_metadata="{self.base}{WELL_KNOWN}/mcp"'
        challenge = f'Bearer realm="mockauth", error="{error}"{asked}{where}'
        return json_answer(status, {"error": error}, (("WWW-Authenticate", challenge),))

    def _after(self, step: Step, request: Request, answer: Response) -> Response:
        answer = super()._after(step, request, answer)
        if step in ("token", "refresh"):
            token = answer.members.get("access_token")
            with self._lock:
                self._scopes[str(token)] = str(answer.members.get("scope") or "")
        if step == "api" and answer.status == 200 and is_call(request):
            self._worked.add(token_in(request))
        return self._moved(answer) if WELL_KNOWN in request.url else answer

    def _moved(self, answer: Response) -> Response:
        """The metadata of the resource once its authorization server is another one."""
        if self._edit("api").special != "moved" or not self._worked:
            return answer
        members = {**answer.members, "authorization_servers": [self.terms.elsewhere]}
        return replace(answer, body=json.dumps(members).encode())


def _is_nowhere(place: str, path: str) -> bool:
    """Whether there is no metadata at this address, because it stands at another one."""
    if place == "appended-place":
        return path.startswith("/.well-known/") and not path.startswith(WELL_KNOWN)
    if not path.startswith(WELL_KNOWN):
        return False
    return place == "named-place" or (place == "root-place" and path != WELL_KNOWN)


def _naming(answer: Response, base: str) -> Response:
    """The answer with a challenge that names the other place."""
    usual = f"{base}{WELL_KNOWN}/mcp"
    headers = tuple((name, v.replace(usual, base + NAMED_PLACE)) for name, v in answer.headers)
    return replace(answer, headers=headers)


def is_call(request: Request) -> bool:
    """Whether it is a message that is answered (JSON-RPC 2.0 section 4)."""
    return request.method == "POST" and request.param("id") is not None


def _registering(request: Request, method: str) -> Request:
    try:
        members: Any = json.loads(request.raw or b"{}")
    except (ValueError, RecursionError):
        return request  # the plugin says what is wrong with it
    if not isinstance(members, dict):
        return request
    body = json.dumps({**members, "token_endpoint_auth_method": method})
    return replace(request, raw=body.encode())
