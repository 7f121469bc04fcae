"""The built-in plugin over sockets, behind a proxy, over https, and several in one server."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from mockauth.errors import UsageError
from mockauth.plugin.app import create_app
from mockauth.plugin.behaviour import Behaviour
from mockauth.plugin.config import ClientConfig, PluginConfig
from mockauth.plugin.server.serving import behind_proxy, serving
from mockauth.plugin.several import create_apps

BODY = b'{"todo": "' + b"x" * 500 + b'"}'


def statuses(policy: Behaviour) -> list[int]:
    """A refused POST with a body, then a GET, on one connection."""
    with serving(create_app(PluginConfig(policy=policy))) as base:
        connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        found = []
        for method, path, body in (("POST", "/todos", BODY), ("GET", "/health", None)):
            headers = {"Content-Type": "application/json"} if body else {}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            found.append(answer.status)
        connection.close()
        return found


def test_a_refused_post_leaves_the_connection_clean() -> None:
    assert statuses(Behaviour()) == [401, 200]


def test_a_plugin_may_leave_the_body_in_the_connection() -> None:
    assert statuses(Behaviour(bodies_read=False)) == [401, 400]


def test_https_is_served_under_an_authority_that_a_client_can_trust(tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    with serving(create_app(PluginConfig(auth="none")), ca_file=ca) as base:
        trusting = ssl.create_default_context(cafile=str(ca))
        connection = http.client.HTTPSConnection(
            urlsplit(base).netloc, context=trusting, timeout=60
        )
        connection.request("GET", "/.well-known/ai-plugin.json")
        document = connection.getresponse().read().decode()
        connection.close()

    assert base.startswith("https://localhost:")
    assert f"{base}/openapi.json" in document


def test_a_taken_port_is_an_os_error() -> None:
    app = create_app(PluginConfig(auth="none"))
    with serving(app) as base:
        second = serving(app, port=urlsplit(base).port or 0)
        with pytest.raises(OSError, match=r".+"):
            second.__enter__()


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "todo.example.com"}


def issuer(app: Any, path: str = "/.well-known/oauth-authorization-server") -> str:
    return str(Client(app).get(path, headers=FORWARDED).get_json()["issuer"])


def test_forwarded_headers_count_only_behind_a_proxy() -> None:
    app = create_app(PluginConfig())

    assert issuer(app) == "http://localhost"
    assert issuer(behind_proxy(app)) == "https://todo.example.com"


def two() -> Any:
    return create_apps(
        [
            PluginConfig(name="one", clients=(ClientConfig(id="a", secret="s"),)),
            PluginConfig(name="two", auth="none"),
        ]
    )


def test_each_plugin_has_its_own_issuer_and_documents() -> None:
    client = Client(two())

    assert issuer(two(), "/one/.well-known/oauth-authorization-server") == "http://localhost/one"
    assert issuer(two(), "/.well-known/oauth-authorization-server/one") == "http://localhost/one"
    assert client.get("/two/.well-known/oauth-authorization-server").status_code == 404
    manifest = client.get("/one/.well-known/ai-plugin.json").get_json()
    assert manifest["auth"]["client_url"] == "http://localhost/one/authorize"
    assert client.get("/two/todos").status_code == 200
    assert client.get("/one/todos").status_code == 401
    assert client.get("/").get_json()["plugins"][1].endswith("/two/.well-known/ai-plugin.json")


def test_the_login_of_one_plugin_stays_in_its_path() -> None:
    callback = "https://chat.openai.com/aip/plugin-00000000-0000-4000-8000-000000000000"
    client = Client(two())
    start = client.get(
        "/one/authorize",
        query_string={
            "response_type": "code",
            "client_id": "a",
            "redirect_uri": callback + "/oauth/callback",
        },
    )
    page = client.get(start.headers["Location"])

    assert start.headers["Location"].startswith("/one/login")
    assert 'action="/one/login"' in page.get_data(as_text=True)
    assert "Path=/one" in page.headers["Set-Cookie"]


@pytest.mark.parametrize("names", [("",), ("a/b",), ("same", "same")])
def test_a_name_that_cannot_stand_in_a_path_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="plugin"):
        create_apps([PluginConfig(name=name, auth="none") for name in names])
