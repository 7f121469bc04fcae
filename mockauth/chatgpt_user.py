"""ChatGPT in the tests of a plugin: it installs the plugin, users log in, and it calls operations.

With pytest the fixture `chatgpt` gives it; elsewhere `chatgpt()` does:

    with chatgpt() as gpt:
        ada = gpt.install(app, client_id="…", client_secret="…").log_in("ada", "secret")
        assert ada.call("listTodos").json() == []
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Unpack

from mockauth.api import Report, Target, check, resolved
from mockauth.browser.landing import Landing
from mockauth.engine.http.transport import SocketTransport, Transport
from mockauth.engine.installation import setup, use
from mockauth.engine.installation.arrival import Arrival
from mockauth.engine.installation.dealings import World, dealing
from mockauth.engine.installation.installation import Connection, Installation, Phase
from mockauth.engine.installation.keeper import Keeper
from mockauth.engine.installation.login import Callback, Landed, arrive, redirect_uri, start
from mockauth.engine.installation.operation_form import OperationForm, form_of
from mockauth.engine.installation.pending import Way
from mockauth.engine.installation.remark import Remark
from mockauth.engine.installation.use import Used
from mockauth.engine.target.browsers import form_session
from mockauth.errors import UsageError, plainly
from mockauth.manifest.openapi import OpenApi, read_openapi
from mockauth.options import Options
from mockauth.report.redacted import Redactor
from mockauth.store.store import Store, open_store
from mockauth.wire import Request, Response, Secret
from mockauth.wire.secret import Secrets
from mockauth.wire.words import Words, own, render, say

PAGES = "http://localhost"
"""Where a login starts; nothing listens there, because the browser is mockauth's own."""
MOST_EXCHANGES = 1000


@dataclass(frozen=True)
class ChatGPT:
    """ChatGPT, with nothing installed yet. `settings` are options that every check has, and the
    credentials that `install` and `log_in` use where none are given."""

    store: Store = field(repr=False)
    settings: Options = field(default_factory=Options, repr=False)
    open: ExitStack = field(default_factory=ExitStack, repr=False)
    """What is at work until the end: apps in process."""

    def check(self, target: Target, *, base_url: str = "", **options: Unpack[Options]) -> Report:
        """Judge a service; see `mockauth.check`."""
        __tracebackhide__ = True
        merged: Options = {**self.settings, **options}
        return plainly(lambda: check(target, base_url=base_url, **merged))

    def install(
        self,
        target: Target,
        *,
        base_url: str = "",
        plugin_id: str = "",
        client_id: str = "",
        client_secret: str = "",
        service_token: str = "",
        verification_token: str = "",
    ) -> InstalledPlugin:
        """Install a 2023 plugin, as its developer does: the manifest is read, credentials are pasted,
        and the manifest is read again for the verification token. Without `verification_token` the
        one that the manifest has is taken for the one that ChatGPT had shown.

        Raises:
            AssertionError: ChatGPT could not install it; the message says why.
            UsageError: the target is neither a URL nor an app, or a credential is missing.
        """
        __tracebackhide__ = True
        place = self.open.enter_context(resolved(target, base_url))
        world = World(
            keeper=Keeper(self.store),
            mask=lambda exchange, secrets, profile: Redactor(secrets, profile).exchange(exchange),
            transport=lambda: _transport(place.transport),
        )
        person = world.keeper.new_person()
        wanted = plugin_id or self.settings.get("plugin_id", "")
        found = setup.find(world, person, place.address, wanted)
        if found.phase is Phase.UNREADABLE:
            raise AssertionError(_not_installed(found))
        if found.kind in setup.VERIFIED:
            client_id = client_id or self.settings.get("client_id", "")
            if found.kind == "oauth" and not client_id:
                raise UsageError(
                    "auth type oauth needs client_id=… and client_secret=…, as they are pasted into "
                    "ChatGPT"
                )
            pasted = setup.paste(
                world,
                found,
                client_id=client_id,
                client_secret=client_secret or self.settings.get("client_secret", ""),
                service_token=service_token or self.settings.get("token", ""),
            )
            found = _verified(world, pasted, verification_token)
        plugin = InstalledPlugin(world, found.id, self.settings)
        if found.fatal and not plugin.operations:
            raise AssertionError(_not_installed(found))
        return plugin


@contextmanager
def chatgpt(**settings: Unpack[Options]) -> Iterator[ChatGPT]:
    """ChatGPT until the end of the block; what it keeps is in memory."""
    with open_store("memory") as store, ExitStack() as at_work:
        yield ChatGPT(store, settings, at_work)


@dataclass(frozen=True)
class InstalledPlugin:
    """A plugin that users can log in to. `id` is the part of its callback after /aip/."""

    world: World = field(repr=False)
    id: str
    settings: Options = field(repr=False)

    @property
    def redirect_uri(self) -> str:
        """ChatGPT's callback, which the plugin must know."""
        return redirect_uri(self._installation, PAGES, Way.PASTED)

    @property
    def remarks(self) -> Sequence[Remark]:
        """What the checks say of its documents; those with `is_fatal` stop ChatGPT."""
        return self._installation.remarks

    @property
    def operations(self) -> tuple[str, ...]:
        """The operationIds of its document."""
        return tuple(one.id for one in self._openapi.operations)

    def log_in(self, user: str = "", password: str = "", *, key: str = "") -> User:
        """Be the user's browser: go to client_url, sign in, consent, come back with a code, which
        becomes tokens. Where users paste a key (`user_http`) it is `key`; where there is no login,
        nothing is asked. User and password of the settings are used where none are given.

        Raises:
            AssertionError: the user does not get in; the message says where the login ended, what
                ChatGPT shows and what to change.
        """
        __tracebackhide__ = True
        person = self.world.keeper.new_person()
        kind = self._installation.kind
        if kind == "oauth":
            name = user or self.settings.get("username", "")
            is_usual = name == self.settings.get("username", "")
            usual = self.settings.get("password", "") if is_usual else ""
            self._sign_in(person, name, Secret(password or usual, "password"))
        else:
            given = Secret(
                key or self.settings.get("token", "") if kind == "user_http" else "", "key"
            )
            new = Connection(installation=self.id, person=person, access_token=given)
            self.world.keeper.connect(new)
        return User(self, person)

    def _sign_in(self, person: str, name: str, password: Secret) -> None:
        __tracebackhide__ = True
        installation, state = self._installation, str(uuid.uuid4())
        address = start(self.world, installation, person, base=PAGES, way=Way.PASTED, state=state)
        landing, secrets = self._walked(address, person, name, password)
        if landing.outcome != "callback":
            told = _not_come_back(landing, installation, self.redirect_uri)
            raise AssertionError("\n".join(render(line, secrets) for line in told))
        landed = arrive(self.world, installation, person, Callback(url=landing.url))
        if landed.arrival is not Arrival.CONNECTED:
            raise AssertionError(_not_logged_in(landed))

    def _walked(
        self, address: str, person: str, name: str, password: Secret
    ) -> tuple[Landing, Secrets]:
        """Where the user's browser ends, and what must not be told of it."""
        with dealing(self.world, self._installation, person) as subject:
            subject.driver.secrets.add(password.reveal(), "password")
            given = replace(subject.target.given, username=name, password=password)
            subject.target = replace(subject.target, given=given)
            request = Request(method="GET", url=address)
            landing = form_session(subject).run(request, redirect_uris=(self.redirect_uri,))
            return landing, subject.driver.secrets

    @property
    def _installation(self) -> Installation:
        found = self.world.keeper.installation(self.id)
        assert found is not None  # noqa: S101 - only its owner could remove it
        return found

    @property
    def _openapi(self) -> OpenApi:
        document = self._installation.openapi
        return read_openapi(document.body, document.url)


@dataclass(frozen=True)
class User:
    """A user of ChatGPT who has connected the plugin."""

    plugin: InstalledPlugin
    person: str = field(repr=False)

    def call(self, operation: str, body: Any = None, **parameters: Any) -> Answer:
        """Call an operation by its operationId, as ChatGPT does: with the user's token, which is
        refreshed first when it has expired. Required parameters that are not given get samples.

        Raises:
            UsageError: there is no such operation or parameter.
            AssertionError: the user has logged out.
        """
        __tracebackhide__ = True
        openapi = self.plugin._openapi
        numbers = {one.id: number for number, one in enumerate(openapi.operations)}
        if operation not in numbers:
            raise UsageError(f"no operation {operation!r}; there are {', '.join(numbers)}")
        form = form_of(openapi, openapi.operations[numbers[operation]])
        filled = _filled(form, body, parameters)
        used = use.use(
            self.plugin.world,
            self.plugin._installation,
            self._connection,
            numbers[operation],
            filled,
        )
        return _answer(used)

    def refresh(self) -> None:
        """Refresh the token now, as ChatGPT does from time to time.

        Raises:
            AssertionError: it could not be refreshed; the message says what ChatGPT shows.
        """
        __tracebackhide__ = True
        installation = self.plugin._installation
        used = use.refresh(self.plugin.world, installation, self._connection)
        if not used.is_refreshed:
            told = [used.problem, f"ChatGPT shows: {used.shown}", *map(_told, used.remarks)]
            raise AssertionError("\n".join(filter(None, told)))

    def expire(self) -> None:
        """Let the token expire as far as ChatGPT knows: the next call refreshes it first."""
        use.expire(self.plugin.world, self._connection)

    def log_out(self) -> None:
        """Uninstall the plugin for this user; its tokens are forgotten."""
        self.plugin.world.keeper.disconnect(self.plugin.id, self.person)

    @property
    def exchanges(self) -> Sequence[Mapping[str, Any]]:
        """What was sent and answered for this user, masked, the oldest first."""
        keeper = self.plugin.world.keeper
        noted = keeper.lately(self.plugin.id, self.person, most=MOST_EXCHANGES)
        return tuple(one.shown for one in noted)

    @property
    def _connection(self) -> Connection:
        __tracebackhide__ = True
        found = self.plugin.world.keeper.connection(self.plugin.id, self.person)
        if found is None:
            raise AssertionError("this user has logged out")
        return found


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a call. `problem` says what ChatGPT makes of it, "" where all is well; `shown` what
    it would show; `status` is 0 where no answer came."""

    status: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    problem: str = ""
    shown: str = ""
    is_refreshed: bool = False
    """The token had expired and was refreshed first."""
    remarks: tuple[Remark, ...] = ()
    limits: tuple[str, ...] = ()
    """ChatGPT's limits, each with what was measured."""

    @property
    def ok(self) -> bool:
        """Whether ChatGPT could use the answer."""
        return not self.problem

    def json(self) -> Any:
        """The body.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.text)


def _transport(in_process: Transport | None) -> Transport:
    return SocketTransport() if in_process is None else in_process


def _verified(world: World, pasted: Installation, token: str) -> Installation:
    __tracebackhide__ = True
    if token:
        ready = setup.verify(world, replace(pasted, verification_token=token))
    else:
        ready = setup.take_published(world, pasted)
    if ready.phase is not Phase.READY:
        raise AssertionError(_not_installed(ready))
    return ready


def _not_installed(found: Installation) -> str:
    told = [found.stopped, *map(_told, found.fatal)]
    if found.phase is Phase.VERIFYING:
        told.insert(0, "verification_tokens.openai in the manifest is not the token that was given")
    return "\n".join(["ChatGPT could not install the plugin", *filter(None, told)])


def _not_come_back(
    landing: Landing, installation: Installation, redirect_uri: str
) -> Iterator[Words]:
    """Where a login ended, and, where it was refused before a page, with what ChatGPT had asked."""
    yield say("the login did not come back to ChatGPT: {}", landing.describe())
    if landing.question:
        yield landing.question.text
    status = landing.page.answer.status if landing.page else 0
    if status >= HTTPStatus.BAD_REQUEST and not landing.filled:
        yield say(
            "ChatGPT asked with client_id {!r} and redirect_uri {!r}; does your server know both of them?",
            installation.client_id,
            own(redirect_uri),
        )
        yield say("install(…, plugin_id=…) is the part of the callback after /aip/")


def _not_logged_in(landed: Landed) -> str:
    meaning, secrets = landed.meaning, Secrets()
    told = [landed.error, landed.answered]
    if meaning is not None:
        fix = render(meaning.fix, secrets)
        shown = render(meaning.shown, secrets)
        told = [render(meaning.title, secrets), *told, f"ChatGPT shows: {shown}", f"fix: {fix}"]
    return "\n".join([*filter(None, told), *map(_told, landed.remarks)])


def _told(remark: Remark) -> str:
    found = f"expected {remark.expected}; found {remark.actual}"
    return f"{remark.state} {remark.id}: {found}; fix: {remark.fix}"


def _filled(form: OperationForm, body: Any, given: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form: samples for what is required, what was given over them."""
    __tracebackhide__ = True
    filled = {one.field: one.value for one in form.parameters if one.is_required}
    fields = {one.name: one.field for one in form.parameters}
    for name, value in given.items():
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise UsageError(f"{form.operation.id} has no parameter {name!r}; there are {known}")
        filled[fields[name]] = value if isinstance(value, str) else json.dumps(value)
    if body is not None and form.body is None:
        raise UsageError(f"{form.operation.id} takes no body")
    text = body if isinstance(body, str) else json.dumps(body)
    return {**filled, "body": (form.body or "") if body is None else text}


def _answer(used: Used) -> Answer:
    answer = used.answer or Response(status=0)
    return Answer(
        status=answer.status,
        text=answer.text,
        headers=MappingProxyType(dict(answer.headers)),
        problem=used.problem,
        shown=used.shown,
        is_refreshed=used.is_refreshed,
        remarks=used.remarks,
        limits=used.limits,
    )
