"""Using an installed plugin: calls, the life of the token, and one's own data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mockauth.checks.rule import AuthType
from mockauth.clock import MovableClock
from mockauth.engine.installation.keeper import Keeper
from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.store.store import open_store
from mockauth.testing import MockPlugin, served_plugin
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings
from mockauth.wire.message import pairs_of
from tests.web.conftest import Arrive
from tests.web.visitor import CALLBACK, Visitor, installed, logged_in, oauth_installed


@pytest.fixture
def plugin() -> Iterator[MockPlugin]:
    """A plugin that knows the callback of the pages."""
    with served_plugin(redirect_uri=CALLBACK, access_seconds=60) as served:
        yield served


@pytest.fixture
def connected(visitor: Visitor, plugin: MockPlugin) -> Visitor:
    """A person who has logged in, on the page of the plugin."""
    return logged_in(oauth_installed(visitor, plugin), plugin)


def listed(visitor: Visitor) -> Visitor:
    """Call the operation that lists."""
    return visitor.click("Use the plugin").click("listTodos").press("Send")


def test_an_operation_is_called_with_the_users_token(
    connected: Visitor, plugin: MockPlugin
) -> None:
    listed(connected)

    assert "Answered: 200" in connected.text
    assert "of 100000 characters" in connected.text
    assert "of 45 seconds" in connected.text
    assert "openai-conversation-id" in connected.text
    assert plugin.requests[-1]["authorization"] == "Bearer"


def test_a_body_is_sent_as_it_was_typed(connected: Visitor, plugin: MockPlugin) -> None:
    connected.click("Use the plugin").click("addTodo").press(
        "Send", body='{"todo": "walk the dog"}'
    )

    assert "walk the dog" in connected.text
    assert "Answered: 201" in connected.text


def test_a_token_that_is_over_is_refreshed_by_the_next_use(
    connected: Visitor, plugin: MockPlugin
) -> None:
    connected.press("Let the token expire")
    assert "the token has expired" in connected.text

    listed(connected)

    assert "was refreshed first" in connected.text
    assert "Answered: 200" in connected.text


def test_the_token_is_over_when_its_time_is(connected: Visitor, clock: MovableClock) -> None:
    clock.sleep(61)

    assert "the token has expired" in connected.get(connected.path).text


def test_a_token_can_be_refreshed_at_once(connected: Visitor, plugin: MockPlugin) -> None:
    connected.press("Refresh the token now")

    assert "State: connected" in connected.text
    assert plugin.requests[-1]["params"]["grant_type"] == "refresh_token"


def test_a_refresh_that_fails_says_what_chatgpt_shows(
    connected: Visitor, plugin: MockPlugin
) -> None:
    plugin.next_error("refresh", "invalid_grant")
    connected.press("Refresh the token now")

    assert "Missing access token, received 400 from" in connected.text
    assert "invalid_grant" in connected.text
    assert "Check: refresh.works" in connected.text


def test_a_token_without_refresh_leaves_the_user_without_credentials(
    visitor: Visitor, plugin: MockPlugin
) -> None:
    plugin.fault("grant.no-refresh-token")
    visitor = oauth_installed(visitor, plugin).click("Log in with")
    visitor.get(plugin.sign_in(visitor.left_to)).click("Back to the plugin")
    visitor.press("Let the token expire")
    listed(visitor)

    assert "User is missing credentials" in visitor.text
    assert "Issue a refresh_token with the access token" in visitor.text
    assert "Check: grant.refresh-token-present" in visitor.text


def test_a_long_answer_is_over_the_limit(connected: Visitor, plugin: MockPlugin) -> None:
    plugin.next_response("/todos", body="[" + '"x",' * 30_000 + '"y"]')
    listed(connected)

    assert "120005 of 100000 characters" in connected.text
    assert "transport.body-below-100k" in connected.text


def test_a_service_token_and_a_key_are_sent_as_declared(arrive: Arrive) -> None:
    with served_plugin(auth="service_http", authorization_type="basic") as service:
        visitor = installed(arrive(), service, service_token=service.config.service_token)
        assert "Answered: 200" in listed(visitor).text
    with served_plugin(auth="user_http") as keyed:
        visitor = installed_again(arrive(), keyed)
        visitor.press("Install", key=keyed.config.users[0].key)
        assert "Answered: 200" in listed(visitor).text


def installed_again(visitor: Visitor, plugin: MockPlugin) -> Visitor:
    """Install a second plugin, which has another id."""
    return visitor.get("/chatgpt/").press("Find manifest file", target=plugin.url)


def test_a_wrong_key_is_told(visitor: Visitor) -> None:
    with served_plugin(auth="user_http") as plugin:
        installed(visitor, plugin).press("Install", key="wrong")

        assert "refused the credentials with status 401" in listed(visitor).text
        assert "Take it back on the plugin's page" in visitor.text


@pytest.mark.parametrize(
    ("auth", "check"),
    [
        ("none", "none.api-open"),
        ("service_http", "service.token-accepted"),
        ("oauth", "api.valid-token-accepted"),
    ],
)
def test_an_api_that_refuses_says_what_to_change(
    visitor: Visitor, auth: AuthType, check: str
) -> None:
    with served_plugin(auth=auth, redirect_uri=CALLBACK) as plugin:
        if auth == "oauth":
            logged_in(oauth_installed(visitor, plugin), plugin)
        else:
            pasted = {"service_token": "x"} if auth == "service_http" else {}
            installed(visitor, plugin, **pasted)
        plugin.next_response("/todos", status=401, body="no")
        listed(visitor)

        assert f"Check: {check}" in visitor.text


def test_two_people_see_their_own_data(
    connected: Visitor, plugin: MockPlugin, arrive: Arrive
) -> None:
    connected.click("Use the plugin").click("addTodo").press("Send", body='{"todo": "of ada"}')
    second = logged_in(arrive().get("/chatgpt/").click("Todo list"), plugin, "grace")

    assert "of ada" not in listed(second).text
    assert "of ada" in listed(connected.get("/chatgpt/").click("Todo list")).text


def test_who_has_logged_out_cannot_use_the_plugin(connected: Visitor, plugin: MockPlugin) -> None:
    connected.press("Log out")

    assert "you are not logged in" in connected.text
    assert connected.get(f"{connected.path}use").path.endswith("/")


def test_every_message_is_kept_in_order_and_masked(connected: Visitor, plugin: MockPlugin) -> None:
    listed(connected)
    connected.click("Back to the plugin").click("What was sent and answered")
    numbers = [int(str(one["value"])) for one in connected.page.select("ol > li[value]")]

    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert "POST /token (code)" in connected.text
    assert plugin.client.secret not in str(connected.page)
    assert "‹client secret" in connected.text


def test_no_page_and_no_file_shows_a_secret(
    tmp_path: Path, plugin: MockPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    place = f"sqlite:///{tmp_path}/kept.db"
    visitor = oauth_installed(Visitor(create_pages(PageSettings(store=place))), plugin)
    callback = plugin.sign_in(visitor.click("Log in with").left_to)
    pages = [str(visitor.get(callback).page), str(listed(visitor).page)]
    pages.append(str(visitor.click("Back to the plugin").press("Refresh the token now").page))
    pages.append(str(visitor.click("What was sent and answered").page))
    pages.append(str(visitor.get("/chatgpt/").page))

    [person] = (keeper := Keeper(open_store(place))).store.people()
    kept = keeper.connection(DEMO_PLUGIN_ID, person.id)
    assert kept is not None
    sent = [value for _, value in pairs_of(callback.partition("?")[2])][:2]
    secrets = [
        plugin.client.secret,
        kept.access_token.reveal(),
        kept.refresh_token.reveal(),
        *sent,
    ]
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all(len(secret) > 12 for secret in secrets)
    assert b"client secret 1" in files
    assert [secret for secret in secrets if any(secret in page for page in pages)] == []
    assert [secret for secret in secrets if secret.encode() in files] == []
