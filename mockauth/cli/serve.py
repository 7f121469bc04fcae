"""`mockauth serve`: the built-in plugin, for testing clients."""

from __future__ import annotations

from typing import Any

import click

from mockauth.cli.demo import AUTH, FORM_OR_JSON, PROFILE


@click.command()
@click.option("--profile", type=PROFILE, default="plugin", show_default=True)
@click.option("--auth", type=AUTH, default="oauth", show_default=True)
@click.option("--content-type", type=FORM_OR_JSON, default="application/json", show_default=True)
@click.option("--host", default="localhost", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=3333, show_default=True)
@click.option("--fault", "faults", multiple=True, help="Let the plugin misbehave by this name.")
def serve(host: str, port: int, faults: tuple[str, ...], **values: Any) -> None:
    """Serve the built-in plugin until Ctrl-C."""
    import threading

    # Flask and Authlib come with the plugin, which --help must not load.
    from mockauth import create_app
    from mockauth.engine.demo import as_action, served, with_faults
    from mockauth.errors import UsageError
    from mockauth.plugin.config import PluginConfig

    config = PluginConfig(auth=values["auth"], content_type=values["content_type"])
    if values["profile"] == "action":
        config = as_action(config)
    config = with_faults(config, faults)
    try:
        with served(create_app(config), host, port) as base:
            _introduce(base, config, values["profile"])
            threading.Event().wait()
    except (OSError, SystemExit) as wrong:
        raise UsageError(f"{host}:{port} cannot be served at: is the port taken?") from wrong


def _introduce(base: str, config: Any, profile: str) -> None:
    if profile == "plugin":
        click.echo(f"manifest                             {base}/.well-known/ai-plugin.json")
    click.echo(f"OpenAPI document                     {base}/openapi.json")
    click.echo(f"API                                  {base}/todos")
    if config.auth == "oauth":
        if profile == "action":
            click.echo(f"authorize (Authorization URL)        {base}/authorize")
            click.echo(f"token (Token URL)                    {base}/token")
            click.echo(f"Scope                                {config.scope}")
        else:
            click.echo(f"authorize endpoint (client_url)      {base}/authorize")
            click.echo(f"token endpoint (authorization_url)   {base}/token")
        for client in config.clients:
            click.echo(f"client                               {client.id} / {client.secret}")
        for user in config.users:
            click.echo(f"user                                 {user.name} / {user.password}")
        for uri in config.redirect_uris:
            click.echo(f"registered callback                  {uri}")
    elif config.auth == "service_http":
        click.echo(f"service token                        {config.service_token}")
    elif config.auth == "user_http":
        for user in config.users:
            click.echo(f"user key                             {user.name}: {user.key}")
    click.echo("These strings are published samples and protect nothing. Ctrl-C stops.")
