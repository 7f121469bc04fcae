"""Logging in: away to the plugin, back at the callback, and everything that can be wrong with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest

from mockauth.clock import MovableClock
from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.testing import MockPlugin, served_plugin
from tests.web.conftest import Arrive
from tests.web.visitor import CALLBACK, Visitor, installed, logged_in, oauth_installed

PRODUCTION = f"https://chat.openai.com/aip/{DEMO_PLUGIN_ID}/oauth/callback"


@pytest.fixture
def plugin() -> Iterator[MockPlugin]:
    """A plugin that knows the callback of the pages."""
    with served_plugin(redirect_uri=CALLBACK) as served:
        yield served


@pytest.fixture
def leaving(visitor: Visitor, plugin: MockPlugin) -> Visitor:
    """A person on the way to the plugin's login page."""
    return oauth_installed(visitor, plugin).click("Log in with")


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def test_thebrowser_leaves_with_exactly_chatgpts_parameters(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    sent = query_of(leaving.left_to)

    assert leaving.left_to.startswith(f"{plugin.url}/authorize?response_type=code&client_id=")
    assert list(sent) == ["response_type", "client_id", "redirect_uri", "scope", "state"]
    assert sent["redirect_uri"] == CALLBACK
    assert str(uuid.UUID(sent["state"])) == sent["state"]


def test_a_login_ends_connected(leaving: Visitor, plugin: MockPlugin) -> None:
    leaving.get(plugin.sign_in(leaving.left_to, "ada"))

    assert "State: connected" in leaving.text
    assert leaving.status == 200


def test_a_callback_that_comes_twice_says_so_and_changes_nothing(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    leaving.get(callback)
    leaving.get(callback)

    assert leaving.status == 400
    assert "This callback came before" in leaving.text
    assert "connected" in leaving.click("Back to the plugin").text


def test_a_user_who_refuses_can_log_in_again(leaving: Visitor, plugin: MockPlugin) -> None:
    leaving.get(plugin.sign_in(leaving.left_to, decision="deny"))

    assert "The user refused" in leaving.text
    assert "Couldn't log in with plugin" in leaving.text
    logged_in(leaving.click("Back to the plugin"), plugin)
    assert "State: connected" in leaving.text


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (("state=", "state=x"), "a state that was never sent"),
        (("state=", "stat="), "The callback has no state"),
        (("code=", "cod="), "The callback has no code"),
        (("state=", "error=invalid_scope&stat="), "an error that has no state"),
        (("code=", "code=y&code="), "has a parameter twice"),
        (("code=", "error=server_error&cod="), "came back with an error"),
    ],
)
def test_a_wrong_callback_has_a_page_of_its_own(
    leaving: Visitor, plugin: MockPlugin, change: tuple[str, str], title: str
) -> None:
    leaving.get(plugin.sign_in(leaving.left_to).replace(*change))

    assert leaving.status == 400
    assert title in leaving.text
    assert "ChatGPT shows" in leaving.text
    assert "fix" in leaving.text


def test_a_refusal_without_state_is_told_as_one(leaving: Visitor, plugin: MockPlugin) -> None:
    refused = plugin.sign_in(leaving.left_to, decision="deny")
    leaving.get(refused.replace("state=", "stat="))

    assert "The user refused, and the refusal has no state" in leaving.text
    assert "callback.error-has-state" in leaving.text
    assert "callback.state-once-equal" not in leaving.text


def test_a_failed_login_is_told_on_the_plugins_page_until_the_next(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    plugin.next_response("/token", json_body={"error": "invalid_request"}, status=400)
    leaving.get(plugin.sign_in(leaving.left_to))
    assert "could not be exchanged" in leaving.text
    assert leaving.page.find("a", string="Run all checks")

    leaving.click("Back to the plugin")
    assert "The last login failed: The code could not be exchanged" in leaving.text
    assert "token.exchange-works" in leaving.text
    assert "ChatGPT showed: Couldn't log in with plugin" in leaving.text

    leaving.click("Log in with").get(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/")
    assert "The last login failed" not in leaving.text


def test_a_login_that_does_not_come_back_says_what_to_look_for(leaving: Visitor) -> None:
    leaving.get(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/")

    assert "Your login has not come back yet" in leaving.text
    assert f"register this redirect URI, letter for letter: {CALLBACK}" in leaving.text
    assert "page.form-action-allows-redirect" in leaving.text
    leaving.click("Log in, in a new tab")
    leaving.get(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/")
    assert "has not come back" not in leaving.text, "that way ends elsewhere"


def test_a_wrong_secret_is_told_first_and_can_be_pasted_again(
    visitor: Visitor, plugin: MockPlugin
) -> None:
    installed(visitor, plugin, client_id=plugin.client.id, client_secret="of another client")
    logged_in(visitor, plugin)
    fix = "Use the client id and client secret that your server knows."
    assert f"fix {fix} check" in visitor.text
    assert fix in visitor.click("Back to the plugin").text
    client = plugin.client
    visitor.press("Next", client_id=client.id, client_secret=client.secret)
    visitor.press("Use the token of my manifest")
    logged_in(visitor, plugin)

    assert "State: connected" in visitor.text


def test_a_late_callback_is_refused(
    leaving: Visitor, plugin: MockPlugin, clock: MovableClock
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    clock.sleep(601)

    assert "The callback came too late" in leaving.get(callback).text


def test_a_callback_in_another_browser_connects_nobody(
    leaving: Visitor, plugin: MockPlugin, arrive: Arrive
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    stranger = arrive().get("/chatgpt/")

    assert "Somebody else started this login" in stranger.get(callback).text
    assert "without this browser's session" in arrive().get(callback).text
    leaving.get(callback)
    assert "State: connected" in leaving.text


def test_a_callback_at_another_host_name_is_refused(leaving: Visitor, plugin: MockPlugin) -> None:
    callback = plugin.sign_in(leaving.left_to)
    path = callback.removeprefix("http://127.0.0.1:3334")
    leaving.browser.set_cookie("mockauth_chatgpt", leaving.cookie, domain="localhost")
    answer = leaving.browser.get(path, base_url="http://localhost:3334")

    assert "came to another host" in answer.get_data(as_text=True)


def test_a_callback_for_another_plugin_is_refused(leaving: Visitor, plugin: MockPlugin) -> None:
    callback = plugin.sign_in(leaving.left_to)
    leaving.get("/chatgpt/").press(
        "Find manifest file", target=plugin.url.replace("localhost", "127.0.0.1"), plugin_id=""
    )
    other = leaving.path.split("/")[3]

    assert "belongs to another plugin" in leaving.get(callback.replace(DEMO_PLUGIN_ID, other)).text


def test_a_callback_by_post_is_refused_and_uses_nothing_up(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    path, _, query = callback.removeprefix("http://127.0.0.1:3334").partition("?")
    answer = leaving.browser.post(
        path, base_url="http://127.0.0.1:3334", data=dict(parse_qsl(query))
    )

    assert "The callback came by POST" in answer.get_data(as_text=True)
    assert "State: connected" in leaving.get(callback).text


def test_parameters_in_the_fragment_are_found_in_a_pasted_address(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    leaving.get(callback.partition("?")[0])
    assert "Is there a # in the address?" in leaving.text

    leaving.press("Go on with this address", address=callback.replace("?", "#"))

    assert "The parameters came in the fragment" in leaving.text


def test_the_address_of_chatgpts_own_callback_can_be_pasted(
    visitor: Visitor, plugin: MockPlugin
) -> None:
    oauth_installed(visitor, plugin)
    path = visitor.path
    visitor.click("Log in, in a new tab")
    assert query_of(visitor.left_to)["redirect_uri"] == PRODUCTION
    callback = plugin.sign_in(visitor.left_to)
    assert callback.startswith(PRODUCTION)

    visitor.get(path).press("Go on with this address", address=callback)

    assert "State: connected" in visitor.text


def test_a_failed_exchange_shows_what_the_checks_find(leaving: Visitor, plugin: MockPlugin) -> None:
    callback = plugin.sign_in(leaving.left_to)
    plugin.next_error("token", "invalid_grant", "the code is not known")
    leaving.get(callback)

    assert "The code could not be exchanged" in leaving.text
    assert "token.exchange-works" in leaving.text
    assert "invalid_grant" in leaving.text
    assert plugin.client.secret not in leaving.text


def test_an_answer_without_a_token_is_told_by_what_is_wrong_with_it(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    plugin.fault("grant.nested")
    leaving.get(callback)

    assert 'fix Answer {"access_token": "…", "token_type": "bearer", …}. check' in leaving.text


def test_a_finding_of_a_login_that_works_is_shown(leaving: Visitor, plugin: MockPlugin) -> None:
    callback = plugin.sign_in(leaving.left_to)
    plugin.fault("grant.cacheable")
    leaving.get(callback)

    assert "Connected with" in leaving.text
    assert "no-store" in leaving.text


def test_what_hinders_no_login_is_not_said_to_come_first(
    leaving: Visitor, plugin: MockPlugin
) -> None:
    callback = plugin.sign_in(leaving.left_to)
    plugin.fault("grant.long-lived")
    leaving.get(callback)

    assert "Should fix: Let access tokens expire within an hour." in leaving.text
    assert "token endpoint, /auth/authorization_url" in leaving.text
    assert "Fix this first" not in leaving.text


def test_a_second_person_has_a_login_of_their_own(
    leaving: Visitor, plugin: MockPlugin, arrive: Arrive
) -> None:
    leaving.get(plugin.sign_in(leaving.left_to, "ada"))
    second = arrive().get(leaving.path)

    assert "you are not logged in" in second.text
    logged_in(second, plugin, "grace")
    assert "State: connected" in second.text
    leaving.get(leaving.path).press("Log out")
    assert "you are not logged in" in leaving.text
    assert "State: connected" in second.get(second.path).text


def test_a_login_link_without_the_form_token_starts_nothing(leaving: Visitor) -> None:
    answer = leaving.browser.get(
        f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/login", base_url="http://127.0.0.1:3334"
    )

    assert answer.status_code == 400
