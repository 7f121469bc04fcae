"""Where mockauth serves documents for the server under test to fetch, and what must not be fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from mockauth.engine.http.document_host import HERE, PRIVATE, DocumentHost, Served


@dataclass
class Documents:
    """The hosts of one run. They listen from the first time that somebody asks."""

    authority: str = ""
    """The PEM file of the authority to serve under by https; "" serves by http."""
    _documents: DocumentHost = field(init=False)
    _traps: DocumentHost = field(init=False)

    def __post_init__(self) -> None:
        self._documents = DocumentHost(authority=self.authority)
        self._traps = DocumentHost(authority=self.authority)

    @property
    def base(self) -> str:
        """The origin of the documents."""
        self._documents.start()
        return self._documents.base

    @property
    def private_base(self) -> str:
        """The same server at an address that must not be asked."""
        return self.base.replace(HERE, PRIVATE)

    def trap(self, path: str) -> str:
        """An address that nobody may ask for."""
        self._traps.start()
        return self._traps.base.replace(HERE, PRIVATE) + path

    def serve(self, url: str, answer: Served) -> None:
        """Answer so from now on at the path of an address."""
        self._documents.serve(path_of(url), answer)

    def fetches(self, path: str) -> int:
        """How often a path was asked for, at whatever address."""
        return self._documents.fetches(path) + self._traps.fetches(path)

    @property
    def untrusted(self) -> int:
        """How many connections ended because the authority is not trusted."""
        return self._documents.untrusted

    def close(self) -> None:
        """Listen no more."""
        self._documents.close()
        self._traps.close()


def path_of(url: str) -> str:
    """The path that a request for an address names."""
    return urlsplit(url).path or "/"
