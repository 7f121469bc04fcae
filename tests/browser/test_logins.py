"""How `mockauth check` signs in: by forms, in a browser, by hand, by a function; and what it says."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from mockauth.browser.by_function import LoginSession
from mockauth.browser.chromium import installed
from mockauth.checks.evidence import Given
from mockauth.cli import login as cli_login
from mockauth.engine.check import run_check
from mockauth.engine.events import RunFinished
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.result import Run
from mockauth.engine.target.logins import Logins
from mockauth.errors import NothingJudged, UsageError
from mockauth.plugin.app import create_app
from mockauth.plugin.server.serving import serving
from mockauth.testing import config_of
from mockauth.wire import Secret
from tests.browser.scripted import How, Scripted

MISSING = installed.missing()
needs_chromium = pytest.mark.skipif(bool(MISSING), reason=f"no browser: {MISSING}")
CONFIG = config_of(login="login_and_consent")
WORKS, ADMITS = "token.exchange-works", "page.form-action-allows-redirect"
USER = CONFIG.users[0]


@contextmanager
def served(how: How | None = None, **more: Any) -> Iterator[str]:
    """The built-in plugin, its pages made by script in that way."""
    app = create_app(CONFIG)
    with serving(app if how is None else Scripted(app, how, **more)) as base:
        yield base


def checked(base: str, logins: Logins, *select: str) -> Run:
    """A run with these checks."""
    client = CONFIG.clients[0]
    given = Given(
        client_id=client.id, client_secret=Secret(client.secret),
        username=USER.name, password=Secret(USER.password),
    )  # fmt: skip
    options = CheckOptions(target=base, given=given, logins=logins, select=select or (WORKS,))
    *_, last = run_check(options)
    assert isinstance(last, RunFinished)
    return last.run


def states(run: Run) -> dict[str, str]:
    return {result.rule.id: result.state for result in run.results}


@needs_chromium
def test_auto_goes_over_to_the_browser_where_pages_are_made_by_script() -> None:
    with served("fetched") as base:
        run = checked(base, Logins())

    assert states(run) == {WORKS: "pass"}
    assert any("real browser" in note for note in run.notes)
    assert USER.password not in repr([result.actual for result in run.results])


@needs_chromium
def test_the_cookies_of_one_login_in_the_browser_serve_the_probes() -> None:
    probes = ("token.code-single-use", "token.code-bound-to-redirect")
    with served("shadow", only="Log in") as base:
        run = checked(base, Logins(), "token.code-single-use", WORKS)

    assert set(states(run).values()) == {"pass"}, probes
    logins = [
        e for e in run.trace if e.request.url.endswith("/login") and e.request.method == "POST"
    ]
    assert len(logins) == 1


@needs_chromium
def test_forms_that_script_makes_are_blocked_and_not_missing() -> None:
    with served("inserted", only="Log in") as base:
        run = checked(base, Logins(), "page.login-csrf-protected")

    assert states(run) == {"page.login-csrf-protected": "blocked"}


@needs_chromium
def test_a_policy_that_stops_the_browser_is_the_finding() -> None:
    with served("inserted", form_action="'self'") as base:
        run = checked(base, Logins(), ADMITS, WORKS)

    assert states(run) == {ADMITS: "fail", WORKS: "pass"}


@needs_chromium
def test_cookies_that_no_cross_site_click_carries_do_not_stop_the_login() -> None:
    with served("inserted", strict=True) as base:
        run = checked(base, Logins())

    assert states(run) == {WORKS: "pass"}


@needs_chromium
def test_the_browser_is_used_from_the_first_login_on_when_it_is_asked_for() -> None:
    with served() as base:
        run = checked(base, Logins(way="browser"))

    assert states(run) == {WORKS: "pass"}
    first = next(e for e in run.trace if e.step == "authorize")
    assert "Chrome" in (first.request.header("User-Agent") or "")


def test_without_a_browser_the_reason_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKAUTH_BROWSER", "/no/such/browser")
    with served("inserted") as base:
        run = checked(base, Logins())

    assert states(run) == {WORKS: "blocked"}
    assert "needs script" in run.stopped
    assert "MOCKAUTH_BROWSER" in run.stopped or "mockauth[browser]" in run.stopped


def test_without_a_browser_the_option_says_so_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MOCKAUTH_BROWSER", "/no/such/browser")

    with pytest.raises(UsageError, match="--login browser needs a browser"):
        cli_login.logins_of("browser", None)


def by_hand(url: str, session: LoginSession) -> str:
    """What a person does, in a function."""
    page = session.get(url)
    if page.is_redirect:
        page = session.get(_join(url, page.header("Location")))
    while True:
        action = re.search(r'action="([^"]*)"', page.text)
        assert action is not None
        fields = dict(re.findall(r'name="(csrf_token|next)" value="([^"]*)"', page.text))
        fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
        answer = session.post(
            _join(url, action[1].replace("&amp;", "&")),
            {
                **fields, "username": session.username, "password": session.password,
                "decision": session.decision,
            },
        )  # fmt: skip
        to = _join(url, answer.header("Location"))
        if to.startswith("https://chat.openai.com/"):
            return to
        page = session.get(to)


def _join(base: str, to: str | None) -> str:
    return to if to and "://" in to else "/".join(base.split("/")[:3]) + (to or "")


def test_a_function_signs_in_with_requests_of_its_own() -> None:
    with served() as base:
        run = checked(
            base, Logins(way="function", function=by_hand), WORKS, "callback.deny-is-access-denied"
        )

    assert set(states(run).values()) == {"pass"}
    assert USER.password not in repr([result.actual for result in run.results])


def test_a_function_may_leave_the_pages_to_mockauth() -> None:
    with served() as base:
        run = checked(base, Logins(function=lambda url, session: session.sign_in(url)))

    assert states(run) == {WORKS: "pass"}


def failing(url: str, session: LoginSession) -> str:
    raise RuntimeError(f"no luck with {session.password}")


def empty(url: str, session: LoginSession) -> str:
    return ""


def lost(url: str, session: LoginSession) -> str:
    return url


@pytest.mark.parametrize("function", [failing, empty, lost])
def test_a_function_that_fails_blames_nobody_and_leaks_nothing(function: Any) -> None:
    with served() as base:
        run = checked(base, Logins(function=function))

    assert states(run) == {WORKS: "blocked"}
    assert "the function of --login failed" in run.stopped


def test_a_person_is_asked_once_and_the_final_address_is_taken() -> None:
    asked: list[str] = []

    with served() as base:

        def ask(url: str) -> str:
            asked.append(url)
            final: list[str] = []

            def function(at: str, session: LoginSession) -> str:
                final.append(by_hand(at, session))
                return final[0]

            checked(base, Logins(function=function))
            return (
                final[0].split("?")[0]
                + "?code=made-up&state="
                + url.split("state=")[1].split("&")[0]
            )

        run = checked(base, Logins(way="manual", ask=ask), WORKS)

    assert len(asked) == 1
    assert run.trace.last("callback") is not None
    assert states(run) == {WORKS: "fail"}  # the code was made up


def test_manual_without_a_terminal_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    with pytest.raises(NothingJudged, match="--login browser"):
        cli_login.logins_of("manual", None)


class Terminal(io.StringIO):
    """A person who types these lines."""

    def isatty(self) -> bool:
        return True


def test_a_person_sees_one_stable_line_and_may_paste_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("what?\nhttps://chat.openai.com/cb?code=c\n"))
    logins = cli_login.logins_of("manual", None)
    assert logins.ask is not None

    final = logins.ask("http://localhost:1/authorize?state=s")

    assert final == "https://chat.openai.com/cb?code=c"
    shown = capsys.readouterr()
    assert "MOCKAUTH_AUTHORIZE_URL: http://localhost:1/authorize?state=s\n" in shown.err
    assert shown.out == ""


def test_a_person_who_goes_away_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(""))

    with pytest.raises(NothingJudged, match="nobody pasted an address"):
        cli_login.ask_person("http://localhost:1/authorize")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("magic", "write auto, follow, form, browser, manual or MODULE:FUNC"),
        ("no_such_module:login", "no_such_module"),
        ("json:no_such_function", "no function"),
    ],
)
def test_a_way_that_does_not_exist_is_refused(value: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        cli_login.logins_of(value, None)


def test_a_function_is_found_by_its_name() -> None:
    assert cli_login.function_at("tests.browser.test_logins:lost") is not None
