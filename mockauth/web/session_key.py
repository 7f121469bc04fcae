"""What sessions are signed with: the same after a restart, and in every worker of one store."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from mockauth.store.keys import KeyFile, given_keys
from mockauth.store.place import MEMORY, key_folder


def session_key(store: str, environ: Mapping[str, str]) -> str:
    """The key of the sessions: made of the store's own where that is in the environment, else kept
    in a file beside the keys. A store in memory forgets everybody, so its sessions end with it.

    Raises:
        UsageError: the key cannot be read or written.
    """
    if store == MEMORY:
        return secrets.token_hex(32)
    given = given_keys(environ)
    if given is not None:
        return hmac.new(given.keys[0], b"sessions of the pages", "sha256").hexdigest()
    file = KeyFile(key_folder() / "sessions.key")
    return (file.read() or file.make())[0].decode()
