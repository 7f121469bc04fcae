"""Flask without the work that no plugin needs.

What is left out was a tenth of the time of a sign-in; each piece says what it costs in Flask,
measured in a flow of 550 µs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from json import JSONEncoder
from typing import Any

from flask import Flask, Request, Response
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import Map, MapAdapter
from werkzeug.wsgi import get_host

Function = Callable[..., Any]
COMPACT = {"separators": (",", ":")}
"""How `jsonify` spells an answer."""
PLAIN_URI = re.compile(
    r"(?:https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::[1-9][0-9]{0,4})?)?"
    r"/(?!/)[\w.~!$&'()*+,;:=@/%-]*(?:\?[\w.~!$&'()*+,;:=@/?%-]+)?",
    re.ASCII,
)
"""A URI in which there is nothing to encode."""


class Answer(Response):
    """Looks at its headers once before they are sent, and does not encode what is encoded (20 µs)."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        """The headers as sent; of whatever is out of the ordinary Werkzeug makes a corrected copy."""
        given = {name.lower(): value for name, value in self.headers}
        ordinary = (
            "content-length" in given
            and "content-location" not in given
            and self.status_code >= 200
            and self.status_code not in (204, 304)
            and PLAIN_URI.fullmatch(given.get("location", "/"))
        )
        return self.headers if ordinary else super().get_wsgi_headers(environ)


class Json(DefaultJSONProvider):
    """Keeps its encoder; `json.dumps` makes one for each answer (5 µs)."""

    @cached_property
    def _compact(self) -> JSONEncoder:
        return JSONEncoder(
            default=self.default,
            ensure_ascii=self.ensure_ascii,
            sort_keys=self.sort_keys,
            separators=(",", ":"),
        )

    def dumps(self, obj: Any, **options: Any) -> str:
        """`obj` as text."""
        if options == COMPACT:
            return self._compact.encode(obj)
        return super().dumps(obj, **options)


class Asked(Request):
    """A request whose body has an end, also where it comes in chunks."""

    def get_data(self, *arguments: Any, **named: Any) -> Any:
        """The body.

        Raises:
            RequestEntityTooLarge: it is longer than the app takes. Werkzeug says so where a length
                was announced; of chunks it reads as many and goes on.
        """
        data = super().get_data(*arguments, **named)
        most = self.max_content_length
        if self.content_length is None and most is not None and len(data) >= most:
            raise RequestEntityTooLarge
        return data


class App(Flask):
    """A Flask app that answers under any host, and has no coroutines."""

    request_class = Asked
    response_class = Answer
    json_provider_class = Json

    def ensure_sync(self, func: Function) -> Function:
        """The function as it is: Flask would ask of each, at every request, whether it is a
        coroutine."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """What finds the function of a request. Flask judges and encodes the host anew for each
        (24 µs), although none of them is served elsewhere."""
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        environ = request.environ
        request.host, server_name = _host(
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST"),
            environ["SERVER_NAME"],
            environ["SERVER_PORT"],
        )
        return MapAdapter(
            self.url_map,
            server_name,
            request.root_path or "/",
            "",
            request.scheme,
            request.path if environ.get("PATH_INFO") else "",
            request.method,
            request.query_string.decode("latin-1"),
        )


@lru_cache(maxsize=256)
def _host(scheme: str, header: str | None, server: str, port: str) -> tuple[str, str]:
    """The host of a request as Werkzeug reads it, and as it stands in the addresses of redirects."""
    environ = {"wsgi.url_scheme": scheme, "SERVER_NAME": server, "SERVER_PORT": port}
    if header is not None:
        environ["HTTP_HOST"] = header
    host = get_host(environ)
    return host, Map().bind(host).server_name
