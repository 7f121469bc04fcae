"""An MCP connector in ChatGPT's pages: added by its address, signed in to, its tools called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mockauth.clock import MovableClock
from mockauth.engine.installation.connector import arguments_of, verifier_of
from mockauth.engine.installation.installation import Installation
from mockauth.engine.installation.keeper import Keeper
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.plugin.faults.trigger import Trigger
from mockauth.store.store import open_store
from mockauth.testing import MockPlugin, served_plugin
from mockauth.web.app import create_pages
from mockauth.web.run_form import options_of, read_form
from mockauth.web.run_shelf import RunShelf
from mockauth.web.settings import PageSettings, Sample
from mockauth.wire import Secret
from mockauth.wire.message import pairs_of
from tests.web.visitor import HERE, Visitor, finished, logged_in

STABLE = f"{HERE}/connector_platform_oauth_redirect"


@pytest.fixture
def server() -> Iterator[MockPlugin]:
    """The built-in MCP server."""
    with served_plugin(api="mcp") as plugin:
        yield plugin


def added(visitor: Visitor, server: MockPlugin, **filled: str) -> Visitor:
    """Add the server as a connector."""
    visitor.get("/chatgpt/").click("Add a connector")
    return visitor.press("Create", target=f"{server.url}/mcp", **filled)


def test_a_connector_is_added_signed_in_to_and_its_tools_are_called(
    visitor: Visitor, server: MockPlugin
) -> None:
    added(visitor, server)
    assert "MCP connector" in visitor.text
    assert STABLE in visitor.text
    assert "dynamic (RFC 7591)" in visitor.text

    logged_in(visitor, server)
    assert "State: connected" in visitor.text

    visitor.click("See its tools")
    assert "3 tools" in visitor.text
    assert '{ "todo": "mockauth" }' in visitor.text
    visitor.press("Call whoami")
    assert "Answered: 200" in visitor.text
    assert "ada" in visitor.labelled("Body of the answer")


def test_its_discovery_is_drawn_in_the_timeline(visitor: Visitor, server: MockPlugin) -> None:
    logged_in(added(visitor, server), server)

    visitor.click("What was sent and answered")
    assert "Back to the connector" in visitor.text

    assert "The server is found out" in visitor.text
    assert "ChatGPT → MCP server: GET /.well-known/oauth-protected-resource/mcp" in visitor.text
    for message in (
        "POST /mcp",
        "GET /.well-known/oauth-protected-resource/mcp",
        "GET /.well-known/oauth-authorization-server",
        "POST /register",
    ):
        assert message in visitor.text
    assert server.requests[-1]["path"] == "/token"
    assert "code_verifier" in visitor.text
    assert "Must fix" not in visitor.text


def test_without_the_promise_of_iss_the_callback_has_an_id(visitor: Visitor) -> None:
    with served_plugin(api="mcp", faults=["metadata.no-iss-flag"]) as server:
        added(visitor, server)
        assert f"{HERE}/connector/oauth/" in visitor.text

        logged_in(visitor, server)

        assert "Connected with" in visitor.text
        assert "callback.iss-advertised-when-sent" in visitor.text


def test_it_is_said_that_chatgpt_would_sign_in_by_a_document(
    visitor: Visitor, server: MockPlugin
) -> None:
    added(visitor, server)
    assert "ChatGPT would sign in by its client ID metadata document" in visitor.text
    refuses = Fault(name="refuses", answers=(AnswerChange(place="register", status=403),))
    server.operator.switch_on(refuses, Trigger())

    added(visitor, server)

    assert "These pages cannot connect" in visitor.text
    assert "ChatGPT cannot connect" not in visitor.text
    assert "Run all checks, which sign in by a document" in visitor.text


def test_a_client_that_is_given_is_used(visitor: Visitor) -> None:
    with served_plugin(api="mcp", redirect_uri=STABLE) as server:
        client = server.client
        added(visitor, server, client_id=client.id, client_secret=client.secret)
        assert "a client that was given" in visitor.text

        logged_in(visitor, server)

        assert "State: connected" in visitor.text


def test_chatgpts_own_callback_is_pasted_where_the_client_knows_that_only(
    visitor: Visitor,
) -> None:
    theirs = "https://chatgpt.com/connector_platform_oauth_redirect"
    with served_plugin(api="mcp", redirect_uri=theirs) as server:
        client = server.client
        added(visitor, server, client_id=client.id, client_secret=client.secret)
        assert visitor.labelled("ChatGPT's redirect URI") == theirs
        page = visitor.path
        came = server.sign_in(visitor.click("Log in, in a new tab").left_to, "ada")
        assert came.startswith(f"{theirs}?")

        visitor.get(page).press("Go on with this address", address=came)

        assert "State: connected" in visitor.text


def test_the_callback_with_an_id_is_named_where_iss_is_not_promised(visitor: Visitor) -> None:
    with served_plugin(api="mcp", faults=["metadata.no-iss-flag"]) as server:
        added(visitor, server, client_id=server.client.id)

    id = visitor.path.split("/")[3]
    theirs = f"https://chatgpt.com/connector/oauth/{id}"
    assert visitor.labelled("ChatGPT's redirect URI") == theirs


def test_an_answer_with_another_issuer_is_not_taken(visitor: Visitor, server: MockPlugin) -> None:
    added(visitor, server).click("Log in with")
    came = server.sign_in(visitor.left_to, "ada")

    visitor.get(came.replace("iss=http", "iss=https"))

    assert visitor.status == 400
    assert "The callback is not from this authorization server" in visitor.text
    assert "We couldn't connect your account. Please try again." in visitor.text
    assert all(one["path"] != "/token" for one in server.requests)


def test_an_answer_without_the_promised_issuer_is_not_taken(
    visitor: Visitor, server: MockPlugin
) -> None:
    added(visitor, server).click("Log in with")
    came = server.sign_in(visitor.left_to, "ada")

    visitor.get(re.sub("&iss=[^&]*", "", came))

    assert "The callback has no iss" in visitor.text
    assert "callback.iss-present-when-advertised" in visitor.text


@pytest.mark.parametrize(
    ("altered", "told"),
    [
        ("", "The callback has no state"),
        ("&state=another-one", "The callback has a state that was never sent"),
    ],
)
def test_a_login_whose_state_is_lost_has_a_page_of_its_own(
    visitor: Visitor, server: MockPlugin, altered: str, told: str
) -> None:
    added(visitor, server).click("Log in with")
    came = server.sign_in(visitor.left_to, "ada")

    visitor.get(re.sub("&state=[^&]*", altered, came))

    assert visitor.status == 400
    assert told in visitor.text
    assert "callback.state-once-equal" in visitor.text
    visitor.click("Back to the connector")
    assert told in visitor.text


def test_a_callback_that_comes_by_post_is_told_so(visitor: Visitor, server: MockPlugin) -> None:
    added(visitor, server).click("Log in with")
    path, _, query = server.sign_in(visitor.left_to, "ada").partition("?")

    answer = visitor.browser.post(
        path.removeprefix(HERE), base_url=HERE, data=dict(pairs_of(query))
    )

    assert "The callback came by POST" in answer.text


def test_a_server_without_a_way_to_sign_in_cannot_be_connected(visitor: Visitor) -> None:
    with served_plugin(api="mcp", faults=["metadata.not-there"]) as server:
        added(visitor, server)

    assert "ChatGPT cannot connect" in visitor.text
    assert "does not implement OAuth" in visitor.text
    assert "discovery.asm-found" in visitor.text
    assert "manifest" not in visitor.text


def test_all_checks_are_run_with_a_client_of_their_own(
    visitor: Visitor, server: MockPlugin
) -> None:
    added(visitor, server).click("Run all checks")
    assert "registers a client of its own" in visitor.text
    finished(visitor.press("Run all checks", username="ada", password="analytical-engine"))

    assert "✓ ChatGPT can sign in" in visitor.text
    assert "ChatGPT today: connects and lists 3 tools" in visitor.text
    assert "MCP 2026-07-28: can sign in, 0 failures" in visitor.text
    asked = [one["path"] for one in server.requests]
    assert asked.count("/register") > 1


def test_the_method_that_does_not_work_in_a_revision_is_named_in_the_report(
    server: MockPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    place = f"sqlite:///{tmp_path}/kept.db"
    visitor = added(Visitor(create_pages(PageSettings(store=place))), server)
    shelf = RunShelf(open_store(place), MovableClock())
    run = shelf.start(visitor.path.split("/")[3], server.url)
    assert run is not None
    row = {"revision": "2025-06-18", "signs_in": "no", "failures": [], "unjudged": 0}
    today = {"text": "connects", "revisions": [{**row, "refused": "tools/list"}]}
    shelf.finish(run, 1, "mcp", json.dumps({"checks": [], "today": today}))

    visitor.get(f"{visitor.path}runs/{run.id}/")

    assert "cannot sign in, 0 failures; tools/list does not work, 0 not judged" in visitor.text


def test_a_server_that_cannot_be_connected_is_checked_all_the_same(visitor: Visitor) -> None:
    with served_plugin(api="mcp", faults=["metadata.not-there"]) as server:
        added(visitor, server).click("Run all checks")
        finished(visitor.press("Run all checks", username="ada", password="analytical-engine"))

    assert "✗ ChatGPT cannot" in visitor.text
    assert "discovery.asm-found" in visitor.text


def test_a_run_does_not_send_the_key_of_the_pkce_verifiers(server: MockPlugin) -> None:
    kept = Installation(
        id="1", owner="ada", target=f"{server.url}/mcp", profile="mcp", service_token=Secret("key")
    )

    assert not options_of(kept, None, read_form({})).given.token


def test_the_built_in_server_is_connected_by_one_button(server: MockPlugin) -> None:
    sample = Sample(target=f"{server.url}/mcp", hint="Its user is ada.", is_mcp=True)
    visitor = Visitor(create_pages(PageSettings(sample=sample, has_plugin_side=True)))
    visitor.get("/")
    assert f"mockauth check {server.url}/mcp" in visitor.text
    assert "manifest" not in visitor.text

    visitor.get("/chatgpt/").press("Connect the built-in MCP server")

    assert "Its user is ada." in visitor.text
    logged_in(visitor, server)
    assert "State: connected" in visitor.text


def test_an_mcp_server_that_was_taken_for_a_plugin_becomes_a_connector(
    visitor: Visitor, server: MockPlugin
) -> None:
    visitor.get("/chatgpt/").press("Find manifest file", target=f"{server.url}/mcp")
    assert f"{server.url}/.well-known/ai-plugin.json , then read it again" in visitor.text

    visitor.click("add it as a connector").press("Create")

    assert "State: you are not logged in" in visitor.text


def test_the_address_of_the_command_is_filled_in() -> None:
    pages = create_pages(PageSettings(target="http://localhost:3333/mcp"))

    assert 'value="http://localhost:3333/mcp"' in str(Visitor(pages).get("/chatgpt/connector").page)


def test_at_the_host_of_plugins_the_way_to_that_of_connectors_is_shown() -> None:
    pages = create_pages(PageSettings(hosts=("chat.openai.com", "chatgpt.com"))).test_client()

    shown = [
        "add it at chatgpt.com" in pages.get("/chatgpt/connector", base_url=f"https://{host}").text
        for host in ("chat.openai.com", "chatgpt.com")
    ]

    assert shown == [True, False]


def test_where_no_token_was_sent_none_is_said_to_be_refused(visitor: Visitor) -> None:
    closed = Fault(name="closed", answers=(AnswerChange(place="api", status=401),))
    with served_plugin(api="mcp", auth="none") as server:
        added(visitor, server)
        server.operator.switch_on(closed, Trigger())
        visitor.click("See its tools")

    assert "wants a token now, and none was sent" in visitor.text


def test_no_page_and_no_file_shows_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    place = f"sqlite:///{tmp_path}/kept.db"
    visitor = Visitor(create_pages(PageSettings(store=place)))
    with served_plugin(api="mcp", redirect_uri=STABLE) as server:
        client = server.client
        added(visitor, server, client_id=client.id, client_secret=client.secret)
        id = visitor.path.split("/")[3]
        callback = server.sign_in(visitor.click("Log in with").left_to, "ada")
        pages = [str(visitor.get(callback).page), str(visitor.click("See its tools").page)]
        pages.append(str(visitor.press("Call whoami").page))
        visitor.click("Back to the connector").press("Refresh the token now")
        pages.append(str(visitor.click("What was sent and answered").page))

    [person] = (keeper := Keeper(open_store(place))).store.people()
    kept, there = keeper.connection(id, person.id), keeper.installation(id)
    assert kept is not None
    assert there is not None
    tokens = kept.access_token, kept.refresh_token, there.service_token
    sent = {
        name: value
        for name, value in pairs_of(callback.partition("?")[2])
        if name in ("code", "state")
    }
    verifier = verifier_of(there, sent["state"])
    secrets = [client.secret, verifier, *sent.values(), *(one.reveal() for one in tokens)]
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all(len(secret) > 12 for secret in secrets)
    assert b"code_verifier" in files
    assert [secret for secret in secrets if any(secret in page for page in pages)] == []
    assert [secret for secret in secrets if secret.encode() in files] == []


def test_what_is_no_address_is_asked_for_again(visitor: Visitor) -> None:
    visitor.get("/chatgpt/connector").press("Create", target="no address")

    assert visitor.status == 400
    assert "Give the address of the endpoint" in visitor.text


def test_a_callback_that_nobody_waits_for_is_told_so(visitor: Visitor) -> None:
    for path in ("/connector_platform_oauth_redirect", "/connector/oauth/nobody"):
        visitor.get(f"{HERE}{path}?code=1&state=2")

        assert visitor.status == 404
        assert "No login was started with this state" in visitor.text
        assert "send state back unchanged" in visitor.text


@pytest.mark.parametrize("schema", [None, [], {}, {"type": "string"}, {"$ref": "#"}])
def test_a_tool_of_any_schema_has_arguments_to_begin_with(schema: object) -> None:
    assert arguments_of({"inputSchema": schema}) == "{}"


def kept_in(
    place: str, server: MockPlugin, monkeypatch: pytest.MonkeyPatch
) -> tuple[Visitor, Keeper, str]:
    """Somebody who has added the server, the store behind the pages, and the id of the connector."""
    monkeypatch.setenv("MOCKAUTH_STORE_KEY", Fernet.generate_key().decode())
    visitor = added(Visitor(create_pages(PageSettings(store=place))), server)
    return visitor, Keeper(open_store(place)), visitor.path.split("/")[3]


def test_at_another_port_another_client_is_registered(
    server: MockPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, keeper, id = kept_in(f"sqlite:///{tmp_path}/kept.db", server, monkeypatch)
    here = keeper.installation(id)
    assert here is not None
    keeper.keep(replace(here, registered_uri=here.registered_uri.replace("3334", "4000")))

    logged_in(visitor, server)

    assert "State: connected" in visitor.text
    now = keeper.installation(id)
    assert now is not None
    assert (now.registered_uri, now.client_id != here.client_id) == (STABLE, True)


def test_a_client_that_works_is_kept_where_no_other_can_be_registered(
    server: MockPlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, keeper, id = kept_in(f"sqlite:///{tmp_path}/kept.db", server, monkeypatch)
    logged_in(visitor, server)
    here = keeper.installation(id)
    assert here is not None
    keeper.keep(there := replace(here, registered_uri=here.registered_uri.replace("3334", "4000")))
    refuses = Fault(name="refuses", answers=(AnswerChange(place="register", status=403),))
    server.operator.switch_on(refuses, Trigger())

    visitor.get(f"/chatgpt/plugins/{id}/").press("Find out again")

    assert f"comes back to {there.registered_uri}" in visitor.text
    assert "ChatGPT cannot connect" not in visitor.text
    now = keeper.installation(id)
    assert now is not None
    assert (now.client_id, now.auth_method) == (here.client_id, here.auth_method)
    assert (now.is_registered, now.registered_uri) == (True, there.registered_uri)
    assert keeper.connection(id, now.owner) is not None


def test_arguments_that_are_no_json_are_not_sent(visitor: Visitor, server: MockPlugin) -> None:
    logged_in(added(visitor, server), server).click("See its tools")

    visitor.press("Call add_todo", arguments="{text")
    assert "The arguments are no JSON." in visitor.text
    visitor.press("Call add_todo", arguments='{"text": "milk"}')

    assert "Answered: 200" in visitor.text


def test_a_token_that_is_refused_is_refreshed(visitor: Visitor, server: MockPlugin) -> None:
    logged_in(added(visitor, server), server)
    server.advance(100_000)

    visitor.click("See its tools")

    assert "was refreshed first" in visitor.text
    assert "3 tools" in visitor.text


def test_of_a_token_that_cannot_be_refreshed_it_is_said_so(
    visitor: Visitor, server: MockPlugin
) -> None:
    logged_in(added(visitor, server), server)
    server.advance(100_000)
    server.fault("refresh.dead")

    visitor.click("See its tools")

    assert "The server refused the token with status 401." in visitor.text
