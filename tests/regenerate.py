"""Writes what is generated from the code: `python -m tests.regenerate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from mockauth.engine.catalogue import catalogue
from mockauth.report import shown_texts
from mockauth.report.reference import markdown
from mockauth.scenario.schema import FILES, schema_text
from tests.keys_page import keys_page

ROOT = Path(__file__).parent.parent
COMMAND = "python -m tests.regenerate"
GENERATED: Mapping[str, Callable[[], str]] = MappingProxyType(
    {
        "docs/checks.md": lambda: markdown(catalogue()),
        "docs/chatgpt-shows.md": lambda: shown_texts.markdown(catalogue()),
        "docs/probe-keys.md": keys_page,
        **{f"scenarios/{name}": partial(schema_text, name) for name in FILES},
    }
)
"""The text of each generated file, by its path in the repository."""


def main() -> None:
    """Write the files that are not what they should be."""
    for name, text_of in GENERATED.items():
        path, text = ROOT / name, text_of()
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {name}")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
