"""The body of a form as browsers write it: charset, line ends, encoding."""

from __future__ import annotations

import codecs
import re
from urllib.parse import quote_plus, urlencode

from mockauth.wire import Pairs
from mockauth.wire.message import FORM

LINE_END = re.compile(r"\r\n|\r|\n")
AS_BROWSERS_READ = {
    "iso8859-1": "windows-1252", "ascii": "windows-1252", "shift_jis": "cp932", "gb2312": "gbk",
    "euc_kr": "cp949",
}  # fmt: skip
"""Charsets that the Encoding standard reads as a larger one."""


def charset_of(label: str) -> str:
    """The charset that a form is sent in: UTF-8 for an unknown one and for UTF-16 (Encoding
    standard, "get an output encoding")."""
    first = re.split(r"[\s,;]+", label.strip())[0]
    try:
        name = codecs.lookup(first).name
        "".encode(name)
    except (LookupError, ValueError, UnicodeError):
        return "UTF-8"
    if name.startswith(("utf", "idna", "punycode")):
        return "UTF-8"
    return AS_BROWSERS_READ.get(name, name)


def lines_as_sent(value: str) -> str:
    """The value with each line end as CRLF (HTML, constructing the entry list)."""
    return LINE_END.sub("\r\n", value)


def encoded(fields: Pairs, enctype: str, charset: str) -> tuple[bytes, str]:
    """The body and its Content-Type; characters that the charset lacks are written as `&#n;`."""
    errors = "surrogatepass" if charset.lower() == "utf-8" else "xmlcharrefreplace"
    if enctype == "multipart/form-data":
        return _multipart([(name, value.encode(charset, errors)) for name, value in fields])
    if enctype == "text/plain":
        text = "".join(f"{name}={value}\r\n" for name, value in fields)
        return text.encode(charset, errors), "text/plain"
    body = urlencode(fields, quote_via=quote_plus, encoding=charset, errors=errors)
    return body.encode(), FORM


def _multipart(fields: list[tuple[str, bytes]]) -> tuple[bytes, str]:
    from urllib3.filepost import encode_multipart_formdata

    return encode_multipart_formdata(fields)
