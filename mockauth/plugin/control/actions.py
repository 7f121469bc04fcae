"""What somebody outside may do to a plugin while it runs: over HTTP, or from a test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from mockauth.clock import iso
from mockauth.errors import UsageError
from mockauth.plugin.config import ClientConfig, PluginConfig, UserConfig
from mockauth.plugin.config_problems import wrong_client
from mockauth.plugin.context import Plugin
from mockauth.plugin.control.parse import PREFIX, ControlError, check_fault, check_headers
from mockauth.plugin.control.redact import Redaction
from mockauth.plugin.control_state import ERROR_PLACES, QueuedError, QueuedResponse
from mockauth.plugin.faults.fault import Fault
from mockauth.plugin.faults.parse import fault_named
from mockauth.plugin.faults.trigger import Trigger
from mockauth.plugin.journal import JournalEntry
from mockauth.plugin.state import CodeRecord, Family, TokenRecord

LONGEST_SHIFT = 10**9
SENDABLE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
"""RFC 6749 section 4.1.2.1: what error and error_description may be made of."""


class PluginControl:
    """The switches of one plugin. Every method raises `ControlError`, a `UsageError`, where something
    cannot be done, and says what could be."""

    def __init__(self, plugin: Plugin, known: Mapping[str, Fault]) -> None:
        assert plugin.control is not None  # noqa: S101 - made only for a plugin that has it
        self._plugin, self._control, self._known = plugin, plugin.control, known

    @property
    def known_faults(self) -> Mapping[str, Fault]:
        """Every fault that can be switched on by name."""
        return self._known

    def faults_on(self) -> list[dict[str, Any]]:
        """The faults that are on, with their triggers and how many fitting requests they saw."""
        switches = self._plugin.switches
        with switches.lock:
            return [
                {"name": one.fault.name, "trigger": asdict(one.trigger), "seen": one.seen}
                for one in switches.armed
            ]

    def switch_on(self, fault: Fault | str, trigger: Trigger) -> None:
        """Switch on a fault of the plugin by name (which may say when, as on the command
        line) or by one of your own."""
        if isinstance(fault, str):
            try:
                fault = fault_named(fault, self._known)
            except UsageError as wrong:
                raise ControlError(str(wrong)) from None
            trigger = trigger if trigger != Trigger() else fault.trigger or trigger
            fault = replace(fault, trigger=None)
        check_fault(fault)
        self._plugin.switches.switch_on(fault, trigger, self._plugin.clock.now())

    def switch_off(self, name: str) -> None:
        """Switch off one fault."""
        if not self._plugin.switches.switch_off(name):
            raise ControlError(f"the fault {name!r} is not on", status=404)

    def now(self) -> float:
        """The time of the plugin, in seconds since the epoch."""
        return self._plugin.clock.now()

    @property
    def shift(self) -> float:
        """By how many seconds it was moved."""
        return self._control.clock.shift

    def advance(self, seconds: float) -> None:
        """Move its clock on."""
        with self._control.lock:
            if not 0 <= seconds <= LONGEST_SHIFT - self.shift:
                raise ControlError(
                    f"advance must be 0 or more, and {LONGEST_SHIFT} seconds in all at most"
                )
            self._control.clock.shift += seconds

    @property
    def config(self) -> PluginConfig:
        """The settings, with the users and clients that were added."""
        return self._control.config_for(self._plugin.base)

    @property
    def clients(self) -> tuple[ClientConfig, ...]:
        """The clients of the settings, those that were added, and those that registered."""
        with self._plugin.state.lock:
            return (*self.config.clients, *self._plugin.state.clients.values())

    def tokens(self) -> list[dict[str, Any]]:
        """The codes and tokens that are known, of each kind those issued last at the end; without
        their values, of which only hashes are kept."""
        state, now = self._plugin.state, self.now()
        found: list[tuple[str, CodeRecord | TokenRecord, bool]] = []
        with state.lock:
            found += [("code", one, one.used or one.family.revoked) for one in state.codes.values()]
            found += [("access token", one, one.revoked) for one in state.access.values()]
            found += [("refresh token", one, one.revoked) for one in state.refresh.values()]
        return [
            {
                "kind": kind,
                "user": one.user,
                "client_id": one.client_id,
                "scope": one.scope,
                "expires_at": one.expires_at,
                "is_good": not is_dead and one.expires_at > now,
            }
            for kind, one, is_dead in found
        ]

    def add_user(self, user: UserConfig) -> None:
        """Add a user who can log in."""
        if not user.name:
            raise ControlError("user.name must not be empty")
        with self._control.lock:
            if user.name in self._user_names():
                raise ControlError(f"there is a user {user.name!r} already")
            self._control.users.append(user)

    def register(self, client: ClientConfig) -> None:
        """Add a client."""
        if not client.id:
            raise ControlError("client.id must not be empty")
        for wrong in wrong_client(self._plugin.base, client):
            raise ControlError(f"client: {wrong}")
        with self._control.lock, self._plugin.state.lock:
            known = {one.id for one in self.config.clients} | self._plugin.state.clients.keys()
            if client.id in known:
                raise ControlError(f"there is a client {client.id!r} already")
            self._control.clients.append(client)

    def queue_user(self, name: str) -> None:
        """Say who signs in next, without pages."""
        if name not in self._user_names():
            raise ControlError(f"name must be one of {', '.join(sorted(self._user_names()))}")
        with self._control.lock:
            self._control.next_users.append(name)

    def queue_error(self, error: QueuedError) -> None:
        """Say which error the next request at a place gets."""
        if error.place not in ERROR_PLACES:
            raise ControlError(f"error.place must be one of {', '.join(ERROR_PLACES)}")
        for name, text in (("error", error.error), ("error_description", error.error_description)):
            if not SENDABLE.fullmatch(text):
                raise ControlError(
                    f"error.{name} must be of printable ASCII without quote and backslash"
                )
        if not error.error:
            raise ControlError("error.error must not be empty")
        with self._control.lock:
            self._control.next_errors.append(error)

    def queue_response(self, response: QueuedResponse) -> None:
        """Say what the next request at a path gets in place of an answer."""
        if not response.path.startswith("/") or response.path.startswith(PREFIX):
            raise ControlError(f"response.path must be a path of the plugin, not below {PREFIX}")
        if not 200 <= response.status <= 599:
            raise ControlError("response.status must be between 200 and 599")
        check_headers(response.headers, "response.headers")
        with self._control.lock:
            self._control.next_responses.append(response)

    def queues(self) -> dict[str, list[Any]]:
        """What is queued and has not been used."""
        control = self._control
        with control.lock:
            return {
                "users": list(control.next_users),
                "errors": [asdict(one) for one in control.next_errors],
                "responses": [asdict(one) for one in control.next_responses],
            }

    def issue(self, user: str, client_id: str = "", scope: str = "") -> dict[str, Any]:
        """A token answer as after a sign-in that nobody had to make; to be called within a request,
        whose address is the issuer. The first client, and all that it may ask for, unless said
        otherwise."""
        if self._plugin.base.auth != "oauth":
            raise ControlError(f"a plugin with auth {self._plugin.base.auth} issues no tokens")
        # Authlib takes 150 ms to import; the other auth types never need it.
        from mockauth.plugin.oauth.client import find_client
        from mockauth.plugin.oauth.issue import make_token

        # With the users and clients that were added.
        self._plugin.now.config = self.config
        client = find_client(self._plugin, client_id or self._plugin.clients[0].id)
        if client is None:
            known = ", ".join(one.id for one in self._plugin.clients)
            raise ControlError(f"client_id must be one of {known}")
        if user not in self._user_names():
            raise ControlError(f"user must be one of {', '.join(sorted(self._user_names()))}")
        unknown = set(scope.split()) - set(client.get_allowed_scope(None).split())
        if unknown:
            raise ControlError(f"scope {min(unknown)} is not known")
        return make_token(self._plugin, client, user, scope or None, family=Family())

    def revoke(self, user: str) -> int:
        """Revoke every token of a user, as at the plugin's own site; how many were good."""
        state = self._plugin.state
        with state.lock:
            kept = (*state.access.values(), *state.refresh.values())
            good = [one for one in kept if one.user == user and not one.revoked]
            for one in good:
                one.family.revoked = True
        # Tokens stay where a reset has taken the user away.
        if not good and user not in self._user_names():
            raise ControlError(f"user must be one of {', '.join(sorted(self._user_names()))}")
        return len(good)

    def requests(
        self, *, path: str = "", method: str = "", status: int = 0, after: int = 0
    ) -> list[dict[str, Any]]:
        """The journal: the last requests, oldest first, with secrets masked and near misses; those
        with that path, method and status, and a number greater than `after`."""
        with self._control.lock:
            kept = list(self._control.journal)
        redaction = Redaction(self._plugin)
        wanted = ((path, "path"), (method.upper(), "method"), (status, "status"))
        return [
            _shown(redaction, number, entry)
            for number, entry in kept
            if number > after
            and all(want in ("", 0, getattr(entry, have)) for want, have in wanted)
        ]

    def forget_requests(self) -> None:
        """Empty the journal."""
        with self._control.lock:
            self._control.journal.clear()

    def reset(self, *, tokens: bool = False) -> None:
        """Put everything back as at the start; `tokens` forgets what was issued, what has registered
        itself, and the API's data, too."""
        self._control.reset()
        self._plugin.reset_faults()
        if tokens:
            self._plugin.state.clear()

    def _user_names(self) -> set[str]:
        return {user.name for user in self.config.users}


def _shown(redaction: Redaction, number: int, entry: JournalEntry) -> dict[str, Any]:
    """The entry as it is read over HTTP."""
    return {
        "n": number,
        "at": iso(entry.at),
        "method": entry.method,
        "path": redaction.text(entry.path),
        "params": redaction.params(entry.carried.params()),
        "authorization": entry.scheme,
        "status": entry.status,
        "faults": list(entry.faults),
        "near_misses": [redaction.text(miss) for miss in entry.near_misses],
    }
