"""`mockauth demo`: the whole loop on the built-in plugin, nothing to configure."""

from __future__ import annotations

from typing import Any

import click

FORM_OR_JSON = click.Choice(["application/json", "application/x-www-form-urlencoded"])
AUTH = click.Choice(["none", "service_http", "user_http", "oauth"])
PROFILE = click.Choice(["plugin", "action"])


@click.command()
@click.option("--profile", type=PROFILE, default="plugin", show_default=True)
@click.option("--auth", type=AUTH, default="oauth", show_default=True)
@click.option("--content-type", type=FORM_OR_JSON, default="application/json", show_default=True)
@click.option(
    "--token-exchange",
    type=click.Choice(["post", "basic"]),
    default="post",
    show_default=True,
    help="GPT Action: the Token Exchange Method.",
)
@click.option("--fault", "faults", multiple=True, help="Switch on this fault of the plugin.")
@click.option("--report", "reports", multiple=True, metavar="FORMAT=PATH")
@click.option("-v", "--verbose", count=True, help="Print all findings in full; -vv every exchange.")
@click.option("-q", "--quiet", is_flag=True, help="Print the verdict only.")
def demo(faults: tuple[str, ...], reports: tuple[str, ...], **values: Any) -> None:
    """Check the built-in plugin over real sockets: login, tokens, refresh and all probes."""
    # The engine and the plugin bring requests, flask and authlib, which --help must not.
    from mockauth.cli.output import finish, report_targets
    from mockauth.engine.demo import as_action, run_demo
    from mockauth.engine.interruption import Interruption
    from mockauth.plugin.config import PluginConfig

    config = PluginConfig(auth=values["auth"], content_type=values["content_type"])
    if values["profile"] == "action":
        config = as_action(config)
    stop = Interruption()
    profile, exchange = values["profile"], values["token_exchange"]
    code = finish(
        run_demo(config, faults, profile=profile, exchange=exchange, interruption=stop),
        report_targets(reports),
        stop,
        verbose=values["verbose"],
        quiet=values["quiet"],
    )
    raise click.exceptions.Exit(code)
