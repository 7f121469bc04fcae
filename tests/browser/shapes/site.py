"""An authorization server with the pages of one shape."""

from __future__ import annotations

import gzip
import html
import json
import secrets
from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from tests.browser.shapes.shape import PASSWORD, USER, Shape

Answer = BaseResponse
HIDDEN = '<input type="hidden" name="csrf" value="{csrf}">'


class Site:
    """One shape at work. Its sessions live in it, so that each test has a site of its own."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.sessions: dict[str, dict[str, str]] = {}
        self.hops: dict[str, str] = {}
        self.callbacks: list[str] = []

    def app(self) -> Flask:
        """The Flask app of the shape."""
        app = Flask(self.shape.name, static_folder=None)
        both = ["GET", "POST"]
        app.add_url_rule("/authorize", "authorize", self.authorize)
        app.add_url_rule("/login", "login", self.login, methods=both)
        app.add_url_rule("/consent", "consent", self.consent, methods=both)
        app.add_url_rule("/review", "review", self.review)
        app.add_url_rule("/hop/<key>", "hop", lambda key: redirect(self.hops.pop(key), 302))
        app.add_url_rule("/back", "side", self.side, methods=both)
        app.add_url_rule("/home", "home", lambda: self.show("<h1>Your notes</h1>"))
        app.add_url_rule("/out", "out", lambda: redirect(self.shape.goes_out_to, 303), methods=both)
        app.add_url_rule("/api/login", "api_login", self.api_login, methods=["POST"])
        app.add_url_rule("/api/consent", "api_consent", self.api_consent, methods=["POST"])
        app.add_url_rule("/<path:path>", "file", self.file)
        return app

    # the flow

    def authorize(self) -> Answer:
        """The authorization endpoint: consent where the user is known, else the login page."""
        session = self.session()
        if self.shape.basic and not self.basic_user():
            challenge = {"WWW-Authenticate": 'Basic realm="notes"'}
            return Response("<h1>Sign in</h1>", 401, challenge, content_type="text/html")
        if self.shape.login and not self.shape.basic and "user" not in session:
            query = request.query_string.decode()
            if self.shape.request_in_cookie:
                session["query"] = query
                return self.with_cookie(redirect("/login", 302), session)
            if self.shape.welcome:
                return self.show(self.shape.welcome)
            return redirect(f"/login?{query}", 302)
        if self.shape.consent_at:
            return redirect(f"{self.shape.consent_at}?{request.query_string.decode()}", 302)
        return self.review()

    def review(self) -> Answer:
        """The consent page, or the way back where none is shown."""
        session = self.session()
        session.setdefault("csrf", secrets.token_urlsafe(12))
        if not self.shape.consent:
            return self.finish(self.query(session), "code")
        answer = self.show(self.shape.consent, session, self.shape.consent_headers)
        return self.with_cookie(answer, session)

    def login(self) -> Answer:
        """Shows the pages of the login one after the other and reads what they send."""
        session = self.session()
        if request.method == "GET" and not request.args.get("posted"):
            if self.shape.request_in_cookie and "query" not in session:
                return self.show("<h1>Your request was lost. Start again.</h1>", status=400)
            session = session or {}
            session.update(step="0", csrf=secrets.token_urlsafe(12), sent="{}")
            return self.with_cookie(self.login_page(session), session)
        if not session or not self.guarded(session):
            return self.show("<h1>The form has expired</h1>", status=403)
        return self.take(session, self.fields())

    def login_page(self, session: Mapping[str, str], error: str = "") -> Answer:
        body = self.shape.login[int(session.get("step", 0))]
        notice = f'<p role="alert">{error}</p>' if error else ""
        return self.show(notice + body, session, self.shape.login_headers)

    def take(self, session: dict[str, str], fields: Mapping[str, str]) -> Answer:
        """One page of the login was sent: the next one, or the end of the login."""
        sent = {**json.loads(session["sent"]), **fields}
        session["sent"] = json.dumps(sent)
        session["step"] = str(int(session["step"]) + 1)
        if int(session["step"]) < len(self.shape.login):
            return self.login_page(session)
        if not self.welcome(session, sent):
            session["step"], session["sent"] = "0", "{}"
            return self.login_page(session, "Wrong user name or password")
        query = self.query(session)
        if self.shape.loses_request:
            return self.with_cookie(redirect("/home", 303), session, fresh=True)
        if self.shape.code_from_login:
            return self.with_cookie(self.finish(query, "code"), session, fresh=True)
        onward = redirect(f"/authorize?{query}", int(self.shape.login_redirect))
        return self.with_cookie(onward, session, fresh=True)

    def welcome(self, session: dict[str, str], sent: Mapping[str, str]) -> bool:
        """Whether all that the shape wants was sent; then the session has a user."""
        wanted = {k: v.replace("{csrf}", session["csrf"]) for k, v in self.shape.wants.items()}
        if not all(_is_sent(sent, name, value) for name, value in wanted.items()):
            return False
        session["user"] = USER
        return True

    def consent(self) -> Answer:
        """The answer to the consent page."""
        session, fields = self.session(), self.fields()
        known = self.shape.basic or not self.shape.login or "user" in session
        if not known or not self.guarded(session):
            return self.show("<h1>The form has expired</h1>", status=403)
        if request.method == "POST" and fields.get("csrf") != session.get("csrf"):
            return self.show("<h1>The form has expired</h1>", status=403)
        if any(name not in fields for name in self.shape.needs):
            return self.show("<p>Tick the box</p>" + self.shape.consent, session)
        allowed = all(_is_sent(fields, name, value) for name, value in self.shape.allows.items())
        return self.finish(self.query(session), "code" if allowed else "error")

    # by script

    def api_login(self) -> Answer:
        """The login of a page made by script: JSON in, JSON out."""
        session = self.session()
        sent = {**(request.get_json(silent=True) or {}), "csrf": session.get("csrf", "")}
        if not session or not self.welcome(session, sent):
            return Response('{"error":"wrong"}', 401, content_type="application/json")
        onward = json.dumps({"next": f"/authorize?{self.query(session)}"})
        answer = Response(onward, content_type="application/json")
        return self.with_cookie(answer, session, fresh=True)

    def api_consent(self) -> Answer:
        """The consent of a page made by script: tells where to go."""
        session = self.session()
        sent = request.get_json(silent=True) or {}
        kind = "code" if sent.get("answer") == "yes" else "error"
        onward = json.dumps({"redirect": self.callback(self.query(session), kind)})
        return Response(onward, content_type="application/json")

    # helpers

    def side(self) -> Answer:
        """What forms beside the login do: nothing, and back to where they stood."""
        return redirect(request.referrer or "/home", 303)

    def file(self, path: str) -> Answer:
        if "/" + path not in self.shape.files:
            return self.show("<h1>Not found</h1>", status=404)
        kind, text = self.shape.files["/" + path]
        answer = Response(self.fill_in(text, self.session()), content_type=kind)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def fields(self) -> dict[str, str]:
        """What the form sent, read in the charset of the page."""
        if request.method == "GET":
            return request.args.to_dict()
        if request.mimetype == "multipart/form-data":
            return request.form.to_dict()
        if request.mimetype == "text/plain":
            lines = request.get_data(as_text=True).split("\r\n")
            return {k: v for k, _, v in (line.partition("=") for line in lines) if k}
        text = request.get_data(as_text=True)
        pairs = parse_qsl(text, keep_blank_values=True, encoding=self.shape.charset)
        return dict(pairs)  # of two fields with one name the last counts, as in PHP and Rails

    def session(self) -> dict[str, str]:
        return self.sessions.get(request.cookies.get(self.shape.cookie, ""), {})

    def query(self, session: Mapping[str, str]) -> str:
        if self.shape.request_in_cookie:
            return session.get("query", "")
        wanted = ("response_type", "client_id", "redirect_uri", "scope", "state")
        return urlencode({k: request.args[k] for k in wanted if k in request.args})

    def basic_user(self) -> bool:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        return b64decode(given).decode() == f"{USER}:{PASSWORD}"

    def guarded(self, session: Mapping[str, str]) -> bool:
        """Whether a POST shows what the shape's guard wants of it."""
        own, headers = request.host_url.rstrip("/"), request.headers
        if request.method == "GET":
            return True
        match self.shape.guard:
            case "origin":
                return headers.get("Origin") == own
            case "fetch":
                return headers.get("Sec-Fetch-Site") == "same-origin"
            case "referer":
                return headers.get("Referer", "").startswith(own)
            case "ajax":
                return headers.get("X-Requested-With") == "XMLHttpRequest"
            case "double":
                return request.cookies.get("csrf_token") == session.get("csrf")
        return True

    def with_cookie(
        self, answer: Answer, session: dict[str, str], *, fresh: bool = False
    ) -> Answer:
        """Set the session cookie; a login gets a new one."""
        known = request.cookies.get(self.shape.cookie, "")
        if fresh or known not in self.sessions:
            known = secrets.token_urlsafe(12)
            attributes = self.shape.cookie_attributes.replace("{host}", request.host.split(":")[0])
            answer.headers.add("Set-Cookie", f"{self.shape.cookie}={known}; {attributes}")
        self.sessions[known] = session
        if self.shape.guard == "double":
            answer.headers.add("Set-Cookie", f"csrf_token={session['csrf']}; Path=/; SameSite=Lax")
        return answer

    def callback(self, query: str, kind: str) -> str:
        """The callback's address with a code or an error."""
        asked = dict(parse_qsl(query))
        said = {"code": secrets.token_urlsafe(12)} if kind == "code" else {"error": "access_denied"}
        url = f"{asked.get('redirect_uri', '')}?{urlencode({**said, 'state': asked.get('state', '')})}"
        self.callbacks.append(url)
        return url

    def finish(self, query: str, kind: str) -> Answer:
        """The way back to the client, as the shape goes it."""
        url = self.callback(query, kind)
        if self.shape.hop:
            key = secrets.token_urlsafe(6)
            self.hops[key] = url
            url = f"/hop/{key}"
        if self.shape.leave.isdigit() and not self.shape.leave_page:
            answer: Answer = redirect(url, int(self.shape.leave))
            answer.headers.update(self.shape.done_headers)
            return answer
        if self.shape.leave == "refresh":
            answer = self.show("<p>Going back</p>")
            answer.headers["Refresh"] = f"0; url={url}"
            return answer
        return self.show(self.leave_body(url), headers=self.shape.done_headers)

    def leave_body(self, url: str) -> str:
        page = self.shape.leave_page or {
            "meta": '<meta http-equiv="refresh" content="0; url={callback}"><p>Going back</p>',
            "script": "<script>location.href = {callback_json};</script><p>Going back</p>",
            "form_post": '<form method="post" action="{callback_base}">{callback_fields}</form>'
            "<script>document.forms[0].submit()</script>",
        }.get(self.shape.leave, "")
        base, _, query = url.partition("?")
        fields = "".join(
            f'<input type="hidden" name="{html.escape(k)}" value="{html.escape(v)}">'
            for k, v in parse_qsl(query)
        )
        for name, value in (
            ("{callback}", html.escape(url)),
            ("{callback_json}", json.dumps(url)),
            ("{callback_base}", base),
            ("{callback_fields}", fields),
        ):
            page = page.replace(name, value)
        return page

    def fill_in(self, text: str, session: Mapping[str, str]) -> str:
        text = text.replace("{hidden}", HIDDEN).replace("{csrf}", session.get("csrf", ""))
        return text.replace("{query}", html.escape(self.query(session)))

    def show(
        self,
        body: str,
        session: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int = 0,
    ) -> Answer:
        """A page of this site."""
        shape, nonce = self.shape, secrets.token_urlsafe(8)
        page = shape.page.replace("{head}", shape.head).replace("{body}", body)
        page = page.replace("{lang}", shape.lang).replace("{charset}", shape.charset)
        page = self.fill_in(page, session or self.session()).replace("{nonce}", nonce)
        data = page.encode(shape.charset, "xmlcharrefreplace")
        answer = Response(gzip.compress(data) if shape.gzip else data, status or shape.status)
        answer.headers["Content-Type"] = shape.content_type.replace("{charset}", shape.charset)
        if not shape.content_type:
            del answer.headers["Content-Type"]
        if shape.gzip:
            answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Cache-Control"] = "no-store"  # the next shape has the same addresses
        for name, value in {**shape.headers, **(headers or {})}.items():
            answer.headers[name] = value.replace("{nonce}", nonce)
        return answer


def _is_sent(sent: Mapping[str, str], name: str, value: str) -> bool:
    """Whether a form has sent a value: `*` is any, `!` is that the field was not sent."""
    if value in ("*", "!"):
        return (name in sent) is (value == "*")
    return sent.get(name) == value
