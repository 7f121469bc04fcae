"""A GPT Action: the editor's form in place of a manifest."""

from __future__ import annotations

import pytest

from mockauth.cli.serve import action_form
from mockauth.clock import MovableClock
from mockauth.profiles import ACTION
from mockauth.testing import MockPlugin, served_plugin
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings, Sample
from mockauth.wire.message import FORM
from tests.web.visitor import HERE, Visitor, logged_in

ID = ACTION.default_plugin_id


def saved(visitor: Visitor, plugin: MockPlugin, **filled: str) -> Visitor:
    client = plugin.client
    usual = {
        "openapi": f"{plugin.url}/openapi.json",
        "auth": "oauth",
        "client_id": client.id,
        "client_secret": client.secret,
        "authorize_url": plugin.authorize_url,
        "token_url": plugin.token_url,
        "scope": plugin.config.scope,
        "plugin_id": ID,
    }
    return visitor.get("/chatgpt/action").press("Save", **{**usual, **filled})


@pytest.mark.parametrize("method", ["post", "basic"])
def test_an_action_is_installed_logged_in_and_used(visitor: Visitor, method: str) -> None:
    callback = f"{HERE}/aip/{ID}/oauth/callback"
    with served_plugin(redirect_uri=callback, content_type=FORM, plugin_ids=[ID]) as plugin:
        saved(visitor, plugin, token_exchange=method)
        assert "Todo" in visitor.text
        assert callback in visitor.text

        logged_in(visitor, plugin)

        assert "State: connected" in visitor.text
        visitor.click("Use the plugin").click("listTodos").press("Send")
        assert "Answered: 200" in visitor.text
        exchange = next(one for one in plugin.requests if one["path"] == "/token")
        assert exchange["authorization"] == ("Basic" if method == "basic" else "")


def sample_of(plugin: MockPlugin) -> Sample:
    """The Action of this server, as `serve --profile action` gives it."""
    form = action_form(plugin.config, plugin.url)
    return Sample(target=plugin.url, plugin_id=ID, form=form)


def test_the_built_in_action_is_filled_in_and_logged_in_to(clock: MovableClock) -> None:
    callback = f"{HERE}/aip/{ID}/oauth/callback"
    with served_plugin(redirect_uri=callback, content_type=FORM, plugin_ids=[ID]) as plugin:
        app = create_pages(PageSettings(clock=clock, sample=sample_of(plugin)))
        visitor, other = Visitor(app), Visitor(app)
        visitor.get("/chatgpt/").click("Its form is filled in")
        logged_in(visitor.press("Save", plugin_id=""), plugin)
        assert "State: connected" in visitor.text
        visitor.get("/chatgpt/action").press("Save")
        assert visitor.status == 200, "it is saved again"

        other.get("/chatgpt/action").press("Save")

        assert other.path == f"/chatgpt/plugins/{ID}/"
        assert "knows this redirect URI already" in other.text
        assert "2023 manifest" not in other.text


def test_an_api_key_travels_in_the_header_that_was_named(visitor: Visitor) -> None:
    with served_plugin(auth="service_http", api_key_header="X-API-Key") as plugin:
        key = plugin.config.service_token
        saved(
            visitor, plugin, auth="service_http", auth_scheme="custom", header="X-API-Key", key=key
        )
        visitor.click("Use the plugin").click("listTodos").press("Send")

        assert "Answered: 200" in visitor.text
        assert key not in str(visitor.page)


def test_an_action_without_authentication_is_installed_at_once(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        assert "State: installed" in saved(visitor, plugin, auth="none").text


@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"openapi": "file:///etc/passwd"}, "address of the OpenAPI document"),
        ({"authorize_url": "ftp://x"}, "Give an address"),
        ({"token_url": ""}, "Give an address"),
        ({"client_secret": ""}, "Fill this in"),
        ({"auth": "service_http", "key": ""}, "Paste the key"),
        ({"plugin_id": "g-abc"}, "between /aip/ and /oauth/"),
        ({"plugin_id": "../x"}, "between /aip/ and /oauth/"),
    ],
)
def test_what_is_missing_is_asked_for_and_no_secret_is_shown_again(
    visitor: Visitor, filled: dict[str, str], said: str
) -> None:
    with served_plugin(auth="oauth") as plugin:
        saved(visitor, plugin, **filled)

        [field] = {"auth", *filled} - {"auth"}
        assert visitor.status == 400
        told = visitor.page.select_one(f"#wrong-{field}")
        assert told is not None, "it stands at its field"
        assert said in told.get_text()
        assert plugin.client.secret not in str(visitor.page)


def test_an_address_without_a_scheme_is_taken_as_in_the_store(visitor: Visitor) -> None:
    with served_plugin(auth="oauth") as plugin:
        bare = plugin.authorize_url.removeprefix("http://")
        saved(visitor, plugin, authorize_url=bare)
        visitor.click("Log in with")

    assert visitor.left_to.startswith(f"{plugin.authorize_url}?")


def test_a_document_that_is_not_there_can_be_read_again(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        plugin.next_response("/openapi.json", status=404)
        saved(visitor, plugin, auth="none")
        assert "could not be read" in visitor.text

        visitor.press("Read again")

        assert "State: installed" in visitor.text
