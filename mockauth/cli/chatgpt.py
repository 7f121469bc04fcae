"""`mockauth chatgpt`: ChatGPT's side, as pages in a browser."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click

from mockauth.cli.option import option
from mockauth.cli.production import (
    HOSTS,
    at_chatgpt,
    production_options,
    require_chromium,
)
from mockauth.errors import UsageError

chatgpt_option = partial(option, prefix="MOCKAUTH_CHATGPT")


@click.command()
@click.argument("target", required=False, default="")
@chatgpt_option("--host", default="localhost", show_default=True)
@chatgpt_option(
    "--port",
    type=click.IntRange(0, 65535),
    default=3334,
    show_default=True,
    help="0 takes any free port.",
)
@click.option("--open/--no-open", "opens", default=True, help="Open the browser, on a terminal.")
@production_options
@option(
    "--store",
    metavar="STORE",
    default="",
    help="Where installations are kept: memory, or a database URL.  [default: a file of yours]",
)
@option("--plugin-id", default="", help="The part of the callback between /aip/ and /oauth/.")
@chatgpt_option(
    "--https",
    "ca_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Serve https; FILE gets the certificate of the authority to trust.",
)
@option(
    "--admin-token",
    metavar="TOKEN",
    default="",
    help="Ask for this token first; demanded where other machines reach the pages.",
)
@chatgpt_option(
    "--page-host",
    "page_hosts",
    multiple=True,
    metavar="HOST",
    help="A host name at which the pages answer, besides those of this machine.",
)
def chatgpt(target: str, host: str, port: int, opens: bool, **values: Any) -> None:
    """Play ChatGPT in a browser: install the plugin at TARGET, log in, use it. Until Ctrl-C."""
    import signal
    import threading

    # For process 1 of a container the kernel has no default action: without this it goes on.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    is_public = reaches_others(host)
    if is_public and not values["admin_token"]:
        raise UsageError(
            f"--host {host}: other machines reach the pages, which hold secrets; give --admin-token"
        )
    sink = require_chromium() if values["production"] else None
    typed = _typed(target)
    app = _app(typed, host, is_public, {**values, "sink": sink})
    # Flask comes with the pages, which --help must not load.
    from mockauth.plugin.server.serving import serving

    try:
        with serving(app, host, port, values["ca_file"]) as base:
            address = page_address(base)
            click.echo(f"ChatGPT's pages are at {address}   (Ctrl-C stops)")
            hosts = (typed, *values["allow_hosts"])
            with at_chatgpt(app, sink, hosts, opens=opens) if sink else nullcontext():
                if opens and sys.stdout.isatty() and not sink:
                    click.launch(address)
                threading.Event().wait()
    except OSError as wrong:
        why = wrong.strerror or "is the port taken?"
        raise UsageError(f"--host {host} --port {port}: cannot be served at: {why}") from wrong


def reaches_others(host: str) -> bool:
    """Whether other machines reach a server at this address."""
    from mockauth.wire.url import is_loopback_host

    return not is_loopback_host(host) or host in ("0.0.0.0", "::")  # noqa: S104 - to warn of it


def page_address(base: str) -> str:
    """Where a browser finds the pages.

    By number where the server is at localhost: a plugin there would get the cookies of a page at
    the same name, whatever its port (RFC 6265 section 8.5).
    """
    return base.replace("//localhost:", "//127.0.0.1:") + "/chatgpt/"


def _typed(target: str) -> str:
    from mockauth.engine.installation.address import asked_address

    found = asked_address(target)
    if target and not found:
        raise UsageError(
            f"{target}: no address of a plugin; give a site such as http://localhost:3333"
        )
    return found


def _app(target: str, host: str, is_public: bool, values: dict[str, Any]) -> Any:
    from mockauth.web.app import create_pages
    from mockauth.web.settings import PageSettings

    sink = values["sink"]
    return create_pages(
        PageSettings(
            hosts=(host, *values["page_hosts"], *(HOSTS if sink else ())),
            kept_from=sink.wanted if sink else tuple,
            admin_token=values["admin_token"],
            is_public=is_public,
            target=target,
            plugin_id=values["plugin_id"],
            store=values["store"],
        )
    )
