"""Installing a plugin, as its developer does."""

from __future__ import annotations

import re

from mockauth.testing import served_plugin
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor, installed, oauth_installed


def test_a_plugin_without_sign_in_is_installed_at_once(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        installed(visitor, plugin)

        assert "State: installed" in visitor.text
        assert "Nothing to fix" in visitor.text
        assert "installed · http://localhost" in visitor.get("/chatgpt/").text


def test_urls_that_look_swapped_stand_first_and_no_tick_is_shown(visitor: Visitor) -> None:
    swapped = {"auth.client_url": "{base}/token", "auth.authorization_url": "{base}/go"}
    with served_plugin(auth="oauth") as plugin:
        written = {name: url.format(base=plugin.url) for name, url in swapped.items()}
    with served_plugin(auth="oauth", manifest=written) as plugin:
        installed(visitor, plugin)

    text = visitor.text
    assert text.index("This can keep users from signing in") < text.index("Your OAuth credentials")
    assert "look whether they are swapped" in text
    assert "ChatGPT shows an error page of the token endpoint" in text
    assert "Couldn't find manifest" not in text
    assert "✓" not in text


def test_a_service_token_is_pasted_and_the_verification_token_compared(visitor: Visitor) -> None:
    with served_plugin(auth="service_http") as plugin:
        installed(visitor, plugin)
        visitor.press("Next", service_token=plugin.config.service_token)
        shown = re.search(r"[0-9a-f]{32}", visitor.text)
        assert shown is not None

        visitor.press("Verify tokens")

        assert visitor.text.count("Must fix") == 1, "one box for one fact"
        assert "The manifest has another token" in visitor.text
        assert plugin.config.verification_token in visitor.text
        assert shown[0] in visitor.text

        visitor.press("Use the token of my manifest")

        assert "State: installed" in visitor.text


def test_the_token_that_is_shown_verifies_once_it_is_in_the_manifest(visitor: Visitor) -> None:
    with served_plugin(auth="service_http") as plugin:
        installed(visitor, plugin)
        visitor.press("Next", service_token="a-token")
        shown = visitor.labelled("Verification token")
        manifest = plugin.app.test_client().get("/.well-known/ai-plugin.json", base_url=plugin.url)
        deployed = manifest.get_json()
        deployed["auth"]["verification_tokens"]["openai"] = shown
        plugin.next_response("/.well-known/ai-plugin.json", json_body=deployed)

        visitor.press("Verify tokens")

        assert "State: installed" in visitor.text


def test_each_user_of_a_user_http_plugin_pastes_a_key(arrive: Arrive) -> None:
    with served_plugin(auth="user_http") as plugin:
        first = installed(arrive(), plugin)
        assert "your key is missing" in first.text
        first.press("Install", key="ada-key-5d1f0b7c9e2a4836")
        second = arrive().get(first.path)

        assert "State: installed" in first.text
        assert "your key is missing" in second.text
        assert "ada-key" not in second.text + first.text


def test_a_manifest_that_is_not_there_says_what_to_do(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        plugin.next_response("/.well-known/ai-plugin.json", status=404, body="nothing")
        installed(visitor, plugin)

        assert "cannot be installed" in visitor.text
        assert "Serve the manifest at" in visitor.text
        assert "Manifest file not found" in visitor.text

        visitor.press("Read again")

        assert "State: installed" in visitor.text


def test_a_broken_manifest_is_shown_with_line_and_column(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        body = '{"schema_version": "v1",\n "auth": {"type": "none"},\n "name_for_human": "Todo" "x": 1}'
        plugin.next_response(
            "/.well-known/ai-plugin.json", body=body, headers={"Content-Type": "application/json"}
        )
        installed(visitor, plugin)

        assert "manifest.json-strict" in visitor.text
        assert visitor.text.count("line 3, column") == 1
        assert "fix" in visitor.text


def test_a_server_that_does_not_answer_is_told(visitor: Visitor) -> None:
    visitor.get("/chatgpt/").press("Find manifest file", target="localhost:1")

    assert "cannot be reached" in visitor.text
    assert "ai-plugin.json cannot" not in visitor.text


def test_what_is_no_address_is_refused_with_an_example(visitor: Visitor) -> None:
    for typed in ("", "javascript:alert(1)", "file:///etc/passwd", "a b", "http://user@host/"):
        visitor.get("/chatgpt/").press("Find manifest file", target=typed)
        assert visitor.status == 400
        assert "localhost:3333" in visitor.text


def test_only_who_registered_a_plugin_can_change_it(arrive: Arrive) -> None:
    with served_plugin(auth="oauth") as plugin:
        owner = installed(arrive(), plugin)
        other = arrive().get(owner.path)

        assert "has not finished its installation" in other.text
        assert "Remove the plugin" not in other.text
        assert other.get("/chatgpt/").send(f"{owner.path}remove").status == 403


def test_another_person_installs_a_plugin_for_themselves(arrive: Arrive) -> None:
    with served_plugin(auth="none") as plugin:
        path = installed(arrive(), plugin).path
        other = arrive().get(path)
        assert "not installed for you" in other.text

        other.press("Install for me")

        assert "State: installed" in other.text
        other.press("Uninstall for me")
        assert "not installed for you" in other.text


def test_a_plugin_that_is_found_again_is_read_again(visitor: Visitor) -> None:
    with served_plugin(auth="oauth") as plugin:
        path = oauth_installed(visitor, plugin).path
        visitor.get("/chatgpt/").press("Find manifest file", target=plugin.url)
        assert visitor.path == path
        assert "you are not logged in" in visitor.text

    with served_plugin(auth="oauth") as moved:
        visitor.get("/chatgpt/")
        visitor.press("Find manifest file", target=moved.url, plugin_id=path.split("/")[3])

        assert visitor.path == path
        assert moved.url in visitor.text


def test_a_plugin_that_moves_takes_no_key_of_its_users_along(arrive: Arrive) -> None:
    owner, user = arrive(), arrive()
    with served_plugin(auth="user_http") as plugin:
        path = installed(owner, plugin).path
        assert "State: installed" in user.get(path).press("Install", key="my-own-key-12345").text
    with served_plugin(auth="user_http") as moved:
        owner.get("/chatgpt/")
        owner.press("Find manifest file", target=moved.url, plugin_id=path.split("/")[3])

        assert "your key is missing" in user.get(path).text


def test_the_same_plugin_is_opened_for_another_person(arrive: Arrive) -> None:
    with served_plugin(auth="oauth") as plugin:
        path = installed(arrive(), plugin).path
        other = installed(arrive(), plugin)

        assert (other.status, other.path) == (200, path)
        assert "Change" not in [one.get_text() for one in other.page.find_all("h2")]


def test_an_id_of_another_person_is_refused_for_another_plugin(arrive: Arrive) -> None:
    with served_plugin(auth="none") as plugin:
        installed(arrive(), plugin)
    with served_plugin(auth="none") as another:
        other = installed(arrive(), another)

        assert other.status == 400
        assert "Another plugin has this id" in other.text


def test_a_removed_plugin_is_gone(visitor: Visitor) -> None:
    with served_plugin(auth="oauth") as plugin:
        oauth_installed(visitor, plugin)
        path = visitor.path
        visitor.press("Remove the plugin")

        assert "Nothing is installed yet" in visitor.text
        assert visitor.get(path).status == 404
