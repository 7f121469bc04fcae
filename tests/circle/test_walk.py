"""One value's way through the code: `client_url`, from the manifest to a line of the report."""

from __future__ import annotations

import io
import json

from mockauth.browser.form import Credentials
from mockauth.browser.session import Session
from mockauth.chatgpt.authorize import Pending, authorization_request, code_at
from mockauth.chatgpt.client import Client
from mockauth.checks.callback import state_once_equal
from mockauth.checks.evidence import Evidence, Given
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import WsgiTransport
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.engine.result.verdict import judge
from mockauth.manifest.auth import OAuth
from mockauth.manifest.plugin import read_manifest
from mockauth.plugin.api.documents import manifest
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.profiles import PLUGIN
from mockauth.report import terminal
from mockauth.wire import Secret, Trace
from mockauth.wire.message import first
from mockauth.wire.secret import Secrets

BASE = "http://localhost:5000"


def test_client_url_goes_from_the_manifest_to_a_line_of_the_report() -> None:
    dropped = AnswerChange(place="redirect", redirect_remove=["state"])
    config = PluginConfig(login="auto").with_faults(Fault(name="no-state", answers=(dropped,)))

    # bytes of the manifest -> a value
    read = read_manifest(json.dumps(manifest(config, BASE)).encode(), BASE)
    assert isinstance(read.auth, OAuth)
    assert read.auth.client_url == f"{BASE}/authorize"

    # the value -> the authorization request, in ChatGPT's order
    callback_uri = PLUGIN.redirect_uri(config.plugin_ids[0])
    client = Client(
        auth=read.auth,
        id=config.clients[0].id,
        secret=Secret(config.clients[0].secret),
        redirect_uri=callback_uri,
        encoding="json",
    )
    pending = Pending(redirect_uri=callback_uri, state="8a1c6f0e-1111-4222-8333-444455556666")
    request = authorization_request(client, pending)
    assert [name for name, _ in request.query] == [
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
    ]

    # the request -> the driver and the browser, which stops before the redirect
    driver = Driver(WsgiTransport(create_app(config)), Trace(), Secrets(), flow=1)
    session = Session(driver.send, Credentials(), frozenset({"localhost"}))
    landing = session.run(request, redirect_uris=(callback_uri,))
    driver.capture(landing)
    assert landing.outcome == "callback"
    assert driver.trace.exchanges[-1].response is None

    # the redirect -> the reader of the callback
    assert code_at(landing.params)
    assert first(landing.params, "state") != pending.state

    # the trace -> a check, whose level the profile gives
    given = Given(redirect_uri=callback_uri)
    result = judge(state_once_equal, Evidence(given=given, trace=driver.trace, auth=read.auth))
    assert (result.state, result.level, result.at) == ("fail", "must", "/auth/client_url")

    # the verdict -> a line of the report
    run = Run(
        target=BASE,
        profile=PLUGIN,
        auth="oauth",
        started=0.0,
        duration_ms=1.0,
        results=(result,),
        trace=driver.trace,
        secrets=driver.secrets,
    )
    screen = io.StringIO()
    terminal.write(run, gate(run), screen, verbose=1)
    text = screen.getvalue()
    assert "FAIL    callback.state-once-equal  (must)" in text
    assert "authorize endpoint, client_url (manifest /auth/client_url)" in text
    assert "ChatGPT cannot sign in: callback.state-once-equal" in text
