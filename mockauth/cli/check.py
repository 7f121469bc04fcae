"""`mockauth check`: sign in to a service as ChatGPT would, and judge it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mockauth.cli.settings import load_settings


def option(name: str, *renamed: str, **more: Any) -> Callable[[Any], Any]:
    """An option with its environment variable, MOCKAUTH_…"""
    variable = "MOCKAUTH_" + name.lstrip("-").upper().replace("-", "_")
    return click.option(name, *renamed, envvar=variable, show_envvar=True, **more)


@click.command()
@click.argument("target")
@option("--config", callback=load_settings, is_eager=True, expose_value=False,
        help="mockauth.toml to read.")  # fmt: skip
@option("--profile", type=click.Choice(["auto", "plugin", "action", "mcp"]), default="auto")
@option("--client-id", default="", help="A string of your own choosing, as pasted into ChatGPT.")
@option("--client-secret", default="", help="Likewise.")
@option("--username", default="", help="The test user at your own login page.")
@option("--password", default="", help="The test user's password.")
@option("--token", default="", help="The service or user token that is pasted into ChatGPT.")
@option("--verification-token", default="", help="The token that ChatGPT shows at installation.")
@option("--plugin-id", default="", help="The id in the callback, such as plugin-0f1e2d3c.")
@option("--login", default="auto", help="auto, follow, form.")
@option("--other-client-id", default="", help="A second client, for the checks between clients.")
@option("--other-client-secret", default="")
@option("--other-username", default="", help="A second user, for the checks between users.")
@option("--other-password", default="")
@option("--other-token", default="")
@option(
    "--operation", default="", help="operationId to call; else the first GET that needs nothing."
)
@option("--wait", type=click.FloatRange(0, 600), default=None, help="Wait for a starting target.")
@option("--select", multiple=True, help="Only these ids or areas, comma-separated.")
@option("--ignore", multiple=True, help="Not these ids or areas, comma-separated.")
@option("--scenarios", multiple=True, type=click.Path(path_type=Path), help="More scenario files.")
@option("--fail-on", type=click.Choice(["must", "should", "never"]), default="must")
@option("--strict", is_flag=True, help="A critical check that lacks an option fails the run too.")
@option("--slow", is_flag=True, help="Also what needs waiting.")
@option("--active", is_flag=True, help="Probe a public host: you confirm that you may.")
@option("--map", "map_", type=click.Choice(["auto", "off"]), default="auto",
        help="Map the manifest's addresses to the server under test.")  # fmt: skip
@option(
    "--report", "reports", multiple=True, metavar="FORMAT=PATH", help="json=PATH, - for stdout."
)
@click.option("-v", "--verbose", is_flag=True, help="Print every exchange.")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict only.")
def check(target: str, **values: Any) -> None:
    """Sign in to TARGET as ChatGPT would, and say what would go wrong.

    TARGET is the root of a site (http://localhost:3333), the URL of a manifest, or the path of one.
    """
    # The engine brings requests, the checks and the scenarios with it, which --help must not.
    from mockauth.cli.output import finish, report_targets
    from mockauth.engine.runner import run_check

    reports = report_targets(values["reports"])
    code = finish(
        run_check(_options(target, values)),
        reports,
        fail_on=values["fail_on"],
        strict=values["strict"],
        verbose=values["verbose"],
        quiet=values["quiet"],
    )
    raise click.exceptions.Exit(code)


def _options(target: str, values: dict[str, Any]) -> Any:
    from mockauth.checks.evidence import Given
    from mockauth.engine.options import CheckOptions
    from mockauth.wire import Secret

    def secret(name: str) -> Secret:
        return Secret(values[name], name)

    def words(name: str) -> tuple[str, ...]:
        return tuple(w.strip() for value in values[name] for w in value.split(",") if w.strip())

    return CheckOptions(
        target=target,
        profile=values["profile"],
        given=Given(
            client_id=values["client_id"],
            client_secret=secret("client_secret"),
            username=values["username"],
            password=secret("password"),
            token=secret("token"),
            verification_token=secret("verification_token"),
            other_client_id=values["other_client_id"],
            other_client_secret=secret("other_client_secret"),
            other_username=values["other_username"],
            other_password=secret("other_password"),
            other_token=secret("other_token"),
        ),
        plugin_id=values["plugin_id"],
        login=values["login"],
        operation=values["operation"],
        wait=values["wait"],
        select=words("select"),
        ignore=words("ignore"),
        scenarios=values["scenarios"],
        active=values["active"],
        map=values["map_"],
    )
