"""The mark of the fixture `mock_plugin`, with its keys typed for editors: `pytest.mark` knows none."""

from __future__ import annotations

from typing import Unpack

import pytest

from mockauth.options import PluginSettings


def with_plugin(**settings: Unpack[PluginSettings]) -> pytest.MarkDecorator:
    """`pytest.mark.mock_plugin(**settings)`: how the plugin of a test, class or file is set."""
    return pytest.mark.mock_plugin(**settings)
