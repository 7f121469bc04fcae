"""A rule for clients, and the pure function that judges it on the visits of a run."""

from __future__ import annotations

from functools import partial

from mockauth.checks.client.visit import ClientEvidence
from mockauth.checks.registry import CheckOf, check

ClientCheck = CheckOf[ClientEvidence]

client_check = partial(check, auth=("oauth",))
"""Declares a check of a client; see `checks.registry.check`."""
