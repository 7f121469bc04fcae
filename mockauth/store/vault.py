"""Encryption of what is kept: Fernet, with any number of keys."""

from __future__ import annotations

import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mockauth.errors import UsageError
from mockauth.store.keys import Keys, KeySource, fingerprint
from mockauth.wire.secret import Secret


class Vault:
    """Encrypts and decrypts with the keys of a source, and reads them again when one is missing:
    another process may have rotated them."""

    def __init__(self, source: KeySource, keys: Keys, store: str) -> None:
        self._source = source
        self._keys = keys
        self._store = store
        """What the store is called in a sentence."""

    @property
    def keys(self) -> Keys:
        """Those known so far, the first of which encrypts."""
        return self._keys

    def sealer(self, current: str) -> Sealer:
        """What encrypts with the key of this fingerprint: the database says which one it is.

        Raises:
            UsageError: there is no such key.
        """
        key = self._find(current)
        if key is None:
            self._read_again()
            key = self._find(current)
        if key is None:
            raise self.no_key()
        return Sealer(key)

    def unsealed(self, sealed: str, label: str) -> Secret:
        """The secret that was encrypted.

        Raises:
            UsageError: no key fits.
        """
        if not sealed:
            return Secret("")
        try:
            return self._decrypted(sealed, label)
        except InvalidToken:
            self._read_again()
        try:
            return self._decrypted(sealed, label)
        except InvalidToken as wrong:
            raise self.no_key() from wrong

    def no_key(self) -> UsageError:
        """The one sentence about a missing or wrong key."""
        return no_key(self._store, self._source)

    def _decrypted(self, sealed: str, label: str) -> Secret:
        several = MultiFernet([Fernet(key) for key in self._keys])
        return Secret(several.decrypt(sealed.encode()).decode("utf-8", "surrogatepass"), label)

    def _find(self, current: str) -> bytes | None:
        return next((key for key in self._keys if fingerprint(key) == current), None)

    def _read_again(self) -> None:
        # An old key stays known: a row that was read before the rotation may still need it.
        self._keys = tuple(dict.fromkeys((*self._source.read(), *self._keys)))


class Sealer:
    """Encrypts with one key. The same secret twice gives different bytes (Fernet's random IV)."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def __call__(self, secret: Secret) -> str:
        """The encrypted secret; "" for an empty one."""
        if not secret:
            return ""
        return self._fernet.encrypt(secret.reveal().encode("utf-8", "surrogatepass")).decode()


def hashed(value: str) -> str:
    """What is kept of a value that is only looked up: a session id, a `state`. Both are random and
    long, so that a plain hash cannot be guessed at."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def no_key(store: str, source: KeySource) -> UsageError:
    """The sentence for a store whose key is not there."""
    return UsageError(
        f"the secrets in {store} were encrypted with a key that {source.place} does not have: put "
        "the key back, or start with another --store; nothing was changed"
    )
