"""An altered token is refused by an API that refuses everybody, too, which shows nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.wire import Secret

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RULE = "api.altered-token-refused"


def refusing(app: WSGIApplication) -> WSGIApplication:
    """The app, whose API refuses everybody."""

    def refused(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/todos"):
            start("401 Unauthorized", [("WWW-Authenticate", "Bearer")])
            return [b""]
        return app(environ, start)

    return refused


@pytest.mark.parametrize("token", ["5f2c9d7e41ab8036", "5F2c9d7e41ab8036"])
def test_a_token_of_one_letter_case_has_its_control_as_any_other(token: str) -> None:
    config = PluginConfig(auth="service_http")
    known = options_for(config, "http://localhost:5000")
    options = replace(
        known, select=(RULE,), given=replace(known.given, token=Secret(token, "token"))
    )
    *_, last = run_check(options, transport=WsgiTransport(refusing(create_app(config))))

    assert isinstance(last, RunFinished)
    states = {result.rule.id: result.state for result in last.run.results}
    assert states[RULE] == "blocked"
