"""`[[login.page]]` of the settings file, read strictly."""

from __future__ import annotations

import tomllib

import pytest

from mockauth.browser.override import Override, read_overrides
from mockauth.errors import UsageError
from mockauth.wire import Secret

ENVIRONMENT = {"TENANT": "acme-7"}


def read(text: str) -> tuple[Override, ...]:
    return read_overrides(tomllib.loads(text)["login"], "mockauth.toml", ENVIRONMENT)


def test_an_entry_holds_what_is_typed_and_pressed_on_its_pages() -> None:
    [found] = read(
        '[[login.page]]\nurl = "*/signin*"\nsubmit = "button.primary"\ndeny = "아니요"\n'
        'fields = { "#tenant" = { env = "TENANT" }, branch = 42, remember = true, name = "ada" }'
    )

    assert found == Override(
        url="*/signin*",
        fields=(
            ("#tenant", Secret("acme-7", "TENANT")),
            ("branch", "42"),
            ("remember", True),
            ("name", "ada"),
        ),
        submit="button.primary",
        deny="아니요",
        place="mockauth.toml: login.page entry 1",
    )
    assert [secret.reveal() for secret in found.secrets] == ["acme-7"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("login.page = [{ submit = 'Go' }]", "login.page entry 1 needs url"),
        ("login.page = [{ url = '*', sumbit = 'Go' }]", "unknown key 'sumbit'; did you mean submit?"),
        ("login.page = [{ url = '*', zzz = 1 }]", "there are url, fields, submit, deny, skip"),
        ("login.page = [{ url = '*' }]", "says only url; add fields, submit, deny or skip"),
        ("login.page = [{ url = 5, skip = true }]", "entry 1.url must be a text"),
        ("login.page = [{ url = '*', submit = '' }]", "entry 1.submit must be a text"),
        ("login.page = [{ url = '*', skip = 'yes' }]", "entry 1.skip must be true or false"),
        ("login.page = [{ url = '*', skip = true, submit = 'Go' }]", "take out submit"),
        ("login.page = [{ url = '*', fields = 'x' }]", "entry 1.fields must be a table"),
        ("login.page = [{ url = '*', fields = { a = [1] } }]", "entry 1.fields.a must be a text"),
        ("login.page = [{ url = '*', fields = { user.name = 'x' } }]", "stands in quotes"),
        ("login.page = [{ url = '*', fields = { a = { env = 'NO' } } }]", "has no NO"),
        ("login.page = { url = '*' }", "login.page must be a list; write [[login.page]]"),
        ("login.page = ['*']", "login.page entry 1 must be a table"),
        ("login.strategy = 'auto'", "[login] has no key 'strategy'"),
        ("login = 5", "login must be a table; write [[login.page]]"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_settings_names_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as wrong:
        read(text)

    assert str(wrong.value).startswith("mockauth.toml: ")
    assert said in str(wrong.value)


@pytest.mark.parametrize(
    ("glob", "url", "fits"),
    [
        ("*/login", "http://localhost:3000/login?next=%2F", True),
        ("*/login", "http://localhost:3000/login/two", False),
        ("*/login*", "http://localhost:3000/login/two", True),
        ("*step=2", "http://localhost:3000/login?step=2", True),
        ("*/interaction/*/confirm", "http://localhost/interaction/a1B2/confirm", True),
        ("http://localhost:3000/", "http://localhost:3000/#top", True),
    ],
)
def test_a_glob_is_matched_with_the_query_or_without(glob: str, url: str, fits: bool) -> None:
    assert Override(url=glob).fits(url) is fits
