"""The pages at ChatGPT's own address, in a Chromium that is led to this machine: the plugin stays as
it is in production, and nothing leaves the machine."""

from __future__ import annotations

import hashlib
import os
import ssl
import subprocess
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mockauth.browser.chromium.installed import chromium
from mockauth.browser.chromium.sink import Sink
from mockauth.plugin.server.server import Server
from mockauth.wire.url import hostname, is_loopback_host

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOSTS = ("chat.openai.com", "chatgpt.com")
ADDRESS = f"https://{HOSTS[0]}/chatgpt/"
END_SECONDS = 10.0
"""How long the browser may take to end."""


@dataclass(frozen=True, kw_only=True)
class Production:
    """Where ChatGPT's hosts are on this machine, and what a browser must be told to find them."""

    port: int
    pin: str
    """The SHA-256 of the key that ChatGPT's hosts have here (SubjectPublicKeyInfo), in base64."""
    sink: Sink
    reachable: tuple[str, ...] = ()
    """Addresses of plugins that are not on this machine."""

    @property
    def flags(self) -> list[str]:
        """The flags of Chromium. The last rules are exceptions: of these hosts nothing is mapped."""
        rules = [f"MAP {host}:443 127.0.0.1:{self.port}" for host in HOSTS]
        rules.append(f"MAP * 127.0.0.1:{self.sink.port}")
        rules += [
            f"EXCLUDE {host}" for host in ("localhost", "127.0.0.1", "[::1]", *self._others())
        ]
        return [
            f"--host-resolver-rules={', '.join(rules)}",
            f"--ignore-certificate-errors-spki-list={self.pin}",
            # STUN to a bare address would leave, whatever the rules say.
            "--webrtc-ip-handling-policy=disable_non_proxied_udp",
            "--disable-quic",
            "--dns-over-https-mode=off",
            "--no-first-run",
            "--no-default-browser-check",
        ]

    def _others(self) -> Iterator[str]:
        for host in map(hostname, self.reachable):
            if host and not is_loopback_host(host):
                yield host


@contextmanager
def production(
    app: WSGIApplication, sink: Sink, reachable: Iterable[str] = ()
) -> Iterator[Production]:
    """Serve the pages as ChatGPT's hosts, until the end of the block. Needs the extra `https`."""
    context, pin = _identity()
    server = Server(app, "127.0.0.1", 0, context)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        with sink:
            yield Production(port=server.port, pin=pin, sink=sink, reachable=tuple(reachable))
    finally:
        server.stop()
        thread.join()


@contextmanager
def opened(found: Production) -> Iterator[None]:
    """A window of Chromium at ChatGPT's address, with a profile that is thrown away."""
    program = chromium()
    assert program is not None  # noqa: S101 - who calls has looked
    # Root has no sandbox: Chromium does not start with one.
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *found.flags, *sandbox, f"--user-data-dir={profile}", ADDRESS]
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603 - the browser of the system
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _identity() -> tuple[ssl.SSLContext, str]:
    """A certificate for ChatGPT's hosts that nobody trusts, and the pin by which one browser does."""
    import trustme  # an extra of its own: it makes certificates
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    leaf = trustme.CA(organization_name="mockauth, for testing only").issue_cert(*HOSTS)
    key = x509.load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context, b64encode(hashlib.sha256(spki).digest()).decode()
