"""`mockauth check-client`: play the server, and judge the OAuth client that comes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from mockauth.cli.demo import FORM_OR_JSON
from mockauth.cli.judging_options import judging_options, print_options, report_option
from mockauth.cli.option import option, separated
from mockauth.errors import UsageError
from mockauth.profiles.mcp import REVISIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockauth.engine.client.options import ClientOptions
    from mockauth.engine.events import Event


@click.command("check-client")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@option(
    "--profile",
    type=click.Choice(["plugin", "action", "mcp"]),
    default="plugin",
    show_default=True,
)
@option(
    "--revision",
    type=click.Choice(["auto", *REVISIONS]),
    default="auto",
    show_default=True,
    help="MCP: the revision to serve and to judge by; auto judges by the newest that the client speaks.",
)
@option(
    "--content-type",
    type=FORM_OR_JSON,
    default="application/x-www-form-urlencoded",
    show_default=True,
    help="What the manifest declares for token requests.",
)
@option(
    "--client-id",
    default="",
    help="The client's id at the mock; a client of an MCP server registers without it.",
)
@option("--client-secret", default="", help="The client's secret at the mock.")
@option("--redirect-uri", default="", help="The client's callback, as registered at the mock.")
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Port to listen on (default: a free one).",
)
@option(
    "--timeout",
    type=click.FloatRange(1, 600),
    default=None,
    help="Seconds that one start of COMMAND may take (default: 20; 60 where no answer comes).",
)
@option(
    "--for",
    "watch_seconds",
    type=click.FloatRange(1),
    default=None,
    help="Without COMMAND: watch for this many seconds (default: until Ctrl-C).",
)
@option(
    "--pass-env",
    multiple=True,
    metavar="NAME",
    help="Another environment variable to pass to COMMAND, which gets PATH, HOME, LANG and "
    "similar ones anyway; * matches any characters.",
)
@option(
    "--store",
    type=click.Path(path_type=Path),
    default=None,
    help="File or folder where the client stores tokens; it is searched for unprotected secrets.",
)
@judging_options
@option(
    "--strict",
    is_flag=True,
    help="Also fail the run when a critical check needs a COMMAND and there is none.",
)
@report_option
@print_options
def check_client(command: tuple[str, ...], **values: Any) -> None:
    """Play the server for an OAuth client, and check how the client behaves.

    Put -- before COMMAND. It is started once for each scenario, reads AUTHORIZE_URL, TOKEN_URL,
    API_URL, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI and SCOPE (or MANIFEST_URL, or ISSUER and its
    metadata) from its environment, signs in, calls the API, and exits: with status 0 if that
    worked. AUTH_METHOD is set if the server accepts one method only; CONTENT_TYPE is what the
    manifest declares. COMMAND gets PATH, HOME, LANG and similar variables of your environment, and
    those that --pass-env names. Processes it has started are ended with it. Without COMMAND you use
    the client by hand.
    """
    # The engine brings the plugin and the scenarios with it, which --help must not.
    from mockauth.cli.output import finish, report_targets
    from mockauth.engine.client.run import run_client
    from mockauth.engine.interruption import Interruption

    reports = report_targets(values["reports"])
    options = options_of(command, values)
    stop = Interruption()
    code = finish(
        _introduced(run_client(options, interruption=stop)),
        reports,
        stop,
        fail_on=values["fail_on"],
        strict=values["strict"],
        verbose=values["verbose"],
        quiet=values["quiet"],
        baseline=options.baseline,
        write_baseline=values["write_baseline"],
    )
    raise click.exceptions.Exit(code)


def options_of(command: tuple[str, ...], values: Mapping[str, Any]) -> ClientOptions:
    """What the run is asked to do, from the values of the command's options.

    Raises:
        UsageError: a value cannot be used.
    """
    from mockauth.engine.client import options as defaults
    from mockauth.engine.result.baseline import read_baseline

    if command and values["watch_seconds"] is not None:
        raise UsageError("--for belongs to a client that you drive by hand; --timeout to COMMAND")
    store = values["store"]
    if store is not None and not command and not store.exists():
        raise UsageError(f"--store {store}: no such file or folder")
    redirect_uri = values["redirect_uri"] or defaults.REDIRECT_URI
    if not urlsplit(redirect_uri).scheme or "#" in redirect_uri:
        raise UsageError(
            f"--redirect-uri {redirect_uri}: expected an absolute URI without fragment, such as "
            f"{defaults.REDIRECT_URI} (RFC 6749 section 3.1.2)"
        )

    is_mcp = values["profile"] == "mcp"
    if values["revision"] != "auto" and not is_mcp:
        raise UsageError("--revision is for --profile mcp")

    return defaults.ClientOptions(
        command=command,
        pass_env=values["pass_env"],
        profile=values["profile"],
        content_type=values["content_type"],
        revision=values["revision"],
        client_id=values["client_id"] or ("" if is_mcp else defaults.CLIENT_ID),
        client_secret=values["client_secret"] or defaults.CLIENT_SECRET,
        redirect_uri=redirect_uri,
        port=values["port"],
        seconds=values["timeout"] or defaults.START_SECONDS,
        watch_seconds=values["watch_seconds"],
        store=store,
        select=separated(values["select"]),
        ignore=separated(values["ignore"]),
        levels=values["levels"],
        scenarios=values["scenarios"],
        baseline=read_baseline(values["baseline"]) if values["baseline"] else None,
    )


def _introduced(events: Iterator[Event]) -> Iterator[Event]:
    """The events, with the settings printed where a person must give them to the client."""
    from mockauth.engine.events import Serving

    for event in events:
        if isinstance(event, Serving):
            _introduce(event.settings)
        yield event


def _introduce(settings: Mapping[str, str]) -> None:
    from mockauth.engine.client.options import CLIENT_SECRET
    from mockauth.wire.one_line import one_line

    for name, value in settings.items():
        # The sample may be seen; a secret of the developer's own may not.
        shown = value if name != "CLIENT_SECRET" or value == CLIENT_SECRET else "(as you gave it)"
        click.echo(f"{name:14} {one_line(shown)}", err=True)
    click.echo(
        "These strings are samples and protect nothing. Sign in with your client, twice;", err=True
    )
    click.echo("Ctrl-C (or --for) ends the watch, and what came is judged.", err=True)
