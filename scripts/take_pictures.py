"""Takes the pictures of docs/pictures/ from the running product, in Chromium.

    python scripts/take_pictures.py

Look at each before it is committed. Needs the extra `dev` and Chromium; pngquant, where it is
installed, makes the files a third.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from mockauth.browser.chromium.installed import chromium
from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.plugin.server.serving import serving
from mockauth.testing import MockPlugin, PluginServer
from mockauth.web.app import create_pages
from mockauth.web.settings import PageSettings

TARGET = Path(__file__).parent.parent / "docs" / "pictures"
WIDTH = 760
"""Pixels: the column of the pages, and a little around it."""
MOST = 900
"""Pixels of height; what lies below is cut."""
FLAGS = (
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def main() -> None:
    """Take all pictures."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        pictures_of_the_pages(browser)
        picture_of_a_failure(browser)
        picture_of_the_report(browser)
        browser.close()
    for path in sorted(TARGET.glob("*.png")):
        shrink(path)
        print(f"{path.stat().st_size // 1000:4} kB  {path.name}")


def pictures_of_the_pages(browser: Browser) -> None:
    """The ordinary way: verify the token, log in, use the plugin, and look at the store."""
    with opened(browser) as (page, plugin):
        find(page, plugin)
        take(page, "verify")
        verify(page)
        log_in(page)
        use(page)
        go_to_plugin(page)
        page.goto(f"{page.url}timeline")
        take(page, "timeline")
        page.goto(page.url.partition("/chatgpt/")[0] + "/chatgpt/")
        take(page, "store")


def picture_of_a_failure(browser: Browser) -> None:
    """The token endpoint answers as a form, which ChatGPT does not read."""
    with opened(browser) as (page, plugin):
        find(page, plugin)
        verify(page)
        plugin.next_response(
            "/token",
            body="access_token=secret&token_type=bearer",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        log_in(page)
        take(page, "exchange-failed")


def picture_of_the_report(browser: Browser) -> None:
    """The report of a whole run with one planted defect."""
    with tempfile.TemporaryDirectory() as folder, drawn(browser) as page:
        report = Path(folder) / "report.html"
        command = [sys.executable, "-m", "mockauth", "demo", "--fault", "token.code-reusable"]
        subprocess.run([*command, "--report", f"html={report}"], stdout=subprocess.DEVNULL)
        page.goto(report.as_uri())
        take(page, "report")


@contextmanager
def opened(browser: Browser) -> Iterator[tuple[Page, MockPlugin]]:
    """The pages in a browser, and a plugin that knows their callback, at the ports of the docs."""
    server = PluginServer()
    with (
        serving(create_pages(PageSettings()), "127.0.0.1", 3334) as pages,
        serving(server, port=3333) as server.url,
        drawn(browser) as page,
    ):
        callback = f"{pages}/aip/{DEMO_PLUGIN_ID}/oauth/callback"
        page.goto(f"{pages}/chatgpt/")
        yield page, server.serve(redirect_uri=callback, login="login_and_consent")


@contextmanager
def drawn(browser: Browser) -> Iterator[Page]:
    """A window of the pictures' size."""
    size = ViewportSize(width=WIDTH, height=MOST)
    with browser.new_context(viewport=size, color_scheme="light") as context:
        yield context.new_page()


def find(page: Page, plugin: MockPlugin) -> None:
    """Type in the plugin and its client, up to the verification token."""
    page.get_by_label("Domain of your plugin").fill(plugin.url.removeprefix("http://"))
    page.get_by_text("My plugin has an id").click()
    page.get_by_label("Plugin id").fill(DEMO_PLUGIN_ID)
    page.get_by_role("button", name="Find manifest file").click()
    page.get_by_label("Client ID").fill(plugin.client.id)
    page.get_by_label("Client secret").fill(plugin.client.secret)
    page.get_by_role("button", name="Next").click()


def verify(page: Page) -> None:
    """Install the plugin with the token that its manifest has."""
    page.get_by_role("button", name="Use the token of my manifest").click()


def log_in(page: Page) -> None:
    """Log in at the plugin, and consent."""
    page.get_by_role("link", name="Log in with").click()
    page.get_by_label("User name").fill("ada")
    page.get_by_label("Password").fill("analytical-engine")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Allow").click()


def use(page: Page) -> None:
    """Call one operation."""
    page.get_by_role("link", name="Use the plugin").click()
    page.get_by_role("link", name="listTodos").click()
    page.get_by_role("button", name="Send").click()


def go_to_plugin(page: Page) -> None:
    """Open the page of the plugin."""
    pages = page.url.partition("/chatgpt/")[0]
    page.goto(f"{pages}/chatgpt/plugins/{DEMO_PLUGIN_ID}/")


def take(page: Page, name: str) -> None:
    """Save what the page shows, down to where it ends or the picture does."""
    page.mouse.move(0, 0)
    page.wait_for_load_state()
    height = page.evaluate("document.body.scrollHeight")
    page.screenshot(
        path=TARGET / f"{name}.png",
        full_page=True,
        clip={"x": 0, "y": 0, "width": WIDTH, "height": min(height, MOST)},
    )


def shrink(path: Path) -> None:
    """Keep 64 colours, if there is what can."""
    tool = shutil.which("pngquant")
    if tool is not None:
        subprocess.run([tool, "--force", "--output", path, "64", path], check=True)


if __name__ == "__main__":
    main()
