"""An exchange of an installation, as it may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Noted:
    """An exchange as it may be shown: masked, with its place among all of its installation.

    `shown` has the members of an exchange in the JSON report; `at` is in seconds since the epoch;
    `login` names the login that it belongs to, "" for none.
    """

    number: int
    at: float
    login: str
    shown: Mapping[str, Any]
