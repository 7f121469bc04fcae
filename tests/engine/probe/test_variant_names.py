"""What a finding calls the variant that shows it."""

from __future__ import annotations

from dataclasses import replace

from mockauth.engine.check import run_check
from mockauth.engine.demo import options_for
from mockauth.engine.events import finished
from mockauth.engine.http.transport import WsgiTransport
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.mcp_server import as_mcp_server
from mockauth.scenario.misbehaving import with_faults

RULE = "registration.default-method-basic"


def test_an_advertised_method_is_named_and_not_its_place_in_the_file() -> None:
    config = with_faults(as_mcp_server(PluginConfig()), ["register.default-post"])
    options = replace(options_for(config, "http://localhost:5000", "mcp"), select=(RULE,))

    run = finished(run_check(options, transport=WsgiTransport(create_app(config))))

    [result] = [one for one in run.results if one.rule.id == RULE]
    assert "[method=client_secret_basic]" in result.actual
