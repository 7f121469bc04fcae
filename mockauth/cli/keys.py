"""`mockauth keys`: the keys that the store's secrets are encrypted with."""

from __future__ import annotations

import click

from mockauth.cli.option import option


@click.group()
def keys() -> None:
    """Make and rotate the keys that the store's secrets are encrypted with."""


@keys.command()
def new() -> None:
    """Print a new key for MOCKAUTH_STORE_KEY."""
    # cryptography, which --help must not load.
    from mockauth.store.keys import new_key

    click.echo(new_key().decode())


@keys.command()
@option(
    "--store",
    metavar="URL",
    default="",
    help="The store: a database URL.  [default: a file in your data folder]",
)
def rotate(store: str) -> None:
    """Encrypt all secrets of the store with a new key. What runs on it goes on."""
    # SQLAlchemy, which --help must not load.
    from mockauth.store.rotation import rotate as rotate_key
    from mockauth.wire.words import amount

    click.echo(f"{amount(rotate_key(store), 'secret')} encrypted with the new key.")
