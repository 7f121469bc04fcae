"""`--production`: the pages at ChatGPT's own address, in a Chromium that finds them there."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from mockauth.cli.option import option
from mockauth.errors import UsageError
from mockauth.wire.one_line import one_line

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from mockauth.browser.chromium.sink import Sink

HOSTS = ("chat.openai.com", "chatgpt.com")


def production_options(command: Any) -> Any:
    """The options of a command that serves the pages."""
    allow = option(
        "--allow-host",
        "allow_hosts",
        multiple=True,
        metavar="HOST",
        help="With --production: a host that the Chromium may reach, too.",
    )
    production = click.option(
        "--production",
        is_flag=True,
        help="Open a Chromium in which chat.openai.com is these pages: your plugin needs no other "
        "redirect URI than in production.",
    )
    return production(allow(command))


def require_chromium() -> Sink:
    """What takes the Chromium's other connections. Raises UsageError where one cannot be started."""
    from mockauth.browser.chromium.installed import chromium
    from mockauth.browser.chromium.sink import Sink

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
    return Sink()


@contextmanager
def at_chatgpt(
    app: WSGIApplication, sink: Sink, hosts: Iterable[str], *, opens: bool
) -> Iterator[None]:
    """The pages at ChatGPT's own address, and a browser that finds them there; of other machines
    it reaches `hosts`, addresses or names."""
    from mockauth.web.production import ADDRESS, opened, production

    reachable = [one if "//" in one else f"//{one}" for one in hosts if one]
    with production(app, sink, reachable) as found, ExitStack() as stack:
        click.echo(f"in the Chromium that opens, and only there, they are at {ADDRESS}")
        if opens:
            stack.enter_context(opened(found))
        else:
            flags = " ".join(map(shlex.quote, found.flags))
            click.echo(f'chromium --user-data-dir="$(mktemp -d)" {flags} {ADDRESS}')
        yield
    places = sorted(sink.wanted())
    if places:
        click.echo(f"asked for elsewhere, and kept here: {', '.join(map(one_line, places))}")
