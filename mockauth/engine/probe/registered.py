"""A client that a step of a probe has made known to the server: by registration (RFC 7591), or by a
document."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mockauth.chatgpt.client import Client
from mockauth.engine.flow.basic_header import place_of_basic
from mockauth.engine.flow.fallbacks import as_built
from mockauth.engine.http.recorder import Place
from mockauth.engine.target.client_keys import ClientKey
from mockauth.engine.target.documents import path_of
from mockauth.engine.target.subject import Subject
from mockauth.wire import Exchange, Secret


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The client, and where its credentials travel."""

    client: Client
    place: Place
    name: str = ""
    """The path of its document begins with it; "" for a client without one."""
    key: ClientKey | None = None
    """What it signs its assertions with."""

    @property
    def document(self) -> str:
        """The path of its document."""
        return path_of(self.client.id) if self.name else ""

    @property
    def trap(self) -> str:
        """The path that must not be fetched."""
        return f"/c/{self.name}/trap"


def registered_by(subject: Subject, exchange: Exchange) -> Registered | None:
    """The client of a registration; None where the answer has none."""
    came = exchange.answer.members
    client_id, secret = came.get("client_id"), came.get("client_secret")
    usual = subject.target.client
    if usual is None or not exchange.answer.ok or not isinstance(client_id, str) or not client_id:
        return None
    sent = exchange.request.members
    # What the server says counts; without a word it is the default of RFC 7591, section 2.
    method = came.get("token_endpoint_auth_method") or sent.get("token_endpoint_auth_method")
    value = Secret(secret if isinstance(secret, str) else "", "client_secret")
    subject.driver.secrets.publish(client_id)
    uris = sent.get("redirect_uris")
    client = replace(
        usual,
        id=client_id,
        secret=value,
        redirect_uri=str(uris[0]) if isinstance(uris, list) and uris else usual.redirect_uri,
        sends_secret=bool(value) and method != "none",
    )
    place = as_built if method in POSTED else place_of_basic(subject, client)
    return Registered(client=client, place=place)


POSTED = ("none", "client_secret_post")
