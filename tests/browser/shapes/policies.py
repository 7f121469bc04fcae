"""Content Security Policy and other headers that decide what a page may do."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

from tests.browser.shapes.shape import CONSENT, DENIES, SIGNS_IN, Leave, Shape

CSP = "Content-Security-Policy"
CHATGPT = "https://chat.openai.com"


def on_consent(name: str, policy: str, **more: Any) -> Shape:
    """A policy on the consent page, whose form is answered by a redirect to ChatGPT."""
    return Shape(
        name=name, kind="policy", consent_headers={CSP: policy}, deny=(*SIGNS_IN, DENIES), **more
    )


def on_login(name: str, policy: str, **more: Any) -> Shape:
    """A policy on the login page only."""
    return Shape(name=name, kind="policy", login_headers={CSP: policy}, **more)


def going_on(name: str, leave: Leave, policy: str, page: str = "") -> Shape:
    """A page goes on to ChatGPT by itself under a policy of its own."""
    return Shape(name=name, kind="policy", leave=leave, leave_page=page, done_headers={CSP: policy})


NONCED = '<script nonce="{nonce}">location.href = {callback_json}</script>'
CLICKS = "document.getElementById('to').click()"
HASHED = f'<a id="to" href="{{callback}}"></a><script>{CLICKS}</script>'
HASH = "sha256-" + b64encode(sha256(CLICKS.encode()).digest()).decode()
SHAPES = [
    on_consent("form-action-self", "form-action 'self'"),
    on_consent("form-action-none", "form-action 'none'"),
    on_consent("form-action-lists-chatgpt", f"form-action 'self' {CHATGPT}"),
    on_consent("form-action-lists-a-path", f"form-action 'self' {CHATGPT}/aip/"),
    on_consent("form-action-lists-another-path", f"form-action 'self' {CHATGPT}/other/"),
    on_consent("form-action-lists-the-scheme", "form-action 'self' https:"),
    on_consent("form-action-lists-a-wildcard", "form-action 'self' *.openai.com"),
    on_consent("form-action-star", "form-action *"),
    on_consent("form-action-lists-http", "form-action 'self' http://chat.openai.com"),
    on_consent("form-action-lists-another-host", "form-action 'self' https://chatgpt.com"),
    on_consent("form-action-upper-case", "Form-Action 'Self'"),
    on_consent(
        "form-action-twice-first-counts", f"form-action 'self' {CHATGPT}; form-action 'self'"
    ),
    on_consent("form-action-two-policies", f"form-action 'self' {CHATGPT}, form-action 'self'"),
    on_consent("form-action-empty", "form-action"),
    on_consent("form-action-self-two-hops", "form-action 'self'", hop=True),
    on_consent("default-src-none", "default-src 'none'"),
    on_consent("default-src-self", "default-src 'self'"),
    on_consent("sandbox-without-forms", "sandbox"),
    on_consent("sandbox-with-forms", "sandbox allow-forms"),
    on_consent("sandbox-forms-and-origin", "sandbox allow-forms allow-same-origin"),
    Shape(
        name="form-action-report-only",
        kind="policy",
        consent_headers={f"{CSP}-Report-Only": "form-action 'self'"},
    ),
    Shape(
        name="form-action-in-meta",
        kind="policy",
        consent='<meta http-equiv="Content-Security-Policy" content="form-action \'self\'">'
        + CONSENT,
    ),
    Shape(
        name="form-action-self-in-meta-of-the-head",
        kind="policy",
        head='<meta http-equiv="Content-Security-Policy" content="form-action \'self\'">',
    ),
    Shape(
        name="form-action-self-then-a-page-goes-on",
        kind="policy",
        leave="meta",
        headers={CSP: "default-src 'self'; form-action 'self'"},
    ),
    Shape(
        name="form-action-self-with-get-links",
        kind="policy",
        consent='<h1>ChatGPT</h1><a id="k3" href="/consent?{query}&amp;answer=no">Deny</a> '
        '<a id="k2" href="/consent?{query}&amp;answer=yes">Allow</a>',
        consent_headers={CSP: "form-action 'self'"},
        deny=(*SIGNS_IN, DENIES),
    ),
    on_login("login-form-action-self", "form-action 'self'"),
    on_login("login-form-action-none", "form-action 'none'"),
    on_login("login-form-action-another-host", "form-action https://login.example.com"),
    on_login("login-form-action-own-host", "form-action http://localhost:*"),
    on_login("login-sandbox", "sandbox"),
    on_login("login-sandbox-forms", "sandbox allow-forms"),
    on_login("login-sandbox-forms-scripts", "sandbox allow-forms allow-scripts allow-same-origin"),
    Shape(
        name="login-form-action-self-without-consent",
        kind="policy",
        consent="",
        login_headers={CSP: "form-action 'self'"},
        allow=SIGNS_IN,
    ),
    Shape(
        name="login-answers-with-the-code-form-action-self",
        kind="policy",
        code_from_login=True,
        login_headers={CSP: "form-action 'self'"},
        allow=SIGNS_IN,
    ),
    Shape(name="script-goes-on", kind="policy", leave="script"),
    going_on("script-goes-on-default-self", "script", "default-src 'self'"),
    going_on("script-goes-on-script-none", "script", "script-src 'none'"),
    going_on("script-goes-on-unsafe-inline", "script", "script-src 'self' 'unsafe-inline'"),
    going_on("script-goes-on-elem", "script", "script-src 'unsafe-inline'; script-src-elem 'self'"),
    going_on("script-goes-on-nonce", "script", "script-src 'nonce-{nonce}'", NONCED),
    going_on("script-goes-on-wrong-nonce", "script", "script-src 'nonce-other'", NONCED),
    going_on(
        "script-goes-on-nonce-beats-unsafe-inline",
        "script",
        "script-src 'unsafe-inline' 'nonce-{nonce}'",
    ),
    going_on("script-goes-on-hash", "script", f"script-src '{HASH}'", HASHED),
    going_on("script-goes-on-wrong-hash", "script", "script-src 'sha256-AAAA'", HASHED),
    going_on(
        "script-goes-on-strict-dynamic",
        "script",
        "script-src 'strict-dynamic' 'nonce-{nonce}'",
        NONCED,
    ),
    going_on(
        "script-goes-on-strict-dynamic-alone",
        "script",
        "script-src 'strict-dynamic' 'unsafe-inline'",
    ),
    going_on("script-goes-on-sandbox", "script", "sandbox"),
    going_on("meta-goes-on-default-none", "meta", "default-src 'none'"),
    going_on("meta-goes-on-sandbox", "meta", "sandbox"),
    going_on("form-post-by-script", "form_post", ""),
    going_on("form-post-by-script-blocked", "form_post", "script-src 'self'"),
    going_on("form-post-form-action-self", "form_post", "form-action 'self'"),
    going_on(
        "form-post-onload-blocked",
        "form_post",
        "script-src 'self'",
        '<body onload="document.forms[0].submit()"><form method="post" action="{callback_base}">'
        "{callback_fields}<noscript><button>Continue</button></noscript></form>",
    ),
    going_on(
        "form-post-onload",
        "form_post",
        "",
        '<body onload="document.forms[0].submit()"><form method="post" action="{callback_base}">'
        "{callback_fields}</form>",
    ),
    Shape(
        name="referrer-policy-no-referrer",
        kind="policy",
        headers={"Referrer-Policy": "no-referrer"},
    ),
    Shape(
        name="no-referrer-with-an-origin-guard",
        kind="policy",
        guard="origin",
        headers={"Referrer-Policy": "no-referrer"},
    ),
    Shape(
        name="same-origin-referrer-with-an-origin-guard",
        kind="policy",
        guard="origin",
        headers={"Referrer-Policy": "same-origin"},
    ),
    Shape(
        name="no-referrer-in-meta-with-an-origin-guard",
        kind="policy",
        guard="origin",
        head='<meta name="referrer" content="no-referrer">',
    ),
    Shape(
        name="no-referrer-with-a-referer-guard",
        kind="policy",
        guard="referer",
        headers={"Referrer-Policy": "no-referrer"},
    ),
    Shape(name="referer-guard", kind="policy", guard="referer"),
    Shape(name="origin-guard", kind="policy", guard="origin"),
    Shape(name="fetch-metadata-guard", kind="policy", guard="fetch"),
    Shape(
        name="cross-origin-opener-policy",
        kind="policy",
        headers={"Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY"},
    ),
]
