"""The plugin's side: users, clients, tokens, faults, clock and journal as pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import Client

from mockauth.testing import MockPlugin, served_plugin
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings
from tests.web.visitor import HERE, Visitor

SIDE = "/mockauth/plugin/"


@pytest.fixture
def plugin() -> Iterator[MockPlugin]:
    """A plugin that is served."""
    with served_plugin(login="auto") as served:
        yield served


@pytest.fixture
def visitor(plugin: MockPlugin) -> Visitor:
    """Somebody at the pages of its server."""
    return Visitor(create_pages(PageSettings(controls={"": plugin.operator})))


def called(plugin: MockPlugin, path: str, **headers: str) -> int:
    """The status of a call."""
    return plugin.app.test_client().get(path, headers=headers, base_url=plugin.url).status_code


def test_the_front_page_leads_to_the_plugins_side(visitor: Visitor) -> None:
    visitor.get("/").click("The plugin's side")

    assert visitor.path == SIDE
    assert "auth oauth" in visitor.text
    assert "ada" in visitor.text
    assert "demo-client" in visitor.text


def test_no_secret_of_a_user_a_client_or_a_token_is_on_a_page(
    visitor: Visitor, plugin: MockPlugin
) -> None:
    token = str(plugin.token("ada")["access_token"])
    called(plugin, "/todos", Authorization=f"Bearer {token}x")
    called(plugin, f"/todos?access_token={token}")
    pages = [str(visitor.get(f"{SIDE}{path}").page) for path in ("", "journal")]

    assert "access token of ada" in visitor.get(SIDE).text
    for secret in (token, plugin.client.secret, *(u.password for u in plugin.config.users)):
        assert all(secret not in page for page in pages)


def test_the_tokens_of_one_user_are_revoked(visitor: Visitor, plugin: MockPlugin) -> None:
    ada, grace = (str(plugin.token(user)["access_token"]) for user in ("ada", "grace"))

    visitor.get(SIDE).press("Revoke the tokens of ada")

    statuses = [called(plugin, "/todos", Authorization=f"Bearer {token}") for token in (ada, grace)]
    assert statuses == [401, 200]
    assert "Revoke the tokens of grace" in visitor.text
    assert "Revoke the tokens of ada" not in visitor.text
    assert "the token was revoked" in visitor.click("Journal").text


def test_a_fault_is_found_by_area_switched_on_and_off(visitor: Visitor, plugin: MockPlugin) -> None:
    visitor.get(f"{SIDE}faults/?area=manifest")
    visitor.click("The manifest is served as a web page type")
    assert "off" in visitor.text
    visitor.press("Switch on")
    served = plugin.app.test_client().get("/.well-known/ai-plugin.json", base_url=plugin.url)
    assert served.mimetype == "text/html"
    assert "1 request of its kind so far" in visitor.get(f"{SIDE}faults/").text

    visitor.press("Switch off")

    assert plugin.operator.faults_on() == []


def test_a_fault_shows_only_at_the_requests_of_its_form(
    visitor: Visitor, plugin: MockPlugin
) -> None:
    visitor.get(f"{SIDE}faults/api.500/").press("Switch on", times="1", client="")
    [on] = plugin.operator.faults_on()

    assert on["trigger"]["times"] == 1
    assert "1 time," in visitor.text
    assert visitor.get(f"{SIDE}faults/api.500/").press("Switch on", times="x").status == 409
    assert "times must be a whole number" in visitor.text


def test_a_fault_that_needs_another_app_says_how_it_is_switched_on(
    visitor: Visitor, plugin: MockPlugin
) -> None:
    known = plugin.operator.known_faults.values()
    fault = next(one for one in known if "token_format" in one.config)
    visitor.get(f"{SIDE}faults/{fault.name}/")

    assert f"start the server with --fault {fault.name}" in visitor.text
    assert visitor.page.select("form") == []


def test_users_and_clients_are_added_and_put_back(visitor: Visitor, plugin: MockPlugin) -> None:
    visitor.get(SIDE).press("Add the user", user="mary", password="p-w")
    uri = "http://localhost:1/cb"
    visitor.press("Add the client", client="mine", secret="of-mine", redirect_uris=uri)

    assert "mary" in visitor.text
    assert uri in visitor.text
    assert "of-mine" not in str(visitor.page)
    assert "mine" in [one.id for one in plugin.operator.clients]
    assert visitor.press("Add the user", user="mary", password="x").status == 409
    assert "there is a user 'mary' already" in visitor.text

    visitor.get(SIDE).press("Put everything back")

    assert "mary" not in visitor.text


def test_the_clock_moves_on_and_tokens_die(visitor: Visitor, plugin: MockPlugin) -> None:
    plugin.token("ada")
    assert "good" in visitor.get(SIDE).text

    visitor.press("Move the clock", amount="30", unit="days")

    assert "moved on by 2592000 s" in visitor.text
    assert "good" not in visitor.text
    assert visitor.get(SIDE).press("Move the clock", amount="-1").status == 409


def test_the_journal_says_what_was_nearly_right(visitor: Visitor, plugin: MockPlugin) -> None:
    called(plugin, "/authorize?client_id=demo-cliemt&x=%E2%80%AE<b>")
    visitor.get(f"{SIDE}journal")

    assert "GET /authorize" in visitor.text
    assert "Near miss:" in visitor.text
    assert visitor.page.select("b") == []
    assert "\u202e" not in str(visitor.page)
    assert "No request fits" in visitor.get(f"{SIDE}journal?path=/token").text

    visitor.press("Empty the journal")

    assert "No request came yet" in visitor.text


def test_several_plugins_have_a_page_each() -> None:
    with served_plugin() as one, served_plugin(auth="none") as two:
        controls = {"one": one.operator, "two": two.operator}
        visitor = Visitor(create_pages(PageSettings(controls=controls)))

        assert "auth none" in visitor.get("/mockauth/").click("two").text
        assert visitor.get("/mockauth/three/").status == 404


def test_the_plugins_side_is_off_where_its_control_is() -> None:
    client = Client(create_pages(PageSettings(has_plugin_side=True)))

    assert client.get(SIDE, base_url=HERE).status_code == 404
    assert "The plugin's side" not in client.get("/", base_url=HERE).text


def test_the_plugins_side_is_guarded_as_all_pages(visitor: Visitor) -> None:
    rules = [rule for rule in visitor.app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    posted = [rule.rule for rule in rules if rule.rule.startswith("/mockauth/")]
    assert len(posted) >= 7
    for path in posted:
        given = path.replace("<name>", "plugin").replace("<fault>", "api.500")
        assert visitor.browser.post(given, base_url=HERE, data={}).status_code == 400
    answer = visitor.browser.get(SIDE, headers={"Host": "attacker.example"})
    assert answer.status_code == 403
    answer = visitor.browser.get(SIDE, base_url=HERE)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_beyond_loopback_the_admin_token_is_asked_for_first(plugin: MockPlugin) -> None:
    settings = PageSettings(controls={"": plugin.operator}, admin_token="s3cret-of-the-team")

    assert Visitor(create_pages(settings)).get(SIDE).path == "/chatgpt/sign-in"
