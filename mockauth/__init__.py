"""mockauth tells a developer whether ChatGPT can sign in to their service.

The public surface is small on purpose; everything heavy is imported on first use, because
`mockauth --help` and a pytest entry point must stay light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from mockauth.api import (
        CheckResult,
        ClientOptions,
        LintFinding,
        LintReport,
        ListedTarget,
        Options,
        Place,
        Report,
        check,
        check_client,
        lint,
        targets,
    )
    from mockauth.plugin.config import PluginConfig

__version__ = "0.2.0"
__all__ = [
    "CheckResult",
    "ClientOptions",
    "LintFinding",
    "LintReport",
    "ListedTarget",
    "Options",
    "Place",
    "Report",
    "__version__",
    "check",
    "check_client",
    "create_app",
    "lint",
    "targets",
]


def __getattr__(name: str) -> Any:
    """What `mockauth.api` has, imported when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("mockauth.api"), name)


def create_app(
    config: PluginConfig | None = None, *, plugin: bool = True, chatgpt: bool = True
) -> Flask:
    """Build the Flask app that plays both sides: the plugin (see `mockauth.plugin`), and ChatGPT's
    pages at `/chatgpt/` with the callback at `/aip/<plugin_id>/oauth/callback` (see `mockauth.web`).

    Args:
        config: what the plugin declares and how it behaves; the strict default when left out.
        plugin: whether the app has the plugin.
        chatgpt: whether it has ChatGPT's pages.
    """
    if not plugin:
        from mockauth.web.app import create_pages  # light entry point

        return create_pages()
    from mockauth.plugin.app import create_app as create  # light entry point

    app = create(config)
    if chatgpt:
        from mockauth.web.doors import add_pages  # light entry point

        add_pages(app)
    return app
