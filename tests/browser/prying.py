"""A page that tries every way out of a browser that is kept on this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STUN = "203.0.113.9"
PAGE = f"""<!doctype html>
<title>trying</title>
<link rel="dns-prefetch" href="https://prefetch.example">
<link rel="preconnect" href="https://preconnect.example">
<img src="https://image.example/x.png">
<iframe src="http://frame.example/"></iframe>
<script>
const tried = [];
const attempt = (what) => {{ try {{ tried.push(what()) }} catch (error) {{ }} }};
attempt(() => fetch("https://fetch.example/", {{mode: "no-cors"}}));
attempt(() => fetch("http://198.51.100.7:81/", {{mode: "no-cors"}}));
attempt(() => {{ navigator.sendBeacon("https://beacon.example/", "x") }});
attempt(() => {{ new WebSocket("wss://socket.example/") }});
attempt(() => new WebTransport("https://transport.example:4433/").ready);
attempt(() => {{
  const call = new RTCPeerConnection({{iceServers: [
    {{urls: "stun:{STUN}:3478"}}, {{urls: "stun:stun.example:3478"}},
  ]}});
  call.createDataChannel("x");
  return call.createOffer().then((offer) => call.setLocalDescription(offer));
}});
Promise.allSettled(tried).then(() => {{ document.title = "tried" }});
</script>
"""
HOSTS = ("image", "frame", "fetch", "beacon", "socket")
"""The first labels of names below `example` that it asks for over TCP, and surely says so there."""


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        data = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def prying_page() -> Iterator[str]:
    """The page served on this machine, as a secure place; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
