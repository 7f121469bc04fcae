"""The server of client documents: what it answers, what it notes, and whom a server must trust."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mockauth.engine.http.document_host import DocumentHost, Served
from mockauth.errors import UsageError
from mockauth.plugin.fetch import Bounds, FetchError, fetch

HERE = Bounds(loopback=True, seconds=60.0)


@pytest.fixture
def host() -> Iterator[DocumentHost]:
    with closing(DocumentHost()) as made:
        made.start()
        yield made


def test_a_document_is_served_and_its_fetches_are_counted(host: DocumentHost) -> None:
    host.serve("/c/1/client.json", Served(body=b"{}"))

    for _ in range(2):
        answer = fetch(f"{host.base}/c/1/client.json", HERE)
        assert (answer.body, answer.content_type) == (b"{}", "application/json")

    assert host.fetches("/c/1/client.json") == 2
    assert host.fetches("/c/2/client.json") == 0


def test_an_address_that_nobody_serves_is_404_and_counted(host: DocumentHost) -> None:
    assert fetch(f"{host.base}/trap", HERE).status == 404
    assert host.fetches("/trap") == 1


def test_the_authority_is_the_same_in_every_run_and_its_key_is_private(tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    for _ in range(2):
        with closing(DocumentHost(authority=str(file))) as host:
            host.start()
            host.serve("/", Served(body=b"{}"))
            assert fetch(host.base, replace(HERE, authority=str(file))).status == 200

    assert stat.S_IMODE((tmp_path / "authority.pem.key").stat().st_mode) == 0o600


def test_who_does_not_trust_the_authority_is_noted(tmp_path: Path) -> None:
    with closing(DocumentHost(authority=str(tmp_path / "authority.pem"))) as host:
        host.start()
        for _ in range(2):  # the thread of the first has ended before the second is answered
            with pytest.raises(FetchError):
                fetch(host.base, HERE)

        assert host.untrusted >= 1


def test_an_authority_without_its_key_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("no certificate")

    with pytest.raises(UsageError):
        DocumentHost(authority=str(tmp_path / "authority.pem")).start()
