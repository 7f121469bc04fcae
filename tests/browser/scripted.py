"""A plugin whose pages are made by script: its own forms, as single-page apps have them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

How = Literal["inserted", "shadow", "fetched"]
"""Forms that a script writes into the page, or into a shadow tree; fields and buttons in no form,
which are sent by fetch."""
SCRIPTS = {
    "inserted": "document.body.innerHTML = BODY;",
    "shadow": """
const host = document.createElement("sign-in"); document.body.append(host);
host.attachShadow({mode: "open"}).innerHTML = BODY;""",
    "fetched": """
const box = document.createElement("div");
box.innerHTML = BODY;
const action = box.querySelector("form").action;
box.innerHTML = BODY.replace(/<.?form[^>]*>/g, "").replaceAll("<button", "<button type=button");
document.body.append(box);
for (const button of box.querySelectorAll("button")) button.onclick = async () => {
  const fields = new URLSearchParams();
  for (const one of box.querySelectorAll("input")) fields.append(one.name, one.value);
  if (button.name) fields.append(button.name, button.value);
  const answer = await fetch(action, {method: "POST", body: fields, headers: {"X-By-Script": "1"}});
  const said = await answer.text();
  if (answer.headers.get("X-Go")) location.href = said;
};""",
}


@dataclass(frozen=True)
class Scripted:
    """Changes the pages of an app on their way out."""

    app: WSGIApplication
    how: How
    form_action: str = ""
    """The form-action of every page's policy; "" for none."""
    strict: bool = False
    """Every cookie is SameSite=Strict."""
    only: str = ""
    """What the title of a page must have for it to be changed."""

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        by_script = Request(environ).headers.get("X-By-Script")
        answer = Response.from_app(self.app, environ)
        if by_script and answer.location:
            cookies = [("Set-Cookie", one) for one in answer.headers.getlist("Set-Cookie")]
            answer = Response(answer.location, headers=[("X-Go", "1"), *cookies])
        elif answer.mimetype == "text/html" and answer.status_code == 200:
            self._change(answer)
        if self.strict:
            given = answer.headers.getlist("Set-Cookie")
            answer.headers.setlist("Set-Cookie", [one.replace("Lax", "Strict") for one in given])
        return answer(environ, start)

    def _change(self, answer: Response) -> None:
        page = answer.get_data(as_text=True)
        found = re.search(r"<title>(.*?)</title>.*?</head><body>(.*)</body>", page, re.DOTALL)
        if found is None or self.only not in found.group(1):
            return
        body = json.dumps(found.group(2)).replace("<", "\\u003c")
        script = SCRIPTS[self.how].replace("BODY", body)
        answer.set_data(
            f"<!doctype html><html lang=en><title>{found.group(1)}</title><body><script>{script}</script>"
        )
        del answer.headers["Content-Security-Policy"]
        if self.form_action:
            answer.headers["Content-Security-Policy"] = f"form-action {self.form_action}"
