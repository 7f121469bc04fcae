"""Pages whose forms a script makes, intercepts or sends."""

from __future__ import annotations

from typing import Any

from tests.browser.shapes.shape import (
    ALLOWS,
    CONSENT,
    DENIES,
    FIELDS,
    LOGIN,
    SIGNS_IN,
    Shape,
    fill,
    press,
)  # fmt: skip

JS = "text/javascript"
# Stand-ins for the libraries, under their usual names: a form's submit becomes a fetch.
TAKES_OVER = """
addEventListener("submit", async event => {
  const form = event.target
  if (FILTER) return
  event.preventDefault()
  const answer = await fetch(event.submitter?.getAttribute("formaction") || form.action, {
    method: form.method, body: new URLSearchParams(new FormData(form, event.submitter)),
    headers: {HEADERS}})
  document.body.innerHTML = await answer.text()
})
"""
TURBO = TAKES_OVER.replace("FILTER", 'form.closest("[data-turbo=false]")').replace(
    "{HEADERS}", '{Accept: "text/vnd.turbo-stream.html, text/html"}'
)
HTMX = TAKES_OVER.replace("FILTER", '!form.hasAttribute("hx-post")').replace(
    "{HEADERS}", '{"HX-Request": "true"}'
)
UNPOLY = TAKES_OVER.replace("FILTER", '!form.hasAttribute("up-submit")').replace(
    "{HEADERS}", '{"X-Up-Version": "3.7"}'
)
LOADS_TURBO = '<script type="module" src="/assets/turbo.min.js"></script>'
LOADS_HTMX = '<script src="/assets/htmx.min.js"></script>'
IMPORTS_TURBO = (
    '<script type="importmap">{"imports":{"@hotwired/turbo-rails":"/assets/turbo.min.js"}}</script>'
    '<script type="module">import "@hotwired/turbo-rails"</script>'
)
TURBO_FILE = {"/assets/turbo.min.js": (JS, TURBO)}
HTMX_FILE = {"/assets/htmx.min.js": (JS, HTMX)}
HX_CONSENT = CONSENT.replace(
    '<form method="post"', '<form method="post" hx-post="/consent?{query}"'
)

SPA_LOGIN = """<div id="root"></div><script>
root.innerHTML = `<form id="f"><input name="user"><input type="password" name="password">
<button id="k1">Log in</button></form>`
f.onsubmit = async event => {
  event.preventDefault()
  const answer = await fetch("/api/login?{query}".replaceAll("&amp;", "&"), {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify(Object.fromEntries(new FormData(f)))})
  location.href = (await answer.json()).next
}</script>"""
FORM_FETCHED = """<form id="f"><input name="user"><input type="password" name="password">
<button id="k1">Log in</button></form><script>
f.addEventListener("submit", async event => {
  event.preventDefault()
  const answer = await fetch("/api/login?{query}".replaceAll("&amp;", "&"), {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify(Object.fromEntries(new FormData(f)))})
  location.assign((await answer.json()).next)
})</script>"""
SPA_CONSENT = """<div id="root"></div><noscript>Please enable JavaScript.</noscript><script>
root.innerHTML = `<button id="k2">승인</button><button id="k3">거부</button>`
const send = answer => async () => {
  const got = await fetch("/api/consent?{query}".replaceAll("&amp;", "&"), {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify({answer})})
  location.href = (await got.json()).redirect
}
k2.onclick = send("yes"); k3.onclick = send("no")</script>"""
FETCHES_REDIRECT = """<button id="k2">승인</button><button id="k3">거부</button><script>
k2.onclick = async () => {
  const got = await fetch("/consent?{query}".replaceAll("&amp;", "&"), {method: "POST",
    redirect: "manual", body: new URLSearchParams({csrf: "{csrf}", answer: "yes"})})
  location.href = (await got.json()).redirect
}</script>"""
HASHES = LOGIN.replace(
    "<form", "<form onsubmit=\"password.value=[...password.value].reverse().join('')\""
)
REVERSED = "5181-ecalevol"
WANTS = {"user": "ada", "password": "lovelace-1815", "csrf": "{csrf}"}
START = '<form method="post" action="/login?{query}">{hidden}'


def login(name: str, body: str, **more: Any) -> Shape:
    return Shape(name=name, kind="script", login=(body,), expected="asks", **more)


SHAPES = [
    Shape(
        name="turbo-takes-consent",
        kind="script",
        head=LOADS_TURBO,
        files=TURBO_FILE,
        allow=(*SIGNS_IN, ALLOWS),
    ),
    Shape(name="turbo-imported", kind="script", head=IMPORTS_TURBO, files=TURBO_FILE),
    Shape(
        name="turbo-switched-off-on-the-form",
        kind="script",
        head=LOADS_TURBO,
        files=TURBO_FILE,
        login=(LOGIN.replace("<form", '<form data-turbo="false"'),),
        consent=CONSENT.replace("<form", '<form data-turbo="false"'),
    ),
    Shape(
        name="turbo-on-consent-only",
        kind="script",
        files=TURBO_FILE,
        consent=LOADS_TURBO + CONSENT,
        lang="de",
    ),
    Shape(name="turbo-file-missing", kind="script", head=LOADS_TURBO),
    Shape(name="htmx-file-missing", kind="script", head=LOADS_HTMX, consent=HX_CONSENT),
    Shape(
        name="unpoly-file-missing",
        kind="script",
        head='<script src="/assets/unpoly.min.js"></script>',
        consent=CONSENT.replace("<form", "<form up-submit"),
    ),
    Shape(name="turbo-import-missing", kind="script", head=IMPORTS_TURBO),
    Shape(
        name="turbo-does-not-hear-a-handler",
        kind="script",
        head=LOADS_TURBO,
        files=TURBO_FILE,
        login=(LOGIN.replace("<form", '<form data-turbo="false"'),),
        consent='<form id="f" method="post" action="/consent?{query}">{hidden}<input type="hidden" '
        'name="answer" value="yes"></form><a href="#" id="k2" onclick="f.submit();return false">Allow</a>',
    ),
    Shape(
        name="links-write-the-answer-and-submit",
        kind="script",
        lang="ko",
        consent='<form name="c" method="post" action="/consent?{query}">{hidden}<input type="hidden" '
        'name="answer"></form><a href="#" id="k3" class="btn" onclick="document.c.answer.value='
        '\'no\';document.c.submit();return false">취소</a><a href="#" id="k2" class="btn" onclick="'
        "document.c.answer.value='yes';document.c.submit();return false\">동의하고 계속</a>",
        deny=(*SIGNS_IN, DENIES),
    ),
    Shape(
        name="handler-under-a-policy",
        kind="script",
        consent_headers={"Content-Security-Policy": "script-src 'self'"},
        consent='<form id="f" method="post" action="/consent?{query}">{hidden}<input type="hidden" '
        'name="answer" value="yes"></form><button id="k2" onclick="f.submit()">Allow</button>',
    ),
    Shape(
        name="logout-link-beside-consent",
        kind="script",
        lang="nl",
        consent='<a href="#" onclick="event.preventDefault();document.getElementById(\'logout-form\')'
        '.submit();">Uitchecken</a><form id="logout-form" action="/back" method="post" '
        'style="display:none">{hidden}</form>' + CONSENT,
        deny=(*SIGNS_IN, DENIES),
    ),
    Shape(
        name="jump-menu-beside-login",
        kind="script",
        login=(
            '<button type="button" onclick="location.href=\'/home\'">Zur Startseite</button>'
            + LOGIN,
        ),
    ),
    Shape(
        name="htmx-takes-consent",
        kind="script",
        head=LOADS_HTMX,
        files=HTMX_FILE,
        consent=HX_CONSENT,
    ),
    Shape(name="htmx-loaded-form-plain", kind="script", head=LOADS_HTMX, files=HTMX_FILE),
    Shape(
        name="unpoly-takes-consent",
        kind="script",
        head='<script src="/assets/unpoly.min.js"></script>',
        files={"/assets/unpoly.min.js": (JS, UNPOLY)},
        consent=CONSENT.replace("<form", "<form up-submit"),
    ),
    Shape(
        name="inline-fetch-takes-consent",
        kind="script",
        consent=CONSENT
        + "<script>document.forms[0].onsubmit = async e => { e.preventDefault(); await fetch("
        "e.target.action, {method: 'POST', body: new URLSearchParams(new FormData(e.target, e.submitter))}) }</script>",
    ),
    Shape(
        name="consent-confirmed-by-script",
        kind="script",
        consent=CONSENT.replace("<form", '<form onsubmit="return this.checkValidity()"'),
        deny=(*SIGNS_IN, DENIES),
    ),
    Shape(
        name="spa-consent",
        kind="script",
        consent=SPA_CONSENT,
        deny=(*SIGNS_IN, DENIES),
        expected="asks",
    ),
    Shape(
        name="fetch-cannot-hand-on-the-redirect",
        kind="script",
        consent=FETCHES_REDIRECT,
        expected="asks",
    ),
    login("spa-login", SPA_LOGIN, allow=(*SIGNS_IN, ALLOWS)),
    login("login-by-fetch", FORM_FETCHED),
    login("password-hashed-by-script", HASHES, wants={**WANTS, "password": REVERSED}),
    login(
        "token-made-by-script",
        LOGIN.replace("{hidden}", '{hidden}<input type="hidden" name="t" id="t">')
        + "<script>document.getElementById('t').value = 'made-' + 1</script>",
        wants={**WANTS, "t": "made-1"},
    ),
    login(
        "action-set-by-script",
        LOGIN.replace(' action="/login?{query}"', ' id="f" action="/nowhere"')
        + "<script>f.action = '/login?{query}'.replaceAll('&amp;', '&')</script>",
    ),
    login(
        "inputs-made-by-script",
        f'{START}<div id="d"></div></form><script>d.innerHTML = `{FIELDS}<button id="k1">Log in</button>`</script>',
    ),
    login(
        "shadow-dom",
        '<div id="h"></div><script>h.attachShadow({mode: "open"}).innerHTML = `'
        + LOGIN
        + "`</script>",
    ),
    login(
        "declarative-shadow-dom",
        f'<div><template shadowrootmode="open">{LOGIN}</template></div>',
    ),
    login(
        "iframe",
        '<iframe src="/frame?{query}" width="400" height="300"></iframe>',
        files={"/frame": ("text/html", LOGIN.replace("<form", '<form target="_top"'))},
        allow=(
            fill("[name=user]", "ada", "iframe"),
            fill("[name=password]", "lovelace-1815", "iframe"),
            press("#k1", "iframe"),
            ALLOWS,
        ),
    ),
    login(
        "srcdoc-iframe",
        "<iframe width=400 height=300 srcdoc='"
        + LOGIN.replace("<form", "<form target=_top")
        + "'></iframe>",
        allow=(
            fill("[name=user]", "ada", "iframe"),
            fill("[name=password]", "lovelace-1815", "iframe"),
            press("#k1", "iframe"),
            ALLOWS,
        ),
    ),
    Shape(name="ajax-header-guard", kind="script", guard="ajax"),
    Shape(
        name="script-writes-the-page-that-goes-on",
        kind="script",
        leave="script",
        leave_page="<p>Signing you in</p><script>setTimeout(() => { window.location = {callback_json} }, 50)</script>",
    ),
    Shape(
        name="script-replaces",
        kind="script",
        leave="script",
        leave_page="<script>window.location.replace({callback_json})</script>",
    ),
    Shape(
        name="script-goes-on-in-a-function-never-called",
        kind="script",
        leave="script",
        leave_page="<p>Done</p><script>function unused() { location.href = {callback_json} }</script>",
    ),
    Shape(
        name="script-goes-on-from-a-comment",
        kind="script",
        leave="script",
        leave_page="<p>Done</p><script>// location.href = {callback_json}\n</script>",
    ),
    Shape(
        name="script-of-an-unknown-type",
        kind="script",
        leave="script",
        leave_page="<p>Done</p><script type=text/x-template>location.href = {callback_json}</script>",
    ),
    Shape(
        name="script-goes-on-by-a-variable",
        kind="script",
        leave="script",
        leave_page="<script>const to = {callback_json}; window.location.href = to</script>",
        expected="asks",
    ),
    Shape(
        name="link-goes-on",
        kind="script",
        leave="script",
        leave_page='<p>Done</p><a id="back" href="{callback}">Back to ChatGPT</a>',
        allow=(*SIGNS_IN, ALLOWS, press("#back")),
    ),
    Shape(
        name="link-goes-on-japanese",
        kind="script",
        lang="ja",
        leave="script",
        leave_page='<p>完了しました</p><a id="back" href="{callback}">アプリに戻る</a>',
        allow=(*SIGNS_IN, ALLOWS, press("#back")),
    ),
    Shape(
        name="opens-a-window",
        kind="script",
        leave="script",
        leave_page='<button id="back" onclick="window.open({callback})">Done</button>'.replace(
            "{callback}", "document.getElementById('a').href"
        )
        + '<a id="a" hidden href="{callback}"></a>',
        allow=(*SIGNS_IN, ALLOWS, press("#back")),
        expected="asks",
    ),
    Shape(
        name="auto-submitted-form-between",
        kind="script",
        login=(
            LOGIN,
            START
            + '<input type="hidden" name="step" value="2"></form><script>document.forms[0].submit()</script>',
        ),
    ),
    Shape(
        name="auto-submitted-by-click",
        kind="script",
        login=(
            LOGIN,
            START
            + '<button id="b">Continue</button></form><script>document.getElementById("b").click()</script>',
        ),
    ),
    Shape(
        name="buttons-with-onclick-addresses",
        kind="script",
        consent='<h1>ChatGPT</h1><button id="k3" onclick="location.href=\'/consent?{query}&amp;answer=no\'">'
        'Deny</button><button id="k2" onclick="location.href=\'/consent?{query}&amp;answer=yes\'">Allow</button>',
        deny=(*SIGNS_IN, DENIES),
    ),
    Shape(
        name="button-sets-the-answer-and-submits",
        kind="script",
        consent='<h1>ChatGPT</h1><form id="f" method="post" action="/consent?{query}">{hidden}'
        '<input type="hidden" name="answer" value=""><input type="button" id="k3" value="Deny" '
        'onclick="f.answer.value=\'no\';f.submit()"><input type="button" id="k2" value="Allow" '
        "onclick=\"f.answer.value='yes';f.submit()\"></form>",
        deny=(*SIGNS_IN, DENIES),
    ),
    Shape(
        name="plain-button-submits-its-form",
        kind="script",
        login=(
            LOGIN.replace(
                '<button id="k1">', '<button type="button" id="k1" onclick="this.form.submit()">'
            ),
        ),
    ),
    Shape(
        name="javascript-link-submits",
        kind="script",
        login=(
            LOGIN.replace('<button id="k1">Log in</button></form>', "</form>")
            + '<a id="k1" href="javascript:document.forms[0].submit()">Log in</a>',
        ),
    ),
    Shape(
        name="allow-enabled-after-a-moment",
        kind="script",
        consent=CONSENT.replace('id="k2"', 'id="k2" disabled')
        + "<script>setTimeout(() => { k2.disabled = false }, 300)</script>",
        expected="asks",
    ),
    Shape(
        name="form-in-a-new-tab",
        kind="script",
        consent=CONSENT.replace("<form", '<form target="_blank"'),
        deny=(*SIGNS_IN, DENIES),
    ),
]
