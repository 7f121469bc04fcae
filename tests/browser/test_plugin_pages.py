"""A person gets through every sign-in of the built-in plugin in real Chromium, and through none of
those with a fault that stops every browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from mockauth.browser.chromium.stub import LINK, start_url
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig, UserConfig
from mockauth.plugin.login_name import Login
from mockauth.plugin.oauth.shape import ONE_TIME_CODE, PICTURE_SAYS, SHAPES
from mockauth.scenario.misbehaving import with_faults
from mockauth.wire.message import first
from tests.browser.referee import Referee, act
from tests.browser.shapes.shape import PASSWORD, USER, Action, Shape, fill, press, tick
from tests.browser.test_chromium import MISSING
from tests.plugin.tour import CALLBACK

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)
NAMES = fill("[name=username]", USER)
PROVES = fill("[name=password]", PASSWORD)
LOGS_IN = press("form:has([name=password]) button")
SIGNS_IN = (NAMES, PROVES, LOGS_IN)
ALLOWS = press("[value=allow]")
PRESSES = press("button")
DEEDS: dict[Login, tuple[Action, ...]] = {
    "auto": (),
    "login": SIGNS_IN,
    "captcha": (NAMES, PROVES, fill("[name=captcha]", PICTURE_SAYS), LOGS_IN, ALLOWS),
    "consent_by_links": (*SIGNS_IN, press("text=Allow >> nth=1")),
    "consent_by_radios": (*SIGNS_IN, tick("[value=allow]"), PRESSES),
    "http_basic": (ALLOWS,),
    "one_time_code": (*SIGNS_IN, fill("[name=code]", ONE_TIME_CODE), PRESSES, ALLOWS),
    "stay_signed_in": (*SIGNS_IN, press("[value=no]"), ALLOWS),
    "two_steps": (NAMES, PRESSES, PROVES, PRESSES, ALLOWS),
}
"""What a person does where it is more or less than to log in and allow."""
STOPPED = (
    "page.form-action-self", "page.cookie-none-insecure", "page.login-form-action-none",
    "page.login-sandboxed", "page.consent-by-turbo", "page.names-are-addresses",
    "page.consent-by-lost-fetch", "page.way-back-stopped",
)  # fmt: skip
ADA = (UserConfig(name=USER, password=PASSWORD, key="ada-key"),)


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    with Referee.ready() as ready:
        yield ready


def comes_back(referee: Referee, config: PluginConfig, patience: float) -> bool:
    """Whether a person who starts at ChatGPT comes back to it with a code."""
    referee.stage.app = create_app(config)
    state = secrets.token_urlsafe(12)
    asked = {
        "response_type": "code",
        "client_id": config.clients[0].id,
        "redirect_uri": CALLBACK,
        "state": state,
    }
    shape = Shape(name=config.login, kind="plugin", basic=SHAPES[config.login].by_basic)
    authorize = f"http://localhost:{referee.stage.port}/authorize?{urlencode(asked)}"
    deeds = DEEDS.get(config.login, (*SIGNS_IN, ALLOWS))

    def walk(browser: Browser) -> bool:
        with referee.page(browser, shape) as page:
            page.set_default_timeout(patience * 1000)
            page.goto(start_url(authorize))
            page.click(LINK, no_wait_after=True)
            act(page, deeds)
            arrival = referee.stub.wait_for(state, patience)
            return arrival is not None and bool(first(arrival.params, "code"))

    return referee.do(walk)


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "other_company"])
def test_a_person_signs_in(referee: Referee, name: Login) -> None:
    assert comes_back(referee, PluginConfig(login=name, users=ADA), 15.0)


def test_a_page_that_is_closed_while_it_lands_hangs_nobody(referee: Referee) -> None:
    assert comes_back(referee, PluginConfig(login="auto", users=ADA), 15.0)
    starts = referee.chromium.starts

    for _ in range(6):  # before, every third of them hung
        assert comes_back(referee, PluginConfig(login="auto", users=ADA), 15.0)

    assert referee.chromium.starts == starts


@pytest.mark.parametrize("name", STOPPED)
def test_a_fault_that_stops_browsers_stops_chromium(referee: Referee, name: str) -> None:
    assert not comes_back(referee, with_faults(PluginConfig(users=ADA), [name]), 2.0)


def test_a_page_that_only_script_sends_stops_nobody(referee: Referee) -> None:
    config = with_faults(PluginConfig(users=ADA), ["page.login-by-script"])
    assert comes_back(referee, config, 15.0)
