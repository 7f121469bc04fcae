"""Pages that ask for several things at once, that hide or show by style, and that go on oddly."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from tests.browser.shapes.products import ALLOW, DENY, C, L, product, wanted
from tests.browser.shapes.shape import (
    CONSENT,
    FIELDS,
    LOGIN,
    PASSWORD,
    SIGNS_IN,
    USER,
    choose,
    fill,
    press,
    tick,
)  # fmt: skip

CSP = "Content-Security-Policy"
SETS = "document.getElementById('f').submit()"
SETS_HASH = "sha256-" + b64encode(sha256(SETS.encode()).digest()).decode()
CSS = (
    "text/css",
    ".hidden,.d-none,.honey{display:none}.sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}",
)
LINKED = '<link rel="stylesheet" href="/app.css">'
AUTO = f'{L} id="f">{{hidden}}<input type="hidden" name="step" value="2"></form>'
SUBMIT_FILE = ("text/javascript", "document.getElementById('f').submit()")

SHAPES = [
    product(
        "consent-with-the-password-again",
        consent=f'<h1>Confirm access</h1>{C}>{{hidden}}<input type="password" name="again" placeholder="Password" required><button name="answer" value="no" id="k3" formnovalidate>Deny</button><button name="answer" value="yes" id="k2">Allow</button></form>',
        yes=(fill("[name=again]", PASSWORD), ALLOW), allows={"answer": "yes", "again": PASSWORD},
    ),
    product(
        "login-and-consent-in-one-form", login=(),
        consent=f'<h1>Authorize ChatGPT to use your account?</h1>{C}>{{hidden}}<input name="user" placeholder="Username or email"><input type="password" name="password" placeholder="Password"><button id="k2" name="answer" value="yes" class="primary">Authorize app</button><button id="k3" name="answer" value="no">Cancel</button></form>',
        signs=(), yes=(fill("[name=user]", USER), fill("[name=password]", PASSWORD), ALLOW),
        allows={"answer": "yes", "user": USER, "password": PASSWORD},
    ),
    product(
        "login-and-consent-in-one-form-korean", login=(), lang="ko",
        consent=f'<h1>챗지피티가 회원님의 메모를 읽으려고 합니다</h1>{C}>{{hidden}}<input name="user" placeholder="아이디"><input type="password" name="password" placeholder="비밀번호"><button id="k3" name="answer" value="no">거부</button><button id="k2" name="answer" value="yes">로그인하고 동의</button></form>',
        signs=(), yes=(fill("[name=user]", USER), fill("[name=password]", PASSWORD), ALLOW),
        allows={"answer": "yes", "user": USER, "password": PASSWORD},
    ),
    product(
        "login-cancel-goes-back-to-the-client",
        login=f'{L}>{{hidden}}{FIELDS}<button id="k1">Sign in</button> <a href="/back">Cancel</a></form>',
    ),
    product(
        "two-equal-logins-second-is-right", lang="de",
        login=f'<h2>Mitarbeiter</h2><form method="post" action="/back"><input name="user"><input type="password" name="password"><button>Anmelden</button></form><h2>Kunden</h2>{L} id="c">{{hidden}}{FIELDS}<button id="k1">Anmelden</button></form>',
        signs=(fill("#c [name=user]", USER), fill("#c [name=password]", PASSWORD), press("#k1")),
    ),
    product(
        "linked-style-hides-honeypot", head=LINKED, files={"/app.css": CSS},
        login=f'{L}>{{hidden}}<div class="d-none"><input name="email"></div>{FIELDS}<button id="k1">Sign in</button></form>',
        wants=wanted("user", "password", email=""),
    ),
    product(
        "linked-style-hides-a-form", head=LINKED, files={"/app.css": CSS},
        login='<div class="hidden"><form method="post" action="/back"><input name="user"><input type="password" name="password"><button>Sign in</button></form></div>' + LOGIN,
        signs=(fill("form[action^='/login'] [name=user]", USER), fill("form[action^='/login'] [name=password]", PASSWORD), press("#k1")),
    ),
    product(
        "linked-style-names-the-honeypot", head=LINKED, files={"/app.css": CSS},
        login=f'{L}>{{hidden}}<label class="honey">Phone <input name="phone"></label>{FIELDS}<button id="k1">Sign in</button></form>',
        wants=wanted("user", "password", phone=""),
    ),
    product(
        "responsive-classes", head='<link rel="stylesheet" href="/app.css">',
        files={"/app.css": ("text/css", ".hidden{display:none}@media(min-width:600px){.md\\:block{display:block}}")},
        login=f'<div class="hidden md:block">{LOGIN}</div>',
    ),
    product(
        "style-shows-when-ticked",
        head="<style>.panel{display:none}#open:checked~.panel{display:block}</style>",
        consent=f'<input type="checkbox" id="open"><label for="open">I have read this</label><div class="panel">{CONSENT}</div>',
        yes=(tick("#open"), ALLOW), no=(tick("#open"), DENY),
    ),
    product(
        "submit-without-a-value", lang="en",
        consent=f'<h1>Allow ChatGPT?</h1>{C}>{{hidden}}<input type="submit" id="k2" name="answer"></form>',
        allows={"answer": "Submit"}, no=(),
    ),
    product(
        "auto-submit-by-a-file", login=(LOGIN, AUTO + '<script src="/go.js"></script>'), files={"/go.js": SUBMIT_FILE},
    ),
    product(
        "auto-submit-by-a-file-under-a-policy", login=(LOGIN, AUTO + '<script src="/go.js"></script>'), files={"/go.js": SUBMIT_FILE}, login_headers={CSP: "script-src 'none'"},
        no=(),
    ),
    product("auto-submit-by-a-missing-file", login=(LOGIN, AUTO + '<script src="/gone.js"></script>'), no=()),
    product("auto-submit-with-a-noscript-button", login=(LOGIN, AUTO.replace("</form>", "<noscript><button>Continue</button></noscript></form>") + f"<script>{SETS}</script>")),
    product("auto-submit-inline-blocked", login=(LOGIN, AUTO.replace("</form>", "<noscript><button>Continue</button></noscript></form>") + f"<script>{SETS}</script>"), login_headers={CSP: "script-src 'self'"}, no=()),
    product(
        "auto-submit-onload-attribute", login=(LOGIN, f'<iframe hidden></iframe>{AUTO}<img src="x" onerror="{SETS}">'.replace("<iframe hidden></iframe>", "")),
    ),
    product(
        "handler-allowed-by-hash",
        consent=f'{C} id="f">{{hidden}}<input type="hidden" name="answer" value="yes"></form><button id="k2" onclick="{SETS}">Allow</button>',
        consent_headers={CSP: f"script-src 'unsafe-hashes' '{SETS_HASH}'"}, no=(),
    ),
    product(
        "frameset", login='</body><frameset><frame src="/frame?{query}"></frameset>', page="<html><head><title>x</title></head>{body}</html>",
        files={"/frame": ("text/html", LOGIN.replace("<form", '<form target="_top"'))},
        signs=(fill("[name=user]", USER, "frame"), fill("[name=password]", PASSWORD, "frame"), press("#k1", "frame")), consent="", expected="asks",
    ),
    product(
        "search-type-for-the-user",
        login=f'{L}>{{hidden}}<input type="search" name="user" placeholder="Member"><input type="password" name="password"><button id="k1">Go</button></form>',
    ),
    product(
        "password-before-the-name", lang="es",
        login=f'{L}>{{hidden}}<label>Clave <input type="password" name="password"></label><label>Cédula <input name="user"></label><button id="k1">Ingresar</button></form>',
    ),
    product(
        "known-user-password-only", lang="hu",
        login=f'<p>Bejelentkezve mint: ada</p>{L}>{{hidden}}<input type="hidden" name="user" value="ada"><input type="password" name="password"><button id="k1">Tovább</button></form>', signs=(fill("[name=password]", PASSWORD), press("#k1")),
    ),
    product(
        "radio-answer-with-plain-words", lang="fr",
        consent=f'<p>Partager mes notes avec ChatGPT</p>{C}>{{hidden}}<label><input type="radio" name="answer" value="0" checked> Non</label><label><input type="radio" name="answer" value="1"> Oui</label><button id="go">Valider</button></form>',
        yes=(tick("[value='1']"), press("#go")), no=(tick("[value='0']"), press("#go")), allows={"answer": "1"},
    ),
    product(
        "box-is-the-answer", lang="de",
        consent=f'<p>ChatGPT möchte Ihre Notizen lesen.</p>{C}>{{hidden}}<label><input type="checkbox" name="ok" value="1"> Zugriff erlauben</label><button id="go">Speichern</button></form>',
        yes=(tick("[name=ok]"), press("#go")), no=(press("#go"),), allows={"ok": "1"},
    ),
    product(
        "scopes-each-with-yes-and-no", lang="nl",
        consent=f'{C}>{{hidden}}<fieldset><legend>Notities lezen</legend><label><input type="radio" name="s1" value="ja" required> Ja</label><label><input type="radio" name="s1" value="nee"> Nee</label></fieldset><button name="answer" value="yes" id="k2">Toestaan</button><button formnovalidate name="answer" value="no" id="k3">Weigeren</button></form>',
        yes=(tick("[value=ja]"), ALLOW), allows={"answer": "yes", "s1": "ja"},
    ),
    product(
        "accept-only-after-cookie-wall", lang="it",
        consent='<div style="position:sticky"><form method="post" action="/back"><b>Questo sito usa i cookie</b><button>Accetta</button><button>Rifiuta</button></form></div>' + CONSENT.replace("Allow", "Autorizza").replace("Deny", "Annulla"),
    ),
    product(
        "newsletter-popup-says-no-thanks",
        consent='<div role="dialog"><form method="post" action="/back"><h2>Join our newsletter</h2><input type="email" name="email"><button>Sign me up</button><button name="no" value="1">No thanks</button></form></div>' + CONSENT,
    ),
    product(
        "survey-after-login", lang="ja",
        login=(LOGIN.replace("Log in", "ログイン"), f'<h1>アンケートにご協力ください</h1>{L}>{{hidden}}<label><input type="radio" name="q" value="1"> はい</label><label><input type="radio" name="q" value="0"> いいえ</label><button name="go" value="send">送信</button><button id="go" name="go" value="skip">スキップ</button></form>'),
        signs=(*SIGNS_IN, press("#go")), no=(),
    ),
    product(
        "notice-after-login", lang="zh-CN",
        login=(LOGIN.replace("Log in", "登录"), f'<h1>系统公告</h1><p>本周六维护。</p>{L}>{{hidden}}<button id="go">知道了</button></form>'),
        signs=(*SIGNS_IN, press("#go")),
    ),
    product(
        "notice-with-a-link-only", lang="ko",
        welcome='<h1>서비스 점검 안내</h1><p>토요일 새벽 점검이 있습니다.</p><p><a id="w" href="/login?{query}">계속하기</a></p>', signs=(press("#w"), *SIGNS_IN),
    ),
    product(
        "welcome-with-two-ways", lang="pl",
        welcome='<h1>Witamy</h1><a class="btn btn-primary" href="/back">Załóż konto</a> <a class="btn" id="w" href="/login?{query}">Mam już konto</a>', signs=(press("#w"), *SIGNS_IN),
    ),
    product(
        "login-choice-of-methods", lang="fi",
        welcome='<h1>Tunnistaudu</h1><ul><li><a href="/out">Pankkitunnus</a></li><li><a href="/out">Mobiilivarmenne</a></li><li><a id="w" href="/login?{query}">Käyttäjätunnus ja salasana</a></li></ul>',
        goes_out_to="https://tunnistus.example.com/auth?client_id=x", signs=(press("#w"), *SIGNS_IN),
    ),
    product(
        "login-method-buttons-in-one-form",
        login=(f'<h1>How do you want to sign in?</h1>{L}>{{hidden}}<button name="m" value="sso" formaction="/out">Company SSO</button><button name="m" value="pw" id="n1">Password</button></form>', LOGIN),
        goes_out_to="https://sso.example.com/auth?client_id=x",
        signs=(press("#n1"), *SIGNS_IN),
    ),
    product(
        "collapsed-password-login", head="<style>.collapse{display:none}.collapse.show{display:block}</style>",
        login=f'<form action="/out" method="post"><button>Sign in with SSO</button></form><a href="#pw" id="t" onclick="document.getElementById(\'pw\').classList.add(\'show\');return false">Use a password instead</a><div id="pw" class="collapse">{LOGIN}</div>',
        goes_out_to="https://sso.example.com/auth?client_id=x", signs=(press("#t"), *SIGNS_IN),
    ),
    product(
        "spaced-letters", lang="de",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no">A B L E H N E N</button><button id="k2" name="answer" value="yes">Z U L A S S E N</button></form>',
    ),
    product(
        "entities-and-soft-hyphens", lang="de",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no">Ab&shy;lehnen</button><button id="k2" name="answer" value="yes">Zu&shy;lassen</button></form>',
    ),
    product(
        "words-in-child-elements", lang="fr",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no"><span class="icon" aria-hidden="true">close</span><span>Refuser</span></button><button id="k2" name="answer" value="yes"><span class="material-icons" aria-hidden="true">check</span><span>Accepter</span></button></form>',
    ),
    product(
        "screen-reader-text-explains",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="0">✗<span class="sr-only"> Deny access</span></button><button id="k2" name="answer" value="1">✓<span class="sr-only"> Allow access</span></button></form>',
        allows={"answer": "1"},
    ),
    product(
        "tooltip-title-only", lang="ru",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="0" title="Отклонить">⊘</button><button id="k2" name="answer" value="1" title="Разрешить">⊕</button></form>',
        allows={"answer": "1"},
    ),
    product(
        "values-only-icons", lang="ar",
        consent=f'{C}>{{hidden}}<button id="k3" name="decision" value="deny">✖</button><button id="k2" name="decision" value="approve">✔</button></form>',
        allows={"decision": "approve"},
    ),
    product(
        "select-then-two-buttons", lang="tr",
        consent=f'{C}>{{hidden}}<select name="hesap" required><option value="">Hesap seçin</option><option value="1">Ada – Kişisel</option></select><button id="k3" name="answer" value="no" formnovalidate>Reddet</button><button id="k2" name="answer" value="yes">Onayla</button></form>',
        yes=(choose("[name=hesap]", "1"), ALLOW), allows={"answer": "yes", "hesap": "1"},
    ),
    product(
        "number-field-for-age",
        login=f'{L}>{{hidden}}{FIELDS}<input type="number" name="age" min="18" value="20"><button id="k1">Log in</button></form>', wants=wanted("user", "password", age="20"),
    ),
    product(
        "url-field-breaks-the-rule",
        login=f'{L}>{{hidden}}<input type="url" name="user"><input type="password" name="password"><button id="k1">Log in</button></form>', no=(),
    ),
    product(
        "complex-pattern-forbids",
        login=f'{L}>{{hidden}}<input name="user" pattern="(?=.*@).+" title="a mail address"><input type="password" name="password"><button id="k1">Log in</button></form>', no=(),
    ),
    product(
        "complex-pattern-allows",
        login=f'{L}>{{hidden}}<input name="user" pattern="[a-z][a-z0-9._]*(@example\\.com)?"><input type="password" name="password" pattern="(?=.*[a-z])(?=.*[0-9]).{{8,}}"><button id="k1">Log in</button></form>',
    ),
    product(
        "required-box-is-hidden-away",
        login=f'{L}>{{hidden}}{FIELDS}<input type="checkbox" name="t" required style="display:none"><button id="k1">Log in</button></form>', no=(),
    ),
    product("status-300-with-a-location", login_redirect="300", no=()),
    product("content-type-with-quotes", content_type='text/html; charset="utf-8"'),
    product("content-type-with-two-params", content_type="text/html;profile=x; charset=utf-8"),
    product("quirks-xml-prolog", page='<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" ""><html><head><title>x</title>{head}</head><body>{body}</body></html>'),
    product("very-nested", login="<div>" * 400 + LOGIN + "</div>" * 400),
    product("form-around-everything", login=f'{L}>{{hidden}}<input type="search" name="q" placeholder="Search"><input type="submit" name="s" value="Search"><hr>{FIELDS}<input type="submit" id="k1" name="l" value="Log in"></form>', wants=wanted("user", "password", l="Log in", q="")),
    product("webforms-postback", lang="de", login=f'{L} id="aspnetForm">{{hidden}}<input type="hidden" name="__EVENTTARGET" value=""><input type="hidden" name="__VIEWSTATE" value="/wEP"><input name="ctl00$Search" placeholder="Suche"><input type="submit" name="ctl00$btnSearch" value="Suchen"><input name="user"><input type="password" name="password"><input type="submit" name="ctl00$Login" id="k1" value="Anmelden"></form>', wants=wanted("user", "password", **{"ctl00$Login": "Anmelden"})),
    product("webforms-link-postback", login=f'{L} id="form1" name="form1">{{hidden}}<input type="hidden" name="__EVENTTARGET" id="__EVENTTARGET" value="">{FIELDS}<a id="k1" href="javascript:__doPostBack(\'LoginButton\',\'\')">Log in</a></form><script>var theForm = document.forms["form1"]; function __doPostBack(eventTarget, eventArgument) {{ theForm.__EVENTTARGET.value = eventTarget; theForm.submit(); }}</script>', wants=wanted("user", "password", __EVENTTARGET="LoginButton"), expected="asks"),
    product("two-step-same-form-fields-kept", login=(f'{L}>{{hidden}}<input name="user"><input type="password" name="password" hidden disabled><button id="n1">Next</button></form>', f'{L}>{{hidden}}<input name="user" value="ada" disabled><input type="password" name="password"><button id="k1">Sign in</button></form>'), signs=(fill("[name=user]", USER), press("#n1"), fill("[name=password]", PASSWORD), press("#k1"))),
    product("refusal-asks-whether-sure", consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no">Deny</button><button id="k2" name="answer" value="yes">Allow</button><button type="button" popovertarget="p">Why?</button><div popover id="p">Because.</div></form>'),
    product("dialog-polyfill-open-by-script", consent=f'<dialog id="d">{CONSENT}</dialog><script>document.getElementById("d").showModal()</script>'),
    product("typed-fields-in-shadow-like-custom-element", login=f'<my-card><my-form>{LOGIN}</my-form></my-card>'),
    product("allow-in-a-footer-toolbar", lang="vi", consent='<form id="cf" method="post" action="/consent?{query}">{hidden}</form><div class="toolbar"><a href="/back">Trợ giúp</a><button form="cf" name="answer" value="no" id="k3">Huỷ</button><button form="cf" name="answer" value="yes" id="k2">Cho phép</button></div>'),
]  # fmt: skip
