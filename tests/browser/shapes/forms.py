"""Forms as the HTML standard has them, and fields by other names."""

from __future__ import annotations

from tests.browser.shapes.shape import (
    ALLOWS,
    DENIES,
    FIELDS,
    LOGIN,
    PASSWORD,
    SIGNS_IN,
    TYPES_NAME,
    TYPES_PASSWORD,
    USER,
    Action,
    Shape,
    choose,
    enter,
    fill,
    press,
    tick,
)  # fmt: skip

LOGIN_FORM = '<form method="post" action="/login?{query}">{hidden}'
CONSENT_FORM = '<form method="post" action="/consent?{query}">{hidden}'
BUTTON = '<button id="k1">Log in</button>'
YES = '<button id="k2" name="answer" value="yes">Allow</button>'
NO = '<button id="k3" name="answer" value="no">Deny</button>'
CSRF = {"csrf": "{csrf}"}
WANTS = {"user": USER, "password": PASSWORD, **CSRF}
ROBOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


def signing(name: str, body: str, *actions: Action, **wants: str) -> Shape:
    """A login page of its own; the consent is the plain one."""
    return Shape(
        name=name, kind="form", login=(body,), wants=wants or WANTS, allow=(*actions, ALLOWS)
    )


def consenting(
    name: str, body: str, *actions: Action, deny: tuple[Action, ...] = (), **allows: str
) -> Shape:
    """A consent page of its own; the login is the plain one."""
    return Shape(
        name=name,
        kind="form",
        consent=f"<h1>ChatGPT asks to read your notes</h1>{body}",
        allows=allows or {"answer": "yes"},
        allow=(*SIGNS_IN, *actions),
        deny=(*SIGNS_IN, *deny) if deny else (),
    )


def fields_named(user: str, password: str) -> dict[str, str]:
    return {user: USER, password: PASSWORD, **CSRF}


SIGN_IN = (TYPES_NAME, TYPES_PASSWORD, press("#k1"))

SHAPES = [
    Shape(name="plain", kind="form", deny=(*SIGNS_IN, DENIES)),
    Shape(name="no-consent-page", kind="form", consent="", allow=SIGNS_IN),
    Shape(name="signed-in-already", kind="form", login=(), allow=(ALLOWS,)),
    Shape(name="nothing-to-do", kind="form", login=(), consent="", allow=()),
    # fields by other names and types
    signing(
        "email-and-password",
        f'{LOGIN_FORM}<input type="text" name="mail" placeholder="E-mail"><input type="password" name="pw">{BUTTON}</form>',
        fill("[name=mail]", USER),
        fill("[name=pw]", PASSWORD),
        press("#k1"),
        **fields_named("mail", "pw"),
    ),
    signing(
        "type-email-with-a-user-name",
        f'{LOGIN_FORM}<input type="email" name="user" required><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "type-email-novalidate",
        f'{LOGIN_FORM.replace("<form", "<form novalidate")}<input type="email" name="user" required><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "formnovalidate",
        f'{LOGIN_FORM}<input type="email" name="user"><input type="password" name="password"><button id="k1" formnovalidate>Log in</button></form>',
        *SIGN_IN,
    ),
    signing(
        "pattern-forbids-the-user",
        f'{LOGIN_FORM}<input name="user" pattern="[0-9]{{6}}" title="six digits"><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "password-minlength-too-long",
        f'{LOGIN_FORM}<input name="user"><input type="password" name="password" minlength="20">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "password-maxlength-cuts",
        f'{LOGIN_FORM}<input name="user"><input type="password" name="password" maxlength="8">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "user-is-a-number-field",
        f'{LOGIN_FORM}<input type="number" name="user"><input type="password" name="password">{BUTTON}</form>',
        fill("[name=password]", PASSWORD),
        press("#k1"),
    ),
    signing(
        "odd-names",
        f'{LOGIN_FORM}<input name="x7_ky"><input type="password" name="x7_kz">{BUTTON}</form>',
        fill("[name=x7_ky]", USER),
        fill("[name=x7_kz]", PASSWORD),
        press("#k1"),
        **fields_named("x7_ky", "x7_kz"),
    ),
    signing(
        "password-as-text",
        f'{LOGIN_FORM}<label>User <input name="user"></label><label>Password <input type="text" name="password" autocomplete="current-password"></label>{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "several-text-fields",
        f'{LOGIN_FORM}<label>Company <input name="company" value="acme"></label><label>Your reference <input name="ref"></label><label>Login <input name="user" autocomplete="username"></label><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "honeypot",
        f'{LOGIN_FORM}<div style="position:absolute;left:-9999px" aria-hidden="true"><label>Leave this empty <input name="website" tabindex="-1" autocomplete="off"></label></div>{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
        **{**WANTS, "website": ""},
    ),
    signing(
        "hidden-by-attribute",
        f'{LOGIN_FORM}<div hidden><input name="hp" value=""><button name="trap" value="1">Continue</button></div>{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
        **{**WANTS, "hp": ""},
    ),
    signing(
        "user-chosen-from-a-list",
        f'{LOGIN_FORM}<select name="user"><option value="grace">Grace</option><option value="ada">Ada</option></select><input type="password" name="password">{BUTTON}</form>',
        choose("[name=user]", USER),
        TYPES_PASSWORD,
        press("#k1"),
    ),
    signing(
        "tenant-select",
        f'{LOGIN_FORM}<select name="tenant"><option value="acme" selected>Acme</option><option value="other">Other</option></select>{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
        **WANTS,
        tenant="acme",
    ),
    signing(
        "required-select-with-placeholder",
        f'{LOGIN_FORM}<select name="realm" required><option value="">Choose…</option><option value="staff">Staff</option></select>{FIELDS}{BUTTON}</form>',
        choose("[name=realm]", "staff"),
        *SIGN_IN,
        **WANTS,
        realm="staff",
    ),
    signing(
        "disabled-option-first",
        f'{LOGIN_FORM}<select name="realm"><option value="no" disabled>Choose</option><option value="staff">Staff</option></select>{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
        **WANTS,
        realm="staff",
    ),
    signing(
        "duplicate-names",
        f'{LOGIN_FORM}<input type="hidden" name="user" value="">{FIELDS}{BUTTON}</form>',
        *(fill("input[name=user]:not([type=hidden])", USER), TYPES_PASSWORD, press("#k1")),
    ),
    signing(
        "nameless-fields",
        f'{LOGIN_FORM}<input id="decoy"><input name="user" id="u"><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "fields-without-names",
        f'{LOGIN_FORM}<input placeholder="User name"><input type="password" placeholder="Password">{BUTTON}</form>',
        fill("[placeholder='User name']", USER),
        fill("[type=password]", PASSWORD),
        press("#k1"),
    ),
    signing(
        "phone-number-field",
        f'{LOGIN_FORM}<label>手机号 <input type="tel" name="user"></label><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "password-twice-is-sign-up",
        '<form method="post" action="/back"><input name="email"><input type="password" name="p1"><input type="password" name="p2"><button>Create account</button></form>'
        + LOGIN,
        *SIGN_IN,
    ),
    # where the button is and what it changes
    signing(
        "button-outside-the-form",
        f'<form id="f" method="post" action="/login?{{query}}">{{hidden}}{FIELDS}</form><button id="k1" form="f">Log in</button>',
        *SIGN_IN,
    ),
    signing(
        "fields-outside-the-form",
        f'<input name="user" form="f"><input type="password" name="password" form="f"><form id="f" method="post" action="/login?{{query}}">{{hidden}}{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "formaction-and-formmethod",
        f'<form action="/nowhere">{{hidden}}{FIELDS}<button id="k1" formaction="/login?{{query}}" formmethod="post">Log in</button></form>',
        *SIGN_IN,
    ),
    signing(
        "no-button-enter-submits",
        f"{LOGIN_FORM}{FIELDS}</form>",
        TYPES_NAME,
        TYPES_PASSWORD,
        enter("[name=password]"),
    ),
    Shape(
        name="no-button-one-field-a-page",
        kind="form",
        login=(
            f'{LOGIN_FORM}<input name="user"></form>',
            f'{LOGIN_FORM}<input type="password" name="password"></form>',
        ),
        allow=(
            TYPES_NAME,
            enter("[name=user]"),
            TYPES_PASSWORD,
            enter("[name=password]"),
            ALLOWS,
        ),
    ),
    signing(
        "link-submits-by-script",
        f'<form id="f" method="post" action="/login?{{query}}">{{hidden}}{FIELDS}</form><a href="#" id="k1" onclick="document.getElementById(\'f\').submit();return false">Log in</a>',
        *SIGN_IN,
    ),
    signing(
        "image-button",
        f'{LOGIN_FORM}{FIELDS}<input type="image" id="k1" alt="Log in" src="{ROBOT}" width="60" height="20"></form>',
        *SIGN_IN,
    ),
    Shape(
        name="base-href",
        kind="form",
        head='<base href="/">',
        login=(f'<form method="post" action="login?{{query}}">{{hidden}}{FIELDS}{BUTTON}</form>',),
    ),
    signing(
        "action-empty",
        f'<form method="post" action="">{{hidden}}{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing("multipart", LOGIN.replace("<form", '<form enctype="multipart/form-data"'), *SIGN_IN),
    signing("text-plain-form", LOGIN.replace("<form", '<form enctype="text/plain"'), *SIGN_IN),
    signing(
        "fieldset-disabled-holds-a-trap",
        f'{LOGIN_FORM}<fieldset disabled><input name="trap" value="1"><button name="trap" value="2">Log in</button></fieldset>{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
    ),
    signing(
        "button-disabled-until-script",
        f'{LOGIN_FORM}{FIELDS}<button id="k1" disabled>Log in</button></form><script>for (const i of document.querySelectorAll("input")) i.oninput = () => {{ document.getElementById("k1").disabled = false }}</script>',
        *SIGN_IN,
    ),
    signing(
        "button-disabled-for-ever",
        f'{LOGIN_FORM}{FIELDS}<button id="k1" disabled>Log in</button></form>',
        *SIGN_IN,
    ),
    signing(
        "nested-forms",
        f'{LOGIN_FORM}<form method="post" action="/back"><input type="hidden" name="inner" value="1">{FIELDS}{BUTTON}</form></form>',
        *SIGN_IN,
    ),
    signing(
        "charset-field",
        f'{LOGIN_FORM}<input type="hidden" name="_charset_">{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
        **WANTS,
        _charset_="UTF-8",
    ),
    signing(
        "textarea-keeps-crlf",
        f'{LOGIN_FORM}<textarea name="note" hidden>\none\ntwo</textarea>{FIELDS}{BUTTON}</form>',
        *SIGN_IN,
        **WANTS,
        note="one\r\ntwo",
    ),
    signing(
        "dirname",
        f'{LOGIN_FORM}<input name="user" dirname="user.dir"><input type="password" name="password">{BUTTON}</form>',
        *SIGN_IN,
        **{**WANTS, "user.dir": "ltr"},
    ),
    signing(
        "terms-must-be-ticked",
        f'{LOGIN_FORM}{FIELDS}<label><input type="checkbox" name="terms" value="1" required> I agree to the terms</label>{BUTTON}</form>',
        TYPES_NAME,
        TYPES_PASSWORD,
        tick("[name=terms]"),
        press("#k1"),
        **WANTS,
        terms="1",
    ),
    # two pages and more
    Shape(
        name="two-pages",
        kind="form",
        login=(
            f'{LOGIN_FORM}<input name="user" autocomplete="username"><button id="next">Next</button></form>',
            f'<p>ada <a href="/login?{{query}}">Change</a></p>{LOGIN_FORM}<input type="password" name="password">{BUTTON}</form>',
        ),
        allow=(TYPES_NAME, press("#next"), TYPES_PASSWORD, press("#k1"), ALLOWS),
    ),
    Shape(
        name="two-pages-without-words",
        kind="form",
        login=(
            f'{LOGIN_FORM}<input name="user"><button id="next">➜</button></form>',
            f'{LOGIN_FORM}<input type="password" name="password"><button id="k1">➜</button></form>',
        ),
        allow=(TYPES_NAME, press("#next"), TYPES_PASSWORD, press("#k1"), ALLOWS),
    ),
    Shape(
        name="tenant-first",
        kind="form",
        login=(
            f'<h1>Your organisation</h1>{LOGIN_FORM}<select name="tenant"><option value="acme">Acme</option></select><button id="next">Continue</button></form>',
            LOGIN,
        ),
        allow=(press("#next"), *SIGN_IN, ALLOWS),
    ),
    Shape(
        name="stay-signed-in-no-first",
        kind="form",
        login=(
            LOGIN,
            f'<h1>Stay signed in?</h1>{LOGIN_FORM}<input type="submit" id="n" name="keep" value="No"><input type="submit" id="y" name="keep" value="Yes"></form>',
        ),
        allow=(*SIGN_IN, press("#y"), ALLOWS),
        deny=(*SIGN_IN, press("#n"), DENIES),
    ),
    Shape(
        name="stay-signed-in-without-consent",
        kind="form",
        consent="",
        login=(
            LOGIN,
            f'<h1>Angemeldet bleiben?</h1>{LOGIN_FORM}<button id="n" name="keep" value="0">Nein</button><button id="y" name="keep" value="1">Ja</button></form>',
        ),
        allow=(*SIGN_IN, press("#y")),
    ),
    Shape(
        name="remember-me-box",
        kind="form",
        login=(
            f'{LOGIN_FORM}{FIELDS}<label><input type="checkbox" name="remember"> Keep me signed in</label>{BUTTON}</form>',
        ),
    ),
    Shape(
        name="account-chooser-buttons",
        kind="form",
        login=(
            f'<h1>Choose an account</h1>{LOGIN_FORM}<button name="user" value="grace">Grace</button><button id="me" name="user" value="ada">Ada (ada)</button></form>',
            f'{LOGIN_FORM}<input type="password" name="password">{BUTTON}</form>',
        ),
        allow=(press("#me"), TYPES_PASSWORD, press("#k1"), ALLOWS),
    ),
    Shape(
        name="landing-page-with-a-log-in-link",
        kind="form",
        welcome='<nav><a href="/about">About us</a> <a href="/signup">Sign up</a></nav>'
        '<a id="go" href="/login?{query}">Log in</a>',
        allow=(press("#go"), *SIGN_IN, ALLOWS),
    ),
    Shape(
        name="landing-page-in-japanese",
        kind="form",
        lang="ja",
        welcome='<p>この操作にはログインが必要です。</p><a href="/help">ヘルプ</a> '
        '<a id="go" href="/login?{query}">ログイン</a> <a href="/join">新規登録</a>',
        allow=(press("#go"), *SIGN_IN, ALLOWS),
    ),
    # consent
    consenting("deny-first", f"{CONSENT_FORM}{NO}{YES}</form>", ALLOWS, deny=(DENIES,)),
    consenting(
        "three-buttons",
        f'{CONSENT_FORM}<button name="go" value="user">Switch user</button><button name="go" value="site">Switch site</button>{YES}</form><a id="k3" href="/consent?{{query}}&amp;answer=no">Cancel</a>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "once-always-never",
        f'{CONSENT_FORM}<button id="k3" name="answer" value="no">Never</button><button name="answer" id="once" value="yes">Only this time</button><button name="answer" id="k2" value="yes">Always</button></form>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "deny-is-a-link-to-the-callback-like-page",
        f'{CONSENT_FORM}{YES}</form><a id="k3" href="/consent?{{query}}&amp;answer=no">Back to ChatGPT</a>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "radio-label-for",
        f'{CONSENT_FORM}<input type="radio" name="answer" value="0" id="k3" required><label for="k3">Deny access</label><input type="radio" name="answer" value="yes" id="k2"><label for="k2">Allow access</label><button id="go">Submit</button></form>',
        tick("#k2"),
        press("#go"),
        deny=(tick("#k3"), press("#go")),
    ),
    consenting(
        "radio-level-and-answer",
        f'{CONSENT_FORM}<fieldset><legend>Level</legend><input type="radio" name="level" value="ro" id="l0" required><label for="l0">Read only</label><input type="radio" name="level" value="rw" id="l1"><label for="l1">Full</label></fieldset>{NO}{YES}</form>',
        tick("#l0"),
        ALLOWS,
        answer="yes",
        level="ro",
    ),
    consenting(
        "select-answer",
        f'{CONSENT_FORM}<label>Your answer <select name="answer"><option value="no">Deny</option><option value="yes">Allow</option></select></label><button id="go">Save</button></form>',
        choose("[name=answer]", "yes"),
        press("#go"),
        deny=(choose("[name=answer]", "no"), press("#go")),
    ),
    Shape(
        name="box-i-agree-required",
        kind="form",
        consent=f'<h1>ChatGPT</h1>{CONSENT_FORM}<label><input type="checkbox" name="agree" value="1" required> I agree that my notes are shared</label>{NO}{YES}</form>',
        needs=("agree",),
        allow=(*SIGN_IN, tick("[name=agree]"), ALLOWS),
    ),
    Shape(
        name="box-wanted-by-the-server-only",
        kind="form",
        lang="de",
        consent=f'<h1>ChatGPT</h1>{CONSENT_FORM}<input type="checkbox" name="agree" value="1" id="a"><label for="a">Ich bin einverstanden</label>{NO.replace("Deny", "Ablehnen")}{YES.replace("Allow", "Weiter")}</form>',
        needs=("agree",),
        allow=(*SIGN_IN, tick("[name=agree]"), ALLOWS),
    ),
    consenting(
        "scopes-ticked-by-the-user",
        f'{CONSENT_FORM}<input type="checkbox" name="scope" value="notes:read" id="s"><label for="s">notes:read</label><button id="go">Submit consent</button><button type="button" id="k3" onclick="f.reset();f.submit()">Cancel</button></form><script>const f=document.forms[0]</script>',
        tick("#s"),
        press("#go"),
        deny=(press("#k3"),),
        scope="notes:read",
    ),
    consenting(
        "formaction-decides",
        '<form method="post">{hidden}<button id="k3" formaction="/consent?{query}&amp;x=1" name="answer" value="0">Decline</button><button id="k2" formaction="/consent?{query}" name="answer" value="yes">Grant access</button></form>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "reset-and-plain-buttons",
        f'{CONSENT_FORM}<button type="reset">Clear</button><button type="button">Details</button>{NO}{YES}</form>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "image-buttons",
        f'{CONSENT_FORM}<input type="image" id="k3" name="n" alt="Deny" src="{ROBOT}" width="40" height="20"><input type="image" id="k2" name="y" alt="Allow" src="{ROBOT}" width="40" height="20"></form>',
        ALLOWS,
        deny=(DENIES,),
        **{"y.x": "*"},
    ),
    consenting(
        "picture-in-a-button",
        f'{CONSENT_FORM}<button id="k3" name="answer" value="0"><img alt="Deny" src="{ROBOT}"></button><button id="k2" name="answer" value="yes"><img alt="Allow" src="{ROBOT}"></button></form>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "labelled-by",
        f'{CONSENT_FORM}<span id="t0">Deny</span><button id="k3" name="answer" value="0" aria-labelledby="t0">✗</button><span id="t1">Allow</span><button id="k2" name="answer" value="yes" aria-labelledby="t1">✓</button></form>',
        ALLOWS,
        deny=(DENIES,),
    ),
    consenting(
        "consent-in-details",
        f'<details><summary>More choices</summary>{CONSENT_FORM}<button name="answer" value="no" id="k3">Continue without access</button></form></details>{CONSENT_FORM}{YES}</form>',
        ALLOWS,
    ),
    consenting(
        "method-dialog",
        f'<dialog open><form method="dialog"><button>Accept our news</button></form></dialog>{CONSENT_FORM}{NO}{YES}</form>',
        ALLOWS,
    ),
    consenting(
        "script-confirms",
        f'<form method="post" action="/consent?{{query}}" onsubmit="return true">{{hidden}}{NO}{YES}</form>',
        ALLOWS,
    ),
    consenting(
        "same-words-for-both",
        f'{CONSENT_FORM}<button id="k3" name="answer" value="no" class="secondary">Continue</button><button id="k2" name="answer" value="yes" class="primary">Continue</button></form>',
        ALLOWS,
    ),
    consenting(
        "nonsense-words-primary-second",
        f'{CONSENT_FORM}<button id="k3" name="answer" value="a" class="btn">Zblorf</button><button id="k2" name="answer" value="b" class="btn btn-primary">Quanta</button></form>',
        ALLOWS,
        deny=(DENIES,),
        answer="b",
    ),
    consenting(
        "nonsense-words-first-is-right",
        f'{CONSENT_FORM}<button id="k2" name="answer" value="a">Zblorf</button><button id="k3" name="answer" value="b">Quanta</button></form>',
        ALLOWS,
        answer="a",
    ),
    consenting(
        "nonsense-words-second-is-right",
        f'{CONSENT_FORM}<button id="k3" name="answer" value="a">Zblorf</button><button id="k2" name="answer" value="b">Quanta</button></form>',
        ALLOWS,
        answer="b",
    ),
    consenting(
        "unlike-word-and-value",
        f'{CONSENT_FORM}<button id="k3" name="answer" value="deny">いいえ</button><button id="k2" name="answer" value="approve">はい</button></form>',
        ALLOWS,
        deny=(DENIES,),
        answer="approve",
    ),
    Shape(
        name="consent-by-get",
        kind="form",
        request_in_cookie=True,
        consent=f'<h1>ChatGPT</h1><form action="/consent">{NO}{YES}</form>',
        deny=(*SIGN_IN, DENIES),
    ),
    Shape(
        name="scopes-ticked-already",
        kind="form",
        consent=f'<h1>ChatGPT</h1>{CONSENT_FORM}<label><input type="checkbox" name="scope" value="notes:read" checked> Read notes</label>{NO}{YES}</form>',
        allows={"answer": "yes", "scope": "notes:read"},
        deny=(*SIGN_IN, DENIES),
    ),
    consenting(
        "formmethod-get-refuses",
        f'{CONSENT_FORM}<button id="k3" formmethod="get" formaction="/consent?{{query}}" name="answer" value="no">No thanks</button>{YES}</form>',
        ALLOWS,
    ),
    Shape(
        name="consent-in-closed-details",
        kind="form",
        consent=f'<details><summary id="open">Decide</summary>{CONSENT_FORM}{NO}{YES}</form></details>',
        allow=(*SIGN_IN, press("#open"), ALLOWS),
        deny=(*SIGN_IN, press("#open"), DENIES),
    ),
    signing(
        "nonsense-login-first-is-right",
        f'{LOGIN_FORM}{FIELDS}<button id="k1" name="act" value="a">Zblorf</button><button name="act" value="b">Quanta</button></form>',
        *SIGN_IN,
        **WANTS,
        act="a",
    ),
    signing(
        "nonsense-login-second-is-right",
        f'{LOGIN_FORM}{FIELDS}<button name="act" value="a">Zblorf</button><button id="k1" name="act" value="b">Quanta</button></form>',
        *SIGN_IN,
        **WANTS,
        act="b",
    ),
    Shape(
        name="login-by-get",
        kind="form",
        request_in_cookie=True,
        login=(
            f'<form action="/login"><input type="hidden" name="posted" value="1">{{hidden}}{FIELDS}{BUTTON}</form>',
        ),
    ),
]
