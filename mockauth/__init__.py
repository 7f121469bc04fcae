"""mockauth tells a developer whether ChatGPT can sign in to their service.

The public surface is small on purpose; everything heavy is imported on first use, because
`mockauth --help` and a pytest entry point must stay light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from mockauth.plugin.config import PluginConfig

__version__ = "0.1.0"
__all__ = ["__version__", "create_app"]


def create_app(config: PluginConfig | None = None) -> Flask:
    """Build the Flask app that plays the plugin (see `mockauth.plugin`).

    Args:
        config: what the plugin declares and how it behaves; the strict default when left out.
    """
    from mockauth.plugin.app import create_app as create  # light entry point

    return create(config)
