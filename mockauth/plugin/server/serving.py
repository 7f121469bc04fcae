"""A plugin over real sockets: kept connections, any port, and https by a local authority."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


@contextmanager
def serving(
    app: WSGIApplication, host: str = "localhost", port: int = 0, ca_file: Path | None = None
) -> Iterator[str]:
    """Serve `app` from a thread; gives its base URL. The port is bound before anybody asks.

    With `ca_file` it is https, and that file gets the certificate of the authority to trust.

    Raises:
        OSError: the address cannot be served at.
        UsageError: https, and trustme is not installed or the file cannot be written.
    """
    # What reads requests takes 20 ms to import; only a served plugin needs it.
    from mockauth.plugin.server.server import Server

    context = None if ca_file is None else _tls_context(host, ca_file)
    server = Server(app, host, port, context)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"{'http' if context is None else 'https'}://{shown}:{server.port}"
    finally:
        server.stop()
        thread.join()


def behind_proxy(app: WSGIApplication) -> WSGIApplication:
    """`app` behind one proxy: the issuer and every URL follow X-Forwarded-Proto, -Host, -Port and
    -Prefix. Only where a proxy sets them: else any client could."""
    from werkzeug.middleware.proxy_fix import ProxyFix

    fixed = ProxyFix(app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get("HTTP_X_FORWARDED_PROTO", "http") not in ("http", "https"):
            del environ["HTTP_X_FORWARDED_PROTO"]  # no address is made of anything else
        return fixed(environ, start_response)

    return serve


def _tls_context(host: str, ca_file: Path) -> ssl.SSLContext:
    try:
        import trustme  # an extra of its own: it makes certificates
    except ImportError as missing:
        raise UsageError(
            "https needs one package more: pip install 'mockauth[https]' (trustme)"
        ) from missing
    authority = trustme.CA(organization_name="mockauth, for testing only")
    try:
        authority.cert_pem.write_to_path(ca_file)
    except OSError as wrong:
        raise UsageError(f"--https {ca_file}: cannot be written: {wrong.strerror}") from wrong
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, *LOOPBACK_NAMES).configure_cert(context)
    return context
