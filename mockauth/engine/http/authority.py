"""The local authority that mockauth's documents are served under: one PEM file for the server under
test to trust, and its key beside it, so that it is the same in every run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.errors import UsageError

if TYPE_CHECKING:
    import trustme


def authority_of(file: str) -> trustme.CA:
    """The authority of that PEM file; a new one where there is no such file yet.

    Raises:
        UsageError: trustme is not installed, or the files cannot be read or written.
    """
    try:
        import trustme  # an extra of its own: it makes certificates
    except ImportError as missing:
        raise UsageError(
            "https needs one package more: pip install 'mockauth[https]' (trustme)"
        ) from missing
    certificate, key = Path(file), Path(f"{file}.key")
    try:
        if certificate.exists():
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        made = trustme.CA(organization_name="mockauth, for testing only")
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as secret:
            secret.write(made.private_key_pem.bytes())
        made.cert_pem.write_to_path(certificate)
    except (OSError, ValueError) as wrong:
        raise UsageError(f"--document-authority {file}: {wrong}") from wrong
    return made
