"""Takes every connection that is not meant for the service under test, notes where it was going,
and closes it."""

from __future__ import annotations

import re
import socketserver
import threading
from typing import Self

LONGEST_GREETING = 4096
PATIENCE = 2.0
MOST_NOTES = 1000
NOISE = ("google.com", "googleapis.com", "gvt1.com", "gstatic.com")
"""What Chromium asks for by itself."""
SERVER_NAME = re.compile(rb"(?=\x00\x00(..)(..)\x00(..)([a-z0-9.-]+))", re.DOTALL | re.IGNORECASE)
"""The extension, its length, that of its list, the kind and the length of a name, the name. Random
bytes look like that, too, but for the lengths."""
HOST = re.compile(rb"^host:\s*([^\r\n]{1,255})", re.IGNORECASE | re.MULTILINE)


class Sink:
    """A listener on this machine; `notes` has the hosts that were asked for, "" for an unknown one.

    The browser's own noise lands here, too.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        notes = self.notes

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(PATIENCE)
                try:
                    greeting: bytes = self.request.recv(LONGEST_GREETING)
                except OSError:
                    greeting = b""
                if len(notes) < MOST_NOTES:
                    notes.append(host_in(greeting))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def wanted(self, since: int = 0) -> tuple[str, ...]:
        """The hosts that pages asked for, each once, of the notes from `since` on."""
        hosts = dict.fromkeys(self.notes[since:])
        return tuple(one for one in hosts if one and not is_noise(one))

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def is_noise(host: str) -> bool:
    """Whether Chromium asks for a host by itself."""
    name = host.partition(":")[0]
    return any(name == one or name.endswith(f".{one}") for one in NOISE)


def host_in(greeting: bytes) -> str:
    """The host that the first bytes of a connection name: by TLS (RFC 6066 section 3) or HTTP."""
    if greeting[:1] == b"\x16":
        return next(filter(None, map(_name_in, SERVER_NAME.finditer(greeting))), "")
    found = HOST.search(greeting)
    return found.group(1).decode("ascii", "replace").strip() if found else ""


def _name_in(found: re.Match[bytes]) -> str:
    """The name, where the lengths before it fit each other."""
    extension, names, name = (int.from_bytes(found[n], "big") for n in (1, 2, 3))
    fits = extension == names + 2 == name + 5 and 0 < name <= len(found[4])
    return found[4][:name].decode("ascii") if fits else ""
