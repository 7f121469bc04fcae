"""The one-file report in a real Chromium: without the network, without script, by keyboard, on a
phone, and with text of a service that would rather be markup."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockauth.browser.chromium.installed import chromium
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.report.formats import html
from tests.report.saved import document, document_of
from tests.web.test_browser import ARGS, MISSING, PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

in_chromium = pytest.mark.skipif(bool(MISSING), reason=MISSING)
FEW = ("grant", "api", "token.code-single-use", "token.code-race-single-winner")
"""A whole run would take a browser seconds more."""
ONCE = "[id='check-token.code-single-use']"
LIMIT = 1_500_000
"""Bytes of a file that can be sent by mail."""
MARKUP = (
    "</script></pre></title><script>document.title='hacked'</script><img src=x onerror=alert(1)>"
)
UNSEEN = "\u202egnirts\u2066\u200b\x1b[2J\x9b31m\x00"
HOSTILE = {
    "error": MARKUP, "error_description": UNSEEN + MARKUP, "long": "x" * 100_000,
    'javascript:alert(1)"': "javascript:alert(1)",
}  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, Any]]:
    """A run that failed, one that could judge nothing, and one with hostile text."""
    return {
        "failing": document("token.code-reusable", select=FEW),
        "blocked": document("manifest.behind-the-guard", select=FEW),
        "hostile": hostile(),
    }


def hostile() -> dict[str, Any]:
    """A run against a plugin that answers with markup, signs that hide, and far too much."""
    answers = (
        AnswerChange(place="token", when="error", json_set=HOSTILE),
        AnswerChange(place="api", status=500, body=UNSEEN + MARKUP, headers={"X-Odd": MARKUP}),
        AnswerChange(
            place="manifest", json_set={"name_for_human": MARKUP, "legal_info_url": MARKUP}
        ),
    )
    config = PluginConfig().with_faults(Fault(name="hostile", answers=answers))
    return document_of(config, select=FEW)


@pytest.fixture(scope="module")
def files(
    runs: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Their reports as files."""
    folder = tmp_path_factory.mktemp("html")
    for name, run in runs.items():
        (folder / f"{name}.html").write_text(html.render(run), "utf-8")
    return {name: folder / f"{name}.html" for name in runs}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGS)
        yield started
        started.close()


@contextmanager
def opened(browser: Browser, file: Path, **settings: Any) -> Iterator[Page]:
    """The file, opened from the disk; it asks for nothing else and complains of nothing."""
    asked: list[str] = []
    with browser.new_context(offline=True, **settings) as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.on("pageerror", lambda error: asked.append(error.message))
        page.goto(file.as_uri())
        yield page
        assert asked == [file.as_uri()]


@in_chromium
@pytest.mark.parametrize(
    ("name", "scheme"), [("failing", "light"), ("blocked", "dark"), ("hostile", "dark")]
)
def test_a_report_is_accessible_and_fits_320_pixels(
    browser: Browser, files: dict[str, Path], name: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    small = {"width": 320, "height": 640}
    # axe is put into the page, which the policy of the page does not allow.
    with opened(browser, files[name], viewport=small, color_scheme=scheme, bypass_csp=True) as page:
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        found = Axe().run(page).response["violations"]
        wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")

    assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []
    assert not wide


@in_chromium
def test_a_report_is_read_without_script(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["failing"], java_script_enabled=False) as page:
        assert page.get_by_role("heading", level=1).inner_text().startswith("✗ 2 of the chosen")
        assert page.locator("#filter").is_hidden()
        page.locator(f"{ONCE} summary").click()
        page.locator(ONCE).get_by_text("why", exact=True).wait_for()
        page.locator("#exchanges summary").first.click()
        page.get_by_role("heading", name="Sent: GET").first.wait_for()


@in_chromium
def test_a_report_is_read_by_keyboard(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["failing"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        check = page.locator("details:has(> :focus)")
        assert str(check.get_attribute("id")).startswith("check-token.code-")
        assert check.evaluate("one => one.open")
        page.keyboard.press("Enter")
        assert not check.evaluate("one => one.open")


@in_chromium
def test_the_filter_leaves_what_was_asked_for_and_a_link_brings_the_rest_back(
    browser: Browser, files: dict[str, Path]
) -> None:
    with opened(browser, files["failing"]) as page:
        shown = page.locator("[data-state]:visible")
        everything = shown.count()
        page.get_by_label("passed").uncheck()
        assert 0 < shown.count() < everything
        page.get_by_label("with these words").fill("CODE WORKS")
        assert 0 < (found := shown.count()) < everything // 2
        told = page.get_by_role("status").inner_text()
        assert told == f"{found} of {everything} checks are shown"
        page.get_by_label("with these words").fill("nothing has this")
        assert shown.count() == 0
        page.locator("a[href='#check-token.code-single-use']").first.click()
        assert shown.count() == 1


@in_chromium
def test_text_of_a_service_is_text(browser: Browser, files: dict[str, Path]) -> None:
    with opened(browser, files["hostile"]) as page:
        assert page.title().endswith("· mockauth")
        assert page.locator("img, iframe, [onerror]").count() == 0
        assert page.locator("script").count() == 1
        links = page.locator("a[href]").evaluate_all("all => all.map(one => one.protocol)")
        assert set(links) <= {"file:", "https:"}
        assert "<img src=x onerror=alert(1)>" in str(page.locator("#exchanges").text_content())


def test_signs_that_hide_or_act_are_written_as_escapes(files: dict[str, Path]) -> None:
    text = files["hostile"].read_text("utf-8")

    assert "\\u202egnirts" in text
    assert not [sign for sign in UNSEEN if not sign.isprintable() and sign in text]
    assert "x" * 5_000 not in text


def test_the_file_of_a_whole_run_is_small_enough_to_be_sent() -> None:
    run = document("token.code-reusable", "api.open", select=())

    assert len(html.render(run).encode()) <= LIMIT
