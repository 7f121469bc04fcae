"""What the handler of a button or a link does is read where it is plain, and nowhere else."""

from __future__ import annotations

import pytest
from flask import Response as Answer

from mockauth.browser.handler import handlers
from mockauth.browser.page import Page, read_page
from mockauth.wire import Exchange, Request, Response
from mockauth.wire.markup import Pages
from tests.browser.test_told import Site

FORM = (
    '<form id="f" name="g" method="post" action="/go"><input type="hidden" name="answer" id="a" '
    'value="?"></form>'
)


def page_of(body: str) -> Page:
    url = "http://localhost/x"
    answer = Response(status=200, headers=(("Content-Type", "text/html"),), body=body.encode())
    exchange = Exchange(step="page", request=Request(method="GET", url=url), response=answer)
    page = read_page(exchange, url, Pages())
    assert page is not None
    return page


@pytest.mark.parametrize(
    "code",
    [
        "document.getElementById('f').submit()",
        "document.getElementById('f').submit();return false",
        "event.preventDefault(); document.forms[0].submit();",
        "document.forms['g'].requestSubmit()",
        "document.forms.f.submit()",
        "document.querySelector('form').submit()",
        "$('#f').submit()",
        "f.submit()",
        "document.g.submit(); return true;",
    ],
)
def test_a_form_is_sent_in_many_spellings(code: str) -> None:
    [(_, deed)] = handlers(page_of(f'{FORM}<a href="#" onclick="{code}">Go</a>'))

    assert deed.form is not None


@pytest.mark.parametrize(
    "code",
    [
        "f.answer.value='yes';f.submit()",
        "document.getElementById('a').value = 'yes'; f.submit()",
        "document.forms[0].elements['answer'].value='yes';document.forms[0].submit()",
        "document.forms[0]['answer'].value='yes';f.submit()",
        "$('#a').val('yes');$('#f').submit()",
        "document.querySelector('[name=answer]').value='yes';f.submit();",
    ],
)
def test_what_it_writes_before_is_sent(code: str) -> None:
    site = Site(f'{FORM}<button onclick="{code}">Allow</button>')

    site.visit()

    assert site.sent == [[("answer", "yes")]]


@pytest.mark.parametrize(
    "code",
    [
        "go()",
        "f.answer.value=secret;f.submit()",
        "if(confirm('Sure?'))f.submit()",
        "f.submit",
        "fetch('/go').then(r => f.submit())",
        "document.getElementById('nothing').submit()",
        "location.href='javascript:alert(1)'",
        "x" * 600,
        "",
    ],
)
def test_a_handler_that_is_not_plain_is_left_alone(code: str) -> None:
    page = page_of(f'{FORM}<button type="button" onclick="{code}">Go</button>')

    assert list(handlers(page)) == []


@pytest.mark.parametrize(
    "code",
    ["location.href='/go?answer=yes'", "window.location.assign('/go?answer=yes');return false"],
)
def test_a_handler_goes_to_an_address(code: str) -> None:
    assert Site(f'<button onclick="{code}">Allow</button>').visit().outcome == "callback"


def test_a_link_that_logs_out_by_a_form_is_not_pressed() -> None:
    page = (
        '<form id="logout-form" method="post" action="/go"><input type="hidden" name="t" value="1"></form>'
        '<a href="#" onclick="document.getElementById(\'logout-form\').submit()">Xyz</a>'
    )
    site = Site(page)

    site.visit()

    assert site.sent == []


def test_a_policy_without_inline_scripts_stops_a_handler() -> None:
    site = Site(f'{FORM}<a href="#" onclick="f.submit()">Allow</a>')

    @site.app.after_request
    def guard(answer: Answer) -> Answer:
        answer.headers["Content-Security-Policy"] = "script-src 'self'"
        return answer

    assert site.visit().stopped_by == "script-src"
