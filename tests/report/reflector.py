"""A plugin that tells back every secret it has ever seen, in every encoding, wherever it can."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from mockauth.wire.secret_names import secret_name
from tests.wire.encodings import encodings

NAMES = ("code", "client_secret", "code_verifier", "access_token", "refresh_token", "password")


class Reflector:
    """Wraps a WSGI app. `secrets` are the values it was given and those it gave away."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.secrets: dict[str, None] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Serve a request, and reflect."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = _Again(body)
        self._learn(body, environ)
        told: list[Any] = []
        answer = b"".join(
            self.app(environ, lambda status, headers, exc=None: told.append((status, headers)))
        )
        status, headers = told[-1]
        self._issued(answer, headers)
        words = [spelling for value in list(self.secrets)[-6:] for spelling in encodings(value)]
        if status[0] in "45" and not environ["PATH_INFO"].startswith("/authorize"):
            answer = json.dumps(
                {
                    "error": "invalid_grant",
                    "error_description": words,
                    "z": [{"id_token": words[:1]}],
                }
            ).encode()
            answer += "\n".join(words).encode()
            headers = [h for h in headers if h[0].lower() not in ("content-length", "content-type")]
            headers += [("Content-Length", str(len(answer))), ("Content-Type", "application/json")]
        for n, word in enumerate(words[:60]):
            if word.isascii() and word.isprintable():
                headers.append((f"X-Debug-{n}", word))
        start(status, headers)
        return [answer]

    def _learn(self, body: bytes, environ: dict[str, Any]) -> None:
        text = body.decode("utf-8", "replace")
        pairs = parse_qsl(text) + parse_qsl(environ.get("QUERY_STRING", ""))
        try:
            members = json.loads(text)
            pairs += [(k, v) for k, v in members.items() if isinstance(v, str)]
        except (ValueError, AttributeError):
            pass
        values = [value for name, value in pairs if secret_name(name)]
        values.append(environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2])
        self._keep(values)

    def _issued(self, answer: bytes, headers: list[tuple[str, str]]) -> None:
        text = answer.decode("utf-8", "replace")
        values = re.findall(r'"(?:access|refresh)_token":\s*"([^"]+)"', text)
        location = dict(headers).get("Location", "")
        values += [v for n, v in parse_qsl(location.partition("?")[2]) if n == "code"]
        self._keep(values)

    def _keep(self, values: Iterable[str]) -> None:
        for value in values:
            if len(value) >= 12:
                self.secrets.pop(value, None)
                self.secrets[value] = None


class _Again:
    """A body that was read already."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def read(self, size: int = -1) -> bytes:
        """The rest of it, or the next bytes."""
        size = len(self.body) if size < 0 else size
        part, self.body = self.body[:size], self.body[size:]
        return part

    def readline(self, size: int = -1) -> bytes:
        """All of it."""
        return self.read(size)
