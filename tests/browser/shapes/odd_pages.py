"""Pages as they are found in the world: mixed, informal, misshapen, and guarded."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

from tests.browser.shapes.products import ALLOW, C, L, product, typed, wanted
from tests.browser.shapes.shape import (
    CONSENT,
    FIELDS,
    LOGIN,
    PASSWORD,
    SIGNS_IN,
    USER,
    Shape,
    choose,
    fill,
    press,
    tick,
)  # fmt: skip

CSP = "Content-Security-Policy"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def two(
    name: str, yes: str, no: str, *, lang: str = "en", first: bool = True, **more: Any
) -> Shape:
    """A consent page of two buttons that only their words tell apart."""
    deny = f'<button id="k3" name="answer" value="2">{no}</button>'
    allow = f'<button id="k2" name="answer" value="1">{yes}</button>'
    both = deny + allow if first else allow + deny
    return product(
        name, lang=lang, consent=f"<h1>ChatGPT</h1>{C}>{{hidden}}{both}</form>",
        allows={"answer": "1"}, **more,
    )  # fmt: skip


def at_consent(name: str, policy: str, **more: Any) -> Shape:
    return product(name, consent_headers={CSP: policy}, **more)


def scripted(name: str, consent: str, **more: Any) -> Shape:
    """A consent page with a script around an ordinary form."""
    return product(name, consent=consent, **more)


GO = "document.getElementById('go').submit()"
SHA = "sha256-" + b64encode(sha256(GO.encode()).digest()).decode()
STEP = (
    f'{L} id="go">{{hidden}}<input type="hidden" name="step" value="2"></form><script>{GO}</script>'
)

SHAPES = [
    # words
    two("yep-nope", "Yep!", "Nah"),
    two("sounds-good", "Sounds good", "I’d rather not"),
    two("japanese-polite", "はい、連携します", "いいえ、連携しません", lang="ja"),
    two("japanese-later", "連携する", "あとで", lang="ja"),
    two("korean-link", "연결하기", "다음에 할게요", lang="ko"),
    two("korean-agree-all", "네, 동의합니다", "아니요, 동의하지 않습니다", lang="ko", first=False),
    two("chinese-casual", "好的，授权", "算了", lang="zh-CN"),
    two("chinese-traditional", "好，我同意", "先不要", lang="zh-TW"),
    two("hindi-informal", "हाँ, ठीक है", "नहीं, रहने दें", lang="hi"),
    two("hinglish", "Haan, allow karo", "Nahi, cancel karo", lang="hi"),
    two("arabic-informal", "نعم، موافق", "لا، شكراً", lang="ar", first=False),
    two("turkish-informal", "Tamam, izin veriyorum", "Vazgeç", lang="tr"),
    two("german-du", "Klar, mach das", "Lieber nicht", lang="de"),
    two("german-formal", "Einwilligung erteilen", "Einwilligung verweigern", lang="de"),
    two("french-informal", "C’est parti", "Non, pas maintenant", lang="fr"),
    two("french-formal", "J’autorise l’accès à mes données", "Je refuse l’accès à mes données", lang="fr"),
    two("spanish-tu", "Dale, conectar", "Mejor no", lang="es"),
    two("portuguese-formal", "Consentir", "Não consentir", lang="pt-BR"),
    two("italian-formal", "Presto il consenso", "Nego il consenso", lang="it"),
    two("russian-formal", "Я даю согласие", "Я не даю согласия", lang="ru"),
    two("ukrainian-formal", "Надаю згоду", "Не надаю згоди", lang="uk"),
    two("polish-formal", "Wyrażam zgodę", "Nie wyrażam zgody", lang="pl"),
    two("czech-formal", "Souhlasím", "Nesouhlasím", lang="cs"),
    two("hungarian-formal", "Hozzájárulok", "Nem járulok hozzá", lang="hu"),
    two("greek-formal", "Συμφωνώ", "Διαφωνώ", lang="el"),
    two("hebrew-formal", "אני מאשר", "אני לא מאשר", lang="he"),
    two("persian-formal", "موافقم", "موافق نیستم", lang="fa"),
    two("dutch-formal", "Ik ga akkoord", "Ik ga niet akkoord", lang="nl"),
    two("swedish-formal", "Jag samtycker", "Jag samtycker inte", lang="sv"),
    two("finnish-formal", "Hyväksyn", "En hyväksy", lang="fi"),
    two("danish-formal", "Giv samtykke", "Giv ikke samtykke", lang="da"),
    two("vietnamese-formal", "Tôi đồng ý", "Tôi không đồng ý", lang="vi"),
    two("thai-formal", "ตกลง", "ยกเลิก", lang="th"),
    two("indonesian-formal", "Saya setuju", "Saya tidak setuju", lang="id"),
    two("bengali-formal", "আমি সম্মতি দিচ্ছি", "আমি সম্মতি দিচ্ছি না", lang="bn"),
    two("tamil-formal", "ஒப்புக்கொள்கிறேன்", "ஒப்புக்கொள்ளவில்லை", lang="ta"),
    two("bilingual-buttons", "許可 / Allow", "拒否 / Deny", lang="ja"),
    two("bilingual-malay", "Benarkan (Allow)", "Jangan benarkan (Don't allow)", lang="ms"),
    two("arrow-and-word", "Weiter zu ChatGPT ›", "‹ Zurück", lang="de"),
    two("continue-as", "Continue as Ada", "Cancel"),
    two("link-account", "Link account", "Not now"),
    two("share-and-keep", "Share", "Don’t share"),
    two("authorize-upper-case", "AUTHORIZE CHATGPT", "DENY ACCESS", first=False),
    two("give-and-keep-private", "Give ChatGPT access", "Keep my notes private"),
    # structure
    product(
        "bootstrap-modal-around-consent",
        head="<style>.modal{display:none}.modal.show{display:block}.fade{opacity:0}.fade.show{opacity:1}</style>",
        consent='<div class="modal fade" id="help"><form method="post" action="/back"><button class="btn btn-primary">Continue</button></form></div>'
        f'<div class="modal fade show" role="dialog"><div class="modal-content">{C}>{{hidden}}<button type="button" class="btn-close" data-bs-dismiss="modal" aria-label="Close"></button><div class="modal-footer"><button id="k3" name="answer" value="no" class="btn btn-secondary">Close</button><button id="k2" name="answer" value="yes" class="btn btn-primary">Save changes</button></div></form></div></div>',
    ),
    product(
        "card-that-fades-in",
        head="<style>@keyframes in{to{opacity:1}}.card{opacity:0;animation:in .1s forwards}</style>",
        login=f'<div class="card">{LOGIN}</div>', consent=f'<div class="card">{CONSENT}</div>',
    ),
    product(
        "boxes-drawn-by-labels",
        head="<style>.sw input{position:absolute;opacity:0;width:0;height:0}</style>",
        consent=f'{C}>{{hidden}}<label class="sw"><input type="checkbox" name="agree" value="1" id="a"><span>I agree to share</span></label><button name="answer" value="yes" id="k2">Finish</button><button name="answer" value="no" id="k3">Leave</button></form>',
        yes=(press(".sw span"), ALLOW), needs=("agree",), no=(),
    ),
    product(
        "toggle-scopes-by-switch-unknown-words", lang="ko",
        consent=f'{C}>{{hidden}}<ul><li><label for="s1">메모</label><input type="checkbox" id="s1" name="x1" value="on"></li></ul><button name="answer" value="no" id="k3">취소</button><button name="answer" value="yes" id="k2">확인</button></form>',
        yes=(tick("#s1"), ALLOW), needs=("x1",), no=(),
    ),
    product(
        "login-wants-box-with-unknown-words", lang="ka",
        login=f'{L}>{{hidden}}{FIELDS}<label><input type="checkbox" name="q"> ვეთანხმები წესებს</label><button id="k1">შესვლა</button></form>',
        signs=typed("user", "password", tick("[name=q]")), wants=wanted("user", "password", q="on"),
    ),
    product(
        "language-select-inside-the-login-form",
        login=f'{L}>{{hidden}}<select name="lang"><option value="">Default</option><option value="de">Deutsch</option></select>{FIELDS}<button id="k1">Sign in</button></form>',
        wants=wanted("user", "password", lang=""),
    ),
    product(
        "realm-select-with-dashes", lang="de",
        login=f'{L}>{{hidden}}{FIELDS}<select name="realm"><option value="">-- Bitte wählen --</option><option value="intern">Intern</option></select><button id="k1">Anmelden</button></form>',
        signs=(choose("[name=realm]", "intern"), *typed("user", "password")), wants=wanted("user", "password", realm="intern"),
    ),
    product(
        "user-type-radio-first",
        login=f'{L}>{{hidden}}<label><input type="radio" name="kind" value="person" checked> Personal</label><label><input type="radio" name="kind" value="firm"> Business</label>{FIELDS}<button id="k1">Sign in</button></form>',
        wants=wanted("user", "password", kind="person"),
    ),
    product(
        "confirm-the-same-user-first", lang="ja",
        login=(LOGIN.replace("Log in", "ログイン"), f'<p>ada さんとして続行しますか？</p>{L}>{{hidden}}<button id="go" name="same" value="1">はい、続行します</button><button name="same" value="0">別のアカウントを使用</button></form>'),
        signs=(*SIGNS_IN, press("#go")), wants=wanted("user", "password", same="1"),
    ),
    product(
        "account-chooser-with-radio",
        login=(f'<h1>Pick an account</h1>{L}>{{hidden}}<label><input type="radio" name="user" value="grace" required> grace@example.com</label><label><input type="radio" name="user" value="ada" id="me"> ada</label><button id="n1">Next</button></form>', f'{L}>{{hidden}}<input type="password" name="password"><button id="k1">Next</button></form>'),
        signs=(tick("#me"), press("#n1"), fill("[name=password]", PASSWORD), press("#k1")),
    ),
    product(
        "account-chooser-with-links",
        login=LOGIN, welcome='<h1>Choose an account</h1><ul><li><a href="/back">grace</a></li><li><a id="new" href="/login?{query}">Use another account</a></li></ul>',
        signs=(press("#new"), *SIGNS_IN),
    ),
    product(
        "step-with-phone-reminder", lang="es",
        login=(LOGIN.replace("Log in", "Entrar"), f'<h1>Añade tu teléfono</h1>{L}>{{hidden}}<input type="tel" name="tel" placeholder="Teléfono"><button name="do" value="add">Añadir</button><button name="do" value="skip" id="go">Ahora no</button></form>'),
        signs=(*SIGNS_IN, press("#go")), wants=wanted("user", "password", do="skip"),
    ),
    product(
        "two-factor-set-up-to-skip",
        login=(LOGIN, f'<h1>Protect your account</h1><p>Scan the code and enter the six digits.</p>{L}>{{hidden}}<input name="otp" autocomplete="one-time-code"><button>Turn on</button></form>{L}>{{hidden}}<input type="hidden" name="later" value="1"><button id="go">Skip for now</button></form>'),
        signs=(*SIGNS_IN, press("#go")), wants=wanted("user", "password", later="1"),
    ),
    product(
        "terms-page-after-login",
        login=(LOGIN, f'<h1>We updated our terms</h1>{L}>{{hidden}}<div style="height:40px;overflow:auto">Long text</div><button name="t" value="0">Log out</button><button name="t" value="1" id="go">I have read and accept the terms</button></form>'),
        signs=(*SIGNS_IN, press("#go")), wants=wanted("user", "password", t="1"),
    ),
    product(
        "consent-boxes-all-in-one-select",
        consent=f'{C}>{{hidden}}<label>Access <select name="scope" multiple required><option value="notes:read">Read notes</option></select></label><button name="answer" value="yes" id="k2">Grant</button><button formnovalidate name="answer" value="no" id="k3">Refuse</button></form>',
        yes=(choose("[name=scope]", "notes:read"), ALLOW), allows={"answer": "yes", "scope": "notes:read"},
    ),
    product(
        "duration-select",
        consent=f'{C}>{{hidden}}<label>How long? <select name="ttl" required><option value="" hidden>Select…</option><option value="1h">1 hour</option><option value="1d">1 day</option></select></label><button name="answer" value="no" id="k3" formnovalidate>Reject</button><button name="answer" value="yes" id="k2">Approve</button></form>',
        yes=(choose("[name=ttl]", "1h"), ALLOW), allows={"answer": "yes", "ttl": "*"},
    ),
    product(
        "date-of-birth-question",
        login=f'{L}>{{hidden}}{FIELDS}<label>Date of birth <input type="date" name="dob" required></label><button id="k1">Log in</button></form>',
        signs=typed("user", "password", fill("[name=dob]", "1815-12-10")), wants=wanted("user", "password", dob="1815-12-10"),
        expected="asks", no=(),
    ),
    product(
        "note-to-the-client-optional",
        consent=f'{C}>{{hidden}}<label>Note for your log (optional) <textarea name="note"></textarea></label><button name="answer" value="yes" id="k2">Approve</button><button name="answer" value="no" id="k3">Reject</button></form>',
        allows={"answer": "yes", "note": ""},
    ),
    product(
        "type-allow-to-confirm",
        consent=f'<p>Type ALLOW to confirm.</p>{C}>{{hidden}}<input name="word" required pattern="ALLOW"><button name="answer" value="yes" id="k2">Confirm</button><button formnovalidate name="answer" value="no" id="k3">Cancel</button></form>',
        yes=(fill("[name=word]", "ALLOW"), ALLOW), allows={"word": "ALLOW"}, expected="asks",
    ),
    product(
        "image-inputs-korean", lang="ko",
        login=f'{L}>{{hidden}}{FIELDS}<input type="image" id="k1" src="{PIXEL}" alt="로그인" width="60" height="20"></form>',
        consent=f'{C}>{{hidden}}<input type="image" name="no" id="k3" src="{PIXEL}" alt="취소" width="60" height="20"><input type="image" name="yes" id="k2" src="{PIXEL}" alt="동의" width="60" height="20"></form>',
        allows={"yes.x": "*"},
    ),
    product(
        "svg-title-icons",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="0"><svg role="img" width="20" height="20"><title>Deny</title><path d="M0 0"/></svg></button><button id="k2" name="answer" value="1"><svg role="img" width="20" height="20"><title>Allow</title><path d="M0 0"/></svg></button></form>',
        allows={"answer": "1"},
    ),
    product(
        "deny-is-the-brand-link", lang="pt",
        consent=f'{C}>{{hidden}}<button class="btn" id="k2" name="answer" value="yes">Aceitar</button></form><p>Não é você? <a href="/back">Sair</a></p><p><a id="k3" href="/consent?{{query}}&amp;answer=no">Não aceitar e voltar ao ChatGPT</a></p>',
    ),
    product(
        "upper-level-form-with-nested-formaction",
        consent='<form method="get" action="/nowhere">{hidden}<button id="k3" formmethod="post" formaction="/consent?{query}&amp;d=1" name="answer" value="no">Disapprove</button><button id="k2" formmethod="post" formaction="/consent?{query}" name="answer" value="yes">Approve</button></form>',
    ),
    product(
        "menu-element-buttons",
        consent=f'{C} id="cf">{{hidden}}</form><menu><li><button form="cf" name="answer" value="no" id="k3"><b>De</b>ny</button></li><li><input type="submit" form="cf" name="answer" value="Allow" id="k2"></li></menu>',
        allows={"answer": "Allow"},
    ),
    product(
        "labels-by-aria-describedby-table", lang="ar",
        names=("u1", "p1"),
        login=f'{L} dir="rtl">{{hidden}}<table><tr><th>رقم الهوية</th><td><input name="u1" dirname="d"></td></tr><tr><th>كلمة المرور</th><td><input type="password" name="p1"></td></tr></table><input type="submit" id="k1" value="دخول"></form>',
        wants=wanted("u1", "p1", d="rtl"),
    ),
    product(
        "meta-csp-nonce-login-auto-post",
        login=(LOGIN, STEP), head=f'<meta http-equiv="{CSP}" content="script-src \'{SHA}\'">', signs=SIGNS_IN,
    ),
    # transport, cookies, policies
    product("big5", lang="zh-TW", charset="big5", consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="否">拒絕</button><button id="k2" name="answer" value="是">允許</button></form>', allows={"answer": "是"}),
    product("koi8-r", lang="ru", charset="koi8-r", consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="нет">Запретить</button><button id="k2" name="answer" value="да">Разрешить</button></form>', allows={"answer": "да"}),
    product("euc-jp-meta-http-equiv", lang="ja", charset="euc-jp", content_type="text/html", page='<html><head><meta http-equiv="Content-Type" content="text/html; charset=EUC-JP"><title>x</title>{head}</head><body>{body}</body></html>', consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="拒否">拒否</button><button id="k2" name="answer" value="許可">許可</button></form>', allows={"answer": "許可"}),
    product("utf-16-page", charset="utf-16", lang="ja"),
    product("shift-jis-undeclared", lang="ja", charset="shift_jis", content_type="text/html", page="<html><head><title>メモ</title>{head}</head><body><p>このサービスを利用するには、アプリケーションへのアクセスを許可する必要があります。内容をよくお読みください。</p>{body}</body></html>", consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no">キャンセル</button><button id="k2" name="answer" value="yes">許可する</button></form>'),
    product("login-307-to-the-consent-page", login_redirect="302", consent_at="/review"),
    product("action-is-dots", login=LOGIN.replace('"/login?', '"./../x/../login?')),
    product("action-with-blanks-and-newline", login=LOGIN.replace('"/login?', '" \n/login?')),
    product("action-with-a-fragment", login=LOGIN.replace("{query}\"", "{query}#top\"")),
    product("action-absolute-upper-case-method", login=LOGIN.replace('method="post"', 'METHOD="PoSt"')),
    product("refresh-header-after-login", leave="refresh"),
    product("cookie-four-thousand", cookie_attributes="Path=/; HttpOnly", cookie="s" + "x" * 4060),
    product("cookie-empty-name", cookie="sid", cookie_attributes="Path=/; SameSite=None; Secure; HttpOnly; Priority=High"),
    product("cookie-max-age-float", cookie_attributes="Path=/; Max-Age=3600.5"),
    product("cookie-two-domains", cookie_attributes="Path=/; Domain=example.com; Domain=localhost"),
    product("cookie-domain-dot-only", cookie_attributes="Path=/; Domain=."),
    product("cookie-samesite-twice", cookie_attributes="Path=/; SameSite=Strict; SameSite=Lax", request_in_cookie=True),
    product("cookie-path-percent", cookie_attributes="Path=/%6Cogin"),
    product("cookie-http-prefix", cookie="__Http-sid", cookie_attributes="Path=/; Secure; HttpOnly"),
    product("cookie-http-prefix-without-httponly", cookie="__Http-sid", cookie_attributes="Path=/; Secure"),
    product("cookie-host-http-prefix", cookie="__Host-Http-sid", cookie_attributes="Path=/; Secure; HttpOnly"),
    at_consent("csp-form-action-port", "form-action 'self' https://chat.openai.com:443"),
    at_consent("csp-form-action-other-port", "form-action 'self' https://chat.openai.com:8443"),
    at_consent("csp-form-action-star-host", "form-action 'self' https://*"),
    at_consent("csp-form-action-none-and-host", "form-action 'none' https://chat.openai.com"),
    at_consent("csp-form-action-wildcard-misses", "form-action 'self' https://*.chat.openai.com"),
    at_consent("csp-unknown-directives", "upgrade-nothing; block-all-mixed-content; frame-ancestors 'none'; base-uri 'none'"),
    at_consent("csp-upgrade-insecure-requests", "upgrade-insecure-requests"),
    at_consent("csp-sandbox-popups", "sandbox allow-forms allow-same-origin allow-popups"),
    at_consent("csp-trusted-types", "require-trusted-types-for 'script'; trusted-types default"),
    product("x-frame-and-corp", headers={"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Permissions-Policy": "geolocation=()"}),
    product("base-uri-forbids-base", head='<base href="/elsewhere/">', headers={CSP: "base-uri 'none'"}, login=LOGIN.replace("/login?", "login?"), consent=CONSENT.replace("/consent?", "consent?")),
    product("referrer-form-rel", guard="origin", login=LOGIN.replace("<form", '<form rel="noreferrer"'), no=()),
    product("referrer-unsafe-then-no-referrer", guard="origin", headers={"Referrer-Policy": "no-referrer, strict-origin"}),
    # scripts
    scripted("hotwired-from-import-with-turbo-false-on-body", f'<div data-turbo="false">{CONSENT}</div>', head='<script type="module" src="/assets/turbo.min.js"></script>', files={"/assets/turbo.min.js": ("text/javascript", "1")}),
    scripted("disables-the-button-on-submit", CONSENT + "<script>document.forms[0].addEventListener('submit', e => setTimeout(() => { for (const b of e.target.querySelectorAll('button')) b.disabled = true }, 0))</script>"),
    scripted("confirm-dialog-in-the-way", CONSENT.replace('id="k2"', 'id="k2" onclick="this.dataset.pressed=1"')),
    scripted("analytics-fetch-beside", CONSENT + "<script>addEventListener('submit', () => { fetch('/home', {keepalive: true}) })</script>"),
    scripted("prevents-double-submit", CONSENT + "<script>let sent=false;document.forms[0].addEventListener('submit', e => { if (sent) { e.preventDefault(); } sent = true; })</script>"),
    scripted("request-submit-from-a-div", f'{C} id="cf">{{hidden}}<input type="hidden" name="answer" value="yes"></form><div id="k2" role="button" tabindex="0" onclick="document.getElementById(\'cf\').requestSubmit()">Allow</div>', no=(), expected="asks"),
    scripted("livewire", '<form wire:submit="approve">{hidden}<button id="k2">Approve</button></form>', yes=(press("#k2"),), no=(), expected="asks"),
    scripted("stimulus-without-turbo", CONSENT.replace("<form", '<form data-controller="consent" data-action="submit->consent#lock"')),
    scripted("enabled-after-scroll", f'{C}>{{hidden}}<div id="t" style="height:30px;overflow:auto"><p style="height:60px">Terms</p></div><button id="k3" name="answer" value="no">Decline</button><button id="k2" name="answer" value="yes" disabled>Accept</button></form><script>setTimeout(() => {{ document.getElementById("k2").disabled = false }}, 50)</script>'),
    scripted("hidden-consent-shown-by-script", '<div id="loading">Loading…</div><div id="c" style="display:none">' + CONSENT + "</div><script>setTimeout(() => { c.style.display = 'block' }, 20)</script>"),
    scripted("buttons-that-set-a-hidden-field", f'{C} id="f">{{hidden}}<input type="hidden" name="answer" id="ans" value="no"><button id="k3" onclick="document.getElementById(\'ans\').value=\'no\'">Deny</button><button id="k2" onclick="document.getElementById(\'ans\').value=\'yes\'">Allow</button></form>'),
    scripted("buttons-that-call-a-function", f'{C} id="f">{{hidden}}<input type="hidden" name="answer" id="ans" value=""><button type="button" id="k3" onclick="decide(\'no\')">Deny</button><button type="button" id="k2" onclick="decide(\'yes\')">Allow</button></form><script>function decide(v) {{ document.getElementById("ans").value = v; document.getElementById("f").submit(); }}</script>', expected="asks"),
    scripted("deny-asks-again-by-confirm", CONSENT.replace('id="k3"', 'id="k3" onclick="return true"')),
    product("login-pressed-once-and-spinner", login=LOGIN.replace('id="k1"', 'id="k1" onclick="this.classList.add(\'loading\')"')),
    product("password-hash-into-hidden-field", login=f"{L} onsubmit=\"h.value=[...password.value].reverse().join('');password.value=''\">{{hidden}}{FIELDS}<input type=\"hidden\" name=\"h\"><button id=\"k1\">Log in</button></form>", wants={"user": USER, "h": "5181-ecalevol", "password": "", "csrf": "{csrf}"}, no=(), expected="asks"),
    product("fields-with-decoy-chrome-autofill", login=f'{L}>{{hidden}}<input type="text" style="display:none" name="fakeuser"><input type="password" style="display:none" name="fakepass">{FIELDS}<button id="k1">Log in</button></form>', wants=wanted("user", "password", fakeuser="", fakepass="")),
    product("random-names-per-request", names=("f_8a7d", "f_99c1"), login=f'{L} autocomplete="off">{{hidden}}<input type="text" name="f_8a7d" aria-label="Kennung"><input type="password" name="f_99c1" aria-label="Geheimwort"><button id="k1" name="f_1" value="x">➜</button></form>', lang="de"),
    product("login-text-only-in-legend", lang="tr", names=("a", "b"), login=f'{L}>{{hidden}}<fieldset><legend>Üye girişi</legend><p>Üye no</p><input name="a"><p>Parola</p><input name="b" type="password"></fieldset><button id="k1">Gir</button></form>'),
]  # fmt: skip
