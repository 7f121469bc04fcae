"""The generated files are what the code says today."""

from __future__ import annotations

from itertools import zip_longest

import pytest

from tests.regenerate import COMMAND, GENERATED, ROOT


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_is_current(name: str) -> None:
    written = (ROOT / name).read_text("utf-8").split("\n")

    # Compared line by line, so that the first difference is shown and not 200 kB of text.
    for n, (now, was) in enumerate(zip_longest(GENERATED[name]().split("\n"), written), 1):
        assert was == now, f"{name} is stale at line {n}; run `{COMMAND}`"
