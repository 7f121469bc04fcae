"""A page as a person sees it once its scripts have run, and the hands to act on it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from mockauth.browser.accessible_name import kind_of
from mockauth.browser.fields import Filling, filled, is_submit, is_typed
from mockauth.browser.page import Page as Read
from mockauth.browser.page import read_page
from mockauth.wire import Exchange, Response
from mockauth.wire.markup import Pages

if TYPE_CHECKING:
    from bs4 import Tag
    from playwright.sync_api import ElementHandle, Frame, JSHandle, Page

NUMBER = "data-mockauth"
PRESS_SECONDS = 5.0
MOST_FRAMES = 4
POLICIES = ("content-security-policy", "referrer-policy")


@dataclass(frozen=True)
class Rendered:
    """One look at a page: what stands there, and its controls by number."""

    html: str
    invalid: tuple[tuple[str, str], ...]
    """The fields whose rules keep the browser from sending their form, and the rules."""
    url: str
    _handle: JSHandle
    frames: tuple[Rendered, ...] = ()
    """The frames in it."""

    @property
    def state(self) -> str:
        """What tells whether anything has changed."""
        return "".join((self.html, *(frame.html for frame in self.frames)))

    @cached_property
    def _elements(self) -> JSHandle:
        return self._handle.get_property("elements")

    def element(self, control: Tag) -> ElementHandle | None:
        """The control of the browser that this one was read from."""
        return self._elements.get_property(str(control.get(NUMBER))).as_element()

    def read(self, exchange: Exchange, pages: Pages) -> Read | None:
        """As the page of an answer, with the policies of the real one."""
        real = exchange.answer.headers
        kept = tuple(pair for pair in real if pair[0].lower() in POLICIES)
        answer = Response(
            status=exchange.answer.status or 200,
            headers=(*kept, ("Content-Type", "text/html; charset=utf-8")),
            body=self.html.encode("utf-8", "replace"),
        )
        return read_page(replace(exchange, response=answer), self.url, pages)


def look_at(page: Page) -> Rendered:
    """What a person sees there now. May wait for ever on a page whose scripts do not end."""
    from playwright.sync_api import Error

    frames = []
    for frame in page.main_frame.child_frames[:MOST_FRAMES]:
        with suppress(Error):  # a frame that is gone, or was not let in
            frames.append(_look(frame))
    return replace(_look(page.main_frame), frames=tuple(frames))


def _look(frame: Frame) -> Rendered:
    handle = frame.evaluate_handle(script())
    return Rendered(
        html=handle.get_property("html").json_value(),
        invalid=tuple((n, rule) for n, rule in handle.get_property("invalid").json_value()),
        # A frame that is written out in its attribute has the address of the page around it.
        url=frame.page.url if frame.url.startswith("about:") else frame.url,
        _handle=handle,
    )


def script() -> str:
    """What writes the page down, in the browser."""
    return files(__package__).joinpath("rendered.js").read_text("utf-8")


def fill_in(rendered: Rendered, form: Tag, page: Read, work: Filling) -> ElementHandle | None:
    """Fill in a form as a person would; the field that was typed into last.

    Raises:
        playwright.sync_api.Error: a field cannot be filled in.
    """
    last = None
    for control in page.controls(form):
        element = rendered.element(control)
        if element is not None and control is not work.button:
            _set(element, control, work)
            last = element if is_typed(control) and not page.is_hidden(control) else last
    return last


def press(rendered: Rendered, work: Filling, last: ElementHandle | None) -> bool:
    """Press the button of a form, or Enter in its last field; False where there is neither.

    Raises:
        playwright.sync_api.Error: the button cannot be pressed.
    """
    button = rendered.element(work.button) if work.button is not None else None
    if button is not None:
        button.click(timeout=PRESS_SECONDS * 1000)
    elif last is not None:
        last.press("Enter", timeout=PRESS_SECONDS * 1000)
    return button is not None or last is not None


def _set(element: ElementHandle, control: Tag, work: Filling) -> None:
    if is_submit(control) or kind_of(control) in ("hidden", "button", "reset", "file"):
        return
    made, milliseconds = filled(control, work), PRESS_SECONDS * 1000
    if kind_of(control) in ("checkbox", "radio"):
        if bool(made.fields) != control.has_attr("checked"):
            _tick(element, bool(made.fields))
    elif control.name == "select":
        wanted = [value for _, value in made.fields]
        selected = [str(o.get("value")) for o in control.find_all("option", selected=True)]
        if wanted != selected:
            element.select_option(wanted, timeout=milliseconds)
    elif made.by_us and made.fields:
        element.fill(made.fields[0][1], timeout=milliseconds)


def _tick(element: ElementHandle, wanted: bool) -> None:
    """A box that is drawn by a style lies under its label, which is what a person presses."""
    from playwright.sync_api import Error

    try:
        element.set_checked(wanted, timeout=1000)
    except Error:
        element.dispatch_event("click")
