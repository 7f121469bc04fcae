"""The smallest plugin with a service token, in FastAPI."""

import os
from hmac import compare_digest
from pathlib import Path

from fastapi import FastAPI, Header
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse

HERE = Path(__file__).parent
# FastAPI serves a document of its own at /openapi.json; the plugin has one written for ChatGPT.
app = FastAPI(openapi_url=None)


def is_allowed(authorization):
    # The scheme may be written in any letter case (RFC 9110 section 11.1).
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and compare_digest(token, os.environ["SERVICE_TOKEN"])


@app.get("/.well-known/ai-plugin.json")
def manifest():
    return FileResponse(HERE / "ai-plugin.json")


@app.get("/openapi.json")
def document():
    return FileResponse(HERE / "openapi.json")


@app.get("/logo.svg")
def logo():
    return FileResponse(HERE / "logo.svg")


@app.get("/legal")
def legal():
    return PlainTextResponse("Nothing is kept.")


@app.get("/todos")
def todos(authorization: str = Header("")):
    if not is_allowed(authorization):
        headers = {"WWW-Authenticate": 'Bearer realm="todo"'}
        return JSONResponse({"error": "invalid_token"}, status_code=401, headers=headers)
    return ["buy milk"]
