"""A login at a port that the manifest does not name: asked for, and used once the user names it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from mockauth.checks.evidence import Given
from mockauth.engine.check import run_check
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.wire import Secret

HERE, LOGIN = "http://localhost:5000", "http://localhost:5001"
FORM = "<form method=post><input name=username><input type=password name=password><button>Log in"


def service() -> Flask:
    """A plugin whose users log in at another port."""
    app = Flask("service")

    @app.get("/.well-known/ai-plugin.json")
    def manifest() -> Response:
        auth = {
            "type": "oauth",
            "client_url": f"{HERE}/authorize",
            "authorization_url": f"{HERE}/token",
            "authorization_content_type": "application/json",
            "scope": "",
        }
        return jsonify(auth=auth, api={"type": "openapi", "url": f"{HERE}/openapi.json"})

    @app.get("/authorize")
    def authorize() -> BaseResponse:
        return redirect(f"{LOGIN}/login?{urlencode(request.args)}")

    @app.route("/login", methods=["GET", "POST"])
    def login() -> BaseResponse:
        if request.method == "GET":
            return Response(FORM)
        given = {"code": "a-code-of-the-server", "state": request.args["state"]}
        return redirect(f"{request.args['redirect_uri']}?{urlencode(given)}")

    return app


def checked(*allowed: str) -> Run:
    """A check of the authorize endpoint."""
    options = CheckOptions(
        target=HERE,
        given=Given(
            client_id="c",
            client_secret=Secret("secret-of-the-client"),
            username="ada",
            password=Secret("analytical"),
        ),
        select=("authorize.request-accepted",),
        allow_hosts=allowed,
    )
    last = list(run_check(options, transport=WsgiTransport(service())))[-1]
    assert isinstance(last, RunFinished)
    return last.run


def test_a_login_at_a_port_that_nobody_names_is_asked_for_and_no_fault_of_the_server() -> None:
    run = checked()

    assert run.results[0].state == "blocked"
    assert "--allow-host localhost:5001" in run.stopped


def test_a_login_at_a_port_that_the_user_names_is_used() -> None:
    run = checked("localhost:5001")

    assert run.results[0].state == "pass"
