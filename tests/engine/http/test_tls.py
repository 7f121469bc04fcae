"""TLS handshakes with servers on this machine: what is negotiated, and what is wrong."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mockauth.engine.http.tls import shake_hands
from mockauth.engine.http.transport import SocketTransport, TransportError
from mockauth.wire import Request

DAY = datetime.timedelta(days=1)


def certificate(folder: Path, *, ends: datetime.timedelta = DAY) -> Path:
    """A self-signed certificate for 127.0.0.1 that ends after `ends`, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 10 * DAY)
        .not_valid_after(now + ends)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return file


@contextmanager
def tls_server(
    file: Path,
    lowest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2,
    highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> Iterator[int]:
    """A server that shakes hands and closes; gives its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.minimum_version, context.maximum_version = lowest, highest
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                try:
                    with peer, context.wrap_socket(peer, server_side=True) as secured:
                        secured.recv(1)
                except OSError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def plain_server() -> Iterator[int]:
    """A server that answers everything with plain http."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                    with peer:
                        peer.recv(65536)
                        peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert isinstance(port, int)
    return port


def test_a_self_signed_certificate_is_named_and_the_version_still_read(tmp_path: Path) -> None:
    with tls_server(certificate(tmp_path)) as port:
        found = shake_hands("127.0.0.1", port)
    assert (found.version, found.older, found.days_left) == ("TLSv1.3", (), None)
    assert "self-signed" in found.problem


def test_an_expired_certificate_is_a_problem(tmp_path: Path) -> None:
    with tls_server(certificate(tmp_path, ends=-DAY)) as port:
        found = shake_hands("127.0.0.1", port)
    assert found.version == "TLSv1.3"
    assert found.problem != ""


@pytest.mark.parametrize(
    ("only", "name"), [(ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")]
)
def test_the_version_is_the_one_that_the_server_has(
    only: ssl.TLSVersion, name: str, tmp_path: Path
) -> None:
    with tls_server(certificate(tmp_path), only, only) as port:
        found = shake_hands("127.0.0.1", port)
    assert (found.version, found.older) == (name, ())


def test_plain_http_is_no_handshake() -> None:
    with plain_server() as port, pytest.raises(OSError, match="SSL"):
        shake_hands("127.0.0.1", port)


def test_nothing_that_listens_is_no_handshake(free_port: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        shake_hands("127.0.0.1", free_port)


def test_the_transport_says_why_no_handshake_came_about(free_port: int) -> None:
    with plain_server() as port, pytest.raises(TransportError, match="speaks plain http"):
        SocketTransport().handshake("127.0.0.1", port)
    with pytest.raises(TransportError, match="nothing listens there"):
        SocketTransport().handshake("127.0.0.1", free_port)


@pytest.mark.parametrize("host", ["a" * 70 + ".example", ".example", "\0"])
def test_what_cannot_be_the_name_of_a_host_is_no_crash(host: str) -> None:
    with pytest.raises(TransportError, match="no TLS handshake"):
        SocketTransport().handshake(host, 443)


def test_a_call_over_tls_that_is_not_trusted_says_so(tmp_path: Path) -> None:
    with (
        tls_server(certificate(tmp_path)) as port,
        pytest.raises(TransportError, match="the certificate or the handshake"),
    ):
        SocketTransport().send(Request(method="GET", url=f"https://127.0.0.1:{port}/"), seconds=60)


def test_a_call_over_tls_to_a_plain_server_says_so() -> None:
    with plain_server() as port, pytest.raises(TransportError, match="speaks plain http"):
        SocketTransport().send(Request(method="GET", url=f"https://127.0.0.1:{port}/"), seconds=60)
