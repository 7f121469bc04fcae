"""The smallest plugin with a service token, in Flask."""

import os
from hmac import compare_digest
from pathlib import Path

from flask import Flask, jsonify, request, send_from_directory

HERE = Path(__file__).parent
app = Flask(__name__)


def is_allowed(authorization):
    # The scheme may be written in any letter case (RFC 9110 section 11.1).
    scheme, _, token = authorization.partition(" ")
    return scheme.lower() == "bearer" and compare_digest(token, os.environ["SERVICE_TOKEN"])


@app.get("/.well-known/ai-plugin.json")
def manifest():
    return send_from_directory(HERE, "ai-plugin.json")


@app.get("/<any('openapi.json', 'logo.svg'):name>")
def file(name):
    return send_from_directory(HERE, name)


@app.get("/legal")
def legal():
    return "Nothing is kept."


@app.get("/todos")
def todos():
    if not is_allowed(request.headers.get("Authorization", "")):
        refusal = jsonify(error="invalid_token")
        return refusal, 401, {"WWW-Authenticate": 'Bearer realm="todo"'}
    return jsonify(["buy milk"])
