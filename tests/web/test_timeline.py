"""The timeline of a plugin: drawn, opened, growing."""

from __future__ import annotations

import subprocess

from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.report.as_curl import as_curl
from mockauth.testing import served_plugin
from tests.web.conftest import Arrive
from tests.web.visitor import CALLBACK, HERE, Visitor, logged_in, oauth_installed

TIMELINE = f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/timeline"


def test_a_login_is_drawn_and_listed_in_the_same_order(visitor: Visitor) -> None:
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        logged_in(oauth_installed(visitor, plugin), plugin).click("What was sent and answered")

    login = visitor.page.select("section")[0]
    told = [" ".join(one.get_text(" ").split()) for one in login.select("summary")]
    own = [one for one in told if "→" in one]
    assert "A user logs in" in login.get_text()
    assert [one.partition(":")[0] for one in own] == [
        "browser → authorization server",
        "browser → ChatGPT",
        "ChatGPT → authorization server",
    ]
    drawn = [one.get_text() for one in login.select("svg text")]
    assert drawn[:4] == ["browser", "ChatGPT", "authorization server", "API"]
    assert drawn[4].split()[1:] == ["GET", "/authorize"]
    assert drawn[-1] == "200"
    title = login.select_one("svg > title")
    assert title is not None
    assert title.get_text() == "A user logs in"


def test_a_message_opens_to_its_request_and_a_curl_command_without_secrets(
    visitor: Visitor,
) -> None:
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        logged_in(oauth_installed(visitor, plugin), plugin).get(TIMELINE)
        secret = plugin.client.secret

    commands = [one.get_text() for one in visitor.page.select("[aria-label$='curl command']")]
    exchange = next(one for one in commands if "/token" in one)
    assert '"$MOCKAUTH_CLIENT_SECRET"' in exchange
    assert '"$MOCKAUTH_CODE"' in exchange
    assert secret not in str(visitor.page)
    assert "‹client secret" in visitor.text


def test_a_curl_command_runs_nothing_that_a_plugin_named() -> None:
    request = {
        "method": "POST",
        "url": "http://localhost/$(touch x)'`id`",
        "headers": [["X-A", "‹client secret · 9 chars›;'$HOME"], ["Host", "localhost"]],
        "body": "a='\n‹$(id) 2 · 3 chars›",
    }
    script = as_curl(request).replace("curl", "printf '%s|'", 1)
    ran = subprocess.run(  # noqa: S603 - a script of our own
        ["/bin/sh", "-c", script],
        env={"MOCKAUTH_CLIENT_SECRET": "s e", "MOCKAUTH_ID": "i"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.split("|")[:-1] == [
        "-i",
        "http://localhost/$(touch x)'`id`",
        "-X",
        "POST",
        "-H",
        "X-A: s e;'$HOME",
        "-H",
        "Content-Type:",
        "--data-raw",
        "a='\ni",
    ]


def test_a_curl_command_reads_no_file_and_no_pattern() -> None:
    request = {
        "method": "POST",
        "url": "http://localhost/todos?filter[a]={b}",
        "headers": [["Content-Type", "text/plain"], ["X-Empty", ""]],
        "body": "@/etc/hostname",
    }

    command = as_curl(request)

    assert command.startswith("curl -i -g 'http://localhost/todos?filter[a]={b}'")
    assert "--data-raw @/etc/hostname" in command
    assert "-H 'X-Empty;'" in command


def _text(part: object) -> str:
    return part.decode() if isinstance(part, bytes) else str(part)


def test_an_open_timeline_is_told_of_a_new_message(visitor: Visitor) -> None:
    with served_plugin(auth="none") as plugin:
        visitor.get("/chatgpt/").press(
            "Find manifest file", target=plugin.url, plugin_id=DEMO_PLUGIN_ID
        )
        answer = visitor.browser.get(f"{TIMELINE}/events", base_url=HERE, buffered=False)
        events = (line for part in answer.response for line in _text(part).split("\n"))
        before = next(line for line in events if line.startswith("data"))
        visitor.get(f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/").press("Read the documents again")
        after = next(line for line in events if line.startswith("data"))
        answer.close()
        visitor.get(TIMELINE)

    shown = visitor.page.select_one("[data-follow]")
    assert shown is not None
    assert int(after.split()[1]) > int(before.split()[1])
    assert int(str(shown["data-mark"])) >= int(after.split()[1])
    assert answer.mimetype == "text/event-stream"


def test_everybody_sees_their_own_messages_only(arrive: Arrive) -> None:
    with served_plugin(redirect_uri=CALLBACK) as plugin:
        logged_in(oauth_installed(arrive(), plugin), plugin)

        assert "Nothing was sent for you yet" in arrive().get(TIMELINE).text
