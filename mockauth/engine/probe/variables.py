"""What the `${…}` references of a probe stand for."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from mockauth.chatgpt.authorize import authorization_request, code_at
from mockauth.chatgpt.token import Grant, basic_credentials, read_token
from mockauth.checks.finding import Blocked, NotApplicable
from mockauth.engine.probe import mcp_material, pkce
from mockauth.engine.probe.forged_jwt import forge
from mockauth.engine.probe.json_diff import Path
from mockauth.engine.probe.registered import Registered
from mockauth.engine.probe.scope import broad_scope, narrow_scope, part_of_scope, wide_scope
from mockauth.engine.probe.token_endpoints import revoked_refresh_token
from mockauth.engine.target import browsers, discovery, requests, tokens
from mockauth.engine.target.markup import markup
from mockauth.engine.target.subject import Subject
from mockauth.manifest.mcp import methods_of
from mockauth.scenario.alterations import (
    by_another_folder,
    change_one_character,
    upper_case_path,
)
from mockauth.scenario.reference import expand
from mockauth.wire import Exchange
from mockauth.wire.url import hostname
from mockauth.wire.words import own, say

OTHER_HOSTS: Mapping[str, str] = MappingProxyType(
    {"chat.openai.com": "chatgpt.com", "chatgpt.com": "chat.openai.com"}
)


METHODS_LISTED = "token_endpoint_auth_methods_supported"
FILLER = "mockauth fills a body that is refused before it is read. " * 64


class Missing(Blocked):
    """An earlier answer does not have what a reference asks for."""


@dataclass
class Material:
    """The values of one run of a probe: what was given, what is fresh, and what earlier steps brought."""

    subject: Subject
    variant: Mapping[str, str]
    done: dict[str, Exchange] = field(default_factory=dict)
    grant: Grant = field(default_factory=Grant)
    """The tokens of this run, the newest ones."""
    code: str = ""
    """The newest code."""
    codes: dict[str, str] = field(default_factory=dict)
    """What came of each authorize step, by its name; "" where no code came."""
    refusals: dict[str, str] = field(default_factory=dict)
    """What tells the refusal of an authorize step from others, by its name; "" for none."""
    registered: Registered | None = None
    """The client that this run has registered last, or described in a document."""
    assertion: str = ""
    """The assertion that was sent last."""
    audience: str = ""
    """Whom the assertions of this run are for; "" is the token endpoint."""
    trap: str = ""
    """The path that nobody may fetch."""
    words: list[frozenset[str]] = field(default_factory=list)
    """What the pages of each step said."""
    redirect_uri: str = ""
    """The one that an authorize step sent; "" where there was none."""
    asked_scope: str = ""
    volatile: frozenset[Path] = frozenset()
    """What differs between two answers to one request."""
    _other_token: str = ""

    def __post_init__(self) -> None:
        client = self.subject.target.client
        self.asked_scope = client.auth.scope if client else ""

    def text(self, value: str) -> str:
        """`value` with its references looked up."""
        return expand(value, self.lookup)

    def lookup(self, reference: str) -> str:
        """What `reference` stands for.

        Raises:
            Blocked: it cannot be had.
            NotApplicable: the target does not have such a thing.
        """
        known = self._known()
        if reference in known:
            return known[reference]
        group, _, name = reference.partition(".")
        if group == "variant":
            return self.text(self.variant[name])
        if group in ("advertised", "unadvertised"):
            return self._method(group, name)
        if group == "listed":
            return mcp_material.response_mode(self.subject, name)
        if group == "markup":
            return markup(name)
        if group == "pkce":
            return pkce.material(name)
        if group == "forged":
            token = tokens.for_api(self.subject)
            return forge(name, token, discovery.keys(self.subject) if name == "hs256" else ())
        if reference == "trap":
            self.trap = self.trap or f"/trap/{secrets.token_hex(6)}"
            return self.subject.documents.trap(self.trap)
        if reference in MADE:
            return MADE[reference](self)
        return self._earlier(reference)

    def lookup_as(self, client: str) -> Callable[[str], str]:
        """How the references of a step of that client are looked up."""
        if client != "registered" or self.registered is None:
            return self.lookup
        made = self.registered.client
        own_ones = {"client.id": made.id, "client.secret": made.secret.reveal()}
        return lambda name: own_ones[name] if name in own_ones else self.lookup(name)

    def _known(self) -> dict[str, str]:
        subject, given, client = self.subject, self.subject.target.given, self.subject.target.client
        callback = given.redirect_uri
        path = callback.find("/", 8)
        return {
            "random": secrets.token_urlsafe(32),
            "client.id": given.client_id,
            "client.secret": given.client_secret.reveal(),
            "other.id": given.other_client_id,
            "other.secret": given.other_client_secret.reveal(),
            "callback": callback,
            "callback.host": hostname(callback),
            "callback.other-host": callback.replace(
                hostname(callback), OTHER_HOSTS.get(hostname(callback), hostname(callback)), 1
            ),
            "callback.near-host": hostname(callback).replace(".", "x", 1),
            "callback.capitals": upper_case_path(callback),
            "callback.origin": callback[:path],
            "callback.path": callback[path:],
            "callback.detour": by_another_folder(callback),
            "callback.base": callback.partition("://")[2],
            "scope": client.auth.scope if client else "",
            "scheme": "Basic" if subject.target.scheme == "basic" else "Bearer",
            "other_scheme": "Bearer" if subject.target.scheme == "basic" else "Basic",
            "user.name": given.username,
            "user.password": given.password.reveal(),
            "service_token": given.token.reveal(),
            "other_service_token": given.other_token.reveal(),
            "filler": FILLER,
            "base64.service_token": base64.b64encode(given.token.reveal().encode()).decode(),
            "access_token": tokens.for_api(subject),
            "refresh_token": self.grant.refresh_token or subject.grant.refresh_token,
        }

    def _method(self, group: str, method: str) -> str:
        """The name of an authentication method, where the metadata lists it, or does not."""
        service = self.subject.target.mcp
        server = service.server if service else None
        # Without metadata the default paths are used (MCP 2025-03-26), and nothing is promised.
        lists = server is not None and bool(server.url) and bool(server.texts(METHODS_LISTED))
        if server is None or (group == "unadvertised" and not lists):
            raise NotApplicable(say("the metadata lists no methods"))
        listed = methods_of(server)
        if (method in listed) != (group == "advertised"):
            is_listed = say("is listed") if method in listed else say("is not listed")
            raise NotApplicable(say("{} {} in the metadata", own(method), is_listed))
        return method

    def verification_token(self) -> str:
        """The public token of the manifest."""
        tokens = getattr(self.subject.target.auth, "verification_tokens", {})
        token = next((str(value) for value in tokens.values() if value), "")
        if not token:
            raise NotApplicable(say("{the_manifest} has no verification token"))
        return token

    def other_callback(self) -> str:
        """The address that the second client has registered, and the first has not."""
        given = self.subject.target.given
        option = say("--other-redirect-uri")
        if not given.other_redirect_uri:
            raise Blocked(
                say("needs an address that only another client has registered: give {}", option),
                by_option=option,
            )
        if given.other_redirect_uri in (given.redirect_uri, *given.redirect_uris):
            raise NotApplicable(say("the second client has the same callback"))
        return given.other_redirect_uri

    def fresh_code(self) -> str:
        """A code that nothing else uses."""
        with self.subject.during("supply"):
            return browsers.fresh_code(self.subject)

    def other_access_token(self) -> str:
        """A token of the second user: the one that was given, or one from a login."""
        given = self.subject.target.given.other_token.reveal()
        if given and self.subject.target.client is None:
            return given
        if not self._other_token:
            with self.subject.during("supply"):
                self._other_token = self._sign_in_second()
        return self._other_token

    def _sign_in_second(self) -> str:
        client = self.subject.target.client
        assert client is not None  # noqa: S101 - probes of oauth only
        pending = self.subject.target.pending()
        request = authorization_request(client, pending)
        landing = browsers.authorize(self.subject, request, user="second", fresh=True)
        code = code_at(landing.params)
        if code and not landing.filled:
            raise NotApplicable(say("the server never asks who signs in: it has one user"))
        token = (
            read_token(requests.exchange(self.subject, code).response).access_token if code else ""
        )
        if not token:
            raise Blocked(say("the second user could not sign in; see --other-username"))
        return token

    def fresh_token(self, name: str) -> str:
        """A token of a login that nothing else uses; the newest one, where it was refreshed."""
        if not self.grant.access_token:
            self.grant = tokens.fresh_grant(self.subject)
        found = self.grant.access_token if name == "access_token" else self.grant.refresh_token
        if not found:
            raise Missing(say("no fresh {} could be had for this probe", own(name)))
        return found

    def encoded_basic(self) -> str:
        """The client's credentials with every character percent-encoded, then in base64."""
        given = self.subject.target.given

        def encoded(text: str) -> str:
            return "".join(f"%{byte:02X}" for byte in text.encode())

        pair = f"{encoded(given.client_id)}:{encoded(given.client_secret.reveal())}"
        return base64.b64encode(pair.encode()).decode()

    def raw_basic(self) -> str:
        """The client's credentials in base64 and nothing else, as many clients send them."""
        given = self.subject.target.given
        pair = f"{given.client_id}:{given.client_secret.reveal()}"
        return base64.b64encode(pair.encode()).decode()

    def wrong_basic(self) -> str:
        """The client's id with a wrong secret, for a Basic header."""
        given = self.subject.target.given
        return basic_pair(given.client_id, change_one_character(given.client_secret.reveal()))

    def other_basic(self) -> str:
        """The second client's credentials, for a Basic header."""
        given = self.subject.target.given
        return basic_pair(given.other_client_id, given.other_client_secret.reveal())

    def _earlier(self, reference: str) -> str:
        name, _, rest = reference.partition(".")
        side, _, member = rest.partition(".")
        exchange = self.done.get(name)
        if exchange is None:
            raise Missing(say("the step {} was left out", own(name)))
        if side == "request":
            return exchange.request.param(member) or ""
        if member == "code" and name in self.codes:
            return self._code_of(name)
        value = exchange.answer.members.get(member)
        if not isinstance(value, str) or not value:
            raise Missing(say("the answer to {} has no {}", own(name), own(member)))
        return value

    def _code_of(self, name: str) -> str:
        if not self.codes[name]:
            raise Missing(say("the step {} came to no code", own(name)))
        return self.codes[name]


def basic_pair(client_id: str, secret: str) -> str:
    """What follows `Basic` in the header of RFC 6749 section 2.3.1."""
    return basic_credentials(client_id, secret).partition(" ")[2]


MCP_MATERIAL: Mapping[str, Callable[[Material], str]] = MappingProxyType(
    {
        "session": lambda material: mcp_material.session(material.subject),
        "session.stale": lambda material: mcp_material.stale_session(material.subject),
        "resource": lambda material: mcp_material.resource(material.subject),
        "resource.origin": lambda material: mcp_material.origin_of(material.subject),
        "resource.lookalike": lambda material: mcp_material.lookalike_of(material.subject),
        "resource.made-up": lambda material: mcp_material.MADE_UP,
        "resource.foreign": lambda material: mcp_material.foreign(material.subject),
        "challenged.scope": lambda material: mcp_material.challenged_scope(material.done),
        "step-up.scope": lambda material: mcp_material.step_up_scope(
            material.asked_scope, material.done
        ),
        "server.scopes": lambda material: mcp_material.scopes_of(material.subject, "server"),
        "resource.scopes": lambda material: mcp_material.scopes_of(material.subject, "resource"),
    }
)
MADE: Mapping[str, Callable[[Material], str]] = MappingProxyType(
    {
        "verification_token": Material.verification_token,
        "other.callback": Material.other_callback,
        "fresh.code": Material.fresh_code,
        "fresh.access_token": lambda material: material.fresh_token("access_token"),
        "fresh.refresh_token": lambda material: material.fresh_token("refresh_token"),
        "revoked.refresh_token": lambda material: revoked_refresh_token(material.subject),
        "other.access_token": Material.other_access_token,
        "encoded.basic": Material.encoded_basic,
        "raw.basic": Material.raw_basic,
        "wrong.basic": Material.wrong_basic,
        "other.basic": Material.other_basic,
        **MCP_MATERIAL,
        "broad.scope": lambda material: broad_scope(material.subject),
        "narrow.scope": lambda material: narrow_scope(material.subject).scope,
        "part.scope": lambda material: part_of_scope(material.subject),
        "wide.scope": lambda material: wide_scope(material.subject),
    }
)
