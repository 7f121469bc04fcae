"""What a page's own policy and scripts keep a browser from (CSP 3; Turbo, htmx, Unpoly)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from mockauth.browser.csp import Policy, admits, policies_in
from mockauth.wire.markup import named
from mockauth.wire.url import join

if TYPE_CHECKING:
    from bs4 import Tag

    from mockauth.browser.page import Page

HASHES = re.compile(r"'(sha256|sha384|sha512)-([^']+)'")
MOST_SCRIPT = 200_000
TURBO = re.compile(
    r"(?:@hotwired/turbo|[/\"']turbo(?:[.\-@][\w.\-]*)?\.js|turbo\.min\.js)", re.IGNORECASE
)
TURBO_OFF = re.compile(r"drive\s*=\s*false")
HTMX = re.compile(r"htmx[\w.\-@/]*\.js|/htmx\.org", re.IGNORECASE)
UNPOLY = re.compile(r"unpoly[\w.\-@/]*\.js", re.IGNORECASE)
LIBRARY = re.compile(f"{TURBO.pattern}|{HTMX.pattern}|{UNPOLY.pattern}", re.IGNORECASE)
FILE = re.compile(r"""["']([^"'\s]{1,300}\.js)["']""")
INTERCEPTS = re.compile(r"onsubmit\s*=|addEventListener\(\s*[\"']submit[\"']")


def policies_of(page: Page) -> list[Policy]:
    """The enforced policies of a page: of its headers, and of metas in its head."""
    return policies_in(page.exchange.answer, page.soup)


def form_is_stopped(page: Page, target: str, *, redirected: bool = False) -> str:
    """The directive that stops a form on its way to `target`; "" where none does."""
    for policy in policies_of(page):
        sandbox = {word.lower() for word in policy.get("sandbox", ())}
        if "sandbox" in policy and not {"allow-forms", "allow-same-origin"} <= sandbox:
            return "sandbox"
        sources = policy.get("form-action")
        if sources is not None and not admits(sources, page.url, target, redirected):
            return "form-action"
    return ""


def auto_submit_is_stopped(page: Page, loads: Callable[[str], bool]) -> str:
    """What keeps the script from running that sends a form without buttons: a directive, or
    "missing" where there is none; "" where one may."""
    stopped = ""
    for script in page.soup.find_all("script", limit=100):
        src = str(script.get("src") or "")
        if not src:
            directive = script_is_stopped(page, script) if "submit" in script.get_text() else "-"
        elif _source_is_stopped(page, script, src):
            directive = "script-src"
        else:
            directive = "" if loads(join(page.base, src)) else "-"
        if not directive:
            return ""
        stopped = stopped or directive.strip("-")
    handlers = page.soup.find_all(lambda tag: any(n in tag.attrs for n in ("onload", "onerror")))
    if handlers:
        return script_is_stopped(page, None)
    return stopped or "missing"


def script_is_stopped(page: Page, script: Tag | None, code: str = "") -> str:
    """The directive that stops an inline script, or with None an event handler with that `code`."""
    for policy in policies_of(page):
        sandbox = [word.lower() for word in policy.get("sandbox", ())]
        if "sandbox" in policy and "allow-scripts" not in sandbox:
            return "sandbox"
        part = "script-src-attr" if script is None else "script-src-elem"
        name = next((n for n in (part, "script-src", "default-src") if n in policy), "")
        if name and not _allows_inline(policy[name], script, code):
            return name
    return ""


def _allows_inline(sources: list[str], script: Tag | None, code: str) -> bool:
    exact = [word for word in sources if word.lower().startswith(("'nonce-", "'sha"))]
    if script is not None:
        nonce = str(script.get("nonce") or "")
        if nonce and f"'nonce-{nonce}'" in sources:
            return True
        code = script.get_text()
    if script is not None or "'unsafe-hashes'" in (word.lower() for word in sources):
        body = code.encode("utf-8", "replace")
        for kind, digest in HASHES.findall(" ".join(exact)):
            made = base64.b64encode(hashlib.new(kind, body).digest()).decode()
            if made == digest.replace("-", "+").replace("_", "/"):
                return True
    words = {word.lower() for word in sources}
    return "'unsafe-inline'" in words and not exact and "'strict-dynamic'" not in words


def taken_over(form: Tag, page: Page, loads: Callable[[str], bool]) -> str:
    """The script that sends a form in place of the browser, so that a redirect to another site ends
    nowhere (a fetch may not follow it there); "" where none does, or where the script may know
    another way on. `loads` tells whether the file of a library is there: without it the form is an
    ordinary one."""
    scripts = [one for one in named(page.soup, "script", most=100) if _may_run(one, page)]
    files = (str(script.get("src") or "") for script in scripts)
    known = (one for one in files if one and LIBRARY.search(f'"{one}"'))
    sources = "".join(f' "{one}"' for one in known if loads(join(page.base, one)))
    code = "\n".join(script.get_text() for script in scripts if not script.get("src"))
    code = code[:MOST_SCRIPT]
    imported = [one for one in FILE.findall(code) if LIBRARY.search(f'"{one}"')]
    if not imported or any(loads(join(page.base, one)) for one in imported):
        sources += code
    if TURBO.search(sources) and _turbo_takes(form) and not TURBO_OFF.search(code):
        return "Turbo"
    if HTMX.search(sources) and _is_htmx(form):
        return "htmx"
    if UNPOLY.search(sources) and any(form.has_attr(n) for n in ("up-submit", "up-target")):
        return "Unpoly"
    takes = INTERCEPTS.search(code) and "preventDefault" in code and "fetch(" in code
    goes_on = ".submit()" in code or "location" in code
    return "a script of the page" if takes and not goes_on else ""


def _may_run(script: Tag, page: Page) -> bool:
    """Whether the policies of the page let a script run."""
    src = str(script.get("src") or "")
    return not (_source_is_stopped(page, script, src) if src else script_is_stopped(page, script))


def _source_is_stopped(page: Page, script: Tag, src: str) -> bool:
    """Whether a policy stops a script that is loaded (CSP 3, section 6.7.1.1)."""
    nonce = f"'nonce-{script.get('nonce') or ''}'"
    for policy in policies_of(page):
        names = ("script-src-elem", "script-src", "default-src")
        sources = next((policy[name] for name in names if name in policy), None)
        if sources is None or nonce in sources or "'strict-dynamic'" in sources:
            continue
        if not admits(sources, page.url, join(page.base, src), redirected=False):
            return True
    return False


def _said_around(form: Tag, *names: str) -> str:
    """What the nearest element around the form, itself first, says under one of the attributes."""
    around: Tag | None = form
    while around is not None:
        for name in names:
            if said := str(around.get(name) or "").lower():
                return said
        around = around.parent
    return ""


def _turbo_takes(form: Tag) -> bool:
    return _said_around(form, "data-turbo") != "false"


def _is_htmx(form: Tag) -> bool:
    off = ("hx-disable", "data-hx-disable")
    if any(element.has_attr(name) for element in (form, *form.parents) for name in off):
        return False
    methods = ("hx-post", "hx-get", "data-hx-post", "data-hx-get")
    boosted = _said_around(form, "hx-boost", "data-hx-boost") == "true"
    return boosted or any(form.has_attr(name) for name in methods)
