"""What a Python program imports: `check`, `check_client` and `lint`, which do what the commands of
the same names do, and return what was found.

    report = mockauth.check(app, client_id="…", client_secret="…", username="…", password="…")
    report.assert_ok()

Options are those of the command line, with the same environment variables (`MOCKAUTH_…`) and the same
settings file behind them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Unpack

from mockauth.chatgpt.api import document_request
from mockauth.checks.registry import all_checks
from mockauth.cli.check import check as check_command
from mockauth.cli.check_client import check_client as client_command
from mockauth.cli.check_client import options_of as client_options_of
from mockauth.cli.check_options import options_of
from mockauth.cli.keywords import parsed
from mockauth.cli.signals import bounded
from mockauth.cli.targets import ListedTarget, read_targets
from mockauth.engine.check import run_check
from mockauth.engine.client.function import FunctionStarter
from mockauth.engine.client.run import run_client
from mockauth.engine.events import finished
from mockauth.engine.http.app import wsgi_of
from mockauth.engine.http.in_process import InProcess
from mockauth.engine.http.transport import TransportError
from mockauth.engine.installation.address import names_app, target_of
from mockauth.engine.interruption import Interruption
from mockauth.engine.result.gate import gate
from mockauth.engine.result.profile_options import chosen_profile, needs_detection, read_levels
from mockauth.engine.selection import check_words
from mockauth.engine.target.dns import system_addresses
from mockauth.engine.target.logins import Logins
from mockauth.errors import MockauthError, UsageError
from mockauth.manifest.plugin import read_manifest
from mockauth.options import ClientOptions, Options
from mockauth.profiles import ACTION, MCP, PLUGIN, Profile
from mockauth.report.json_report import members
from mockauth.report.judged import CheckResult, Place, Report
from mockauth.report.linted import LintFinding, LintReport, lint
from mockauth.scenario.library import load_library
from mockauth.settings import hint
from mockauth.wire.url import hostname, is_loopback_host, split

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from mockauth.checks.rule import Rule
    from mockauth.engine.options import CheckOptions

__all__ = [
    "CheckResult",
    "ClientOptions",
    "LintFinding",
    "LintReport",
    "ListedTarget",
    "Options",
    "Place",
    "Report",
    "check",
    "check_client",
    "lint",
    "targets",
]

Target = Any
"""A URL, a path, a WSGI or ASGI app, `module:app`, or one of `targets`."""
DOCUMENT_SECONDS = 15.0
HOME = "http://localhost"
"""The address of an app in process that names none on this machine."""


def check(target: Target, *, base_url: str = "", **options: Unpack[Options]) -> Report:
    """Sign in to a service as ChatGPT would, and judge it, as `mockauth check` does.

    Args:
        target: the URL of a site or a manifest, the path of a manifest, a WSGI app (Flask, Django),
            an ASGI app (FastAPI, Starlette), or `module:app` or `module:factory()`. An app is called
            in this process, without a port: its verdicts are those of the same app at a URL, but what
            only a connection shows is blocked, and a login page that needs script cannot be used.
            One of `targets` brings its options with it; those that are given here win.
        base_url: the address that an app in process is asked at. Where it is left out, it is the one
            on this machine that its manifest names, else `http://localhost`.
        options: those of the command line, named as in the settings file.

    Raises:
        UsageError: an option, the settings file or the target cannot be used.
    """
    if isinstance(target, ListedTarget):
        listed: Any = target.keywords(os.environ)
        return check(target.target, base_url=base_url, **{**listed, **options})
    with resolved(target, base_url, options.get("authorize_url", "")) as place:
        login = options.get("login")
        keywords = {k: v for k, v in options.items() if k != "login" or not callable(v)}
        with parsed(check_command, [place.address], keywords) as values:
            wanted = options_of(place.address, values)
        if callable(login):
            wanted = replace(wanted, logins=Logins(way="function", function=login))
        if place.transport is not None:
            # The app is the user's own, and nothing leaves this process for it.
            wanted = replace(wanted, active=True)
        stop = Interruption()
        with bounded(stop):
            run = finished(
                run_check(
                    wanted,
                    transport=place.transport,
                    resolve=system_addresses,
                    interruption=stop,
                )
            )
    decided = gate(run, fail_on=values["fail_on"], strict=values["strict"])
    return Report(members(run, decided))


def targets(path: str | PathLike[str]) -> tuple[ListedTarget, ...]:
    """The services of a list, as `mockauth check --targets` reads it, for engines that spread them:
    `check` takes each of them.

    Raises:
        UsageError: it cannot be read, or an entry is not complete.
    """
    return read_targets(Path(path), check_command)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run with some options will judge, as far as that is known before it."""

    ids: tuple[str, ...]
    """The checks; those that apply to no profile that the target may have are left out."""
    fail_on: str
    strict: bool


def plan_of(target: str, **options: Unpack[Options]) -> Plan:
    """What a run with these options judges.

    Raises:
        UsageError: an option, the settings file or a scenario file cannot be used.
    """
    address = HOME if names_app(target) else target_of(target)
    with parsed(check_command, [address], options) as values:
        wanted = options_of(address, values)
    rules = [one.rule for one in all_checks()]
    rules += [probe.rule for probe in load_library(wanted.scenarios).probes]
    profiles = _possible(wanted, rules)
    check_words("--select", wanted.select, rules)
    chosen = [rule for rule in rules if wanted.wants(rule)]
    ids = (rule.id for rule in chosen if any(p.level(rule.id, rule.levels) for p in profiles))
    return Plan(ids=tuple(ids), fail_on=values["fail_on"], strict=values["strict"])


def _possible(wanted: CheckOptions, rules: Sequence[Rule]) -> Sequence[Profile]:
    """The profiles that a run may have: all, where only the target can tell what it is."""
    profile, _ = chosen_profile(wanted, rules)
    if not needs_detection(wanted):
        return (profile,)
    changes = read_levels(wanted.levels, rules)
    return [one.with_levels(changes) for one in (PLUGIN, ACTION, MCP)]


Client = Callable[[Mapping[str, str]], Any]
"""A client under test as a function: it gets AUTHORIZE_URL and the others of `mockauth
check-client`, signs in, calls the API, and returns; it raises where that did not work."""


def check_client(client: Sequence[str] | Client, **options: Unpack[ClientOptions]) -> Report:
    """Play the server for an OAuth client, and judge the client, as `mockauth check-client` does.

    Args:
        client: the command that starts it, as a list of words, or a function.
        options: those of the command line.

    Raises:
        UsageError: an option or the command cannot be used.
    """
    command = () if callable(client) else tuple(client)
    if not callable(client) and (isinstance(client, str) or not command):
        raise UsageError('the command of a client is a list of words, such as ["node", "login.js"]')
    with parsed(client_command, command, options) as values:
        wanted = client_options_of(command, values)
    starter = FunctionStarter(client) if callable(client) else None
    run = finished(run_client(wanted, starter=starter))
    decided = gate(run, fail_on=values["fail_on"], strict=values["strict"])
    return Report(members(run, decided))


@dataclass(frozen=True)
class Resolved:
    """A target that a run can ask: at its address, or an app over `transport`."""

    address: str
    transport: InProcess | None = None


@contextmanager
def resolved(target: Target, base_url: str = "", authorize_url: str = "") -> Iterator[Resolved]:
    """Where a target is asked, and how; an ASGI app is at work until the end of the block.

    Raises:
        UsageError: it is neither a URL nor a path nor an app.
    """
    if isinstance(target, str) and names_app(target):
        target = app_at(target)
    if isinstance(target, str | PathLike):
        address = target_of(str(target))
        _see_a_place(address)
        if base_url:
            raise UsageError(
                "base_url belongs to an app in process; a URL or a path says it itself"
            )
        yield Resolved(address)
        return
    with wsgi_of(target) as app:
        base = base_url.rstrip("/") or _on_this_machine(authorize_url) or _published(app)
        transport = InProcess(app, base)
        try:
            yield Resolved(base, transport)
        finally:
            transport.close()


def app_at(value: str) -> Any:
    """The app that `module:app` names, or that `module:factory()` makes; it is looked for in the
    current folder, too.

    Raises:
        UsageError: there is none, or making it failed.
    """
    module, _, name = value.partition(":")
    folder = str(Path.cwd())
    sys.path.insert(0, folder)
    try:
        return _app_of(import_module(module), value, name)
    except MockauthError:
        raise
    except Exception as wrong:  # code of the user, which may raise anything
        raise UsageError(f"{value}: {_told(wrong)}") from wrong
    finally:
        with suppress(ValueError):  # the module may have changed it
            sys.path.remove(folder)


def _app_of(module: ModuleType, value: str, name: str) -> Any:
    missing = object()
    found = getattr(module, name.removesuffix("()"), missing)
    if found is missing:
        near = hint(name.removesuffix("()"), (one for one in vars(module) if one[0] != "_"))
        raise UsageError(f"{value}: {module.__name__} has no {name!r}{near}")
    made = found() if name.endswith("()") and callable(found) else found
    if not callable(made):
        raise UsageError(f"{value} is of type {type(made).__name__}, and no WSGI or ASGI app")
    return made


def _told(wrong: Exception) -> str:
    """An error of the user's code, and the line that raised it."""
    frames = traceback.extract_tb(wrong.__traceback__)
    own = [one for one in frames if not one.filename.startswith("<")]
    place = f" ({own[-1].filename}:{own[-1].lineno})" if own else ""
    return f"{type(wrong).__name__}: {wrong}{place}"


def _see_a_place(target: str) -> None:
    """See that a text can be where a service is.

    Raises:
        UsageError: it cannot.
    """
    is_url = target.startswith(("http://", "https://"))
    if not is_url and (target.endswith(".py") or not Path(target).exists()):
        raise UsageError(
            f"{target}: neither a URL nor a manifest; give a site such as http://localhost:3333, the path "
            "of a manifest, or an app in process as MODULE:APP"
        )


def _published(app: WSGIApplication) -> str:
    """The address on this machine that an app's manifest names."""
    url = f"{HOME}/.well-known/ai-plugin.json"
    try:
        answer = InProcess(app, HOME).send(document_request(url), seconds=DOCUMENT_SECONDS)
    except TransportError:
        return HOME
    return _on_this_machine(read_manifest(answer.body, url).api_url or "") or HOME


def _on_this_machine(url: str) -> str:
    """Its host and port, in http as an app without a server speaks it; "" for other machines."""
    parts = split(url)
    is_here = parts is not None and is_loopback_host(hostname(url))
    return f"http://{parts.netloc}" if parts is not None and is_here else ""
