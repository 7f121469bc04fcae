"""How pages travel: types, charsets, encodings, redirects, refreshes."""

from __future__ import annotations

from typing import Any

from tests.browser.shapes.shape import CONSENT, LOGIN, SIGNS_IN, Leave, Shape

KOREAN = (
    '<h1>동의</h1><form method="post" action="/consent?{query}">{hidden}<button id="k3" name="answer" '
    'value="취소">취소</button><button id="k2" name="answer" value="동의">동의</button></form>'
)
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
    'lang="{lang}"><head><title>Notes</title>{head}</head><body>{body}</body></html>'
)
XHTML_LOGIN = (
    '<form method="post" action="/login?{query}"><p><input type="hidden" name="csrf" value="{csrf}"/>'
    '<input name="user"/><input type="password" name="password"/><button id="k1">Log in</button></p></form>'
)
XHTML_CONSENT = (
    '<form method="post" action="/consent?{query}"><p><input type="hidden" name="csrf" value="{csrf}"/>'
    '<button id="k2" name="answer" value="yes">Allow</button></p></form>'
)


def leaving(leave: Leave, name: str = "", page: str = "") -> Shape:
    """The way back to ChatGPT after consent."""
    return Shape(
        name=name or f"leaves-by-{leave.replace('_', '-')}",
        kind="transport",
        leave=leave,
        leave_page=page,
    )


def charset(name: str, charset: str, lang: str, yes: str, no: str, **more: Any) -> Shape:
    """Pages in an old charset; the button's value travels in it, too."""
    body = KOREAN.replace("동의", yes).replace("취소", no)
    return Shape(
        name=name,
        kind="transport",
        charset=charset,
        lang=lang,
        consent=body,
        allows={"answer": yes},
        **more,
    )


def typed(name: str, content_type: str, **headers: str) -> Shape:
    """The pages with another Content-Type."""
    return Shape(
        name=name,
        kind="transport",
        content_type=content_type,
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


def refresh(name: str, content: str) -> Shape:
    """The way back by a meta refresh written in some way."""
    return leaving(
        "meta", name, f'<meta http-equiv="Refresh" content="{content}"><p>Going back</p>'
    )


SHAPES = [
    leaving("302"), leaving("307"), leaving("308"), leaving("form_post"), leaving("meta"),
    leaving("refresh"), leaving("script"),
    refresh("refresh-quoted", "0; url='{callback}'"),
    refresh("refresh-without-url", "0; {callback}"),
    refresh("refresh-comma", "0,{callback}"),
    refresh("refresh-upper-case", "0;URL={callback}"),
    refresh("refresh-after-a-second", "1;url={callback}"),
    refresh("refresh-after-an-hour", "3600;url={callback}"),
    refresh("refresh-bogus", "url={callback}"),
    refresh("refresh-semicolon-first", ";url={callback}"),
    leaving("meta", "refresh-in-noscript", '<noscript><meta http-equiv="refresh" content="0;url={callback}"></noscript><p>Done</p>'),
    leaving("meta", "refresh-in-template", '<template><meta http-equiv="refresh" content="0;url={callback}"></template><p>Done</p>'),
    Shape(name="hop-before-the-callback", kind="transport", hop=True),
    Shape(name="login-answered-307", kind="transport", login_redirect="307"),
    Shape(name="login-answered-302", kind="transport", login_redirect="302"),
    Shape(name="login-answered-308", kind="transport", login_redirect="308"),
    Shape(name="code-from-login", kind="transport", code_from_login=True, allow=SIGNS_IN),
    charset("windows-1251", "windows-1251", "ru", "Разрешить", "Отклонить"),
    charset("shift-jis", "shift_jis", "ja", "許可する", "拒否する"),
    charset("euc-kr", "euc-kr", "ko", "동의", "취소"),
    charset("gb2312", "gb2312", "zh", "同意", "拒绝"),
    charset("latin-1", "iso-8859-1", "fr", "Autoriser l'accès", "Refuser"),
    charset("charset-in-meta-only", "euc-kr", "ko", "동의", "취소", content_type="text/html"),
    Shape(name="form-accept-charset", kind="transport", charset="utf-8", lang="ko", consent=KOREAN.replace("<form", '<form accept-charset="utf-8"'), allows={"answer": "동의"}),
    typed("text-plain", "text/plain; charset=utf-8"),
    typed("type-missing", ""),
    typed("type-missing-nosniff", "", X_Content_Type_Options="nosniff"),
    typed("type-upper-case", "TEXT/HTML; CHARSET=UTF-8"),
    typed("type-unknown", "application/octet-stream"),
    typed("type-json", "application/json"),
    typed("attachment", "text/html; charset=utf-8", Content_Disposition="attachment"),
    Shape(name="xhtml", kind="transport", content_type="application/xhtml+xml", page=XHTML, login=(XHTML_LOGIN,), consent=XHTML_CONSENT),
    Shape(name="xhtml-not-well-formed", kind="transport", content_type="application/xhtml+xml", page=XHTML, login=(LOGIN + "<br>",), consent=CONSENT),
    Shape(name="gzip", kind="transport", gzip=True),
    Shape(name="page-with-status-401", kind="transport", status=401),
    Shape(name="page-with-status-403", kind="transport", status=403),
    Shape(name="page-with-status-500", kind="transport", status=500),
    Shape(name="page-without-html-element", kind="transport", page="{body}"),
    Shape(name="page-with-a-bom", kind="transport", page="\ufeff<!doctype html><html><body>{body}</body></html>"),
    Shape(name="unclosed-tags", kind="transport", page="<html><body><div><p><table><tr><td>{body}"),
    Shape(name="form-in-a-table", kind="transport", login=('<table><form method="post" action="/login?{query}"><tr><td>{hidden}<input name="user"></td></tr><tr><td><input type="password" name="password"></td></tr><tr><td><button id="k1">Log in</button></td></tr></form></table>',)),
    Shape(name="entities-in-attributes", kind="transport", consent='<form method="&#112;ost" action="&#47;consent?{query}">{hidden}<button id="k3" name="answer" value="no">&#68;eny</button><button id="k2" name="answer" value="&#121;es">&Aacute;llow</button></form>'),
    Shape(name="consent-at-its-own-path", kind="transport", consent_at="/review"),
    Shape(name="request-kept-in-the-session", kind="transport", request_in_cookie=True),
]  # fmt: skip
