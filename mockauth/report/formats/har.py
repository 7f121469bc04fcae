"""The exchanges of a run as HAR 1.2, for the network views of browsers.

http://www.softwareishard.com/blog/har-12-spec/
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from mockauth import __version__
from mockauth.report.formats.document import Document, Exchange

PAIR = Mapping[str, str]
UNKNOWN = "1970-01-01T00:00:00+00:00"
"""In place of a time that was not kept, which the format demands."""


def render(document: Document) -> str:
    """The report as JSON."""
    started = datetime.fromisoformat(document["started"] or UNKNOWN)
    entries, at = [], started
    for exchange in document["exchanges"]:
        entries.append(_entry(exchange, at))
        # A run keeps how long each took, and not when it began: they follow one another.
        at += timedelta(milliseconds=exchange["elapsed_ms"])
    creator = {"name": "mockauth", "version": __version__}
    whole = {"log": {"version": "1.2", "creator": creator, "entries": entries}}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _entry(exchange: Exchange, at: datetime) -> dict[str, Any]:
    took = exchange["elapsed_ms"]
    return {
        "startedDateTime": at.isoformat(),
        "time": took,
        "request": _request(exchange["request"]),
        "response": _response(exchange["response"], exchange.get("error", "")),
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "comment": f"{exchange['step']}: {exchange.get('purpose', '')}",
        "_mockauth": {name: exchange.get(name) for name in ("n", "step", "purpose", "probe")},
    }


def _request(request: Mapping[str, Any]) -> dict[str, Any]:
    kind, body = _header(request, "content-type"), request["body"]
    query = request["url"].partition("#")[0].partition("?")[2]
    posted = {"postData": {"mimeType": kind, "text": body}} if body else {}
    return {
        "method": request["method"],
        "url": request["url"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(request["headers"]),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": len(body.encode("utf-8", "replace")),
        **posted,
    }


def _response(response: Mapping[str, Any] | None, error: str) -> dict[str, Any]:
    """HAR has no word for "no answer"; browsers write status 0."""
    if response is None:
        response = {"status": 0, "headers": [], "body": ""}
    body = response["body"]
    size = len(body.encode("utf-8", "replace"))
    kind = _header(response, "content-type") or "application/octet-stream"
    return {
        "status": response["status"],
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(response["headers"]),
        "content": {"size": size, "mimeType": kind, "text": body},
        "redirectURL": _header(response, "location"),
        "headersSize": -1,
        "bodySize": size,
        **({"_error": error} if error else {}),
    }


def _pairs(pairs: Sequence[Sequence[str]]) -> list[PAIR]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(message: Mapping[str, Any], name: str) -> str:
    return next((value for key, value in message["headers"] if key.lower() == name), "")
