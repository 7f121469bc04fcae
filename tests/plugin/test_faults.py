"""Ready-made faults for testing clients: what each does, when it shows, and how it is asked for."""

from __future__ import annotations

import http.client
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from mockauth.cli.serve import serve
from mockauth.clock import MovableClock
from mockauth.errors import UsageError
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.faults.fault import AnswerChange, Fault
from mockauth.plugin.faults.parse import fault_named
from mockauth.plugin.faults.trigger import Trigger
from mockauth.plugin.server.serving import serving
from mockauth.scenario.library import load_library
from mockauth.scenario.misbehaving import KnownFaults, with_faults
from mockauth.settings import called_back
from tests.plugin.tour import Tour, error

KNOWN = KnownFaults()
# Those of an MCP server, which name checks that are to come, are proven in test_mcp_faults.
UNCHECKED = [fault for fault in load_library().unchecked_faults if not fault.caught_by]
STANDARDS = [
    fault
    for fault in UNCHECKED
    if fault.name.partition(".")[0]
    in ("metadata", "callback", "jwks", "register", "resource", "introspect", "revoke")
    or fault.name == "authorize.any-resource"
]
WIRE = [
    fault
    for fault in UNCHECKED
    # What shows to pages only is tested beside the headers that they need.
    if fault not in STANDARDS and not fault.name.endswith(".no-cors")
]


def touring(*names: str, **settings: Any) -> Tour:
    return Tour(config=with_faults(PluginConfig(**settings), names))


def kind(change: AnswerChange) -> str:
    if change.reset:
        return "reset"
    return "cut" if change.cut is not None else "delay" if change.delay else "body"


def requested(place: str) -> tuple[str, str, str]:
    """Method, path and form that lead to an answer at a place."""
    return {
        "token": ("POST", "/token", "grant_type=authorization_code"),
        "refresh": (
            "POST",
            "/token",
            "grant_type=refresh_token&refresh_token=x"
            "&client_id=demo-client&client_secret=demo-secret-3f9a7c51d2",
        ),
        "api": ("GET", "/todos", ""),
        "authorize": ("GET", "/authorize", ""),
        "manifest": ("GET", "/.well-known/ai-plugin.json", ""),
        "openapi": ("GET", "/openapi.json", ""),
    }[place]


@pytest.mark.parametrize("fault", WIRE, ids=[fault.name for fault in WIRE])
def test_a_fault_that_no_check_sees_does_over_sockets_what_it_says(fault: Fault) -> None:
    clock = MovableClock()
    change = fault.answers[0]
    auth: Any = "none" if fault.name == "api.malformed" else "oauth"
    with serving(create_app(PluginConfig(auth=auth).with_faults(fault), clock)) as base:
        began = clock.now()
        method, path, form = requested(change.place)
        line = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
        kinds = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        line.request(method, path, form or None, kinds)
        seen = ""
        try:
            body = line.getresponse().read()
            seen = "delay" if clock.now() - began == change.delay > 0 else "body"
            assert seen == "delay" or body == (change.body or "").encode()
        except http.client.IncompleteRead as broken:
            seen = "cut" if len(broken.partial) == change.cut else "cut elsewhere"
        except ConnectionResetError:
            seen = "reset"
        finally:
            line.close()

    assert seen == kind(change)


def toured(*faults: Fault) -> dict[str, object]:
    """What a client sees at each place that the standards add, and how long it waited."""
    config = PluginConfig(api="mcp", registration=True, token_format="jwt")
    tour = Tour(config=config.with_faults(*faults))
    began, place = tour.clock.now(), "/.well-known/oauth-"
    grant = tour.grant()
    client = {"client_id": tour.client().id, "client_secret": tour.client().secret}
    asked = {"redirect_uris": ["https://a.example/"]}
    revoked = tour.post("/revoke", {**client, "token": grant["refresh_token"]})
    token_of = {
        "metadata": tour.outside().get(place + "authorization-server"),
        "jwks": tour.outside().get("/.well-known/jwks.json"),
        "register": tour.outside().post("/register", json=asked),
        "resource": tour.outside().get(place + "protected-resource"),
        "introspect": tour.post("/introspect", {**client, "token": "garbage"}),
    }
    seen: dict[str, object] = {
        name: (answer.status_code, answer.mimetype, shape(answer.get_json(silent=True)))
        for name, answer in token_of.items()
    }
    unknown = tour.callback(resource="https://elsewhere.example/")
    return {
        **seen,
        "callback": {name: tour.callback().get(name) for name in ("state", "iss", "error")},
        "revoke": (revoked.status_code, error(tour.refresh(grant["refresh_token"]))),
        "authorize": "code" in unknown,
        "time": tour.clock.now() - began,
    }


def shape(members: Any) -> Any:
    """The members, with what is new each time left out."""
    fresh = {"client_id", "client_secret", "client_id_issued_at"}
    if not isinstance(members, dict) or (isinstance(members.get("keys"), list) and members["keys"]):
        return type(members).__name__
    return {name: "" if name in fresh else value for name, value in members.items()}


@pytest.mark.parametrize("fault", STANDARDS, ids=[fault.name for fault in STANDARDS])
def test_a_fault_of_what_the_standards_add_shows_at_its_place_and_nowhere_else(
    fault: Fault,
) -> None:
    honest, seen = toured(), toured(fault)

    different = {name.strip() for name, value in honest.items() if seen[name] != value}
    place = fault.name.partition(".")[0]
    assert different == ({"time"} if fault.name == "metadata.slow" else {place})


def test_once_at_the_token_endpoint_is_not_used_up_by_a_page() -> None:
    tour = touring("token.unavailable:once")
    codes = [tour.code(), tour.code()]

    assert [tour.token(code).status_code for code in codes] == [503, 200]


@pytest.mark.parametrize("fault", ["token.unavailable:once", "token.rate-limited:times=2"])
def test_a_token_endpoint_that_is_down_spends_no_code(fault: str) -> None:
    tour = touring(fault)
    code = tour.code()

    assert [tour.token(code).status_code for _ in range(3)][-2:] in ([200, 400], [429, 200])


def test_a_token_endpoint_that_is_down_rotates_no_refresh_token() -> None:
    tour = touring("refresh.unavailable:once")
    token = tour.grant()["refresh_token"]

    assert [tour.refresh(token).status_code for _ in range(2)] == [503, 200]


@pytest.mark.parametrize("fault", ["api.unavailable:once", "api.rate-limited:once"])
def test_an_api_that_is_down_adds_nothing(fault: str) -> None:
    tour = touring(fault)
    signed = {"Authorization": f"Bearer {tour.grant()['access_token']}"}

    statuses = [
        tour.browser.post("/todos", json={"todo": "once"}, headers=signed).status_code
        for _ in range(2)
    ]

    assert statuses[0] in (429, 503)
    listed = tour.browser.get("/todos", headers=signed).get_data(as_text=True)
    assert statuses[1] < 300
    assert listed.count("once") == 1


def test_a_fault_over_a_broken_connection_comes_after_the_work() -> None:
    tour = touring("token.cut:once")
    code = tour.code()

    assert [tour.token(code).status_code for _ in range(2)] == [200, 400]


def test_the_first_refresh_is_refused_and_the_next_one_works() -> None:
    tour = touring("refresh.refused-once")
    token = tour.grant()["refresh_token"]

    assert [error(tour.refresh(token)) for _ in range(2)] == ["400 invalid_grant", "200"]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("", [429, 429, 429]),
        (":once", [429, 200, 200]),
        (":times=2", [429, 429, 200]),
        (":after=1", [200, 429, 429]),
        (":after=1,times=1", [200, 429, 200]),
        (":user=ada", [429, 429, 429]),
        (":user=grace", [200, 200, 200]),
        (":client=demo-client", [429, 429, 429]),
        (":client=other-client", [200, 200, 200]),
        (":path=/todos/x", [200, 200, 200]),
    ],
)
def test_a_rate_limit_shows_when_it_was_asked_to(when: str, expected: list[int]) -> None:
    tour = touring("api.rate-limited" + when)
    token = tour.grant()["access_token"]

    assert [tour.api(token).status_code for _ in expected] == expected


def test_a_fault_ends_after_its_seconds_by_the_clock_of_the_plugin() -> None:
    tour = touring("api.rate-limited:seconds=60")
    token = tour.grant()["access_token"]
    first = tour.api(token).status_code
    tour.clock.sleep(60)

    assert (first, tour.api(token).status_code) == (429, 200)


def test_a_fault_ends_at_its_moment() -> None:
    clock = MovableClock()
    moment = clock.now() + 10
    fault = replace(KNOWN["api.rate-limited"], trigger=Trigger(until=moment))
    tour = Tour(config=PluginConfig().with_faults(fault), clock=clock)
    token = tour.grant()["access_token"]
    first = tour.api(token).status_code
    clock.sleep(10)

    assert (first, tour.api(token).status_code) == (429, 200)


def test_a_magic_value_makes_a_fault_show_without_any_control() -> None:
    tour = touring("token.malformed:parameter=scope,value=magic")

    assert tour.token(scope="magic").get_data(as_text=True) == '{"access_token": "'
    assert tour.token(scope="other").status_code == 200


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("grant.token-expired", {}),
        ("grant.token-tampered", {}),
        ("grant.token-tampered", {"token_format": "jwt"}),
        ("grant.jwt-wrong-audience", {}),
        ("grant.jwt-wrong-key", {}),
    ],
)
def test_a_flawed_token_is_handed_out_and_refused_at_the_api(
    name: str, config: dict[str, Any]
) -> None:
    tour = touring(name, **config)

    assert tour.api(tour.grant()["access_token"]).status_code == 401


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("token.slwo", "did you mean token.slow?"),
        ("nonsense", "--list-faults names them"),
        ("token.slow:twice", "'twice' is unknown; write NAME, NAME:once"),
        ("token.slow:tims=2", "'tims=2' is unknown"),
        ("token.slow:times=two", "times must be a whole number, not 'two'"),
        ("token.slow:times=-1", "times must be 0 or more"),
        ("token.slow:delay=nan", "delay must be 0 or more"),
        ("token.cut:delay=1", "has no delay that could be changed"),
        ("token.slow:value=x", "value needs parameter=NAME"),
        ("grant.jwt-wrong-key:once", "sets token_format, which cannot change with requests"),
    ],
)
def test_a_fault_that_cannot_be_had_is_told_why(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        fault_named(text, KNOWN)


def test_a_delay_can_be_made_shorter() -> None:
    assert fault_named("token.slow:delay=0.5", KNOWN).answers[0].delay == 0.5


def test_the_faults_can_be_listed_with_those_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "mockauth: 1\nfaults:\n- {name: api.teapot, title: A teapot, unchecked: true,\n"
        "   trigger: {times: 1}, answers: [{place: api, status: 418}]}\n"
    )
    listed = CliRunner().invoke(serve, ["--list-faults", "--scenarios", str(tmp_path)])

    assert listed.exit_code == 0
    assert "api.teapot" in listed.output
    assert "token.slow" in listed.output
    tour = Tour(config=with_faults(PluginConfig(), ["api.teapot"], [tmp_path]))
    assert [tour.api().status_code for _ in range(2)] == [418, 401]


@pytest.mark.parametrize("uri", ["callback", "http://localhost/cb#x"])
def test_a_callback_that_is_no_address_is_refused(uri: str) -> None:
    with pytest.raises(UsageError, match="must be a whole address without #"):
        called_back(PluginConfig(), [uri])


def test_a_callback_of_ones_own_stands_beside_those_of_chatgpt() -> None:
    uri = "http://localhost:8080/callback"
    tour = Tour(config=called_back(PluginConfig(login="auto"), [uri]))

    assert tour.authorize(redirect_uri=uri).headers["Location"].startswith(uri + "?code=")
    assert tour.authorize().headers["Location"].startswith("https://chat.openai.com/aip/")


@pytest.mark.parametrize("login", ["auto", "login", "login_and_consent"])
def test_a_crash_of_the_authorize_endpoint_shows_with_and_without_pages(login: Any) -> None:
    assert touring("authorize.crash", login=login).land().status_code == 500


@pytest.mark.parametrize(
    ("name", "path", "honest"),
    [
        ("metadata.issuer-wrong", "/.well-known/oauth-authorization-server", b"attacker.example"),
        ("introspect.always-active", "/introspect", b'"active":true'),
    ],
)
def test_once_is_used_up_where_a_fault_shows_and_not_before(
    name: str, path: str, honest: bytes
) -> None:
    tour = touring(f"{name}:once")
    tour.outside().get("/health")
    client = tour.client()
    form = {"client_id": client.id, "client_secret": client.secret, "token": "x"}
    method = "POST" if path == "/introspect" else "GET"
    found = [tour.outside().open(path, method=method, data=form).data for _ in range(2)]

    assert [honest in body for body in found] == [True, False]


def test_a_fault_at_the_redirect_and_at_authorize_shows_once_where_they_are_one() -> None:
    both = Fault(
        name="both",
        answers=(AnswerChange(place="authorize", delay=5), AnswerChange(place="redirect", delay=3)),
    )
    tour = Tour(config=PluginConfig(login="auto").with_faults(both))
    began = tour.clock.now()
    tour.land()

    assert tour.clock.now() - began == 3
