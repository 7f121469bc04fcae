"""All checks, the timeline and the plugin's side in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mockauth.browser.chromium.installed import chromium
from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.plugin.server.serving import serving
from mockauth.testing import MockPlugin, served_plugin
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings
from tests.web.test_browser import ARGS, MISSING, a_person, installed, log_in, sees

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)
MINUTES = 180_000
"""Milliseconds after which a run of all checks is stuck."""
RUNS = f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/runs/"
TIMELINE = f"/chatgpt/plugins/{DEMO_PLUGIN_ID}/timeline"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield started
        started.close()


@pytest.fixture
def pages() -> Iterator[str]:
    """Both sides, served; the address."""
    with (
        served_plugin(auth="none") as other,
        serving(create_pages(PageSettings(controls={"": other.operator}))) as base,
    ):
        yield base.replace("localhost", "127.0.0.1")


@pytest.fixture
def plugin(pages: str) -> Iterator[MockPlugin]:
    """A plugin with login and consent that knows the callback of the pages."""
    callback = f"{pages}/aip/{DEMO_PLUGIN_ID}/oauth/callback"
    with served_plugin(redirect_uri=callback, login="login_and_consent") as served:
        yield served


def start_all(page: Page, pages: str) -> None:
    """Fill in the test user, and run all checks."""
    page.goto(pages + RUNS)
    page.get_by_label("User name", exact=True).fill("ada")
    page.get_by_label("Password", exact=True).fill("analytical-engine")
    page.get_by_role("button", name="Run all checks").click()


def check_all(page: Page, pages: str) -> None:
    """The same, and wait for the report."""
    start_all(page, pages)
    page.get_by_role("link", name="Save the report").wait_for(timeout=MINUTES)


@pytest.mark.parametrize("has_script", [True, False])
def test_all_checks_are_run_and_the_report_follows_by_itself(
    browser: Browser, pages: str, plugin: MockPlugin, has_script: bool
) -> None:
    with a_person(browser, java_script_enabled=has_script) as page:
        installed(page, pages, plugin)
        plugin.fault("token.login-page")
        check_all(page, pages)

        sees(page, "ChatGPT cannot sign in")
        remark = page.locator(".remark").first
        remark.get_by_text("The messages that show it").click()
        remark.get_by_text("Answered: 200").first.wait_for()
        page.get_by_role("link", name="grant.json-content-type").first.click()
        sees(page, "requirement")


def test_a_timeline_grows_while_somebody_looks_at_it(
    browser: Browser, pages: str, plugin: MockPlugin
) -> None:
    with a_person(browser) as page:
        installed(page, pages, plugin)
        looking = page.context.new_page()
        looking.goto(pages + TIMELINE)
        looking.locator("summary").first.click()
        log_in(page)
        page.get_by_role("button", name="Allow").click()

        sees(looking, "A user logs in")
        looking.get_by_role("img", name="A user logs in").wait_for()
        assert looking.locator("details[open]").count() == 1
        grown = looking.locator("main").inner_text()
        looking.reload()
        looking.locator("main").wait_for()
        assert looking.locator("section h2").all_inner_texts() == [
            line for line in grown.splitlines() if line.endswith("UTC")
        ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reports_timelines_and_the_plugins_side_are_accessible_and_fit_320_pixels(
    browser: Browser, pages: str, plugin: MockPlugin, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = []

    def look(page: Page) -> None:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"]][:3]
            found.append((page.url.removeprefix(pages), violation["id"], nodes))
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((page.url.removeprefix(pages), "wider than the window", []))

    small = {"width": 320, "height": 640}
    with a_person(browser, viewport=small, color_scheme=scheme) as page:
        installed(page, pages, plugin)
        log_in(page)
        page.get_by_role("button", name="Allow").click()
        page.goto(pages + TIMELINE)
        look(page)
        plugin.fault("token.login-page")
        check_all(page, pages)
        look(page)
        plugin.no_fault("token.login-page")
        plugin.fault("api.slow:delay=5")
        page.goto(pages + RUNS)
        look(page)
        start_all(page, pages)
        page.get_by_role("button", name="Stop").wait_for()
        look(page)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("link", name="Save the report").wait_for(timeout=MINUTES)
        page.get_by_role("link", name="worse,").click()
        look(page)
        for path in ("", "faults/?area=api", "faults/api.slow/", "journal"):
            page.goto(f"{pages}/mockauth/plugin/{path}")
            look(page)

    assert found == []
