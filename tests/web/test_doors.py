"""One app, two doors: the plugin where it is, the pages beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from werkzeug.test import Client

import mockauth
from mockauth.testing import served_plugin
from mockauth.web.app import create_pages, register
from mockauth.web.doors import Doors, add_pages
from mockauth.web.settings import PageSettings
from tests.web.visitor import CALLBACK, Visitor, logged_in, oauth_installed


def test_one_app_has_both_sides() -> None:
    client = mockauth.create_app().test_client()

    assert client.get("/.well-known/ai-plugin.json").status_code == 200
    assert "plays ChatGPT, and a plugin" in client.get("/").text
    assert "Install the built-in plugin" in client.get("/chatgpt/").text
    assert client.get("/chatgpt").status_code == 308


def test_each_side_can_be_off() -> None:
    plugin = mockauth.create_app(chatgpt=False).test_client()
    pages = mockauth.create_app(plugin=False).test_client()

    assert plugin.get("/health").status_code == 200
    assert plugin.get("/chatgpt/").status_code == 404
    assert pages.get("/health").status_code == 404
    assert pages.get("/chatgpt/").status_code == 200


def test_the_pages_are_made_at_the_first_visit() -> None:
    app = mockauth.create_app()
    doors = app.wsgi_app
    client = app.test_client()
    client.get("/health")
    assert vars(doors)["_pages"] is None

    client.get("/")

    assert vars(doors)["_pages"] is not None


def test_the_door_of_chatgpt_shows_no_plugin() -> None:
    doors = Doors(mockauth.create_app(chatgpt=False), lambda: create_pages(PageSettings()))

    assert Client(doors).get("/health").status_code == 200
    assert Client(doors.pages).get("/health").status_code == 404
    assert Client(doors.pages).get("/chatgpt/").status_code == 200


def test_the_page_of_a_plugin_names_where_the_browser_was_kept_from() -> None:
    asked = ("fonts.example", "<b>x</b>")
    visitor = Visitor(create_pages(PageSettings(kept_from=lambda: asked)))
    with served_plugin() as plugin:
        oauth_installed(visitor, plugin)

    assert "fonts.example" in visitor.text
    assert "--allow-host HOST" in visitor.text
    assert not visitor.page.find_all("b")


def test_a_store_that_cannot_be_opened_is_told_and_stops_no_plugin(tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_bytes(b"no database " * 100)
    app = mockauth.create_app(chatgpt=False)
    add_pages(app, lambda: create_pages(PageSettings(store=f"sqlite:///{tmp_path}/kept.db")))

    answer = app.test_client().get("/chatgpt/")

    assert answer.status_code == 503
    assert "kept.db" in answer.text
    assert app.test_client().get("/health").status_code == 200


def test_an_app_of_ones_own_takes_the_pages_in() -> None:
    app = Flask("mine")
    app.secret_key = "a key of my own"
    register(app, PageSettings())
    app.add_url_rule("/mine", view_func=lambda: "mine")
    client = Client(app)

    assert "Plugin store" in client.get("/chatgpt/").text
    mine = client.get("/mine", headers={"Host": "anything.example"})
    assert mine.text == "mine"
    assert "Content-Security-Policy" not in mine.headers


def test_what_was_installed_is_there_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    settings = PageSettings(store=f"sqlite:///{tmp_path}/kept.db")
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        first = Visitor(create_pages(settings))
        logged_in(oauth_installed(first, plugin), plugin)
        again = Visitor(create_pages(settings))
        again.browser.set_cookie("mockauth_chatgpt", first.cookie, domain="127.0.0.1")

        assert "connected · http://localhost" in again.get("/chatgpt/").text


def test_a_login_that_began_in_one_process_ends_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    settings = PageSettings(store=f"sqlite:///{tmp_path}/kept.db")
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        first = oauth_installed(Visitor(create_pages(settings)), plugin).click("Log in with")
        other = Visitor(create_pages(settings))
        other.browser.set_cookie("mockauth_chatgpt", first.cookie, domain="127.0.0.1")

        assert "State: connected" in other.get(plugin.sign_in(first.left_to)).text


def test_a_session_of_another_store_is_a_new_person() -> None:
    client = create_pages(PageSettings()).test_client()
    with client.session_transaction() as session:
        session["person"] = "somebody"

    assert client.get("/chatgpt/").status_code == 200
