"""Named alterations of a value, for what a scenario file cannot write down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mockauth.wire.url import split


def change_one_character(value: str) -> str:
    """The same length, one letter in the middle changed."""
    at = len(value) // 2
    other = "b" if value[at : at + 1] == "a" else "a"
    return value[:at] + other + value[at + 1 :]


def one_character_less(value: str) -> str:
    """Without its last character."""
    return value[:-1]


def one_character_more(value: str) -> str:
    """With one more character at its end."""
    return value + "x"


def other_letter_case(value: str) -> str:
    """Small letters for capitals, and the other way round."""
    return value.swapcase()


def mixed_case_swapped(value: str) -> str:
    """Small letters for capitals, and the other way round, where there are both: hexadecimal digits mean
    the same in either case."""
    scheme, blank, rest = value.rpartition(" ")
    return scheme + blank + (rest if rest in (rest.lower(), rest.upper()) else rest.swapcase())


def first_half(value: str) -> str:
    """The first half, at least one character less than all of it."""
    return value[: len(value) // 2]


def second_half(value: str) -> str:
    """What the first half leaves."""
    return value[len(value) // 2 :] if len(value) > 1 else ""


def lower_case_scheme(value: str) -> str:
    """An Authorization header with its scheme in small letters."""
    scheme, blank, rest = value.partition(" ")
    return scheme.lower() + blank + rest


def upper_case_scheme(value: str) -> str:
    """An Authorization header with its scheme in capitals."""
    scheme, blank, rest = value.partition(" ")
    return scheme.upper() + blank + rest


def upper_case_host(value: str) -> str:
    """The URL with the first label of its host in capitals."""
    parts = split(value)
    if parts is None or not parts.netloc:
        return value
    label, dot, rest = parts.netloc.partition(".")
    return value.replace(parts.netloc, label.upper() + dot + rest, 1)


def upper_case_path(value: str) -> str:
    """The URL with the last segment of its path in capitals."""
    head, slash, tail = value.rpartition("/")
    return head + slash + tail.upper()


def by_another_folder(value: str) -> str:
    """The URL with a step back and into another folder before the last two segments of its path (the
    last one where there are no more), so that both its ends are as before."""
    parts = value.split("/")
    behind = 2 if len(parts) > 5 else 1
    return "/".join((*parts[:-behind], "..", "x", *parts[-behind:]))


def encode_one_letter(value: str) -> str:
    """The URL with its last letter percent-encoded."""
    encoded = "".join(f"%{byte:02X}" for byte in value[-1:].encode("utf-8", "replace"))
    return value[:-1] + encoded


def unknown_scope_added(value: str) -> str:
    """The scopes, and one that does not exist."""
    return f"{value} mockauth-no-such-scope".lstrip()


ALTERATIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "one-character": change_one_character,
        "one-character-less": one_character_less,
        "one-character-more": one_character_more,
        "other-letter-case": other_letter_case,
        "mixed-case-swapped": mixed_case_swapped,
        "first-half": first_half,
        "second-half": second_half,
        "lower-case-scheme": lower_case_scheme,
        "upper-case-scheme": upper_case_scheme,
        "upper-case-host": upper_case_host,
        "upper-case-path": upper_case_path,
        "encode-one-letter": encode_one_letter,
        "unknown-scope-added": unknown_scope_added,
    }
)
