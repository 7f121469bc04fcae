"""Filling in a form by the meaning of its fields, driven through the browser."""

from __future__ import annotations

import pytest
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

from mockauth.browser.form import Credentials
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.wire import Request, Secret, Trace
from mockauth.wire.secret import Secrets


@pytest.mark.parametrize(
    "field", ["type=email name=a", "name=a autocomplete=username", "name=a placeholder=E-mail"]
)
def test_the_field_for_the_user_is_known_by_its_meaning(field: str) -> None:
    app = Flask(__name__)
    posts: list[dict[str, str]] = []

    @app.get("/")
    def page() -> str:
        return (
            f"<form method=post action=/in novalidate><input type=hidden name=csrf value=t><input {field}>"
            "<input type=password name=b><button>Log in</button></form>"
        )

    @app.post("/in")
    def enter() -> ResponseReturnValue:
        posts.append(request.form.to_dict())
        return redirect("https://chat.example/cb?code=c")

    session = Session(
        send=Driver(WsgiTransport(app), Trace(), Secrets()).send,
        credentials=Credentials(username="ada", password=Secret("pw-1")),
        hosts=frozenset({"localhost"}),
    )
    start = Request(method="GET", url="http://localhost/")
    landing = session.run(start, redirect_uris=("https://chat.example/cb",))
    assert landing.outcome == "callback"
    assert posts == [{"csrf": "t", "a": "ada", "b": "pw-1"}]
