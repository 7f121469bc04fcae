"""A picture of the page where a login stopped, without what was typed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.wire import Secret

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURE_SECONDS = 10.0
EMPTIED = "input:not([type=hidden], [type=submit], [type=button], [type=checkbox], [type=radio], [type=image])"


def take(page: Page, folder: Path, password: Secret) -> Path | None:
    """Write the next free `login-N.png` of the folder. Every field is emptied first, whatever its
    type: a page may show a password as text. None where the page itself shows it, or cannot be
    drawn."""
    from playwright.sync_api import Error

    milliseconds = PICTURE_SECONDS * 1000
    with suppress(Error, OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for field in page.locator(EMPTIED).all():
            with suppress(Error):
                field.evaluate("field => { field.value = ''; }", timeout=milliseconds)
        shown = page.locator("body").inner_text(timeout=milliseconds)
        if password and password.reveal() in shown:
            return None
        number = 1 + len(list(folder.glob("login-*.png")))
        path = folder / f"login-{number}.png"
        page.screenshot(
            path=path, timeout=milliseconds, mask=[page.locator("input[type=password]")]
        )
        return path
    return None
