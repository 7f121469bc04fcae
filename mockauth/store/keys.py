"""Where the keys come from that secrets are encrypted with: a file of mode 0600, or given.

Each store has a key file of its own, so that rotating one leaves the others readable.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.fernet import Fernet

from mockauth.errors import UsageError

VARIABLE = "MOCKAUTH_STORE_KEY"
Keys = tuple[bytes, ...]
"""The first encrypts, all of them decrypt."""


class KeySource(Protocol):
    """Where keys come from; asked again when one is not among those read before."""

    @property
    def place(self) -> str:
        """Where the user finds them, for a sentence."""
        ...

    def read(self) -> Keys:
        """All keys; none when there is no file yet."""
        ...


def new_key() -> bytes:
    """A fresh Fernet key."""
    return Fernet.generate_key()


def fingerprint(key: bytes) -> str:
    """What tells keys apart and says nothing about them."""
    return hashlib.sha256(key).hexdigest()[:16]


@dataclass(frozen=True)
class GivenKeys:
    """Keys from the environment, or of a store in memory."""

    keys: Keys
    place: str = VARIABLE

    def read(self) -> Keys:
        """All keys."""
        return self.keys

    def make(self) -> Keys:
        """The same: whoever gave them made them."""
        return self.keys


@dataclass(frozen=True)
class KeyFile:
    """A file with a key a line, readable by its owner only."""

    path: Path

    @property
    def place(self) -> str:
        """Its path."""
        return str(self.path)

    def read(self) -> Keys:
        """All keys; none when there is no file.

        Raises:
            UsageError: the file cannot be read, or has something else in it.
        """
        try:
            lines = self.path.read_text("ascii").split()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeError) as wrong:
            raise UsageError(f"the key file {self.path} cannot be read") from wrong
        return checked_keys(lines, str(self.path))

    def make(self) -> Keys:
        """Create it with one key. Of two that do so at once the first wins, the other reads."""
        made = self._written((new_key(),))
        try:
            # Unlike a rename, a link never replaces a key that is there.
            os.link(made, self.path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
        self._settle()
        return self.read()

    def write(self, keys: Keys) -> None:
        """Replace all keys at once: a reader sees the old file or the new one. Who writes is alone;
        what an interrupted call before has left is removed, because an old key may be in it."""
        os.replace(self._written(keys), self.path)
        self._settle()
        for left in self.path.parent.glob(f"{self._prefix}*"):
            left.unlink()

    @property
    def _prefix(self) -> str:
        return f".{self.path.stem}-"

    def _settle(self) -> None:
        """Wait until the name is on the disk: no secret may get there before its key."""
        if os.name == "posix":
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _written(self, keys: Keys) -> Path:
        folder = self.path.parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # mkstemp makes a file of mode 0600.
            number, name = tempfile.mkstemp(dir=folder, prefix=self._prefix)
            with os.fdopen(number, "wb") as file:
                file.write(b"\n".join(keys) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as wrong:
            raise UsageError(
                f"the key file {self.path} cannot be written: {wrong.strerror}"
            ) from wrong
        return Path(name)


def given_keys(environ: Mapping[str, str]) -> GivenKeys | None:
    """The keys of MOCKAUTH_STORE_KEY, separated by commas or blanks; None when it is not set.

    Raises:
        UsageError: it is set to something else.
    """
    words = environ.get(VARIABLE, "").replace(",", " ").split()
    return GivenKeys(checked_keys(words, VARIABLE)) if words else None


def checked_keys(words: list[str], place: str) -> Keys:
    """The keys, when all of them are keys.

    Raises:
        UsageError: one is none; its text is not shown.
    """
    keys = tuple(word.encode() for word in words)
    try:
        for key in keys:
            Fernet(key)
    except ValueError as wrong:
        raise UsageError(
            f"{place} has something that is no key: 44 characters of base64, as "
            "`mockauth keys new` prints them"
        ) from wrong
    if not keys:
        raise UsageError(f"{place} has no key in it; put the store's key back")
    return keys
