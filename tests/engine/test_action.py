"""A GPT Action: no manifest, an OpenAPI document and what is typed into the GPT editor."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from mockauth.checks.evidence import Given
from mockauth.engine.check import run_check
from mockauth.engine.demo import as_action, options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.transport import Transport, WsgiTransport
from mockauth.engine.options import CheckOptions
from mockauth.engine.result.gate import gate
from mockauth.engine.result.result import Run
from mockauth.errors import UsageError
from mockauth.manifest.editor import EditorForm
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.profiles.action import TokenExchange
from mockauth.report import json_report
from mockauth.report.redacted import redactor
from mockauth.wire import Secret

BASE = "http://localhost:5000"
ACTION = as_action(PluginConfig())


def finished(options: CheckOptions, transport: Transport, *select: str) -> Run:
    """The run of these options; of the probes only those selected."""
    chosen = replace(options, select=select or ("openapi",))
    last = list(run_check(chosen, transport=transport))[-1]
    assert isinstance(last, RunFinished)
    return last.run


def ordinary(exchange: TokenExchange = "post", *select: str) -> Run:
    """The built-in plugin checked as an Action."""
    return finished(options_for(ACTION, BASE, "action", exchange), plugin(), *select)


def states(run: Run) -> dict[str, str]:
    """The state of each rule."""
    return {result.rule.id: result.state for result in run.results}


def plugin(config: PluginConfig = ACTION) -> WsgiTransport:
    """The built-in plugin, in process."""
    return WsgiTransport(create_app(config))


class KeyedApi:
    """An API whose key is sent bare in `X-Api-Key`; its document says so."""

    KEY = "k-5d1f0b7c9e2a48361d"

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        if request.path == "/openapi.yaml":
            answer = Response(KEYED_DOCUMENT, mimetype="application/yaml")
        elif request.path != "/pets":
            answer = Response("{}", 404, mimetype="application/json")
        elif request.headers.get("X-Api-Key") == self.KEY and not request.authorization:
            answer = Response("[]", mimetype="application/json")
        else:
            answer = Response('{"error": "no key"}', 401, mimetype="application/json")
        return answer(environ, start)


KEYED_DOCUMENT = """
openapi: 3.1.0
info: {title: Pets, version: "1"}
servers: [{url: "http://localhost:5000"}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Api-Key}
security: [{key: []}]
paths:
  /pets:
    get:
      operationId: listPets
      responses: {"200": {description: Pets}}
"""


def test_no_manifest_is_asked_for() -> None:
    run = ordinary("post", "manifest")

    assert run.trace.select("manifest") == []
    assert {r.state for r in run.results if r.rule.id == "manifest.served"} == {"n/a"}


def test_the_exchange_and_the_refresh_are_forms_with_the_secret_in_the_body() -> None:
    run = ordinary()

    for exchange in run.trace.ordinary("token", "refresh"):
        assert exchange.request.encoding == "form"
        assert exchange.request.header("Authorization") is None
        assert exchange.request.param("client_secret") == ACTION.clients[0].secret


def test_a_basic_exchange_has_the_credentials_in_the_header_and_nowhere_else() -> None:
    run = ordinary("basic")

    client = ACTION.clients[0]
    pair = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
    for exchange in run.trace.ordinary("token", "refresh"):
        assert exchange.request.header("Authorization") == f"Basic {pair}"
        assert exchange.request.param("client_id") is None
        assert exchange.request.param("client_secret") is None


def test_a_probe_alters_the_secret_where_it_is_sent() -> None:
    probe = "token.wrong-secret-refused"

    run = ordinary("basic", probe)

    sent = run.trace.select("token", purpose="altered", probe=probe)
    right = run.trace.ordinary("token")[0].request.header("Authorization")
    assert sent[0].request.header("Authorization") is None
    assert b"client_secret" in sent[0].request.body
    assert sent[-1].request.header("Authorization") not in (None, right)
    assert states(run)[probe] == "pass"


@pytest.mark.parametrize(
    ("exchange", "chosen", "other"),
    [
        ("post", "token.post-auth-accepted", "token.basic-auth-accepted"),
        ("basic", "token.basic-auth-accepted", "token.post-auth-accepted"),
    ],
)
def test_the_chosen_method_is_a_must_and_the_other_one_advice(
    exchange: TokenExchange, chosen: str, other: str
) -> None:
    run = ordinary(exchange, chosen, other)

    levels = {result.rule.id: result.level for result in run.results}
    assert (levels[chosen], levels[other]) == ("must", "should")
    assert (states(run)[chosen], states(run)[other]) == ("pass", "pass")


def test_a_server_that_knows_only_the_newer_callback_host_is_not_broken() -> None:
    class NewHostOnly(PluginConfig):
        @property
        def redirect_uris(self) -> tuple[str, ...]:
            return tuple(uri for uri in super().redirect_uris if "//chatgpt.com/" in uri)

    config = NewHostOnly(content_type=ACTION.content_type, plugin_ids=ACTION.plugin_ids)

    select = ("authorize.request-accepted", "callback.exact-uri")
    run = finished(options_for(ACTION, BASE, "action"), plugin(config), *select)

    assert states(run)["authorize.request-accepted"] == "pass"
    assert states(run)["callback.exact-uri"] == "pass"
    assert any("the run goes on with https://chatgpt.com/" in note for note in run.notes)


def test_the_callback_at_chat_openai_com_is_sent_first() -> None:
    run = ordinary()

    hosts = ("chat.openai.com", "chatgpt.com")
    expected = tuple(f"https://{h}/aip/{ACTION.plugin_ids[0]}/oauth/callback" for h in hosts)
    assert run.profile.redirect_uris(ACTION.plugin_ids[0]) == expected
    assert run.trace.ordinary("authorize")[0].request.param("redirect_uri") == expected[0]


def test_every_missing_value_is_named_in_one_sentence() -> None:
    options = CheckOptions(target=BASE, profile="action", form=EditorForm(auth="oauth"))

    with pytest.raises(UsageError) as wrong:
        finished(options, plugin())

    for option in ("--authorize-url", "--token-url", "--client-id", "--client-secret"):
        assert option in str(wrong.value)


def test_a_key_in_a_header_of_its_own_is_sent_bare_and_altered_there() -> None:
    options = CheckOptions(
        target=BASE, profile="action", given=Given(token=Secret(KeyedApi.KEY, "token"))
    )

    run = finished(options, WsgiTransport(KeyedApi()), "api", "service")

    call = run.trace.ordinary("api")[0].request
    assert (call.header("X-Api-Key"), call.header("Authorization")) == (KeyedApi.KEY, None)
    assert "the header X-Api-Key was taken from the OpenAPI document" in " ".join(run.notes)
    found = states(run)
    assert found["service.token-accepted"] == "pass"
    assert found["api.garbage-token-is-401"] == "pass"
    assert found["api.altered-token-refused"] == "pass"
    assert found["service.other-scheme-refused"] == "n/a"
    assert [name for name, state in found.items() if state in ("fail", "error", "blocked")] == []


def test_a_key_that_a_probe_altered_stands_in_no_report() -> None:
    options = CheckOptions(
        target=BASE, profile="action", given=Given(token=Secret(KeyedApi.KEY, "token"))
    )
    run = finished(options, WsgiTransport(KeyedApi()), "api.altered-token-refused")

    text = json_report.render(run, gate(run))

    assert KeyedApi.KEY[:-1] not in text
    assert "X-Api-Key" in text


def test_an_open_api_that_takes_any_key_is_caught() -> None:
    class Open(KeyedApi):
        def __call__(self, environ: dict[str, Any], start: Any) -> Any:
            environ["HTTP_X_API_KEY"] = self.KEY
            return super().__call__(environ, start)

    options = CheckOptions(
        target=BASE, profile="action", given=Given(token=Secret(KeyedApi.KEY, "token"))
    )

    found = states(finished(options, WsgiTransport(Open()), "api"))

    assert found["api.no-token-is-401"] == "fail"
    assert found["api.garbage-token-is-401"] == "fail"


def test_a_target_without_a_document_says_where_it_was_looked_for() -> None:
    options = replace(
        options_for(ACTION, BASE, "action"), form=EditorForm(openapi=BASE + "/x.json")
    )

    run = finished(options, plugin(), "openapi", "token", "callback")

    assert "http://localhost:5000/x.json: 404" in run.stopped
    assert "--openapi" in run.stopped
    assert "pass" not in {r.state for r in run.results if r.rule.kind != "static"}


def test_auto_is_an_action_when_only_an_action_has_the_option_given() -> None:
    options = replace(options_for(ACTION, BASE, "action"), profile="auto")

    run = finished(options, plugin())

    assert run.profile.name == "action"
    assert any(note.startswith("checked as a GPT Action, because of") for note in run.notes)


def test_a_plugin_says_which_options_it_did_not_use() -> None:
    options = replace(
        options_for(PluginConfig(), BASE), profile="plugin", form=EditorForm(scope="x")
    )

    run = finished(options, plugin(PluginConfig()))

    assert "--scope were not used: they belong to --profile action" in run.notes


def test_an_action_is_told_of_the_editor_and_not_of_a_manifest() -> None:
    config = ACTION.with_faults()
    given = options_for(config, BASE, "action")
    wrong = replace(given, form=replace(given.form, token_url=f"{BASE}/authorize"))

    run = finished(wrong, plugin(config), "token.exchange-works")

    [result] = run.results
    assert result.state == "fail"
    shown = redactor(run).result(result)
    assert shown["at"] == "token endpoint, the Token URL of the GPT editor"
    assert "authorization_url" not in shown["title"] + shown["fix"] + shown["expected"]


def test_a_server_that_takes_only_the_other_method_is_told_which_one_it_takes() -> None:
    class PostOnly:
        def __init__(self) -> None:
            self.app = create_app(ACTION)

        def __call__(self, environ: dict[str, Any], start: Any) -> Any:
            if environ["PATH_INFO"] == "/token":
                environ.pop("HTTP_AUTHORIZATION", None)
            return self.app(environ, start)

    ids = ("token.exchange-works", "token.post-auth-accepted", "token.wrong-secret-refused")
    options = options_for(ACTION, BASE, "action", "basic")

    run = finished(options, WsgiTransport(PostOnly()), *ids)

    assert [states(run)[name] for name in ids] == ["fail", "pass", "pass"]
    [failed] = [r for r in run.results if r.state == "fail"]
    assert failed.fix.startswith("It accepts credentials in the body")


def test_user_http_is_no_auth_of_an_action() -> None:
    with pytest.raises(UsageError, match="user_http"):
        as_action(PluginConfig(auth="user_http"))
