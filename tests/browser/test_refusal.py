"""Pages that refuse a request with status 200, and offer ways to somewhere else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from mockauth.browser.form import Credentials, Edit, Submission
from mockauth.browser.landing import Landing
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.wire import Request, Secret, Trace
from mockauth.wire.secret import Secrets

CALLBACK = "https://chat.openai.com/aip/plugin-1/oauth/callback"
WRONG = "https://attacker.example/callback"
SEARCH = (
    '<form action="/search" role="search"><input type="search" name="q"><button>Go</button></form>'
)
ELSEWHERE = '<a class="btn btn-secondary" href="https://vendor.example">Vendor</a>'
REFUSALS = {
    "portal": '<h1>Fehler</h1><a class="btn" role="button" href="/portal">Go to portal</a>'
    + ELSEWHERE,
    "log out": '<p>Wrong address</p><a class="btn" href="/?logout=1">Log out</a>' + ELSEWHERE,
    "log out form": '<p>No</p><form action="/sign-out" method="post"><button>Выход</button></form>',
    "back": '<p>잘못된 요청</p><a role="button" href="/portal">뒤로</a>',
    "help": f"<p>Error</p>{ELSEWHERE}",
    "continue": '<p>Invalid client</p><a class="button" href="/portal">Continue</a>',
    "form": '<p>Invalid client</p><form action="/portal"><button>Continue</button></form>',
    "skin": f"<p>redirect_uri</p>{SEARCH}<script src=/skin.js></script><script>let x = 1</script>",
    "contact": '<p>No</p><form action="/mail" method="post"><textarea name=t></textarea>'
    "<button>Send</button></form><script src=/skin.js></script>",
}
LOGIN = '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Log in</button></form>'
CONSENT = '<form method="post" action="/consent"><button name="a" value="1">{}</button></form>'


@dataclass
class Server:
    """A server that shows its login first, then consent, then redirects or refuses."""

    refusal: str = REFUSALS["portal"]
    refuses_first: bool = False
    refuses: bool = True
    consent: str = "Allow"

    def app(self) -> Flask:
        app = Flask("server")
        both = ["GET", "POST"]
        app.add_url_rule("/authorize", "authorize", self.authorize)
        app.add_url_rule("/login", "login", self.login, methods=["POST"])
        app.add_url_rule("/consent", "consent", self.consented, methods=["POST"])
        app.add_url_rule("/portal", "portal", lambda: shown(LOGIN), methods=both)
        return app

    @property
    def is_wrong(self) -> bool:
        return request.args.get("redirect_uri") == WRONG

    def authorize(self) -> Response | str:
        if self.refuses_first and self.is_wrong:
            return shown(self.refusal)
        if "user" not in request.cookies:
            answer = Response(shown(LOGIN), mimetype="text/html")
            answer.set_cookie("to", request.args["redirect_uri"])
            return answer
        if self.refuses and self.is_wrong:
            return shown(self.refusal)
        answer = Response(shown(CONSENT.format(self.consent)), mimetype="text/html")
        answer.set_cookie("to", request.args["redirect_uri"])
        return answer

    def login(self) -> Response:
        answer = redirect(f"/authorize?redirect_uri={request.cookies.get('to', CALLBACK)}")
        answer.set_cookie("user", "ada")
        return answer

    def consented(self) -> Response:
        return redirect(f"{request.cookies.get('to', CALLBACK)}?code=c0de&state=s")


def shown(body: str) -> str:
    return f"<!doctype html><html><title>T</title><body>{body}</body></html>"


@dataclass
class Wariness:
    """Whether the request of now is one to refuse."""

    now: bool = False


@dataclass
class Visitor:
    """A browser at one server, and what it sent."""

    server: Server

    def __post_init__(self) -> None:
        self.trace = Trace()
        driver = Driver(WsgiTransport(self.server.app()), self.trace, Secrets())
        self.wariness = Wariness()
        self.session = Session(
            driver.send,
            Credentials(username="ada", password=Secret("lovelace-1815")),
            frozenset({"localhost"}),
            is_wary=lambda: self.wariness.now,
        )

    def goes(self, to: str = CALLBACK, *, edit: Edit | None = None) -> Landing:
        self.wariness.now = to == WRONG
        start = Request(
            method="GET", url="http://localhost/authorize", query=(("redirect_uri", to),)
        )
        return self.session.run(start, redirect_uris=(CALLBACK, to), edit=edit)

    @property
    def asked(self) -> list[str]:
        return [e.request.url.removeprefix("http://localhost") for e in self.trace.exchanges]


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("first", [True, False], ids=["at once", "after the login"])
def test_a_refusal_with_status_200_is_not_walked_on(refusal: str, first: bool) -> None:
    visitor = Visitor(Server(refusal=refusal, refuses_first=first))
    landing = visitor.goes(WRONG)
    assert (landing.outcome, landing.left) == ("error_page", False), landing.describe()
    assert len([one for one in visitor.asked if not one.startswith("/authorize")]) == (not first)


@pytest.mark.parametrize("consent", ["Allow", "ആവാം"])
@pytest.mark.parametrize("logged_in", [True, False])
def test_a_server_that_redirects_wrongly_after_login_and_consent_is_caught(
    consent: str, logged_in: bool
) -> None:
    visitor = Visitor(Server(refuses=False, consent=consent))
    assert visitor.goes().outcome == "callback"
    if not logged_in:
        visitor.session.cookies = type(visitor.session.cookies)()
    landing = visitor.goes(WRONG)
    assert landing.url.startswith(WRONG)


def test_a_link_that_logs_out_is_never_pressed() -> None:
    page = '<p>Hello</p><a class="btn" href="/?logout=1">ലോഗൗട്ട്</a>'
    visitor = Visitor(Server(refusal=page, refuses_first=True))
    visitor.session.is_wary = lambda: False
    visitor.goes(WRONG)
    assert visitor.asked == ["/authorize"]


def test_a_link_to_another_host_whose_words_are_unknown_is_never_pressed() -> None:
    visitor = Visitor(Server(refusal=f"<p>scope</p>{ELSEWHERE}", refuses_first=True))
    visitor.session.is_wary = lambda: False
    assert visitor.goes(WRONG).outcome == "error_page"


def forged(which: str) -> Edit:
    def edit(form: Submission) -> Submission:
        if form.has_password is (which == "login"):
            return replace(form, drop_cookies=True, forged=True)
        return form

    return edit


@pytest.mark.parametrize("which", ["login", "consent"])
def test_a_page_that_asks_anew_refuses_a_forged_form(which: str) -> None:
    class Careful(Server):
        def login(self) -> Response:
            return (
                super().login()
                if request.cookies
                else redirect(f"/authorize?redirect_uri={CALLBACK}")
            )

        def consented(self) -> Response:
            if request.cookies:
                return super().consented()
            return redirect(f"/authorize?redirect_uri={CALLBACK}")

    visitor = Visitor(Careful(consent="ആവാം"))
    landing = visitor.goes(edit=forged(which))
    assert (landing.outcome, landing.reason) == ("error_page", "asks-anew")


@pytest.mark.parametrize("which", ["login", "consent"])
def test_a_forged_form_that_is_taken_leads_to_the_callback(which: str) -> None:
    assert Visitor(Server()).goes(edit=forged(which)).outcome == "callback"
