"""The address of a service, as people type it."""

from __future__ import annotations

import re
from pathlib import Path

from mockauth.wire.url import hostname, is_private_host, split

SCHEME = re.compile(r"(?i)https?://")
APP = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*(\(\))?")
HOST = re.compile(
    r"(?ix) (localhost | [a-z0-9-]+ (?= :[0-9]) | ([a-z0-9-]+\.)+ [a-z]{2,} | [0-9]+(\.[0-9]+){3} |"
    r" \[[0-9a-f:.]+\]) (:[0-9]{1,5})? ([/?].*)?"
)
"""A host with a port or a path, as nobody would call a file."""
FILES = (".json", ".yaml", ".yml", ".toml", ".txt", ".py", ".md", ".html")
"""What a name without a path ends with that is no host."""


def typed_address(text: str) -> str:
    """`localhost:3333` or `todo.example.com` as a URL, without query; "" where it is none.

    A private host without a scheme speaks http, any other https.
    """
    text = text.strip()
    if not text or any(character.isspace() or not character.isprintable() for character in text):
        return ""
    if not SCHEME.match(text):
        if "://" in text:
            return ""
        scheme = "http" if is_private_host(hostname(f"http://{text}")) else "https"
        text = f"{scheme}://{text}"
    parts = split(text)
    if parts is None or not parts.hostname or parts.username is not None:
        return ""
    path = parts.path.rstrip("/")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{path}"


def with_scheme(text: str) -> str:
    """An address as people type it: `localhost:3333/authorize` speaks http, any public host https.
    One with a scheme is left as it is written, query and all."""
    if not text or SCHEME.match(text):
        return text
    bare, mark, query = text.partition("?")
    typed = typed_address(bare)
    return f"{typed}{'/' if bare.endswith('/') else ''}{mark}{query}" if typed else text


def asked_address(text: str) -> str:
    """The address that was typed, with a scheme and letter for letter: `/mcp/` may be another one than
    `/mcp`; "" where it is none."""
    return with_scheme(text) if typed_address(text) else ""


def names_app(text: str) -> bool:
    """Whether it is `module:app` or `module:factory()`, and no path."""
    return APP.fullmatch(text) is not None and not Path(text).exists()


def target_of(text: str) -> str:
    """The target of a run as it is asked: `localhost:3333` gets a scheme, a path is left as it is."""
    scheme = SCHEME.match(text)
    if scheme:
        return scheme[0].lower() + text[scheme.end() :]
    is_file = text.lower().endswith(FILES) and "/" not in text
    if is_file or not HOST.fullmatch(text) or Path(text).exists():
        return text
    return with_scheme(text)
