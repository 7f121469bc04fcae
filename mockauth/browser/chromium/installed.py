"""Where the browser is, and what is missing of it."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

from mockauth.wire.words import Words, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "MOCKAUTH_BROWSER"
PACKAGES = ("playwright", "trustme")


def chromium() -> str | None:
    """The program: the one that MOCKAUTH_BROWSER names, else the system's; None for none."""
    named = os.environ.get(VARIABLE)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


def missing() -> Words:
    """What to install before a browser can be used, as a command; "" where it can be."""
    if any(find_spec(name) is None for name in PACKAGES):
        return say("pip install 'mockauth[browser]'")
    if chromium() is not None:
        return say("")
    named = os.environ.get(VARIABLE)
    if named:
        return say("a browser at {}, which MOCKAUTH_BROWSER names", named)
    return say("apt-get install chromium, or MOCKAUTH_BROWSER=/path/to/chromium")
