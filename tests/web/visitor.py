"""A person at ChatGPT's pages: reads what is on a page, follows links, fills in forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import Client, TestResponse

from mockauth.plugin.config import DEMO_PLUGIN_ID
from mockauth.testing import MockPlugin

HERE = "http://127.0.0.1:3334"
CALLBACK = f"{HERE}/aip/{DEMO_PLUGIN_ID}/oauth/callback"
"""The callback of a plugin that is installed with the usual id."""


@dataclass
class Visitor:
    """A browser of one person; `page` is what it shows."""

    app: Flask
    page: Tag = field(default_factory=lambda: BeautifulSoup("", "html.parser"))
    status: int = 0
    left_to: str = ""
    """Where the last page led that is not one of ours."""
    path: str = ""
    last: TestResponse | None = None

    def __post_init__(self) -> None:
        self.browser = Client(self.app, TestResponse)

    @property
    def text(self) -> str:
        """What the page says, blanks collapsed."""
        return re.sub(r"\s+", " ", self.page.get_text(" "))

    def get(self, url: str) -> Visitor:
        """Visit an address of ours."""
        return self._open("GET", url, None)

    def click(self, words: str) -> Visitor:
        """Follow the link that begins with these words."""
        links = [a for a in self.page.find_all("a") if _words(a).startswith(words)]
        assert links, f"no link {words!r} in: {self.text}"
        return self.get(str(links[0]["href"]))

    def press(self, words: str, **filled: str) -> Visitor:
        """Send the form of the button with these words, as it stands, with `filled` typed in."""
        buttons = [b for b in self.page.find_all("button") if _words(b) == words]
        assert buttons, f"no button {words!r} in: {self.text}"
        form = buttons[0].find_parent("form")
        assert form is not None
        names = {str(one["name"]) for one in form.select("[name]")}
        assert set(filled) <= names, f"no fields {set(filled) - names}"
        sent = {**_values(form), **filled}
        return self._open("POST", str(form.get("action") or self.path), sent)

    def send(self, path: str, **form: str) -> Visitor:
        """Send a form of one's own making, with a form token of this page."""
        found = self.page.select_one("input[name=csrf_token]")
        assert found is not None
        return self._open("POST", path, {"csrf_token": str(found["value"]), **form})

    def labelled(self, label: str) -> str:
        """The text of the element with this label."""
        found = self.page.select_one(f'[aria-label="{label}"]')
        assert found is not None
        return found.get_text()

    @property
    def cookie(self) -> str:
        """The session cookie."""
        found = self.browser.get_cookie("mockauth_chatgpt", domain="127.0.0.1")
        assert found is not None
        return found.value

    def _open(self, method: str, url: str, form: dict[str, str] | None) -> Visitor:
        self.left_to = ""
        for _ in range(5):
            path = url.removeprefix(HERE)
            answer = self.browser.open(path, base_url=HERE, method=method, data=form)
            self.last, self.status = answer, answer.status_code
            onward = answer.headers.get("Location")
            if onward is None:
                self.path = path
                self.page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
                return self
            if onward.startswith(("http:", "https:")) and not onward.startswith(HERE):
                self.left_to = onward
                return self
            method, url, form = "GET", onward, None
        raise AssertionError("the redirects go in a circle")


def installed(visitor: Visitor, plugin: MockPlugin, **pasted: str) -> Visitor:
    """Install a plugin up to what each user does: credentials pasted, token verified."""
    visitor.get("/chatgpt/")
    visitor.press("Find manifest file", target=plugin.url, plugin_id=DEMO_PLUGIN_ID)
    if pasted:
        visitor.press("Next", **pasted)
        visitor.press("Use the token of my manifest")
    return visitor


def oauth_installed(visitor: Visitor, plugin: MockPlugin) -> Visitor:
    """Install a plugin that signs its users in."""
    client = plugin.client
    return installed(visitor, plugin, client_id=client.id, client_secret=client.secret)


def logged_in(visitor: Visitor, plugin: MockPlugin, user: str = "ada") -> Visitor:
    """Log in at the plugin, and come back."""
    visitor.click("Log in with")
    return visitor.get(plugin.sign_in(visitor.left_to, user))


def finished(visitor: Visitor) -> Visitor:
    """Listen to the run that is shown until it is over, then read its page."""
    path = visitor.path
    for _ in range(20):  # each listens for half a minute
        if "data: over" in visitor.browser.get(f"{path}events", base_url=HERE).text:
            return visitor.get(path)
    raise AssertionError(f"the run does not end: {visitor.text}")


def _words(tag: Tag) -> str:
    return re.sub(r"\s+", " ", tag.get_text(" ")).strip()


def _values(form: Tag) -> dict[str, str]:
    values = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[name]")}
    for area in form.select("textarea[name]"):
        values[str(area["name"])] = area.get_text().removeprefix("\n")
    for select in form.select("select[name]"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        values[str(select["name"])] = str(chosen["value"]) if isinstance(chosen, Tag) else ""
    return values
