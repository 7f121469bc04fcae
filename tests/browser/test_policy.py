"""Which scripts are believed to take a form over, and which pages wait for a script."""

from __future__ import annotations

import pytest

from mockauth.browser.page import Page, read_page
from mockauth.browser.policy import taken_over
from mockauth.wire import Exchange, Request, Response
from mockauth.wire.markup import Pages

FORM = '<form method="post" action="/consent"><button>Allow</button></form>'
TURBO = '<script src="/assets/turbo.min.js"></script>'
FETCHES = (
    "<script>document.forms[0].onsubmit = async e => { e.preventDefault(); "
    "const got = await fetch(e.target.action, {method: 'POST'}); ROUTE }</script>"
)
HTMX = '<script src="/assets/htmx.min.js"></script>'
SITE = "http://localhost/"


def page(body: str, policy: str = "") -> Page:
    headers = (("Content-Type", "text/html"), ("Content-Security-Policy", policy))
    answer = Response(status=200, headers=headers, body=f"<html>{body}".encode())
    exchange = Exchange(step="page", request=Request(method="GET", url=SITE), response=answer)
    found = read_page(exchange, SITE, Pages())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("body", "policy", "name"),
    [
        (TURBO, "", "Turbo"),
        (TURBO, "script-src 'self'", "Turbo"),
        (TURBO.replace("<script", '<script nonce="n1"'), "script-src 'nonce-n1'", "Turbo"),
        (TURBO, "default-src 'none'", ""),
        (TURBO, "script-src https://cdn.example", ""),
        (FETCHES.replace("ROUTE", ""), "", "a script of the page"),
        (FETCHES.replace("ROUTE", ""), "script-src 'self'", ""),
        (FETCHES.replace("ROUTE", "location.href = (await got.json()).to"), "", ""),
    ],
)
def test_a_script_takes_a_form_over_where_it_may_run(body: str, policy: str, name: str) -> None:
    found = page(FORM + body, policy)
    assert taken_over(found.forms[0], found, loads=lambda url: True) == name


@pytest.mark.parametrize(
    ("around", "name"),
    [
        ('<div hx-boost="true">FORM</div>', "htmx"),
        ('<div data-hx-boost="true">FORM</div>', "htmx"),
        ('<div hx-boost="true"><div hx-boost="false">FORM</div></div>', ""),
        ('<div hx-boost="false"><div hx-boost="true">FORM</div></div>', "htmx"),
        ('<div hx-disable><div hx-boost="true">FORM</div></div>', ""),
        ('<div data-hx-disable><div hx-boost="true">FORM</div></div>', ""),
        ('<div data-turbo="false"><div data-turbo="true">FORM</div></div>', ""),
    ],
)
def test_the_nearest_element_says_whether_htmx_sends_a_form(around: str, name: str) -> None:
    found = page(around.replace("FORM", FORM) + HTMX)
    assert taken_over(found.forms[0], found, loads=lambda url: True) == name


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ('<h1>Log in</h1><div id="root"></div><script src="/app.js"></script>', True),
        ('<h1>Log in</h1><div id="box"></div><script>show("box")</script>', True),
        ('<h1>Unknown client</h1><div id="box"></div><script src="/app.js"></script>', False),
        ('<h1>Unknown client</h1><div id="root"></div>', False),
        ("<h1>Unknown client</h1><script>track()</script>", False),
        ('<h1>Unknown client</h1><div id="root">x</div><script src="/app.js"></script>', False),
    ],
)
def test_an_empty_block_that_a_script_fills_waits_for_script(body: str, waits: bool) -> None:
    assert page(body).only_script_goes_on == waits


@pytest.mark.parametrize("written", [r"\u0026", r"\x26", "&"])
def test_an_address_in_a_script_is_read_as_a_script_reads_it(written: str) -> None:
    onward = page(
        f'<script>location.replace("https:\\/\\/a.example/cb?code=1{written}state=2")</script>'
    )
    target = onward.goes_to()
    assert target is not None
    assert target[0] == "https://a.example/cb?code=1&state=2"
