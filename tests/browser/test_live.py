"""Nothing is ever sent to the redirect URI, even where something listens there."""

from __future__ import annotations

import socket
import threading

import pytest
from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from werkzeug.serving import make_server

from mockauth.browser.form import Credentials
from mockauth.browser.session import Session
from mockauth.engine.http.recorder import Driver
from mockauth.engine.http.transport import SocketTransport
from mockauth.wire import Request, Trace
from mockauth.wire.secret import Secrets


def test_nothing_arrives_at_a_redirect_uri_that_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        callback = f"http://127.0.0.1:{listener.getsockname()[1]}/callback"
        app = Flask(__name__)

        @app.get("/authorize")
        def authorize() -> ResponseReturnValue:
            return redirect(f"{callback}?code=c")

        server = make_server("127.0.0.1", 0, app)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            session = Session(
                send=Driver(SocketTransport(), Trace(), Secrets()).send,
                credentials=Credentials(),
                hosts=frozenset({"127.0.0.1"}),
            )
            start = Request(method="GET", url=f"http://127.0.0.1:{server.server_port}/authorize")
            landing = session.run(start, redirect_uris=(callback,))
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
        assert landing.outcome == "callback"
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
