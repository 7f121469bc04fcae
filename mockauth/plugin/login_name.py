"""The names of what a sign-in can show; `oauth/shape.py` has the pages."""

from __future__ import annotations

from typing import Literal

Login = Literal[
    "auto", "login", "login_and_consent",
    "arabic", "captcha", "consent_by_fetch", "consent_by_links", "consent_by_radios",
    "cookie_banner", "german", "hindi", "http_basic", "japanese", "korean", "login_by_script",
    "one_time_code", "other_company", "spanish", "stay_signed_in", "two_steps",
]  # fmt: skip
"""`auto` shows no page and approves, `login` asks for no consent, the others ask for both."""
