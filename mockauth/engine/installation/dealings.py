"""One request's dealings with an installed plugin: the engine's own subject, made of what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from mockauth.checks.evidence import Given
from mockauth.clock import Clock, SystemClock
from mockauth.engine.flow.mcp import resume
from mockauth.engine.flow.ordinary import installed_client, place_credentials
from mockauth.engine.http.in_process import InProcess
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import SocketTransport, Transport
from mockauth.engine.installation.installation import Connection, Installation, key_of
from mockauth.engine.installation.keeper import Keeper
from mockauth.engine.target.action import with_editor
from mockauth.engine.target.discovery import with_document, with_manifest
from mockauth.engine.target.dns import Resolver, system_addresses
from mockauth.engine.target.reach import Reach, place_of, refusal
from mockauth.engine.target.subject import Subject
from mockauth.engine.target.target import Target
from mockauth.engine.target.url_map import UrlMap
from mockauth.errors import UsageError
from mockauth.manifest.auth import OAuth
from mockauth.manifest.editor import fill
from mockauth.manifest.openapi import read_openapi
from mockauth.manifest.plugin import read_manifest
from mockauth.profiles import PROFILES
from mockauth.wire import Exchange, Secret, Trace
from mockauth.wire.secret import Secrets
from mockauth.wire.url import origin

Mask = Callable[[Exchange, Secrets, str], dict[str, Any]]
"""Shows an exchange without its secrets, in the words of a profile."""
CHATGPT = "https://chat.openai.com"
LONGEST_NOTED = 16_384
"""Characters of an answer that are kept in the record."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What every request works with: where things are kept, the time, and how requests leave."""

    keeper: Keeper
    mask: Mask
    clock: Clock = field(default_factory=SystemClock)
    transport: Callable[[], Transport] = SocketTransport
    """A new one for each request of a user: it is used by one thread."""
    resolve: Resolver = system_addresses
    is_public: bool = False
    """Other machines reach these pages, so that they must not ask private addresses."""


def secrets_of(installation: Installation, connection: Connection | None = None) -> Secrets:
    """Every secret that is kept of an installation and one user's connection, for masking."""
    secrets = Secrets()
    kept = [
        (installation.client_secret, "client secret"),
        (installation.service_token, "service token"),
    ]
    if connection is not None:
        kept += [
            (connection.access_token, "access token"),
            (connection.refresh_token, "refresh token"),
        ]
    for secret, label in kept:
        secrets.add(secret.reveal(), label)
    if installation.client_id and installation.client_secret:
        secrets.add_basic(
            installation.client_id, installation.client_secret.reveal(), "credentials"
        )
    secrets.publish(installation.target, installation.client_id, installation.id)
    return secrets


@contextmanager
def dealing(
    world: World,
    installation: Installation,
    person: str,
    connection: Connection | None = None,
    *,
    login: str = "",
    redirect_uri: str = "",
    verifier: str = "",
) -> Iterator[Subject]:
    """Deal with the plugin on behalf of a person. Each exchange is kept, masked, as it is made."""
    transport = world.transport()
    secrets = secrets_of(installation, connection)
    base = origin(installation.target)
    reach = Reach(base, world.resolve)

    def refuses(url: str) -> str:
        return refused_to_all(world, url) or reach(url)

    def keep(exchange: Exchange) -> None:
        shown = world.mask(exchange, secrets, installation.profile)
        if shown["response"] is not None:
            shown["response"]["body"] = shown["response"]["body"][:LONGEST_NOTED]
        world.keeper.note(installation.id, person, login, shown)

    driver = Driver(
        transport=transport, trace=Trace(), secrets=secrets, flow=1, reach=refuses, watch=keep
    )
    url_map = UrlMap(base, refuses=refuses, named=reach.named)
    given = Given(
        client_id=installation.client_id,
        client_secret=installation.client_secret,
        token=key_of(installation, connection),
        verification_token=Secret(installation.verification_token, "verification token"),
        redirect_uri=redirect_uri,
        redirect_uris=(redirect_uri,) if redirect_uri else (),
    )
    target = Target(profile=PROFILES[installation.profile], given=given, url_map=url_map)
    subject = Subject(driver=driver, target=target, clock=world.clock)
    subject.target = _known(subject.target, installation)
    place_credentials(subject)
    if installation.mcp is not None:
        resume(subject, installation.mcp, installation.auth_method, verifier)
    try:
        yield subject
    finally:
        if isinstance(transport, SocketTransport | InProcess):
            transport.close()


def refused_to_all(world: World, url: str) -> str:
    """Why an address is not asked, as ChatGPT's own servers would not; "" on a desk."""
    place = place_of(url)
    if not world.is_public or place is None:
        return ""
    addresses = {place[0]: world.resolve(place[0])}
    return refusal(url, target=CHATGPT, named=(), addresses=addresses)


def _known(target: Target, installation: Installation) -> Target:
    """The target with all that was read of it before."""
    document = installation.openapi
    openapi = read_openapi(document.body, document.url) if document.body else None
    with suppress(UsageError):  # only raised where an operation is asked for by name
        if installation.is_mcp:
            return target
        if installation.is_action:
            if openapi is not None:
                auth = fill(installation.form, openapi).auth
                target = with_editor(target, installation.form, auth, openapi, "")
        elif installation.manifest.body:
            manifest = read_manifest(installation.manifest.body, installation.manifest.url)
            target = with_manifest(target, manifest)
            target = with_document(target, openapi, "") if openapi is not None else target
    if isinstance(target.auth, OAuth):
        target = replace(target, client=installed_client(target, target.auth))
    return target
