"""`mockauth chatgpt`: ChatGPT's side, as pages in a browser."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import click

from mockauth.cli.option import option
from mockauth.errors import UsageError
from mockauth.wire.one_line import one_line

PRODUCTION = ("chat.openai.com", "chatgpt.com")
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
@click.option(
    "--production",
    is_flag=True,
    help="Open a Chromium in which chat.openai.com is these pages: your plugin needs no other "
    "redirect URI than in production.",
)
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
    if values["production"]:
        _require_chromium()
    typed = _typed(target)
    app = _app(typed, host, is_public, values)
    # Flask comes with the pages, which --help must not load.
    from mockauth.plugin.server.serving import serving

    try:
        with serving(app, host, port, values["ca_file"]) as base:
            address = page_address(base)
            click.echo(f"ChatGPT's pages are at {address}   (Ctrl-C stops)")
            with _production(app, typed, opens) if values["production"] else nullcontext():
                if opens and sys.stdout.isatty() and not values["production"]:
                    click.launch(address)
                threading.Event().wait()
    except OSError as wrong:
        why = wrong.strerror or "is the port taken?"
        raise UsageError(f"--host {host} --port {port}: cannot be served at: {why}") from wrong


def _require_chromium() -> None:
    from mockauth.browser.chromium.installed import chromium

    if chromium() is None:
        raise UsageError(
            "--production needs a Chromium: apt-get install chromium, or MOCKAUTH_BROWSER=/path/to/it"
        )
    try:
        import trustme as _  # noqa: F401 - an extra of its own: it makes certificates
    except ImportError as missing:
        raise UsageError(
            "--production needs one package more: pip install 'mockauth[https]' (trustme)"
        ) from missing


@contextmanager
def _production(app: Any, target: str, opens: bool) -> Iterator[None]:
    """The pages at ChatGPT's own address, and a browser that finds them there."""
    from mockauth.web.production import ADDRESS, opened, production

    with production(app, [target] if target else []) as found, ExitStack() as stack:
        click.echo(f"in the Chromium that opens, and only there, they are at {ADDRESS}")
        if opens:
            stack.enter_context(opened(found))
        else:
            flags = " ".join(map(shlex.quote, found.flags))
            click.echo(f'chromium --user-data-dir="$(mktemp -d)" {flags} {ADDRESS}')
        yield
    places = sorted(filter(None, set(found.sink.notes)))
    if places:
        click.echo(f"asked for elsewhere, and kept here: {', '.join(map(one_line, places))}")


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
    from mockauth.engine.installation.address import typed_address

    found = typed_address(target)
    if target and not found:
        raise UsageError(
            f"{target}: no address of a plugin; give a site such as http://localhost:3333"
        )
    return found


def _app(target: str, host: str, is_public: bool, values: dict[str, Any]) -> Any:
    from mockauth.web.app import create_pages
    from mockauth.web.settings import PageSettings

    return create_pages(
        PageSettings(
            hosts=(host, *values["page_hosts"], *(PRODUCTION if values["production"] else ())),
            admin_token=values["admin_token"],
            is_public=is_public,
            target=target,
            plugin_id=values["plugin_id"],
            store=values["store"],
        )
    )
