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


def posted(fields: str, username: str = "ada", *, form: str = "novalidate") -> list[dict[str, str]]:
    """What a login form with these fields sends; nothing where it was not filled in."""
    app = Flask(__name__)
    posts: list[dict[str, str]] = []

    @app.get("/")
    def page() -> str:
        return (
            f"<form method=post action=/in {form}><input type=hidden name=csrf value=t>"
            f"{fields}<button>Log in</button></form>"
        )

    @app.post("/in")
    def enter() -> ResponseReturnValue:
        posts.append(request.form.to_dict())
        return redirect("https://chat.example/cb?code=c")

    session = Session(
        send=Driver(WsgiTransport(app), Trace(), Secrets()).send,
        credentials=Credentials(username=username, password=Secret("pw-1")),
        hosts=frozenset({"localhost"}),
    )
    start = Request(method="GET", url="http://localhost/")
    landing = session.run(start, redirect_uris=("https://chat.example/cb",))
    assert (landing.outcome == "callback") == bool(posts)
    return posts


@pytest.mark.parametrize(
    "field", ["type=email name=a", "name=a autocomplete=username", "name=a placeholder=E-mail"]
)
def test_the_field_for_the_user_is_known_by_its_meaning(field: str) -> None:
    posts = posted(f"<input {field}><input type=password name=b>")
    assert posts == [{"csrf": "t", "a": "ada", "b": "pw-1"}]


@pytest.mark.parametrize(
    ("username", "email", "name"),
    [("ada", "", "ada"), ("ada@home.example", "ada@home.example", "")],
)
@pytest.mark.parametrize("turned", [True, False])
def test_of_two_fields_for_the_user_the_one_is_filled_in_that_takes_the_name(
    username: str, email: str, name: str, turned: bool
) -> None:
    fields = [
        "<label for=e>E-Mail-Adresse</label><input id=e name=email type=email autocomplete=email>",
        "<label for=u>Benutzername</label><input id=u name=user autocomplete=username>",
    ]
    secret = "<input type=password name=p>"
    posts = posted("".join(reversed(fields) if turned else fields) + secret, username, form="")
    if turned and email:
        email, name = "", username
    assert posts == [{"csrf": "t", "email": email, "user": name, "p": "pw-1"}]


CODE_OR_PASSWORD = (
    '<label for=p>{}</label><input id=p name="{}" type=password placeholder="{}" autocomplete=off>'
)
IDENTITY = "<label for=i>Identität</label><input id=i name=identity required>"


@pytest.mark.parametrize(
    "secret",
    [
        ("Anmelde-Code", "passcode", "Einmalpasswort oder Passwort"),
        ("Code", "pw", "Code / Passwort"),
    ],
)
def test_a_secret_field_for_code_or_password_beside_a_name_takes_the_password(
    secret: tuple[str, str, str],
) -> None:
    posts = posted(IDENTITY + CODE_OR_PASSWORD.format(*secret))
    assert [(one["identity"], "pw-1" in one.values()) for one in posts] == [("ada", True)]


def test_a_secret_field_for_a_code_alone_is_not_filled_in() -> None:
    assert posted(IDENTITY + CODE_OR_PASSWORD.format("Einmalcode", "otp", "123456")) == []
