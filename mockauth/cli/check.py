"""`mockauth check`: sign in to a service as ChatGPT would, and judge it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from mockauth.cli.check_options import options_of
from mockauth.cli.judging_options import judging_options, print_options, report_option
from mockauth.cli.option import HostAndPort, Patience, SlowCommand, option
from mockauth.cli.settings import load_settings
from mockauth.engine.installation.address import names_app
from mockauth.errors import UsageError
from mockauth.profiles.mcp import REVISIONS


@click.command(cls=SlowCommand)
@click.argument("target", required=False)
@option(
    "--config",
    callback=load_settings,
    is_eager=True,
    expose_value=False,
    help="Settings file to read (default: mockauth.toml, pyproject.toml).",
)
@option("--profile", type=click.Choice(["auto", "plugin", "action", "mcp"]), default="auto")
@option(
    "--auth",
    type=click.Choice(["none", "service_http", "oauth"]),
    default=None,
    help="GPT Action: None, API Key, or OAuth.",
)
@option(
    "--openapi",
    default="",
    help="GPT Action: URL or path of the OpenAPI document (default: "
    "TARGET, TARGET/openapi.json or TARGET/openapi.yaml).",
)
@option(
    "--authorize-url",
    default="",
    help="GPT Action: the editor's Authorization URL, where the user signs in.",
)
@option("--token-url", default="", help="GPT Action: the editor's Token URL, which takes the code.")
@option("--scope", default="", help="GPT Action: the editor's Scope.")
@option(
    "--token-exchange",
    type=click.Choice(["post", "basic"]),
    default="post",
    help="GPT Action: Default (POST request), or Basic authorization header.",
)
@option(
    "--auth-scheme",
    type=click.Choice(["bearer", "basic", "custom"]),
    default=None,
    help="GPT Action: how the API key is sent.",
)
@option("--header", default="", help="GPT Action: the header of a custom API key.")
@option(
    "--privacy-policy-url",
    default="",
    help="GPT Action: the privacy policy URL; a public GPT needs one.",
)
@option(
    "--client-id", default="", help="The client id, a string you choose, as pasted into ChatGPT."
)
@option("--client-secret", default="", help="The client secret, as pasted into ChatGPT.")
@option("--username", default="", help="The test user at your own login page.")
@option("--password", default="", help="The test user's password.")
@option("--token", default="", help="The service or user token that is pasted into ChatGPT.")
@option("--verification-token", default="", help="The token that ChatGPT shows at installation.")
@option("--plugin-id", default="", help="The id in ChatGPT's callback URL: plugin-… or g-….")
@option(
    "--login",
    default="auto",
    metavar="WAY",
    help="How the user signs in: auto, follow (only follow redirects), form (fill in pages), browser "
    "(a real one), manual (you do it), or MODULE:FUNC. (default: auto, which is form, and browser "
    "where that needs script)",
)
@option(
    "--screenshots",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder for pictures of pages where a login in a real browser stopped.",
)
@option("--other-client-id", default="", help="A second client, for the checks between clients.")
@option("--other-client-secret", default="")
@option(
    "--other-redirect-uri",
    default="",
    help="The second client's callback, where it has one of its own.",
)
@option("--other-username", default="", help="A second user, for the checks between users.")
@option("--other-password", default="")
@option("--other-token", default="")
@option(
    "--other-resource",
    default="",
    help="MCP: the URL of a second MCP server with the same authorization server. A token for it is "
    "no token for the target.",
)
@option(
    "--resource-client-id",
    default="",
    help="Who the resource server is at the introspection endpoint, where that does not answer ChatGPT's "
    "own client.",
)
@option("--resource-client-secret", default="")
@option(
    "--operation",
    default="",
    help="operationId to call (default: a GET that is protected). MCP: the tool to call.",
)
@option(
    "--revision",
    type=click.Choice(["auto", *REVISIONS]),
    default="auto",
    help="MCP: the revision to speak and to judge by (default: the newest one served).",
)
@option(
    "--document-authority",
    default="",
    metavar="FILE",
    help="MCP: serve client documents by https, under an authority that the server trusts. Made if missing.",
)
@option(
    "--allow-host",
    "allow_hosts",
    multiple=True,
    type=HostAndPort(),
    help="Where the login may lead, besides the addresses in the manifest.",
)
@option("--owned-path", default="", help="Path of an object that only the first user may read.")
@option(
    "--broad-scope",
    default="",
    help="MCP: a scope that covers others, such as files where a tool needs files:read.",
)
@option("--narrow-scope", default="", help="A scope that is not enough for --operation.")
@option(
    "--wait",
    type=click.FloatRange(0, 600),
    default=None,
    help="Seconds to wait for a target that is starting.",
)
@judging_options
@option(
    "--strict",
    is_flag=True,
    help="Also fail the run when an option is missing for a critical check.",
)
@option(
    "--slow",
    type=Patience(),
    default=0.0,
    metavar="[SECONDS]",
    help="Also run checks that make load or wait, each for so long at most (60 without a number).",
)
@option(
    "--budget",
    type=click.FloatRange(0),
    default=None,
    metavar="SECONDS",
    help="Seconds the run may take, without --wait (default: 300, with --slow four times its "
    "SECONDS more; 0: no limit). "
    "Checks not finished by then are blocked.",
)
@option(
    "--active", is_flag=True, help="Also probe a public host; you confirm that you are allowed to."
)
@option(
    "--map",
    type=click.Choice(["auto", "off"]),
    default="auto",
    help="Map the manifest's addresses to the server under test.",
)
@report_option
@option(
    "--targets",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="In place of TARGET: a list of many, with options for each.",
)
@option(
    "--jobs",
    type=click.IntRange(1),
    default=1,
    help="--targets: how many are checked at the same time (default: 1).",
)
@option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("mockauth-reports"),
    help="--targets: where the report of each is written (default: mockauth-reports).",
)
@option(
    "--again",
    is_flag=True,
    help="--targets: also check those whose report of the same settings is in the folder.",
)
@option(
    "--github",
    type=click.Choice(["auto", "off"]),
    default="auto",
    help="In GitHub Actions: write annotations and the summary of the step.",
)
@print_options
def check(target: str | None, **values: Any) -> None:
    """Sign in to TARGET as ChatGPT would, and report what would go wrong.

    TARGET is the root of a site (localhost:3333), the URL of a manifest, or the path of one.
    For a GPT Action it is the root of the API, or the URL or path of its OpenAPI document.
    For an MCP server it is the URL of its endpoint.

    With --targets FILE many are checked, each in a process of its own.
    """
    if target is None:
        raise click.exceptions.Exit(_check_many(values))
    _only_one(target)
    _see_no_app(target)
    # The engine brings requests, the checks and the scenarios with it, which --help must not.
    from mockauth.cli.output import finish, for_github, report_targets
    from mockauth.engine.check import run_check
    from mockauth.engine.interruption import Interruption

    reports = report_targets(values["reports"])
    if values["github"] == "auto":
        reports = for_github(reports)
    options = options_of(target, values)
    stop = Interruption()
    code = finish(
        run_check(options, interruption=stop),
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


def _check_many(values: Mapping[str, Any]) -> int:
    context = click.get_current_context()
    if values["targets"] is None:
        raise click.UsageError("Missing argument 'TARGET' (or --targets FILE).", context)
    # It starts processes and reads reports, which a run of one need not load.
    from mockauth.cli.many import check_many

    return check_many(context, values)


def _only_one(target: str) -> None:
    """See that the command line names either a target or a list."""
    context = click.get_current_context()
    if context.get_parameter_source("targets") is ParameterSource.COMMANDLINE:
        raise UsageError(f"give TARGET ({target}) or --targets, not both")


def _see_no_app(target: str) -> None:
    if names_app(target):
        raise UsageError(
            f"{target} names an app in Python, and this command asks a server: start it and give its "
            "address, such as http://localhost:8000",
            f"without a server: pytest --mockauth-target {target}, or mockauth.check({target!r})",
        )
