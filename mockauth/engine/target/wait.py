"""Waiting for a target that is still starting."""

from __future__ import annotations

import time

from mockauth.chatgpt.api import document_request
from mockauth.engine.http.transport import Transport, TransportError

ATTEMPTS = 500
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 5.0
TRY_SECONDS = 5.0
"""One try takes no longer than this."""


def wait_for(transport: Transport, url: str, seconds: float) -> None:
    """Ask until something answers: random exponential back-off of up to 5 s, and never longer
    than `seconds` in all. Whether it answered shows in what follows."""
    # Only --wait needs it.
    from tenacity import (
        Retrying,
        retry_if_exception_type,
        stop_after_attempt,
        stop_before_delay,
        wait_random_exponential,
    )

    deadline = time.monotonic() + seconds

    def ask() -> None:
        left = deadline - time.monotonic()
        transport.send(document_request(url + "/"), seconds=max(0.1, min(TRY_SECONDS, left)))

    retrying = Retrying(
        retry=retry_if_exception_type(TransportError),
        stop=stop_after_attempt(ATTEMPTS) | stop_before_delay(seconds),
        wait=wait_random_exponential(multiplier=FIRST_SECONDS, max=LONGEST_SECONDS),
        retry_error_callback=lambda state: None,
    )
    retrying(ask)
