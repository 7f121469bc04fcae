"""The least that could answer the flow: Flask, a dict of codes, and the WSGI server of `serve`.

python benchmarks/bare_app.py PORT
"""

from __future__ import annotations

import secrets
import sys
import threading
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from werkzeug.wrappers import Response

from mockauth.plugin.server.serving import serving


def bare_app() -> Flask:
    """Nothing is checked and nothing expires."""
    app = Flask("bare")
    codes: dict[str, str] = {}
    tokens: dict[str, str] = {}

    @app.get("/authorize")
    def authorize() -> Response:
        code = secrets.token_urlsafe(32)
        codes[code] = "ada"
        answer = urlencode({"code": code, "state": request.args.get("state", "")})
        return redirect(f"{request.args['redirect_uri']}?{answer}")

    @app.post("/token")
    def token() -> Response:
        issued = secrets.token_urlsafe(32)
        tokens[issued] = codes.pop(request.form["code"])
        return jsonify({"access_token": issued, "token_type": "Bearer", "expires_in": 3600})

    @app.get("/todos")
    def todos() -> Response:
        user = tokens[request.headers["Authorization"].removeprefix("Bearer ")]
        return jsonify({"user": user, "todos": []})

    return app


if __name__ == "__main__":
    with serving(bare_app(), port=int(sys.argv[1])):
        threading.Event().wait()
