"""The address of a plugin, as people type it into the plugin store."""

from __future__ import annotations

import re

from mockauth.wire.url import hostname, is_private_host, split

SCHEME = re.compile(r"(?i)https?://")


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
