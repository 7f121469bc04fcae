"""A registered client, as Authlib asks about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from posixpath import normpath
from types import MappingProxyType
from urllib.parse import unquote

from authlib.oauth2.rfc6749 import ClientMixin

from mockauth.plugin.config import ClientConfig
from mockauth.plugin.context import Plugin
from mockauth.plugin.oauth.client_document import document_client
from mockauth.plugin.oauth.comparison import FITS, same
from mockauth.wire.url import hostname, origin, split

LOOPBACK = re.compile(
    r"(?P<host>http://(127\.0\.0\.1|\[::1\]|localhost))(?P<port>:[0-9]{1,5})?(?P<rest>[/?].*)?"
)


AUTH_METHODS = ["client_secret_post", "none"]
"""Of which Authlib knows; `Incoming` makes a Basic pair the first."""


@dataclass(frozen=True)
class OAuthClient(ClientMixin):
    """A registered client. `known` is False for one that nobody has registered."""

    given: ClientConfig
    plugin: Plugin
    known: bool = True

    @property
    def id(self) -> str:
        """The client_id."""
        return self.given.id

    @property
    def secret(self) -> str:
        """The secret; "" for a public client."""
        return self.given.secret

    @property
    def is_public(self) -> bool:
        """A client that has no secret (RFC 6749 section 2.1)."""
        return self.known and not self.given.secret

    @property
    def redirect_uris(self) -> tuple[str, ...]:
        """What it has registered."""
        return self.plugin.config.registered(self.given)

    def get_client_id(self) -> str:
        """The client_id."""
        return self.id

    def get_default_redirect_uri(self) -> str:
        """None is guessed: the request must name one (RFC 6749 section 3.1.2.3)."""
        return self.redirect_uris[-1] if self.plugin.policy.missing_redirect_guessed else ""

    def get_allowed_scope(self, scope: str | None) -> str:
        """What of the requested scope is granted: all that is known, the default for none."""
        known = self.plugin.config.scope.split()
        extra = self.plugin.config.scopes[len(known) :]
        if self.given.scope and self.plugin.policy.registered_scope_binds:
            known = [word for word in known if word in self.given.scope.split()]
        wanted = [word for word in (scope or "").split() if word in (*known, *extra)]
        return " ".join(dict.fromkeys(wanted or known))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether it is registered, letter for letter (RFC 9700 section 2.1)."""
        match, uris = self.plugin.policy.redirect_match, self.redirect_uris
        if match == "any-client":
            clients = self.plugin.clients
            uris = tuple(uri for one in clients for uri in self.plugin.config.registered(one))
        if match in LOOSE:
            return any(LOOSE[match](redirect_uri, uri) for uri in uris)
        if self.given.is_document and not self.plugin.policy.document_redirects_checked:
            return bool(redirect_uri)
        return redirect_uri in uris or any(self._port_apart(redirect_uri, uri) for uri in uris)

    def _port_apart(self, asked: str, registered: str) -> bool:
        """Whether only the port of a loopback address is another: an app on the user's machine takes
        one that is free (RFC 8252 section 7.3, RFC 9700 section 2.1). A client with a secret must
        have registered the address without a port."""
        got, right = LOOPBACK.fullmatch(asked), LOOPBACK.fullmatch(registered)
        if got is None or right is None or not (self.is_public or right["port"] is None):
            return False
        policy = self.plugin.policy.loopback_port
        same_path = got["rest"] == right["rest"] or policy == "any-path"
        return policy != "compared" and got["host"] == right["host"] and same_path

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is right, in constant time; a locked client's never is."""
        state, policy = self.plugin.state, self.plugin.policy
        fits = FITS[policy.secret_match](client_secret, self.secret) or (
            client_secret in self._loose_secrets()
        )
        right = fits or not policy.secret_checked
        with state.lock:
            state.failures[self.id] += 0 if right else 1
            failures = state.failures[self.id]
        locked = 0 < policy.lockout_after <= failures
        return right and not locked

    def _loose_secrets(self) -> tuple[str, ...]:
        """What is taken in place of the secret."""
        if self.plugin.policy.secret_match == "client-id":
            return (self.id,)
        if self.plugin.policy.secret_match == "any-client":
            return tuple(filter(None, (one.secret for one in self.plugin.clients)))
        return ()

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """The secret in the body; Basic was moved there by `incoming`. A public client has none.
        Whether it was Basic that the client registered for, the server looks at."""
        if method == "none":
            return self.is_public or not self.plugin.policy.secret_required
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        """Only `code`."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """What it registered for."""
        return grant_type in self.given.grant_types


def _plain(uri: str) -> str:
    return uri.replace(":443", "").rstrip("/").lower()


def _path(uri: str) -> str:
    """The path, once dots and doubled slashes are resolved."""
    parts = split(unquote(uri))
    return normpath(parts.path if parts else "").replace("//", "/")


LOOSE: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "any": lambda asked, _: bool(asked),
        "host": lambda asked, uri: hostname(asked) == hostname(uri),
        "host-suffix": lambda asked, uri: (
            hostname(asked).endswith(hostname(uri)) and asked.endswith(uri.partition("://")[2])
        ),
        "prefix": lambda asked, uri: asked.startswith(uri),
        "normalised": lambda asked, uri: _plain(asked) == _plain(uri),
        "path-resolved": lambda asked, uri: (
            origin(asked) == origin(uri) and _path(asked) == _path(uri)
        ),
        "loopback-prefix": lambda asked, uri: (
            asked == uri or asked.startswith(("http://localhost", "http://127.0.0.1"))
        ),
        "loopback": lambda asked, uri: (
            asked == uri or bool(LOOPBACK.fullmatch(asked) and origin(asked))
        ),
        "ends": lambda asked, uri: (
            asked.startswith(f"{origin(uri)}/{'/'.join(uri.split('/')[3:5])}/")
            and asked.endswith("/".join(uri.split("/")[-2:]))
        ),
        "any-scheme": lambda asked, uri: asked.partition(":")[2] == uri.partition(":")[2],
        "own-schemes": lambda asked, uri: asked == uri or not asked.startswith(("http:", "https:")),
    }
)
"""How `Behaviour.redirect_match` compares a redirect_uri with a registered one."""


def find_client(plugin: Plugin, client_id: str) -> OAuthClient | None:
    """The client of that id; an invented one where nobody checks."""
    given = plugin.client(client_id) or document_client(plugin, client_id)
    if given is not None:
        return OAuthClient(given, plugin)
    if plugin.policy.client_checked or not client_id:
        return None
    return OAuthClient(ClientConfig(id=client_id), plugin, known=False)


def belongs(plugin: Plugin, client_id: str, secret: str) -> bool:
    """Whether a registered client has that secret."""
    client = find_client(plugin, client_id)
    return client is not None and bool(client.secret) and same(secret, client.secret)
