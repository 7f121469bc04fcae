"""Clients that are registered in a run, and their secrets."""

from __future__ import annotations

import base64
import json

from flask import Flask, request

from mockauth.checks.evidence import Given
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.target.registration import keep, register, register_second
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.engine.target.url_map import UrlMap
from mockauth.manifest.mcp import Document, McpService
from mockauth.profiles import MCP
from mockauth.wire import Trace
from mockauth.wire.secret import Secrets

SITE = "http://localhost:5000"
CALLBACK = "https://chatgpt.com/connector_platform_oauth_redirect"
METHODS = ["client_secret_post", "client_secret_basic"]


def subject_of(method_told: str = "") -> Subject:
    app = Flask("as")
    made: list[str] = []

    @app.post("/register")
    def registration() -> tuple[str, int]:
        made.append(f"client-{len(made) + 1}")
        secret = {"client_id": made[-1], "client_secret": f"secret-of-{made[-1]}"}
        method = method_told or request.get_json()["token_endpoint_auth_method"]
        return json.dumps(secret | {"token_endpoint_auth_method": method}), 201

    server = Document(
        url=SITE,
        data={
            "registration_endpoint": f"{SITE}/register",
            "token_endpoint_auth_methods_supported": METHODS,
        },
    )
    return Subject(
        driver=Driver(WsgiTransport(app), Trace(), Secrets()),
        target=Target(
            profile=MCP,
            given=Given(redirect_uri=CALLBACK),
            url_map=UrlMap(SITE),
            mcp=McpService(url=f"{SITE}/mcp", servers=(server,)),
        ),
    )


def test_the_secret_of_the_second_client_is_kept_out_of_reports_as_that_of_the_first_is() -> None:
    subject = subject_of()
    made = register(subject, CALLBACK)
    assert made is not None
    keep(subject, made)

    assert register_second(subject)

    for n in (1, 2):
        pair = base64.b64encode(f"client-{n}:secret-of-client-{n}".encode()).decode()
        assert subject.driver.secrets.placeholder(f"secret-of-client-{n}")
        assert subject.driver.secrets.placeholder(pair)
    assert subject.target.given.other_redirect_uri == f"{CALLBACK}-2?second=1"
    assert subject.target.given.redirect_uri == CALLBACK


def test_a_client_that_is_told_to_be_public_has_no_secret() -> None:
    made = register(subject_of("none"), CALLBACK)

    assert made is not None
    assert (made.method, made.secret.reveal()) == ("none", "")
