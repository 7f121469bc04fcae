"""Pages that need a person, another device or another company."""

from __future__ import annotations

from tests.browser.shapes.shape import (
    ALLOWS,
    FIELDS,
    LOGIN,
    ONE_TIME_CODE,
    PASSWORD,
    SIGNS_IN,
    USER,
    Shape,
    fill,
    press,
)  # fmt: skip

START = '<form method="post" action="/login?{query}">{hidden}'
WANTS = {"user": USER, "password": PASSWORD, "csrf": "{csrf}"}
CODE_PAGE = (
    f'<h1>Check your phone</h1>{START}<input name="otp" autocomplete="one-time-code" '
    'inputmode="numeric"><button id="ok">Verify</button></form>'
)


def code(name: str, page: str, lang: str = "en") -> Shape:
    """After the password a code that a person reads elsewhere."""
    return Shape(
        name=name,
        kind="person",
        lang=lang,
        login=(LOGIN, page),
        wants={**WANTS, "otp": ONE_TIME_CODE},
        allow=(*SIGNS_IN, fill("[name=otp]", ONE_TIME_CODE), press("#ok"), ALLOWS),
        expected="asks",
    )


def captcha(name: str, widget: str, field: str) -> Shape:
    """The login wants the token of a widget, which no script of ours can make."""
    return Shape(
        name=name,
        kind="person",
        login=(LOGIN.replace("</form>", f"{widget}</form>"),),
        wants={**WANTS, field: "a-real-token"},
        allow=SIGNS_IN,
        expected="asks",
    )


def elsewhere(name: str, page: str, press_what: str = "#sso", lang: str = "en") -> Shape:
    """Another company signs people in."""
    return Shape(
        name=name,
        kind="person",
        lang=lang,
        login=(page,),
        goes_out_to="https://accounts.google.com/o/oauth2/v2/auth?client_id=x",
        allow=(press(press_what),),
        expected="asks",
    )


SHAPES = [
    code("one-time-code", CODE_PAGE),
    code("one-time-code-by-label", CODE_PAGE.replace(' autocomplete="one-time-code" inputmode="numeric"', "")),
    code(
        "one-time-code-korean",
        f'<h1>인증번호 입력</h1>{START}<input name="otp" maxlength="6"><button id="ok">확인</button></form>',
        "ko",
    ),
    code(
        "one-time-code-german",
        f'<h1>Bestätigungscode</h1>{START}<label>Code aus der SMS <input name="otp"></label><button id="ok">Bestätigen</button></form>',
        "de",
    ),
    code("security-question", f'{START}<label>Name of your first pet? <input name="otp"></label><button id="ok">Continue</button></form>'),
    captcha("captcha-turnstile", '<div class="cf-turnstile" data-sitekey="0xT"></div>', "cf-turnstile-response"),
    captcha("captcha-recaptcha", '<div class="g-recaptcha" data-sitekey="6L"></div>', "g-recaptcha-response"),
    captcha("captcha-hcaptcha", '<div class="h-captcha" data-sitekey="10"></div>', "h-captcha-response"),
    captcha("captcha-picture", '<img src="/captcha.png" alt="captcha"><input name="captcha" placeholder="Type the letters">', "captcha"),
    elsewhere("sso-only-forms", '<h1>Welcome</h1><form method="post" action="/out"><button id="sso">Sign in with Google</button></form><form method="post" action="/out"><button>Sign in with Microsoft</button></form>'),
    elsewhere("sso-only-link", '<a id="sso" href="/out">Continue with GitHub</a>'),
    elsewhere("sso-only-korean", '<a id="sso" href="/out"><img alt="카카오 로그인" src="/k.png">카카오로 시작하기</a>', lang="ko"),
    Shape(
        name="sso-at-once",
        kind="person",
        welcome='<meta http-equiv="refresh" content="0; url=/out">',
        goes_out_to="https://login.microsoftonline.com/common/oauth2/v2.0/authorize?client_id=x",
        allow=(),
        expected="asks",
    ),
    Shape(
        name="passkey-only",
        kind="person",
        login=('<h1>Sign in</h1><button id="pk" onclick="navigator.credentials.get({publicKey: {challenge: new Uint8Array(16)}})">Sign in with a passkey</button>',),
        allow=(press("#pk"),),
        expected="asks",
    ),
    Shape(
        name="mail-link-only",
        kind="person",
        login=(f'<p>We send you a link.</p>{START}<input type="email" name="mail"><button id="go">Send link</button></form>', "<h1>Check your inbox</h1>"),
        allow=(fill("[name=mail]", "ada@example.com"), press("#go")),
        expected="asks",
    ),
    Shape(
        name="qr-code-only",
        kind="person",
        lang="zh-Hans",
        login=('<h1>扫码登录</h1><img src="/qr.png" alt="二维码"><p>请使用手机扫描</p>',),
        allow=(),
        expected="asks",
    ),
    Shape(name="http-basic-without-consent", kind="person", basic=True, consent="", allow=()),
    Shape(
        name="passkey-beside-password",
        kind="person",
        login=('<button type="button" onclick="navigator.credentials.get({publicKey: {challenge: new Uint8Array(16)}})">Sign in with a passkey</button>' + LOGIN,),
    ),
    Shape(
        name="qr-code-beside-password",
        kind="person",
        lang="zh-Hans",
        login=('<img src="/qr.png" alt="二维码" width="40" height="40">' + LOGIN.replace("Log in", "登录"),),
    ),
    Shape(
        name="mail-link-after-the-name",
        kind="person",
        lang="fr",
        login=(f'{START}<input name="user" autocomplete="username"><button id="go">Continuer</button></form>', "<h1>Consultez votre boîte de réception</h1>"),
        allow=(fill("[name=user]", USER), press("#go")),
        expected="asks",
    ),
    Shape(
        name="security-question-arabic",
        kind="person",
        lang="ar",
        login=(LOGIN.replace("Log in", "تسجيل الدخول"), f'{START}<label>ما اسم مدرستك الأولى؟ <input name="frage"></label><button id="ok">متابعة</button></form>'),
        wants={**WANTS, "frage": "42"},
        allow=(*SIGNS_IN, fill("[name=frage]", "42"), press("#ok"), ALLOWS),
        expected="asks",
    ),
    Shape(
        name="tenant-before-name-and-password",
        kind="person",
        lang="de",
        login=(f'{START}<label>Mandant <input name="mandant" required></label>{FIELDS}<button id="k1">Anmelden</button></form>',),
        wants={**WANTS, "mandant": "7"},
        allow=(fill("[name=mandant]", "7"), *SIGNS_IN, ALLOWS),
        expected="asks",
    ),
    Shape(
        name="approve-on-the-phone",
        kind="person",
        lang="sv",
        login=(LOGIN, '<meta http-equiv="refresh" content="0; url=/wait">'),
        files={"/wait": ("text/html; charset=utf-8", '<h1>Öppna appen på din telefon</h1><meta http-equiv="refresh" content="1; url=/wait">')},
        wants={**WANTS, "approved": "1"},
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(
        name="password-expired-elsewhere",
        kind="person",
        login=(LOGIN, '<h1>Change your password</h1><p>It has expired. Call the help desk.</p>'),
        wants={**WANTS, "new": "1"},
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(
        name="code-by-call",
        kind="person",
        lang="es",
        login=(LOGIN.replace("Log in", "Iniciar sesión"), "<h1>Código de verificación</h1><p>Le llamamos.</p>"),
        wants={**WANTS, "called": "1"},
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(name="http-basic", kind="person", basic=True, allow=(ALLOWS,)),
    Shape(
        name="wrong-password",
        kind="person",
        wants={**WANTS, "password": "another"},
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(
        name="wrong-password-french",
        kind="person",
        lang="fr",
        login=(LOGIN.replace("Log in", "Connexion"),),
        wants={**WANTS, "password": "another"},
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(
        name="password-expired",
        kind="person",
        login=(
            LOGIN,
            f'<h1>Your password has expired</h1>{START}<input type="password" name="old"><input type="password" name="new1"><input type="password" name="new2"><button>Change password</button></form>',
        ),
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(
        name="password-expired-japanese",
        kind="person",
        lang="ja",
        login=(
            LOGIN,
            f'<h1>パスワードの有効期限が切れました</h1>{START}<label>新しいパスワード <input type="password" name="new1"></label><label>確認 <input type="password" name="new2"></label><button>変更する</button></form>',
        ),
        allow=SIGNS_IN,
        expected="asks",
    ),
    Shape(name="maintenance", kind="person", login=("<h1>Down for maintenance</h1><p>Back at noon.</p>",), status=503, allow=()),
    Shape(
        name="two-unlike-questions",
        kind="person",
        login=(f'{START}{FIELDS}<label>Branch number <input name="branch" required></label><button id="k1">Log in</button></form>',),
        wants={**WANTS, "branch": "42"},
        allow=(fill("[name=branch]", "42"), *SIGNS_IN, ALLOWS),
        expected="asks",
    ),
    Shape(name="login-loses-the-request", kind="person", loses_request=True, allow=SIGNS_IN),
    Shape(
        name="log-in-elsewhere-and-come-back",
        kind="person",
        lang="ja",
        welcome='<p>この操作にはログインが必要です。</p><a id="go" href="/login?{query}" target="_blank">ログイン</a>',
        loses_request=True,
        allow=(press("#go"),),
    ),
]  # fmt: skip
