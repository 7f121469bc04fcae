"""The pages in a real Chromium: with the keyboard, at 320 pixels, without script, light and dark."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from mockauth.browser.chromium.installed import chromium
from mockauth.browser.chromium.sink import Sink
from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.plugin.server.serving import serving
from mockauth.testing import MockPlugin, served_plugin
from mockauth.web.app import create_pages
from mockauth.web.production import HOSTS, production
from mockauth.web.settings import PageSettings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MISSING = (
    "no chromium (apt-get install chromium, or MOCKAUTH_BROWSER)"
    if chromium() is None
    else "no playwright package (pip install -e '.[dev]')"
    if find_spec("playwright") is None
    else ""
)
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)
PATIENCE = 60_000
"""Milliseconds after which something is wrong."""


ARGS = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"]
"""Nothing leaves this machine."""


Launch = Callable[[list[str]], AbstractContextManager["Browser"]]


@pytest.fixture(scope="module")
def browser_of() -> Iterator[Launch]:
    """Starts a Chromium with flags of one's own."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:

        @contextmanager
        def launched(flags: list[str]) -> Iterator[Browser]:
            started = playwright.chromium.launch(
                executable_path=chromium(), args=["--no-sandbox", *flags]
            )
            try:
                yield started
            finally:
                started.close()

        yield launched


@pytest.fixture(scope="module")
def browser(browser_of: Launch) -> Iterator[Browser]:
    """One Chromium for most tests of this module."""
    with browser_of(ARGS) as started:
        yield started


@pytest.fixture
def pages() -> Iterator[str]:
    """ChatGPT's side, served; its address."""
    with serving(create_pages(PageSettings())) as base:
        yield base.replace("localhost", "127.0.0.1")


@pytest.fixture
def plugin(pages: str) -> Iterator[MockPlugin]:
    """A plugin with login and consent that knows the callback of the pages."""
    callback = f"{pages}/aip/{DEMO_PLUGIN_ID}/oauth/callback"
    with served_plugin(redirect_uri=callback, login="login_and_consent") as served:
        yield served


@contextmanager
def a_person(browser: Browser, **settings: Any) -> Iterator[Page]:
    """A page in a new browser of one person."""
    with browser.new_context(**settings) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()


def installed(page: Page, pages: str, plugin: MockPlugin) -> None:
    """Find the plugin, paste what it wants, verify its token."""
    page.goto(f"{pages}/chatgpt/")
    page.get_by_label("Domain of your plugin").fill(plugin.url.removeprefix("http://"))
    page.get_by_text("My plugin has an id").click()
    page.get_by_label("Plugin id").fill(DEMO_PLUGIN_ID)
    page.get_by_role("button", name="Find manifest file").click()
    auth = plugin.config.auth
    if auth == "oauth":
        page.get_by_label("Client ID").fill(plugin.client.id)
        page.get_by_label("Client secret").fill(plugin.client.secret)
    if auth == "service_http":
        page.get_by_label("Service token").fill(plugin.config.service_token)
    if auth in ("oauth", "service_http"):
        page.get_by_role("button", name="Next").click()
        page.get_by_role("button", name="Use the token of my manifest").click()
    if auth == "user_http":
        page.get_by_label("Key", exact=False).fill(plugin.config.users[0].key)
        page.get_by_role("button", name="Install").click()


def log_in(page: Page, password: str = "analytical-engine", user: str = "ada") -> None:
    """Go to the plugin and fill in its login form."""
    page.get_by_role("link", name="Log in with").click()
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def sees(page: Page, text: str) -> None:
    """Wait until the page says it."""
    page.get_by_text(text).first.wait_for()


@pytest.mark.parametrize("auth", ["none", "service_http", "user_http", "oauth"])
@pytest.mark.parametrize("has_script", [True, False])
def test_every_auth_type_is_installed_and_used(
    browser: Browser, pages: str, auth: str, has_script: bool
) -> None:
    callback = f"{pages}/aip/{DEMO_PLUGIN_ID}/oauth/callback"
    with (
        served_plugin(auth=auth, redirect_uri=callback, login="login_and_consent") as plugin,
        a_person(browser, java_script_enabled=has_script) as page,
    ):
        installed(page, pages, plugin)
        if auth == "oauth":
            log_in(page)
            page.get_by_role("button", name="Allow").click()
        page.get_by_role("link", name="Use the plugin").click()
        page.get_by_role("link", name="listTodos").click()
        page.get_by_role("button", name="Send").click()

        sees(page, "Answered: 200")


def test_a_wrong_password_a_refusal_and_a_second_callback(
    browser: Browser, pages: str, plugin: MockPlugin
) -> None:
    with a_person(browser) as page:
        installed(page, pages, plugin)
        log_in(page, "wrong")
        sees(page, "Wrong user name or password")
        page.goto(f"{pages}/chatgpt/plugins/{DEMO_PLUGIN_ID}/")
        log_in(page)
        page.get_by_role("button", name="Deny").click()
        sees(page, "The user refused")
        callback = page.url
        page.get_by_role("link", name="Back to the plugin").click()
        page.get_by_role("link", name="Log in with").click()
        page.get_by_role("button", name="Allow").click()
        sees(page, "connected")
        page.goto(callback)

        sees(page, "This callback came before")


def test_a_token_is_let_expire_and_refreshed_and_a_second_person_logs_in(
    browser: Browser, pages: str, plugin: MockPlugin
) -> None:
    with a_person(browser) as ada, a_person(browser) as grace:
        installed(ada, pages, plugin)
        log_in(ada)
        ada.get_by_role("button", name="Allow").click()
        ada.get_by_role("button", name="Let the token expire").click()
        sees(ada, "the token has expired")
        ada.get_by_role("button", name="Refresh the token now").click()
        sees(ada, "is good")
        grace.goto(f"{pages}/chatgpt/")
        grace.get_by_role("link", name="Todo list").click()
        log_in(grace, "first-compiler", "grace")
        grace.get_by_role("button", name="Allow").click()

        sees(grace, "connected")
        sees(ada, "is good")


def test_a_fragment_is_found_by_script(browser: Browser, pages: str, plugin: MockPlugin) -> None:
    with a_person(browser) as page:
        installed(page, pages, plugin)
        page.goto(f"{pages}/aip/{DEMO_PLUGIN_ID}/oauth/callback#access_token=abc&state=x")

        sees(page, "The parameters came in the fragment")


def test_a_plugin_is_installed_with_the_keyboard_alone(browser: Browser, pages: str) -> None:
    with served_plugin(auth="none") as plugin, a_person(browser) as page:
        page.goto(f"{pages}/chatgpt/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type(plugin.url)
        page.keyboard.press("Enter")
        sees(page, "Nothing to fix")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit_320_pixels(
    browser: Browser, pages: str, plugin: MockPlugin, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []

    def look(page: Page) -> None:
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"]]
            found.append((page.url.removeprefix(pages), violation["id"], nodes))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((page.url.removeprefix(pages), "wider than the window", []))

    small = {"width": 320, "height": 640}
    with a_person(browser, viewport=small, color_scheme=scheme) as page:
        for path in ("/", "/chatgpt/", "/chatgpt/action", "/chatgpt/checks/token.code-single-use"):
            page.goto(pages + path)
            look(page)
        installed(page, pages, plugin)
        look(page)
        page.goto(f"{pages}/aip/{DEMO_PLUGIN_ID}/oauth/callback?code=x&state=y")
        look(page)
        page.goto(f"{pages}/chatgpt/plugins/{DEMO_PLUGIN_ID}/")
        log_in(page)
        page.get_by_role("button", name="Allow").click()
        look(page)
        page.get_by_role("link", name="Use the plugin").click()
        look(page)
        page.get_by_role("link", name="addTodo").click()
        page.get_by_role("button", name="Send").click()
        look(page)
        page.goto(f"{pages}/chatgpt/plugins/{DEMO_PLUGIN_ID}/timeline")
        look(page)
        plugin.next_response("/.well-known/ai-plugin.json", body='{"auth": {"type": "oauth"}}')
        page.goto(f"{pages}/chatgpt/plugins/{DEMO_PLUGIN_ID}/")
        page.get_by_role("button", name="Read the documents again").click()
        look(page)

    assert found == []


def test_the_production_callback_is_used_unchanged(browser_of: Launch) -> None:
    sink = Sink()
    app = create_pages(PageSettings(hosts=HOSTS, kept_from=sink.wanted))
    with (
        served_plugin(login="login_and_consent") as plugin,
        production(app, sink) as found,
        browser_of(found.flags) as browser,
        a_person(browser) as page,
    ):
        installed(page, f"https://{HOSTS[0]}", plugin)
        sees(page, "These pages are at ChatGPT's own address")
        log_in(page)
        page.get_by_role("button", name="Allow").click()
        sees(page, "connected")

        assert page.url.startswith("https://chat.openai.com/chatgpt/plugins/")
        landed = [one["path"] for one in plugin.requests if one["path"] == "/token"]
        assert landed == ["/token"]
        # In a window of its own: Chromium's error page comes late, and would break off what is next.
        with pytest.raises(Exception, match="ERR_"):
            page.context.new_page().goto("https://elsewhere.example/")
        page.goto(f"https://{HOSTS[0]}/chatgpt/plugins/{DEMO_PLUGIN_ID}/")
        sees(page, "elsewhere.example")


def test_one_server_plays_both_sides(browser: Browser) -> None:
    command = [sys.executable, "-m", "mockauth", "serve", "--port", "0", "--store", "memory"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,  # noqa: S603 - our own interpreter
        a_person(browser) as page,
    ):
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(line.split()[-1] for line in lines if line.startswith("ChatGPT's pages"))
        try:
            page.goto(address)
            page.get_by_role("button", name="Install the built-in plugin").click()
            page.get_by_role("button", name="Next").click()
            page.get_by_role("button", name="Use the token of my manifest").click()
            log_in(page)
            page.get_by_role("button", name="Allow").click()
            sees(page, "connected")
        finally:
            process.terminate()
