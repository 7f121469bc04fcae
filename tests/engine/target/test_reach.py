"""Which addresses a run may ask."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from mockauth.checks.evidence import Given
from mockauth.engine.check import run_check
from mockauth.engine.events import RunFinished
from mockauth.engine.http.tls import Handshake
from mockauth.engine.http.transport import TransportError
from mockauth.engine.options import CheckOptions
from mockauth.engine.target.reach import Reach, refusal
from mockauth.wire import Request, Response, Secret
from mockauth.wire.url import hostname

PUBLIC = "https://todo.example.com"
LOCAL = "http://localhost:3333"
KNOWN = {"inside.example.com": ("10.0.0.7",), "both.example.com": ("93.184.216.34", "::1")}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "00.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:7f00:1::]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "127.0.0.1.",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0xa9fea9fe",
        "[fe80::1]",
        "[fec0::1]",
        "192.0.0.8",
        "224.0.0.1",
        "[ff02::1]",
        "[fe80::1%25eth0]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "metadata",
        "db.internal",
        "printer.local",
        "inside.example.com",
        "INSIDE.example.com.",
        "both.example.com",
    ],
)
def test_a_public_target_never_leads_to_a_private_address(host: str) -> None:
    url = f"http://{host}:8080/x"

    assert refusal(url, target=PUBLIC, named={url}, addresses=KNOWN)


@pytest.mark.parametrize(
    "url",
    [
        PUBLIC + "/x",
        "https://todo.example.com:8443/",
        "https://login.example.org/",
        "http://93.184.216.34/",
        "https://[2606:2800:220:1::1]/",
    ],
)
def test_a_public_target_may_lead_to_public_addresses(url: str) -> None:
    assert refusal(url, target=PUBLIC, named=(), addresses=KNOWN) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3333/x",
        "http://127.0.0.1:3333/x",
        "http://[::1]:3333/",
        "http://127.1:3333",
        "http://127.0.0.1:4444/named",
        "http://localhost:4444/",
        "https://api.todo.example/v1",
    ],
)
def test_a_local_target_leads_to_what_is_named(url: str) -> None:
    named = ("http://localhost:4444/token", "https://api.todo.example/openapi.yaml")

    assert refusal(url, target=LOCAL, named=named, addresses={}) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:5555/",
        "http://127.0.0.2:5555/",
        "http://0x7f000001:5555/",
        "http://192.168.0.1:4444/",
        "http://169.254.169.254/latest",
        "https://elsewhere.example/",
    ],
)
def test_a_local_target_leads_nowhere_else(url: str) -> None:
    assert refusal(url, target=LOCAL, named=("http://localhost:4444/",), addresses={})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/hostname",
        "ftp://todo.example.com/",
        "//",
        "http://",
        "http://[",
        "gopher://127.0.0.1/",
        "jar:file:///a!/b",
        "javascript:alert(1)",
        "http://a:b:c/",
    ],
)
def test_nothing_but_web_addresses_is_asked(url: str) -> None:
    for target in (PUBLIC, LOCAL):
        assert refusal(url, target=target, named=(url,), addresses={})


def test_a_target_that_is_private_by_name_may_be_asked_itself() -> None:
    reach = Reach("https://inside.example.com", lambda host: KNOWN.get(host, ()))

    assert reach("https://inside.example.com/x") == ""
    assert reach("http://127.0.0.1:5555/")


def test_names_are_resolved_once_and_never_for_a_local_target() -> None:
    asked: list[str] = []

    def resolve(host: str) -> tuple[str, ...]:
        asked.append(host)
        return ("10.0.0.7",) if host == "inside.example.com" else ("93.184.216.34",)

    public = Reach(PUBLIC, resolve)
    assert [bool(public("https://inside.example.com/")) for _ in range(3)] == [True] * 3
    assert asked == ["todo.example.com", "inside.example.com"]
    Reach(LOCAL, resolve)("https://inside.example.com/")
    assert len(asked) == 2


class _Canary(http.server.BaseHTTPRequestHandler):
    """Counts what reaches it."""

    hits: list[str]

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output of the tests clean."""


@contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    """A server on a free port of this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("place", ["/.well-known/ai-plugin.json", "/openapi.json", "/authorize"])
def test_a_redirect_to_another_port_of_this_machine_is_not_followed(place: str) -> None:
    hits: list[str] = []

    class Canary(_Canary):
        """The other port."""

    Canary.hits = hits

    with serving(Canary) as other:

        class Plugin(_Canary):
            """Redirects one of its addresses to the other port."""

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                here = f"http://{self.headers['Host']}"
                auth = {
                    "type": "oauth",
                    "client_url": f"{here}/authorize",
                    "scope": "",
                    "authorization_url": f"{here}/token",
                    "authorization_content_type": "application/json",
                }
                answers = {
                    "/.well-known/ai-plugin.json": {"auth": auth, "api": {"url": "/openapi.json"}},
                    "/openapi.json": {"openapi": "3.0.1", "paths": {"/a": {"get": {}}}},
                }
                self.send_response(302 if path == place else 200 if path in answers else 404)
                self.send_header("Location", f"http://127.0.0.1:{other}{path}")
                self.end_headers()
                self.wfile.write(json.dumps(answers.get(path, {})).encode())

        with serving(Plugin) as port:
            given = Given(client_id="chatgpt", client_secret=Secret("a-secret-of-the-client"))
            options = CheckOptions(target=f"http://127.0.0.1:{port}", given=given)
            last = list(run_check(options))[-1]

    assert isinstance(last, RunFinished)
    assert hits == []


class _Public:
    """A transport that plays a public service whose manifest leads inside."""

    def __init__(self, manifest: dict[str, object]) -> None:
        self.manifest = manifest
        self.asked: list[str] = []

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = 0
    ) -> Response:
        """Answer the manifest and the document, and remember who was asked."""
        self.asked.append(hostname(request.target))
        paths = {"/.well-known/ai-plugin.json": self.manifest, "/openapi.json": DOCUMENT}
        value = next((v for path, v in paths.items() if request.target.endswith(path)), None)
        return Response(status=200 if value else 404, body=json.dumps(value).encode())

    def send_all(
        self, requests: Sequence[Request], *, seconds: float
    ) -> list[Response | TransportError]:
        """Answer one after the other."""
        return [self.send(request, seconds=seconds) for request in requests]

    def handshake(self, host: str, port: int, *, seconds: float = 10.0) -> Handshake:
        """There is none."""
        self.asked.append(host)
        raise TransportError("no TLS here")


DOCUMENT = {
    "openapi": "3.0.1",
    "servers": [{"url": "http://169.254.169.254/latest"}],
    "paths": {"/a": {"get": {}}},
}


@pytest.mark.parametrize(
    "inside", ["http://127.0.0.1:9", "http://2130706433:9", "https://inside.example.com"]
)
@pytest.mark.parametrize("member", ["client_url", "authorization_url", "api", "logo_url"])
def test_no_member_of_a_public_manifest_leads_inside(member: str, inside: str) -> None:
    auth = {
        "type": "oauth",
        "client_url": f"{PUBLIC}/authorize",
        "scope": "",
        "authorization_url": f"{PUBLIC}/token",
        "authorization_content_type": "application/json",
    }
    manifest: dict[str, object] = {"auth": auth, "api": {"url": f"{PUBLIC}/openapi.json"}}
    if member in auth:
        auth[member] = f"{inside}/x"
    else:
        manifest[member] = {"url": f"{inside}/openapi.json"} if member == "api" else f"{inside}/l"
    transport = _Public(manifest)
    given = Given(client_id="chatgpt", client_secret=Secret("a-secret-of-the-client"))
    options = CheckOptions(target=PUBLIC, given=given, active=True)

    last = list(run_check(options, transport=transport, resolve=lambda h: KNOWN.get(h, ())))[-1]

    assert isinstance(last, RunFinished)
    assert set(transport.asked) == {"todo.example.com"}
