"""The circle for what shows on a public host alone: TLS, names, ports, ChatGPT's domain rules.

Every host name is served by the same app in this process; TLS and addresses are said, not asked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pytest

from mockauth.clock import MovableClock
from mockauth.engine.check import run_check
from mockauth.engine.demo import ProfileName, as_action, options_for
from mockauth.engine.events import RunFinished
from mockauth.engine.http.connection import MOST_BYTES
from mockauth.engine.http.tls import Handshake
from mockauth.engine.http.transport import TransportError, WsgiTransport
from mockauth.engine.result.result import Run
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.wire import Request, Response

SITE = "https://todo.example.com"
TLS = Handshake(version="TLSv1.3", days_left=60.0)
HSTS = ("Strict-Transport-Security", "max-age=31536000")
FOUND = ("fail", "warn", "error", "info")
ALWAYS_NOTED = {"callback.fragment-neutralised"}
Answer = Callable[[Request, Response], Response]


def as_sent(request: Request, answer: Response) -> Response:
    """The answer of the plugin, unchanged."""
    return answer


def moved(to: str) -> Answer:
    """The manifest redirects from the site to another host."""

    def answer(request: Request, response: Response) -> Response:
        if request.target != f"{SITE}/.well-known/ai-plugin.json":
            return response
        return Response(status=302, headers=(("Location", f"{to}/.well-known/ai-plugin.json"),))

    return answer


@dataclass
class Front(WsgiTransport):
    """A web server in front of the app: it ends TLS, adds a header, and sends http to https."""

    port_80: Literal["redirects", "closed", "serves"] = "redirects"
    header: tuple[str, str] | None = HSTS
    answer: Answer = as_sent

    def send(
        self, request: Request, *, seconds: float, keep: bool = False, most: int = MOST_BYTES
    ) -> Response:
        """Send to the app, unless the request comes over plain http."""
        if request.target.startswith("http://") and self.port_80 == "closed":
            raise TransportError("connection refused")
        if request.target.startswith("http://") and self.port_80 == "redirects":
            return Response(status=301, headers=(("Location", f"{SITE}/"),))
        got = super().send(request, seconds=seconds, keep=keep, most=most)
        if self.header is not None:
            got = replace(got, headers=(*got.headers, self.header))
        return self.answer(request, got)


@dataclass(frozen=True, kw_only=True)
class Public:
    """One public set-up, and what must be found there."""

    found: frozenset[str] = frozenset()
    target: str = SITE
    profile: ProfileName = "plugin"
    config: Mapping[str, Any] = field(default_factory=dict)
    front: Mapping[str, Any] = field(default_factory=dict)
    address: str = "93.184.215.14"
    privacy_policy: bool = True


FAULTLESS = {
    "a plugin": Public(),
    "an Action": Public(profile="action"),
    "a plugin without sign-in": Public(config={"auth": "none"}),
    "a manifest that moves below": Public(front={"answer": moved("https://a.todo.example.com")}),
}

FAULTS = {
    "TLS 1.1": Public(
        found=frozenset({"transport.tls-1-2-or-newer"}),
        front={"tls": Handshake(version="TLSv1.1", days_left=60.0)},
    ),
    "an expired certificate": Public(
        found=frozenset({"transport.certificate-trusted"}),
        front={"tls": Handshake(version="TLSv1.3", problem="certificate has expired")},
    ),
    "the same service on port 80": Public(
        found=frozenset({"transport.no-plain-http-service"}), front={"port_80": "serves"}
    ),
    "no HSTS": Public(found=frozenset({"transport.hsts"}), front={"header": None}),
    "another port": Public(found=frozenset({"transport.port-443"}), target=f"{SITE}:8443"),
    "a private address": Public(found=frozenset({"transport.host-public"}), address="10.0.0.5"),
    "a private address of an Action": Public(
        found=frozenset({"transport.host-public"}), address="10.0.0.5", profile="action"
    ),
    "everything over http": Public(
        found=frozenset(
            {"manifest.https", "transport.endpoints-https", "transport.no-plain-http-service"}
        ),
        target=SITE.replace("https", "http"),
        front={"port_80": "serves", "header": None},
    ),
    "a token endpoint over http": Public(
        found=frozenset({"transport.endpoints-https", "transport.no-plain-http-service"}),
        config={"manifest": {"auth.authorization_url": SITE.replace("https", "http") + "/token"}},
        front={"port_80": "serves"},
    ),
    "a manifest that moves aside": Public(
        found=frozenset({"manifest.redirects-allowed"}),
        front={"answer": moved("https://other.example.com")},
    ),
    "a document of a sibling": Public(
        found=frozenset({"manifest.api-url-on-domain", "openapi.server-on-domain"}),
        config={"manifest": {"api.url": "https://other.example.com/openapi.json"}},
    ),
    "a server elsewhere": Public(
        found=frozenset({"openapi.server-on-domain"}),
        config={"openapi": {"servers": [{"url": "https://todo.acme-tasks.net"}]}},
    ),
    "a contact elsewhere": Public(
        found=frozenset({"manifest.legal-and-contact-domain"}),
        config={"manifest": {"contact_email": "todo@mail.todo.test"}},
    ),
    "an API elsewhere": Public(
        found=frozenset({"manifest.oauth-urls-share-domain"}),
        config={"openapi": {"servers": [{"url": "https://todo.acme-tasks.net"}]}},
        profile="action",
    ),
    "a GPT without a privacy policy": Public(
        found=frozenset({"manifest.privacy-policy-set"}), profile="action", privacy_policy=False
    ),
}

PROVEN = frozenset(name for public in FAULTS.values() for name in public.found)
"""The checks that are caught failing here; `tests/circle/test_circle.py` counts on it."""


def run_public(public: Public) -> Run:
    """Check the plugin as a public host shows it."""
    logging.getLogger("mockauth.plugin").setLevel(logging.CRITICAL)
    config = PluginConfig(**public.config)
    if public.profile == "action":
        config = as_action(config)
    clock = MovableClock()
    front = {"tls": TLS, **public.front}
    transport = Front(create_app(config, clock), **front)
    options = options_for(config, public.target, public.profile)
    options = replace(options, active=True, slow=True)
    if not public.privacy_policy:
        options = replace(options, given=replace(options.given, privacy_policy_url=""))
    events = run_check(
        options, transport=transport, clock=clock, resolve=lambda host: (public.address,)
    )
    *_, last = events
    assert isinstance(last, RunFinished)
    return last.run


def found(run: Run) -> set[str]:
    """The ids of what was found broken or noted."""
    return {r.rule.id for r in run.results if r.state in FOUND} - ALWAYS_NOTED


@pytest.mark.parametrize("name", FAULTLESS)
def test_a_faultless_public_host_breaks_no_rule(name: str) -> None:
    run = run_public(FAULTLESS[name])

    assert found(run) == set()
    assert [r.rule.id for r in run.results if r.state == "blocked"] == []


def test_a_host_whose_port_80_is_closed_breaks_no_rule() -> None:
    assert found(run_public(Public(front={"port_80": "closed"}))) == set()


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_public_host_is_caught_by_exactly_its_checks(name: str) -> None:
    assert found(run_public(FAULTS[name])) == FAULTS[name].found


def test_what_is_caught_failing_here_passes_on_a_faultless_host() -> None:
    runs = [run_public(FAULTLESS[name]) for name in ("a plugin", "an Action")]

    passed = {r.rule.id for run in runs for r in run.results if r.state == "pass"}
    assert passed >= PROVEN


@pytest.mark.parametrize(
    ("target", "auth", "allowed"),
    [
        (SITE, "oauth", True),
        ("http://localhost:5000", "none", True),
        ("http://localhost:5000", "oauth", False),
        ("http://127.0.0.1:5000", "none", False),
    ],
)
def test_chatgpt_took_localhost_under_one_name_and_without_sign_in(
    target: str, auth: str, allowed: bool
) -> None:
    run = run_public(Public(target=target, config={"auth": auth}, front={"port_80": "serves"}))

    states = {r.rule.id: r.state for r in run.results}
    assert states["manifest.host-allowed-by-chatgpt"] == ("pass" if allowed else "info")
