"""The encodings in which a secret is looked for, written apart from the code that hides them."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

FRAGMENT = 12


def encodings(value: str) -> Iterator[str]:
    """`value` in every encoding that must be hidden."""
    data = value.encode()
    yield value
    yield quote(value, safe="")
    yield quote(quote(value, safe=""), safe="")
    yield quote_plus(value)
    yield "".join(f"%{byte:02x}" for byte in data)
    yield "".join(f"%{byte:02X}" for byte in data)
    yield json.dumps(value)[1:-1]
    yield "".join(f"\\u{ord(char):04x}" for char in value)
    yield "".join(f"\\u{ord(char):04X}" if n % 2 else char for n, char in enumerate(value))
    yield html.escape(value)
    yield "".join(f"&#{ord(char)};" for char in value)
    yield "".join(f"&#x{ord(char):x};" for char in value)
    yield data.hex()
    yield data.hex().upper()
    yield value.upper()
    for before in (b"", b"u", b"u:"):
        yield base64.b64encode(before + data).decode()
        yield base64.urlsafe_b64encode(before + data).decode().rstrip("=")


def fragments(value: str) -> Iterator[str]:
    """Every part of 12 characters of `value` in plain, URL, base64 and hexadecimal."""
    for n in range(len(value) - FRAGMENT + 1):
        part = value[n : n + FRAGMENT]
        yield part
        yield part.encode().hex()
    for before in range(3):
        for coded in (base64.b64encode, base64.urlsafe_b64encode):
            text = coded(b"\0" * before + value.encode()).decode().rstrip("=")
            whole = text[(before * 8 + 5) // 6 : (before + len(value.encode())) * 8 // 6]
            yield from (whole[n : n + FRAGMENT] for n in range(len(whole) - FRAGMENT + 1))


def shown_of(secret: str, text: str) -> list[str]:
    """What can still be seen of `secret` in `text`."""
    return seen_of([secret], text)


def seen_of(secrets: Iterable[str], text: str) -> list[str]:
    """What can still be seen of any of `secrets` in `text`, one reading for all of them."""
    wanted = {part for secret in secrets for part in fragments(secret)}
    found = []
    for size in {len(part) for part in wanted}:
        parts = {part for part in wanted if len(part) == size}
        found += [
            text[n : n + size] for n in range(len(text) - size + 1) if text[n : n + size] in parts
        ]
    return found
