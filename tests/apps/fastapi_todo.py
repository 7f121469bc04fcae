"""The todo plugin in FastAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from tests.apps.todo import FORM, Todo


def fastapi_app(todo: Todo | None = None) -> FastAPI:
    """A new one. Without its startup it serves nothing."""
    todo = todo or Todo()
    started: list[bool] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        started.append(True)
        yield
        started.clear()

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    @app.get("/.well-known/ai-plugin.json")
    async def manifest() -> dict[str, Any]:
        return todo.manifest() if started else {}

    @app.get("/openapi.json")
    async def openapi() -> dict[str, Any]:
        return todo.openapi()

    @app.api_route("/authorize", methods=["GET", "POST"])
    async def authorize(request: Request) -> Response:
        wrong = todo.refused(request.query_params)
        if wrong:
            return HTMLResponse(wrong, 400)
        if request.method == "GET":
            return HTMLResponse(FORM)
        place = todo.signed_in(
            request.query_params, dict(parse_qsl((await request.body()).decode()))
        )
        return RedirectResponse(place, 302) if place else HTMLResponse(FORM)

    @app.post("/token")
    async def token(request: Request) -> Response:
        try:
            params = await request.json()
        except ValueError:
            params = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        status, body = todo.exchange(params if isinstance(params, dict) else {})
        return JSONResponse(body, status, {"Cache-Control": "no-store"})

    @app.get("/todos")
    def todos(request: Request) -> Response:
        status, body = todo.todos(request.headers.get("Authorization", ""))
        return JSONResponse(body, status)

    return app
