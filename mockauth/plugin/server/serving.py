"""A plugin over real sockets: kept connections, any port, and https by a local authority.

cheroot, because it was the fastest of those measured with whole code flows: about four times the
development server, 1.3 times waitress, 1.2 times gunicorn with threads; and it lives in a thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from mockauth.errors import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 16
STOP_SECONDS = 1
LOOPBACK = "127.0.0.1"


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
    # cheroot takes 60 ms to import; only a served plugin needs it.
    from mockauth.plugin.server.server import QuietServer

    address = LOOPBACK if host == "localhost" else host
    server = QuietServer((address, port), app, numthreads=THREADS, server_name="mockauth")
    server.shutdown_timeout = STOP_SECONDS
    if ca_file is not None:
        server.ssl_adapter = _adapter(host, ca_file)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"{'http' if ca_file is None else 'https'}://{shown}:{server.bind_addr[1]}"
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


def _adapter(host: str, ca_file: Path) -> Any:
    try:
        import trustme  # an extra of its own: it makes certificates
    except ImportError as missing:
        raise UsageError(
            "https needs one package more: pip install 'mockauth[https]' (trustme)"
        ) from missing
    from cheroot.ssl.builtin import BuiltinSSLAdapter

    authority = trustme.CA(organization_name="mockauth, for testing only")
    leaf = authority.issue_cert(host, "localhost", LOOPBACK)
    try:
        authority.cert_pem.write_to_path(ca_file)
    except OSError as wrong:
        raise UsageError(f"--https {ca_file}: cannot be written: {wrong.strerror}") from wrong
    with TemporaryDirectory() as folder:  # the key is read at once, and gone
        pem = Path(folder) / "leaf.pem"
        leaf.private_key_and_cert_chain_pem.write_to_path(pem)
        return BuiltinSSLAdapter(str(pem), str(pem))
