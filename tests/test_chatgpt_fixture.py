"""The fixture `chatgpt`: a plugin author's test in ChatGPT's words."""

from __future__ import annotations

import pytest

from mockauth import create_app
from mockauth.chatgpt_user import ChatGPT
from mockauth.chatgpt_user import chatgpt as opened
from mockauth.errors import UsageError
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving
from tests.apps.fastapi_todo import fastapi_app
from tests.apps.flask_todo import flask_app
from tests.apps.todo import CLIENT_ID, CLIENT_SECRET, PASSWORD, USER, Todo

pytest_plugins = ("pytester",)
CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "plugin_id": "plugin-todo"}


def test_a_user_logs_in_and_an_operation_is_called(chatgpt: ChatGPT) -> None:
    plugin = chatgpt.install(flask_app(), **CREDENTIALS)
    ada = plugin.log_in(USER, PASSWORD)

    assert plugin.operations == ("listTodos",)
    assert ada.call("listTodos").json()["user"] == "ada"


def test_an_asgi_app_stays_at_work_between_the_steps(chatgpt: ChatGPT) -> None:
    ada = chatgpt.install(fastapi_app(), **CREDENTIALS).log_in(USER, PASSWORD)

    assert ada.call("listTodos").ok
    assert ada.call("listTodos").status == 200


def test_a_plugin_at_a_url_is_installed_too(chatgpt: ChatGPT) -> None:
    with serving(flask_app()) as base:
        ada = chatgpt.install(base, **CREDENTIALS).log_in(USER, PASSWORD)

        assert ada.call("listTodos").ok


def test_an_expired_token_is_refreshed_before_the_call(chatgpt: ChatGPT) -> None:
    todo = Todo()
    ada = chatgpt.install(flask_app(todo), **CREDENTIALS).log_in(USER, PASSWORD)
    ada.expire()
    answer = ada.call("listTodos")

    assert answer.is_refreshed
    assert answer.ok
    todo.refreshes.clear()
    with pytest.raises(AssertionError, match=r"could not be refreshed[\s\S]*ChatGPT shows"):
        ada.refresh()


def test_a_wrong_password_says_where_the_login_ended(chatgpt: ChatGPT) -> None:
    plugin = chatgpt.install(flask_app(), **CREDENTIALS)

    with pytest.raises(AssertionError, match="did not come back to ChatGPT") as told:
        plugin.log_in(USER, "not-the-password-4711")
    assert "not-the-password-4711" not in str(told.value)
    assert "Are user name and password right" in str(told.value)


@pytest.mark.parametrize(("status", "secret"), [(200, PASSWORD), (400, CLIENT_SECRET)])
def test_a_page_that_repeats_a_secret_does_not_bring_it_into_the_message(
    status: int, secret: str, chatgpt: ChatGPT
) -> None:
    app = flask_app()
    app.view_functions["authorize"] = lambda: (f"<title>wrong: {secret}</title>", status)
    plugin = chatgpt.install(app, **CREDENTIALS)

    with pytest.raises(AssertionError, match="titled 'wrong: ‹") as told:
        plugin.log_in(USER, PASSWORD)
    assert secret not in str(told.value)


def test_a_request_that_is_refused_says_what_chatgpt_asked(chatgpt: ChatGPT) -> None:
    plugin = chatgpt.install(flask_app(), **{**CREDENTIALS, "plugin_id": "plugin-another"})

    with pytest.raises(AssertionError, match=r"/aip/plugin-another/[\s\S]*plugin_id=") as told:
        plugin.log_in(USER, PASSWORD)
    assert repr(CLIENT_ID) in str(told.value)


def test_a_document_without_operations_is_not_installed(chatgpt: ChatGPT) -> None:
    app = flask_app()
    app.view_functions["openapi"] = lambda: ("down", 503)

    with pytest.raises(AssertionError, match=r"could not install[\s\S]*openapi\.served"):
        chatgpt.install(app, **CREDENTIALS)


def test_credentials_that_are_missing_are_asked_for_before_a_login(chatgpt: ChatGPT) -> None:
    with pytest.raises(UsageError, match="needs client_id"):
        chatgpt.install(flask_app())


def test_a_mistake_of_a_test_is_shown_without_the_lines_of_mockauth(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        def test_one(mockauth_check):
            mockauth_check("http://localhost:1", clientid="x")

        def test_two(chatgpt):
            chatgpt.check("http://localhost:1", clientid="x")
        """
    )
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:xdist")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*there is no option 'clientid'; did you mean client_id*"] * 2)
    assert "keywords.py" not in result.stdout.str()


def test_a_callback_without_state_says_what_chatgpt_shows(chatgpt: ChatGPT) -> None:
    plugin = chatgpt.install(flask_app(Todo(faulty=True)), **CREDENTIALS)

    with pytest.raises(AssertionError, match=r"Missing `state` param[\s\S]*fix: Send state back"):
        plugin.log_in(USER, PASSWORD)


def test_an_app_without_a_manifest_cannot_be_installed(chatgpt: ChatGPT) -> None:
    with pytest.raises(AssertionError, match="could not install the plugin\nno manifest at "):
        chatgpt.install(create_app(plugin=False))


def test_a_verification_token_that_is_given_must_be_the_manifests(chatgpt: ChatGPT) -> None:
    with pytest.raises(AssertionError, match=r"verification_tokens\.openai"):
        chatgpt.install(flask_app(), verification_token="another", **CREDENTIALS)


def test_an_unknown_operation_or_parameter_is_a_mistake_of_the_test(chatgpt: ChatGPT) -> None:
    ada = chatgpt.install(flask_app(), **CREDENTIALS).log_in(USER, PASSWORD)

    with pytest.raises(UsageError, match="there are listTodos"):
        ada.call("listTodo")
    with pytest.raises(UsageError, match="has no parameter 'page'"):
        ada.call("listTodos", page=2)


def test_two_users_have_their_own_tokens_and_one_may_leave(chatgpt: ChatGPT) -> None:
    config = PluginConfig()
    client = config.clients[0]
    plugin = chatgpt.install(
        create_app(config),
        client_id=client.id,
        client_secret=client.secret,
        plugin_id=config.plugin_ids[0],
    )
    ada, grace = (plugin.log_in(one.name, one.password) for one in config.users[:2])
    ada.call("addTodo", {"todo": "Publish the notes"})

    assert "Publish the notes" in ada.call("listTodos").text
    assert "Publish the notes" not in grace.call("listTodos").text
    grace.log_out()
    with pytest.raises(AssertionError, match="has logged out"):
        grace.call("listTodos")


@pytest.mark.parametrize(
    "config",
    [PluginConfig(auth="none"), PluginConfig(auth="service_http"), PluginConfig(auth="user_http")],
    ids=lambda config: config.auth,
)
def test_the_other_kinds_of_auth_are_installed_and_used(
    config: PluginConfig, chatgpt: ChatGPT
) -> None:
    plugin = chatgpt.install(create_app(config), service_token=config.service_token)
    user = plugin.log_in(key=config.users[0].key)

    assert user.call("listTodos").status == 200


def test_no_secret_stands_in_what_is_kept_of_a_user(chatgpt: ChatGPT) -> None:
    todo = Todo()
    ada = chatgpt.install(flask_app(todo), **CREDENTIALS).log_in(USER, PASSWORD)
    ada.call("listTodos")
    told = str(ada.exchanges) + repr(ada) + repr(chatgpt)

    assert "/token" in told
    for secret in (CLIENT_SECRET, PASSWORD, *todo.tokens, *todo.refreshes):
        assert secret not in told


def test_the_password_of_the_settings_is_that_of_their_user() -> None:
    with opened(username=USER, password=PASSWORD) as gpt:
        ada = gpt.install(flask_app(), **CREDENTIALS).log_in(USER)

        assert ada.call("listTodos").ok
