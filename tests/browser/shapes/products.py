"""Login and consent pages as the templates of real products and frameworks draw them."""

from __future__ import annotations

from typing import Any

from tests.browser.shapes.shape import (
    CONSENT,
    LOGIN,
    PASSWORD,
    SIGNS_IN,
    USER,
    Action,
    Shape,
    choose,
    fill,
    press,
    tick,
)  # fmt: skip

L = '<form method="post" action="/login?{query}"'
C = '<form method="post" action="/consent?{query}"'
ALLOW, DENY = press("#k2"), press("#k3")


def typed(user: str, password: str, *more: Action) -> tuple[Action, ...]:
    """A person types both, does `more`, and presses the button."""
    return (
        fill(f'[name="{user}"]', USER), fill(f'[name="{password}"]', PASSWORD), *more, press("#k1"),
    )  # fmt: skip


def wanted(user: str, password: str, **more: str) -> dict[str, str]:
    return {user: USER, password: PASSWORD, "csrf": "{csrf}", **more}


def product(
    name: str,
    *,
    login: str | tuple[str, ...] = LOGIN,
    names: tuple[str, str] = ("user", "password"),
    signs: tuple[Action, ...] | None = None,
    consent: str = CONSENT,
    yes: tuple[Action, ...] = (ALLOW,),
    no: tuple[Action, ...] = (DENY,),
    wants: dict[str, str] | None = None,
    **more: Any,
) -> Shape:
    """A product's login and consent, driven with allowing and, unless `no` is empty, refusing."""
    signs = typed(*names) if signs is None else signs
    return Shape(
        name=name,
        kind="product",
        login=(login,) if isinstance(login, str) else login,
        wants=wanted(*names) if wants is None else wants,
        consent=consent,
        allow=(*signs, *(yes if consent else ())),
        deny=(*signs, *no) if consent and no else (),
        **more,
    )


def answered(value: str = "yes", name: str = "answer") -> dict[str, str]:
    return {name: value}


SHAPES = [
    product(
        "keycloak",
        lang="de",
        names=("username", "password"),
        login='<div id="kc-locale"><a href="#" id="kc-current-locale-link">Deutsch</a><ul><li><a href="/back?kc_locale=en">English</a></li></ul></div>'
        f'{L} id="kc-form-login" onsubmit="login.disabled = true; return true;">{{hidden}}'
        '<label for="username">Benutzername oder E-Mail</label><input tabindex="2" id="username" name="username" type="text" autocomplete="username" aria-invalid="">'
        '<label for="password">Passwort</label><div class="pf-v5-c-input-group"><input id="password" name="password" type="password" autocomplete="current-password">'
        '<button type="button" aria-label="Passwort anzeigen"><i class="fa-eye"></i></button></div>'
        '<label><input id="rememberMe" name="rememberMe" type="checkbox"> Angemeldet bleiben</label><a href="/back">Passwort vergessen?</a>'
        '<input type="hidden" name="credentialId"><button id="k1" name="login" type="submit" class="pf-v5-c-button pf-m-primary pf-m-block">Anmelden</button></form>'
        '<span>Neuer Benutzer? <a href="/back">Registrieren</a></span>',
        consent=f'<h1>Zugriff gewähren auf ChatGPT</h1><div id="kc-oauth"><h3>Möchten Sie diese Zugriffsrechte gewähren?</h3><ul><li>Benutzerprofil</li></ul>{C} class="form-actions">{{hidden}}<input type="hidden" name="code" value="x">'
        '<div id="kc-form-options"><div id="kc-form-buttons"><input id="k2" class="btn btn-primary" name="accept" type="submit" value="Ja"><input id="k3" class="btn btn-default" name="cancel" type="submit" value="Nein"></div></div></form></div>',
        allows={"accept": "Ja"},
    ),
    product(
        "auth0-identifier-first",
        names=("username", "password"),
        login=(
            f'<h1>Welcome</h1>{L} data-form-primary="true">{{hidden}}<div class="ulp-input"><input type="text" inputmode="email" name="username" id="username" value="" required autocomplete="email"><label for="username">Email address*</label></div>'
            '<button type="submit" name="action" value="default" data-action-button-primary="true" id="n1">Continue</button><button type="submit" name="action" value="default" hidden aria-hidden="true">x</button></form>'
            '<p>Don’t have an account? <a href="/back">Sign up</a></p><div>OR</div>'
            '<form method="post" data-provider="google" action="/out"><input type="hidden" name="connection" value="google-oauth2"><button type="submit">Continue with Google</button></form>',
            f'{L}>{{hidden}}<input type="text" name="username" value="ada" readonly><a href="/back">Edit</a><input type="password" name="password" required autocomplete="current-password"><button type="button" role="switch" aria-label="Show password">o</button><button id="k1" type="submit" name="action" value="default">Continue</button></form>',
        ),
        signs=(fill("[name=username]", USER), press("#n1"), fill("[name=password]", PASSWORD), press("#k1")),
        goes_out_to="https://accounts.google.com/o/oauth2/auth?client_id=x",
        consent=f'<h1>Authorize App</h1>{C}>{{hidden}}<input type="hidden" name="scope[]" value="notes:read"><button id="k3" type="submit" name="action" value="deny">Decline</button><button id="k2" type="submit" name="action" value="accept">Accept</button></form>',
        allows={"action": "accept"},
    ),
    product(
        "okta-consent",
        consent=f'<h2>ChatGPT would like to access:</h2>{C} class="consent-form">{{hidden}}<p class="o-form-explain">By clicking Allow Access, you allow the actions listed above.</p><div class="o-form-button-bar"><input id="k3" class="button" type="button" value="Don\'t Allow" onclick="location.href=\'/consent?{{query}}&amp;answer=no\'"><input id="k2" class="button button-primary" type="submit" name="answer" value="Allow Access"></div></form>',
        allows={"answer": "Allow Access"},
    ),
    product(
        "adfs",
        names=("UserName", "Password"),
        login=f"{L} id=\"loginForm\" autocomplete=\"off\" novalidate onKeyPress=\"if (event &amp;&amp; event.keyCode == 13) Login.submitLoginRequest();\">{{hidden}}<div id=\"errorText\"></div><label for=\"userNameInput\" class=\"hidden\">User Account</label><input id=\"userNameInput\" name=\"UserName\" type=\"email\" placeholder=\"someone@example.com\"><input id=\"passwordInput\" name=\"Password\" type=\"password\" placeholder=\"Password\"><div id=\"kmsiArea\" style=\"display:none\"><input type=\"checkbox\" name=\"Kmsi\" value=\"true\"></div><span id=\"k1\" class=\"submit\" tabindex=\"4\" role=\"button\" onclick=\"return Login.submitLoginRequest();\">Sign in</span></form>"
        "<script>function Login() {} Login.submitLoginRequest = function () { document.forms['loginForm'].submit(); return false; }</script>",
        no=(),
        consent="",
        expected="asks",
    ),
    product(
        "gitlab",
        names=("user[login]", "user[password]"),
        login=f'<meta name="csrf-token" content="x">{L} class="gl-p-5 gl-show-field-errors js-sign-in-form" id="new_user" accept-charset="UTF-8" data-testid="sign-in-form">{{hidden}}<label for="user_login">Username or primary email</label><input class="form-control gl-form-input js-username-field" autocomplete="username" autocapitalize="off" name="user[login]" id="user_login" required title="This field is required."><label for="user_password">Password</label><input class="form-control gl-form-input js-password" type="password" autocomplete="current-password" name="user[password]" id="user_password" required><a href="/back">Forgot your password?</a><input name="user[remember_me]" type="hidden" value="0"><input type="checkbox" value="1" name="user[remember_me]" id="user_remember_me" class="custom-control-input"><label for="user_remember_me"><span>Remember me</span></label><button id="k1" class="gl-button btn btn-block btn-md btn-confirm" type="submit"><span class="gl-button-text">Sign in</span></button></form>',
        consent=f'<p>Do you authorize ChatGPT to use your account?</p>{C} class="gl-mr-3">{{hidden}}<input type="hidden" name="_method" value="delete"><button id="k3" type="submit" class="gl-button btn btn-md btn-danger btn-danger-secondary"><span class="gl-button-text">Deny</span></button></form>'
        f'{C}>{{hidden}}<input type="hidden" name="code_challenge" value=""><button id="k2" name="commit" value="ok" type="submit" class="gl-button btn btn-md btn-danger"><span class="gl-button-text">Authorize ChatGPT</span></button></form>',
        allows={"commit": "ok"},
    ),
    product(
        "mastodon",
        lang="de",
        names=("user[email]", "user[password]"),
        login=f'{L} class="simple_form new_user" id="new_user" novalidate>{{hidden}}<div class="input email"><div class="label_input"><label class="email required" for="user_email">E-Mail-Adresse</label><input aria-label="E-Mail-Adresse" class="string email required" autofocus type="email" value="" name="user[email]" id="user_email"></div></div><input aria-label="Passwort" class="password required" type="password" name="user[password]" autocomplete="current-password"><div class="actions"><button name="button" type="submit" class="btn" id="k1">Anmelden</button></div></form><ul><li><a href="/back">Konto erstellen</a></li></ul>',
        consent=f'<div class="simple_form"><h3>Autorisierung erforderlich</h3><p><strong>ChatGPT</strong> möchte auf dein Konto zugreifen. <strong>Wenn du dieser Anfrage nicht vertraust, solltest du sie nicht genehmigen.</strong></p>{C}>{{hidden}}<input type="hidden" name="answer" value="yes"><button name="button" type="submit" class="btn" id="k2">Genehmigen</button></form>{C}>{{hidden}}<input type="hidden" name="_method" value="delete"><button name="button" type="submit" class="btn negative" id="k3">Ablehnen</button></form></div>',
    ),
    product(
        "wordpress",
        lang="es",
        names=("log", "pwd"),
        login='<h1><a href="/home">Funciona con WordPress</a></h1><form name="loginform" id="loginform" action="/login?{query}" method="post">{hidden}<p><label for="user_login">Nombre de usuario o correo electrónico</label><input type="text" name="log" id="user_login" class="input" value="" size="20" autocapitalize="off" autocomplete="username" required></p><div class="user-pass-wrap"><label for="user_pass">Contraseña</label><div class="wp-pwd"><input type="password" name="pwd" id="user_pass" class="input password-input" autocomplete="current-password" spellcheck="false" required><button type="button" class="button button-secondary wp-hide-pw hide-if-no-js" aria-label="Mostrar contraseña"><span class="dashicons"></span></button></div></div><p class="forgetmenot"><input name="rememberme" type="checkbox" id="rememberme" value="forever"> <label for="rememberme">Recuérdame</label></p><p class="submit"><input type="submit" name="wp-submit" id="k1" class="button button-primary button-large" value="Acceder"><input type="hidden" name="redirect_to" value="/x"><input type="hidden" name="testcookie" value="1"></p></form>'
        '<p id="nav"><a href="/back">Has olvidado tu contraseña?</a></p><div class="language-switcher"><form id="language-switcher" method="get"><label for="language-switcher-locales">Idioma</label><select name="wp_lang" id="language-switcher-locales"><option value="en_US">English</option><option value="es_ES" selected>Español</option></select><input type="hidden" name="redirect_to" value="x"><input type="submit" class="button" value="Cambiar"></form></div>',
        wants=wanted("log", "pwd", **{"wp-submit": "Acceder", "testcookie": "1"}),
        consent='<form class="login__form" method="post" action="/consent?{query}">{hidden}<h1>¡Hola, <strong>ada</strong>!</h1><p><label>¿Quieres iniciar sesión en ChatGPT con tu cuenta?</label></p><button id="k2" class="button button-primary button-large" name="authorize" value="authorize">Autorizar</button><a id="k3" class="button" href="/consent?{query}&amp;authorize=no">Cancelar</a></form>',
        allows={"authorize": "authorize"},
    ),
    product(
        "nextcloud-grant",
        consent='<div class="picker-window"><h2>Konto-Zugriff</h2><p class="info">Du bist dabei, "ChatGPT" Zugriff zu erlauben.</p>'
        f'<p id="redirect-link">{C} id="login-form">{{hidden}}<input type="hidden" name="stateToken" value="x"><div id="submit-wrapper"><input type="submit" id="k2" name="answer" class="login primary icon-confirm-white" title="" value="Zugriff gewähren"></div></form></p><a id="k3" href="/consent?{{query}}&amp;answer=no" class="apptoken-link">Abbrechen</a></div>',
        lang="de",
        allows={"answer": "Zugriff gewähren"},
    ),
    product(
        "drupal-honeypot",
        names=("name", "pass"),
        login=f'{L} class="user-login-form" id="user-login-form" accept-charset="UTF-8">{{hidden}}<div class="js-form-item"><label for="edit-name" class="js-form-required">Username</label><input type="text" id="edit-name" name="name" size="60" maxlength="60" required aria-required="true"></div><div><label for="edit-pass">Password</label><input type="password" id="edit-pass" name="pass" size="60" maxlength="128" required></div><input type="hidden" name="form_build_id" value="form-x"><input type="hidden" name="form_id" value="user_login_form"><div class="form-actions"><input type="submit" id="k1" name="op" value="Log in" class="button js-form-submit"></div><div class="url-textfield js-form-wrapper form-wrapper" style="display: none !important;"><label for="edit-url">Leave this field blank</label><input autocomplete="off" type="text" id="edit-url" name="url" value="" size="20" maxlength="128"></div></form>',
        wants=wanted("name", "pass", op="Log in", url=""),
        consent=f'{C} id="simple-oauth-authorize-form">{{hidden}}<input type="submit" id="k2" name="op" value="Grant" class="button button--primary"><input type="submit" id="k3" name="op" value="Deny" class="button"></form>',
        allows={"op": "Grant"},
    ),
    product(
        "gitea-red-allow-primary-cancel",
        consent=f'<h3>Authorize "ChatGPT" to access your account?</h3><p>Do not authorize it if you do not trust it.</p>{C}>{{hidden}}<button type="submit" id="k2" name="granted" value="true" class="ui red inline button">Authorize Application</button><button id="k3" type="submit" name="granted" value="false" class="ui basic primary inline button">Cancel</button></form>',
        allows={"granted": "true"},
    ),
    product(
        "authelia-script-only",
        login='<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div><script>const r=document.getElementById("root");r.innerHTML=`<input id=u name=user><input id=p type=password name=password><button id=k1>Sign in</button>`;document.getElementById("k1").onclick=async()=>{const a=await fetch("/api/login?{query}".replaceAll("&amp;","&"),{method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify({user:u.value,password:p.value})});location.href=(await a.json()).next}</script>',
        expected="asks",
        no=(),
    ),
    product(
        "zitadel-steps",
        lang="it",
        names=("loginName", "password"),
        login=(
            f'<h1>Bentornato!</h1>{L}>{{hidden}}<input type="hidden" name="authRequestID" value="1"><div class="fields"><label class="lgn-label" for="loginName">Nome utente di accesso</label><input class="lgn-input" type="text" id="loginName" name="loginName" autocomplete="username" autofocus required></div><div class="lgn-actions lgn-reverse-order"><button class="lgn-raised-button lgn-primary right" id="submit-button" type="submit">Avanti</button><button class="lgn-stroked-button" type="submit" name="register" value="true" formnovalidate>Registrazione</button></div></form>',
            f'<h1>Password</h1>{L}>{{hidden}}<input type="hidden" name="loginName" value="ada"><label for="password">Password</label><input type="password" id="password" name="password" autocomplete="current-password" required><a class="block sub-formfield-link" href="/back">Password dimenticata</a><div class="lgn-actions"><a class="lgn-stroked-button" href="/back">Indietro</a><button id="k1" class="lgn-raised-button lgn-primary right" type="submit" disabled>Avanti</button></div></form><script>document.getElementById("password").addEventListener("input",()=>{{document.getElementById("k1").disabled=false}})</script>',
        ),
        signs=(fill("[name=loginName]", USER), press("#submit-button"), fill("[name=password]", PASSWORD), press("#k1")),
        consent="",
    ),
    product(
        "kratos-one-form",
        names=("identifier", "password"),
        login=f'{L}>{{hidden}}<button name="provider" value="google" formnovalidate formaction="/out" type="submit">Sign in with Google</button><div>or</div><input name="identifier" type="text" required placeholder="ID" value=""><input name="password" type="password" required autocomplete="current-password"><button id="k1" name="method" type="submit" value="password">Sign in</button></form>',
        goes_out_to="https://accounts.google.com/o/oauth2/auth?client_id=x",
        wants=wanted("identifier", "password", method="password"),
    ),
    product(
        "hydra-consent",
        consent=f'<h1>An application requests access to your data!</h1>{C}>{{hidden}}<input type="hidden" name="challenge" value="c"><p>Hi ada, application <strong>ChatGPT</strong> wants access.</p><input type="checkbox" class="grant_scope" id="openid" value="openid" name="grant_scope"><label for="openid">openid</label><br><input type="checkbox" class="grant_scope" id="offline" value="offline" name="grant_scope"><label for="offline">offline</label><br><p>Do you want to be asked next time when this application wants to access your data?</p><input type="checkbox" id="remember" name="remember" value="1"><label for="remember">Do not ask me again</label><p><input type="submit" id="k2" name="submit" value="Allow access"><input type="submit" id="k3" name="submit" value="Deny access"></p></form>',
        yes=(tick("#openid"), tick("#offline"), ALLOW),
        allows={"submit": "Allow access", "grant_scope": "*"},
    ),
    product(
        "identityserver",
        names=("Input.Username", "Input.Password"),
        login=f'{L}>{{hidden}}<input type="hidden" id="Input_ReturnUrl" name="Input.ReturnUrl" value="/x"><div class="form-group"><label for="Input_Username">Username</label><input class="form-control" placeholder="Username" autofocus type="text" id="Input_Username" name="Input.Username"></div><input type="password" class="form-control" placeholder="Password" autocomplete="off" name="Input.Password"><input class="form-check-input" type="checkbox" data-val="true" id="Input_RememberLogin" name="Input.RememberLogin" value="true"><label for="Input_RememberLogin">Remember My Login</label><button class="btn btn-secondary" name="Input.Button" value="cancel">Cancel</button><button id="k1" class="btn btn-primary" name="Input.Button" value="login">Login</button><input name="Input.RememberLogin" type="hidden" value="false"></form>',
        wants=wanted("Input.Username", "Input.Password", **{"Input.Button": "login"}),
        consent=f'<h1>ChatGPT <small>is requesting your permission</small></h1>{C}>{{hidden}}<input type="checkbox" name="Input.ScopesConsented" id="scopes_openid" value="openid" checked disabled><input type="hidden" name="Input.ScopesConsented" value="openid"><label for="scopes_openid"><strong>Your user identifier</strong></label><input type="checkbox" name="Input.ScopesConsented" id="scopes_api" value="api" checked><label for="scopes_api">API</label><input class="form-control" placeholder="Description or name of device" autofocus name="Input.Description"><input type="checkbox" id="Input_RememberConsent" name="Input.RememberConsent" value="true" checked><label for="Input_RememberConsent"><strong>Remember My Decision</strong></label><button id="k2" name="Input.button" value="yes" class="btn btn-primary" autofocus>Yes, Allow</button><button id="k3" name="Input.button" value="no" class="btn btn-secondary">No, Do Not Allow</button><input name="Input.RememberConsent" type="hidden" value="false"></form>',
        allows={"Input.button": "yes"},
    ),
    product(
        "spring-authorization-server",
        consent=f'<h1 class="text-center text-primary">App permissions</h1>{C} id="consent_form" name="consent_form">{{hidden}}<input type="hidden" name="client_id" value="x"><p>The following permissions are requested.</p><div class="form-group form-check py-1"><input class="form-check-input" style="float: none" type="checkbox" name="scope" value="notes:read" id="notes:read"><label class="form-check-label font-weight-bold" for="notes:read">notes:read</label></div><p>You have already granted the following permissions:</p><input class="form-check-input" type="checkbox" name="s" id="p" disabled checked><label for="p">profile</label><button id="k2" class="btn btn-primary btn-lg" type="submit">Submit Consent</button><button id="k3" class="btn btn-link regular" type="button" onclick="cancelConsent();">Cancel</button></form><script>function cancelConsent() {{ document.consent_form.reset(); document.consent_form.submit(); }}</script>',
        yes=(tick("[name=scope]"), ALLOW),
        allows={"scope": "notes:read"},
    ),
    product(
        "devise-bootstrap-portuguese",
        lang="pt-BR",
        names=("user[email]", "user[password]"),
        login=f'<h2>Entrar</h2>{L} class="new_user" id="new_user" novalidate>{{hidden}}<div class="form-floating mb-3"><input class="form-control" placeholder="E-mail" autofocus type="email" name="user[email]" id="user_email"><label for="user_email">E-mail</label></div><div class="form-floating"><input class="form-control" placeholder="Senha" type="password" name="user[password]" id="user_password" autocomplete="current-password"><label for="user_password">Senha</label></div><input name="user[remember_me]" type="hidden" value="0" autocomplete="off"><input type="checkbox" value="1" name="user[remember_me]" id="user_remember_me"><label for="user_remember_me">Lembre-se de mim</label><input id="k1" type="submit" name="commit" value="Entrar" class="btn btn-primary" data-disable-with="Entrar"></form><a href="/back">Cadastre-se</a><br><a href="/back">Esqueceu sua senha?</a><br><a href="/back">Não recebeu instruções de confirmação?</a>',
        consent=f'<h1>Autorização necessária</h1><p class="h4">Autorizar ChatGPT a usar sua conta?</p><div class="actions">{C}>{{hidden}}<input type="hidden" name="ok" value="1"><input type="submit" id="k2" name="commit" value="Autorizar" class="btn btn-success btn-lg btn-block" data-disable-with="Autorizar"></form>{C}>{{hidden}}<input type="hidden" name="_method" value="delete"><input type="submit" id="k3" name="commit" value="Negar" class="btn btn-danger btn-lg btn-block"></form></div>',
        allows={"ok": "1"},
    ),
    product(
        "passport-french",
        lang="fr",
        login=f'{L}>{{hidden}}<div class="row mb-3"><label for="email" class="col-form-label">Adresse courriel</label><input id="email" type="text" class="form-control" name="user" required autocomplete="email" autofocus></div><label for="password">Mot de passe</label><input id="password" type="password" name="password" required autocomplete="current-password"><input class="form-check-input" type="checkbox" name="remember" id="remember"><label for="remember">Se souvenir de moi</label><button type="submit" class="btn btn-primary" id="k1">Connexion</button><a class="btn btn-link" href="/back">Mot de passe oublié ?</a></form>',
        consent=f'<div class="card-header">Demande d’autorisation</div><p><strong>ChatGPT</strong> demande l’autorisation d’accéder à votre compte.</p><div class="buttons">{C}>{{hidden}}<input type="hidden" name="state" value="x"><input type="hidden" name="auth_token" value="t"><input type="hidden" name="approve" value="1"><button type="submit" class="btn btn-success btn-approve" id="k2">Autoriser</button></form>{C}>{{hidden}}<input type="hidden" name="_method" value="DELETE"><input type="hidden" name="auth_token" value="t"><button class="btn btn-danger" id="k3">Annuler</button></form></div>',
        allows={"approve": "1"},
    ),
    product(
        "doorkeeper-japanese",
        lang="ja",
        consent=f'<main role="main"><p class="h4"><strong class="text-info">ChatGPT</strong> があなたのアカウントを使うことを許可しますか？</p><div class="actions">{C}>{{hidden}}<input type="hidden" name="ok" value="1"><input type="submit" value="認証する" id="k2" class="btn btn-success btn-lg btn-block"></form>{C}>{{hidden}}<input type="hidden" name="_method" value="delete"><input type="submit" value="認証しない" id="k3" class="btn btn-danger btn-lg btn-block"></form></div></main>',
        allows={"ok": "1"},
    ),
    product(
        "rodauth-oauth",
        names=("login", "password"),
        login=f'{L} class="rodauth" role="form" id="login-form">{{hidden}}<div class="form-group mb-3"><label for="login" class="form-label">Login<span class="visually-hidden">required</span></label><input class="form-control" name="login" id="login" type="text" autocomplete="username" required="required"></div><label for="password">Password</label><input name="password" id="password" type="password" autocomplete="current-password" required><input id="k1" type="submit" class="btn btn-primary" value="Login"></form><h2 class="rodauth-login-other-options">Other Options</h2><a href="/back">Create a New Account</a>',
        consent=f'{C} class="form-horizontal" id="authorize-form">{{hidden}}<p class="lead">The application ChatGPT would like to access your data.</p><div class="form-group"><h1>Client:</h1><div class="form-check"><input id="profile.read" class="form-check-input" type="checkbox" name="scope[]" value="profile.read"><label class="form-check-label" for="profile.read">profile.read</label></div></div><p class="text-center"><input type="submit" value="Authorize" id="k2" class="btn btn-outline-primary"><a href="/consent?{{query}}&amp;answer=no" id="k3" class="btn btn-outline-danger">Cancel</a></p></form>',
        yes=(tick("[type=checkbox]"), ALLOW),
        allows={"scope[]": "profile.read"},
    ),
    product(
        "phoenix-magic-link-first",
        names=("user[email]", "user[password]"),
        login='<div class="mx-auto max-w-sm"><p>Log in</p><form action="/back" id="login_form_magic" method="post"><fieldset class="fieldset"><label><span class="label">Email</span><input type="email" name="user[email]" id="m" class="w-full input" autocomplete="username" required></label></fieldset><button class="btn btn-primary w-full">Log in with email <span aria-hidden="true">→</span></button></form><div class="divider">or</div>'
        f'{L} id="login_form_password" novalidate>{{hidden}}<label><span class="label">Email</span><input type="email" name="user[email]" class="w-full input" autocomplete="username" required></label><label><span class="label">Password</span><input type="password" name="user[password]" autocomplete="current-password"></label><button id="k1" class="btn btn-primary w-full" name="user[remember_me]" value="true">Log in and stay logged in <span aria-hidden="true">→</span></button><button class="btn btn-primary btn-soft w-full mt-2">Log in only this time</button></form></div>',
        signs=(fill('#login_form_password [name="user[email]"]', USER), fill('[name="user[password]"]', PASSWORD), press("#k1")),
        consent="",
    ),
    product(
        "aspnet-identity",
        names=("Input.Email", "Input.Password"),
        login=f'<h1>Log in</h1><div class="row"><section>{L} id="account">{{hidden}}<h2>Use a local account to log in.</h2><hr><div class="form-floating mb-3"><input class="form-control" autocomplete="username" aria-required="true" placeholder="name@example.com" type="text" data-val="true" data-val-required="The Email field is required." id="Input_Email" name="Input.Email" value=""><label class="form-label" for="Input_Email">Email</label><span class="text-danger field-validation-valid"></span></div><div class="form-floating"><input type="password" class="form-control" autocomplete="current-password" placeholder="password" id="Input_Password" name="Input.Password"><label for="Input_Password">Password</label></div><label for="Input_RememberMe"><input class="form-check-input" type="checkbox" id="Input_RememberMe" name="Input.RememberMe" value="true"> Remember me?</label><button id="k1" type="submit" class="w-100 btn btn-lg btn-primary">Log in</button><p><a href="/back">Forgot your password?</a></p><input name="Input.RememberMe" type="hidden" value="false"></form></section><section><h3>Use another service to log in.</h3><form id="external-account" method="post" class="form-horizontal" action="/out"><p><button type="submit" class="btn btn-primary" name="provider" value="Microsoft" title="Log in using your Microsoft account">Microsoft</button></p></form></section></div>',
        goes_out_to="https://login.microsoftonline.com/x?client_id=x",
        consent="",
    ),
    product(
        "simplesamlphp-norwegian",
        lang="nb",
        request_in_cookie=True,
        consent='<p>Tjenesten <strong>ChatGPT</strong> krever at opplysningene nedenfor overføres.</p><form id="consent_yes" action="/consent" style="display: inline; margin: 0; padding: 0"><input type="checkbox" id="saveconsent" name="saveconsent" value="1"><label for="saveconsent">Husk dette</label><input type="hidden" name="StateId" value="x"><button type="submit" name="yes" id="k2" class="btn pure-button pure-button-red">Ja, fortsett</button></form><form id="consent_no" action="/consent" style="display: inline; margin-left: .5em;" method="get"><input type="hidden" name="StateId" value="x"><button type="submit" class="btn pure-button" name="no" id="k3">Nei, avbryt</button></form>',
        allows={"yes": ""},
    ),
    product(
        "shibboleth",
        names=("j_username", "j_password"),
        login=f'{L}>{{hidden}}<div class="form-element-wrapper"><label for="username">Username</label><input class="form-element form-field" id="username" name="j_username" type="text" value=""></div><label for="password">Password</label><input id="password" name="j_password" type="password"><div><input type="checkbox" name="donotcache" value="1" id="donotcache"><label for="donotcache">Don\'t Remember Login</label></div><div><input id="_shib_idp_revokeConsent" type="checkbox" name="_shib_idp_revokeConsent" value="true"><label for="_shib_idp_revokeConsent">Clear prior granting of permission for release of your information to this service.</label></div><button id="k1" class="form-element form-button" type="submit" name="_eventId_proceed" onClick="this.childNodes[0].nodeValue=\'Logging in, please wait...\'">Login</button></form>',
        wants=wanted("j_username", "j_password", _shib_idp_revokeConsent="!", donotcache="!"),
        consent=f'{C} style="padding:10px">{{hidden}}<h3>Information to be Provided to Service</h3><div><p>Select an information release consent duration:</p><input id="a" type="radio" name="_shib_idp_consentOptions" value="_shib_idp_doNotRememberConsent"><label for="a">Ask me again at next login</label><input id="b" type="radio" name="_shib_idp_consentOptions" value="_shib_idp_rememberConsent" checked><label for="b">Ask me again if information to be provided to this service changes</label><input id="c" type="radio" name="_shib_idp_consentOptions" value="_shib_idp_globalConsent"><label for="c">Do not ask me again</label></div><input id="k3" type="submit" name="_eventId_AttributeReleaseRejected" value="Reject" style="margin-right: 30px;"><input id="k2" type="submit" name="_eventId_proceed" value="Accept"></form>',
        allows={"_eventId_proceed": "Accept", "_shib_idp_consentOptions": "_shib_idp_rememberConsent"},
    ),
    product(
        "cas-links",
        names=("username", "password"),
        login=f'{L} id="fm1">{{hidden}}<section class="cas-field"><div class="mdc-text-field mdc-text-field--outlined"><input class="mdc-text-field__input" id="username" size="25" type="text" name="username" autocapitalize="none" spellcheck="false" autocomplete="username" required><span class="mdc-notched-outline"><label for="username" class="mdc-floating-label"><span class="accesskey">U</span>sername:</label></span></div></section><section><input id="password" type="password" name="password" size="25" required><button class="reveal-password" type="button" tabindex="-1"><span class="mdi mdi-eye"></span></button></section><input type="hidden" name="execution" value="e1s1"><input type="hidden" name="_eventId" value="submit"><button id="k1" class="mdc-button mdc-button--raised" name="submitBtn" accesskey="l" type="submit" value="Login"><span class="mdc-button__label">Login</span></button></form>',
        consent='<h2>Authorization</h2><p>Do you want to grant access to ChatGPT?</p><p><a id="k2" name="allow" class="mdc-button mdc-button--raised btn btn-success" href="/consent?{query}&amp;answer=yes"><span class="mdc-button__label">Allow</span></a> <a id="k3" class="mdc-button mdc-button--raised btn btn-danger" href="/consent?{query}&amp;answer=no"><span class="mdc-button__label">Deny</span></a></p>',
    ),
    product(
        "phpbb",
        names=("username", "password"),
        login='<div id="search-box"><form action="/back" method="get" id="search"><fieldset><input name="keywords" type="search" maxlength="128" title="Search for keywords" placeholder="Search…"><button class="button button-search" type="submit" title="Search"><i class="icon"></i><span class="sr-only">Search</span></button></fieldset></form></div>'
        f'{L} id="login">{{hidden}}<div class="panel"><fieldset class="fields1"><dl><dt><label for="username">Username:</label></dt><dd><input type="text" tabindex="1" name="username" id="username" size="25" value="" class="inputbox autowidth"></dd></dl><dl><dt><label for="password">Password:</label></dt><dd><input type="password" tabindex="2" id="password" name="password" size="25" autocomplete="off"></dd></dl><dl><dd><label for="autologin"><input type="checkbox" name="autologin" id="autologin" tabindex="4"> Remember me</label></dd><dd><label for="viewonline"><input type="checkbox" name="viewonline" id="viewonline" tabindex="5"> Hide my online status this session</label></dd></dl><input type="hidden" name="redirect" value="./x"><dl><dd><input type="submit" id="k1" name="login" tabindex="6" value="Login" class="button1"></dd></dl></fieldset></div></form>',
        wants=wanted("username", "password", login="Login", viewonline="!"),
        consent="",
    ),
    product(
        "mediawiki-oauth",
        names=("wpName", "wpPassword"),
        login='<form action="/back" id="searchform"><input type="search" name="search" placeholder="Search Wikipedia"><button>Search</button></form><form action="/login?{query}" method="post" name="userlogin" class="mw-htmlform">{hidden}<div class="mw-htmlform-field-HTMLTextField"><label for="wpName1">Username</label><input id="wpName1" name="wpName" size="20" placeholder="Enter your username" class="loginText" autocomplete="username"></div><label for="wpPassword1">Password</label><input id="wpPassword1" name="wpPassword" size="20" placeholder="Enter your password" class="loginPassword" autocomplete="current-password" type="password"><input name="wpRemember" type="checkbox" value="1" id="wpRemember"><label for="wpRemember">Keep me logged in (for up to one year)</label><input id="k1" class="mw-htmlform-submit mw-ui-button mw-ui-primary" type="submit" value="Log in" name="wploginattempt"><a href="/back">Help with logging in</a><input type="hidden" value="x" name="wpEditToken"></form><a href="/back" class="mw-ui-button">Join the wiki</a>',
        wants=wanted("wpName", "wpPassword", wploginattempt="Log in"),
        consent=f'{C} class="mw-htmlform mw-ext-mwoauth">{{hidden}}<p>Hi ada,</p><p>In order to complete your request, <b>ChatGPT</b> needs permission to access information.</p><p><span class="oo-ui-buttonElement"><button id="k2" type="submit" name="accept" value="Allow" class="oo-ui-inputWidget-input oo-ui-buttonElement-button"><span class="oo-ui-labelElement-label">Allow</span></button></span> <button id="k3" type="submit" name="cancel" value="Cancel"><span>Cancel</span></button></p></form><p><a href="/back">privacy policy</a></p>',
        allows={"accept": "Allow"},
    ),
    product(
        "odoo-arabic",
        lang="ar",
        names=("login", "password"),
        login=f'{L} class="oe_login_form" role="form">{{hidden}}<div class="mb-3 field-login"><label for="login" class="form-label">البريد الإلكتروني</label><input type="text" placeholder="البريد الإلكتروني" name="login" id="login" class="form-control" required="required" autofocus autocapitalize="off"></div><label for="password">كلمة المرور</label><input type="password" placeholder="كلمة المرور" name="password" id="password" maxlength="4096" required><button id="k1" type="submit" class="btn btn-primary">تسجيل الدخول</button><a href="/back">ليس لديك حساب؟</a> <a href="/back">إعادة تعيين كلمة المرور</a><input type="hidden" name="redirect" value="/x"></form>',
        consent="",
    ),
    product(
        "frappe-consent-by-location",
        consent='<div class="panel"><h4>ChatGPT wants to access the following details from your account</h4><ul><li>Notes</li></ul><div class="btn-group pull-right"><button id="k2" class="btn btn-sm btn-primary">Allow</button><button id="k3" class="btn btn-sm btn-light">Deny</button></div></div><script>document.getElementById("k2").addEventListener("click", function(e){ window.location.href = "/consent?{query}&answer=yes".replaceAll("&amp;","&") });document.getElementById("k3").addEventListener("click", function(e){ window.location.href = "/consent?{query}&answer=no".replaceAll("&amp;","&") });</script>',
        expected="asks",
    ),
    product(
        "korean-portal-terms",
        lang="ko",
        names=("id", "pw"),
        login=f'<ul class="menu"><li><a href="#none" class="on">ID 로그인</a></li><li><a href="/back">QR코드</a></li></ul>{L} id="frmNIDLogin" name="frmNIDLogin" target="_top" autocomplete="off">{{hidden}}<input type="hidden" name="dynamicKey" value="x"><div class="input_row" id="id_line"><span class="icon_id"><span class="blind">아이디</span></span><input type="text" id="id" name="id" accesskey="L" maxlength="41" autocapitalize="none" value="" title="아이디" class="input_text"></div><div><input type="password" id="pw" name="pw" title="비밀번호" class="input_text" maxlength="16"></div><input type="checkbox" id="keep" name="nvlong" value="off" class="input_keep"><label for="keep">로그인 상태 유지</label><span class="switch"><input type="checkbox" id="switch" checked class="switch_checkbox" name="ipon"><label for="switch">IP보안</label></span><button id="k1" type="submit" class="btn_login"><span class="btn_text">로그인</span></button></form><ul class="find_wrap"><li><a href="/back">비밀번호 찾기</a></li><li><a href="/back">회원가입</a></li></ul>',
        consent=f'<h2>챗지피티 서비스 이용 동의</h2>{C}>{{hidden}}<p><input type="checkbox" id="all" name="agreeAll"><label for="all">전체 동의하기</label></p><ul><li><input type="checkbox" id="t1" name="req_profile" value="1" checked disabled><label for="t1">[필수] 프로필 정보</label></li><li><input type="checkbox" id="t2" name="req_notes" value="1"><label for="t2">[필수] 메모 읽기 동의</label></li><li><input type="checkbox" id="t3" name="mkt" value="1"><label for="t3">[선택] 광고성 정보 수신</label></li></ul><a href="/consent?{{query}}&amp;answer=no" id="k3" class="btn_cancel">취소</a><button type="submit" id="k2" class="btn_agree" name="answer" value="yes">동의하기</button></form>',
        yes=(tick("#t2"), ALLOW),
        needs=("req_notes",),
    ),
    product(
        "chinese-tabs-and-agreement",
        lang="zh-CN",
        names=("account", "password"),
        head="<style>.pane{display:none}.pane.active{display:block}</style>",
        login='<ul class="tabs"><li class="active"><a href="#pwd">密码登录</a></li><li><a href="#sms">短信登录</a></li></ul><div class="pane" id="sms"><form method="post" action="/back"><input name="mobile" placeholder="手机号"><input name="smscode" placeholder="验证码"><button type="button">获取验证码</button><button>登录</button></form></div>'
        f'<div class="pane active" id="pwd">{L}>{{hidden}}<input name="account" placeholder="手机号/邮箱/用户名"><input type="password" name="password" placeholder="请输入密码"><p><input type="checkbox" id="xy" name="protocol" value="1"><label for="xy">我已阅读并同意<a href="/back">《用户协议》</a>和<a href="/back">《隐私政策》</a></label></p><button id="k1" class="submit-btn">立即登录</button><a href="/back">忘记密码</a> <a href="/back">免费注册</a></form></div>',
        signs=(fill("[name=account]", USER), fill("[name=password]", PASSWORD), tick("#xy"), press("#k1")),
        wants=wanted("account", "password", protocol="1"),
        consent=f'<h3>ChatGPT 申请获取以下权限</h3>{C}>{{hidden}}<label><input type="checkbox" name="scope" value="notes" checked disabled> 读取你的笔记</label><button id="k3" name="answer" value="no" class="btn-default">暂不授权</button><button id="k2" name="answer" value="yes" class="btn-orange">授权并登录</button></form>',
    ),
    product(
        "turkish-e-devlet",
        lang="tr",
        names=("tridField", "egpField"),
        login=f'<h1>e-Devlet Kapısı</h1><nav><a href="/back">Mobil İmza</a><a href="/back">e-İmza</a></nav>{L} name="loginForm">{{hidden}}<div class="formRow"><label for="tridField" class="required">* T.C. Kimlik No</label><input type="text" name="tridField" id="tridField" inputmode="numeric" autocomplete="off"></div><div class="formRow"><label for="egpField">* e-Devlet Şifresi</label><input type="password" name="egpField" id="egpField"><a href="/back">Şifremi Unuttum</a></div><div class="formSubmitRow"><button type="submit" name="submitButton" id="k1" class="btn btn-send">Giriş Yap</button><button type="submit" name="cancelButton" class="btn btn-cancel" formnovalidate>İptal Et</button></div></form>',
        consent=f'<h2>Kişisel verilerinizin paylaşılmasına onay veriyor musunuz?</h2>{C}>{{hidden}}<button name="answer" value="no" id="k3" class="btn">Onaylamıyorum</button><button name="answer" value="yes" id="k2" class="btn">Onaylıyorum</button></form>',
    ),
    product(
        "thai-portal", lang="th",
        login=f'{L}>{{hidden}}<input name="user" placeholder="เลขประจำตัวประชาชน หรือ อีเมล"><input type="password" name="password" placeholder="รหัสผ่าน"><button id="k1">เข้าสู่ระบบ</button></form>',
        consent=f'<h1>ขอความยินยอม</h1>{C}>{{hidden}}<button name="answer" value="no" id="k3">ไม่ยินยอม</button><button id="k2" name="answer" value="yes">ยินยอม</button></form>',
    ),
    product(
        "indonesian-casual", lang="id",
        login=f'{L}>{{hidden}}<input name="user" placeholder="No. HP atau email kamu"><input type="password" name="password" placeholder="Kata sandi kamu"><button id="k1">Masuk, yuk!</button></form>',
        consent=f'<h1>Kasih izin ke ChatGPT?</h1>{C}>{{hidden}}<button name="answer" value="no" id="k3">Nanti dulu</button><button id="k2" name="answer" value="yes">Ya, izinkan</button></form>',
    ),
    product(
        "vietnamese-informal", lang="vi",
        consent=f'<h1>ChatGPT muốn đọc ghi chú của bạn</h1>{C}>{{hidden}}<button name="answer" value="no" id="k3">Để sau</button><button id="k2" name="answer" value="yes">OK, cho phép luôn</button></form>',
    ),
    product(
        "polish-page-that-says-english",
        login=f'{L}>{{hidden}}<input name="user" placeholder="Login lub e-mail"><input type="password" name="password" placeholder="Hasło"><button id="k1">Zaloguj</button></form>',
        consent=f'{C}>{{hidden}}<button name="answer" value="no" id="k3">Nie zgadzam się</button><button id="k2" name="answer" value="yes">Zgadzam się</button></form>',
    ),
    product(
        "organisation-to-choose",
        login=(LOGIN, f'<h1>Choose your organisation</h1>{L}>{{hidden}}<select name="org"><option value="">– please choose –</option><option value="7">Acme Inc.</option><option value="8">Beta Ltd.</option></select><button id="go">Continue</button></form>'),
        signs=(*SIGNS_IN, choose("[name=org]", "7"), press("#go")),
        wants=wanted("user", "password", org="7"),
    ),
    product(
        "organisation-radio-none-ticked",
        lang="nl",
        login=(LOGIN.replace("Log in", "Inloggen"), f'<h1>Kies een profiel</h1>{L}>{{hidden}}<label><input type="radio" name="profile" value="a" required> Ada (privé)</label><label><input type="radio" name="profile" value="b"> Ada BV</label><button id="go">Doorgaan</button><button name="other" value="1">Ander account</button></form>'),
        signs=(*SIGNS_IN, tick("[value=a]"), press("#go")),
        wants=wanted("user", "password", profile="a", other="!"),
    ),
    product(
        "switch-account-form-first",
        consent='<div class="header">Signed in as ada <form method="post" action="/back"><input type="hidden" name="logout" value="1"><button class="btn btn-primary">Not you? Use another account</button></form></div>'
        f'<h1>Allow ChatGPT?</h1>{C}>{{hidden}}<button name="answer" value="yes" id="k2" class="btn">Yes, go ahead</button><button name="answer" value="no" id="k3" class="btn">No way</button></form>',
    ),
    product(
        "gdpr-boxes",
        lang="es",
        consent=f'{C}>{{hidden}}<label><input type="checkbox" name="privacy" value="1"> He leído y acepto la política de privacidad</label><label><input type="checkbox" name="news" value="1"> Quiero recibir ofertas y novedades</label><button id="k2" name="answer" value="yes">Continuar</button><a id="k3" href="/consent?{{query}}&amp;answer=no">Cancelar</a></form>',
        needs=("privacy",),
        yes=(tick("[name=privacy]"), ALLOW),
        allows={"answer": "yes", "news": "!"},
    ),
    product(
        "trust-this-device",
        login=(LOGIN, f'<h1>Trust this device?</h1><p>You will not be asked for a code here.</p>{L}>{{hidden}}<button name="trust" value="0" id="n" class="btn-secondary">Don’t trust</button><button name="trust" value="1" class="btn-primary" id="go">Trust this device</button></form>'),
        signs=(*SIGNS_IN, press("#go")),
        no=(DENY,),
    ),
    product(
        "ask-for-passkey-and-skip",
        lang="fr",
        login=(LOGIN.replace("Log in", "Connexion"), f'<h1>Se connecter plus vite la prochaine fois ?</h1>{L}>{{hidden}}<button type="button" onclick="navigator.credentials.create({{}})" class="primary">Créer une clé d’accès</button><button id="go" name="skip" value="1">Plus tard</button></form>'),
        signs=(*SIGNS_IN, press("#go")),
        wants=wanted("user", "password", skip="1"),
    ),
    product(
        "progressive-consent",
        lang="pl",
        login=(LOGIN.replace("Log in", "Zaloguj się"), f'<h1>ChatGPT prosi o dostęp: imię</h1>{L}>{{hidden}}<button name="p1" value="0">Odmawiam</button><button name="p1" value="1" id="go">Zezwalam</button></form>'),
        signs=(*SIGNS_IN, press("#go")),
        wants=wanted("user", "password", p1="1"),
        consent=f'<h1>ChatGPT prosi o dostęp: notatki</h1>{C}>{{hidden}}<button name="answer" value="no" id="k3">Odmawiam</button><button name="answer" value="yes" id="k2">Zezwalam</button></form>',
        no=(),
    ),
    product(
        "double-confirmation",
        login=(LOGIN, f'<h1>Connect ChatGPT?</h1>{L}>{{hidden}}<button name="c" value="1" id="go">Connect</button> <a href="/back">Maybe later</a></form>'),
        signs=(*SIGNS_IN, press("#go")),
        wants=wanted("user", "password", c="1"),
        consent=f'<h1>Are you sure?</h1><p>ChatGPT will read all your notes.</p>{C}>{{hidden}}<button name="answer" value="no" id="k3">Go back</button><button name="answer" value="yes" id="k2">I’m sure</button></form>',
    ),
    product(
        "hidden-default-submit",
        consent=f'{C}>{{hidden}}<input type="submit" name="answer" value="enter" style="position:absolute;left:-9999px" tabindex="-1"><button name="answer" value="no" id="k3">Refuse</button><button name="answer" value="yes" id="k2">Approve</button></form>',
    ),
    product(
        "allow-disabled-until-ticked",
        lang="de",
        consent=f'{C}>{{hidden}}<label><input type="checkbox" name="ok" id="ok" onchange="document.getElementById(\'k2\').disabled=!this.checked"> Ich habe die Hinweise gelesen</label><button name="answer" value="no" id="k3">Ablehnen</button><button name="answer" value="yes" id="k2" disabled>Zustimmen</button></form>',
        yes=(tick("#ok"), ALLOW),
        needs=(),
    ),
    product(
        "honeypots-by-class",
        head="<style>.hp-a{position:absolute;left:-5000px}.hp-b{opacity:0;position:absolute;height:0;width:0;z-index:-1}.visually-hidden{position:absolute!important;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}</style>",
        login=f'{L}>{{hidden}}<input class="hp-a" name="email" placeholder="Email" tabindex="-1" autocomplete="off"><div class="hp-b"><label>Name <input name="name"></label></div><span class="visually-hidden"><input name="phone" type="tel" tabindex="-1" aria-hidden="true"></span><label>User <input name="user"></label><input type="password" name="password"><button id="k1">Log in</button></form>',
        wants=wanted("user", "password", email="", name="", phone=""),
    ),
    product(
        "labels-after-fields-tailwind",
        lang="sv",
        names=("a", "b"),
        login=f'{L} class="space-y-6">{{hidden}}<div class="relative"><input id="floating_a" name="a" class="peer block" placeholder=" "><label for="floating_a" class="absolute">Personnummer</label></div><div class="relative"><input type="password" id="floating_b" name="b" placeholder=" "><label for="floating_b">Lösenord</label></div><button id="k1" type="submit" class="w-full bg-indigo-600">Fortsätt</button></form>',
        consent=f'{C}>{{hidden}}<div class="flex"><button id="k3" name="answer" value="no" class="border">Inte nu</button><button id="k2" name="answer" value="yes" class="bg-indigo-600 text-white">Ge åtkomst</button></div></form>',
    ),
    product(
        "table-with-domain-and-user",
        names=("F2", "F3"),
        lang="cs",
        login=f'{L}>{{hidden}}<table><tr><td>Doména:</td><td><input name="F1" value="FIRMA"></td></tr><tr><td>Uživatel:</td><td><input name="F2"></td></tr><tr><td>Heslo:</td><td><input type="password" name="F3"></td></tr><tr><td></td><td><input type="submit" id="k1" value="OK"></td></tr></table></form>',
        wants=wanted("F2", "F3", F1="FIRMA"),
    ),
    product(
        "icons-only-by-class",
        consent=f'<h1>ChatGPT</h1>{C}>{{hidden}}<button id="k3" name="answer" value="reject" class="btn btn-danger"><i class="fa fa-times"></i></button><button id="k2" name="answer" value="accept" class="btn btn-success"><i class="fa fa-check"></i></button></form>',
        allows={"answer": "accept"},
    ),
    product(
        "thumbs-only",
        consent=f'<h1>ChatGPT</h1>{C}>{{hidden}}<button id="k3" name="answer" value="0">👎</button><button id="k2" name="answer" value="1">👍</button></form>',
        allows={"answer": "1"},
    ),
    product(
        "buttons-outside-by-form",
        lang="fi",
        consent='<form id="consent-form" method="post" action="/consent?{query}">{hidden}</form><footer><button form="consent-form" name="answer" value="no" id="k3">En salli</button><button form="consent-form" name="answer" value="yes" id="k2">Salli</button></footer>',
    ),
    product(
        "tried-once-401-with-form",
        status=401,
        login=f'<p class="error">Please sign in</p>{L}>{{hidden}}<input name="user"><input type="password" name="password"><button id="k1">Sign in</button></form>',
    ),
    product("form-422", status=422),
    product(
        "action-is-a-query-only",
        login=LOGIN.replace("/login?{query}", "?{query}"),
    ),
    product(
        "base-in-another-folder",
        head='<base href="/static/theme/">',
        login=LOGIN.replace("/login?", "../../login?"),
        consent=CONSENT.replace("/consent?", "../../consent?"),
    ),
    product(
        "formdata-event-adds",
        login=LOGIN + "<script>document.forms[0].addEventListener('formdata', e => e.formData.append('js', '1'))</script>",
        wants=wanted("user", "password", js="1"),
        expected="asks",
        no=(),
    ),
    product(
        "jquery-ajax-goes-on",
        files={"/jquery.min.js": ("text/javascript", "window.$=()=>({})")},
        login="""<script src="/jquery.min.js"></script><form id="f" method="post"><input name="user"><input type="password" name="password"><button id="k1">Log in</button></form><script>document.getElementById("f").addEventListener("submit", function (e) { e.preventDefault(); fetch("/api/login?{query}".replaceAll("&amp;","&"), {method:"POST",headers:{"Content-Type":"application/json"},body:JSON.stringify(Object.fromEntries(new FormData(this)))}).then(r=>r.json()).then(r=>{ window.location = r.next }) })</script>""",
        expected="asks",
        no=(),
    ),
    product(
        "noscript-fallback-beside-script",
        login='<div id="app"></div><noscript><form method="post" action="/login?{query}">{hidden}<input name="user"><input type="password" name="password"><button>Log in</button></form></noscript><script>document.getElementById("app").innerHTML = `<form method="post" action="/login?{query}">{hidden}<input name="user"><input type="password" name="password"><button id="k1">Log in</button></form>`</script>',
        expected="asks",
        no=(),
    ),
    product(
        "alpine-attributes-without-alpine",
        consent=f'<div x-data="{{open:false}}">{C} x-on:submit="loading = true">{{hidden}}<button id="k3" name="answer" value="no" x-bind:disabled="loading">No, thanks</button><button id="k2" name="answer" value="yes">Looks good</button></form></div>',
    ),
    product(
        "onetrust-banner-as-form-with-password-page",
        login='<div id="onetrust-consent-sdk"><div role="dialog"><p>We value your privacy</p><button id="onetrust-accept-btn-handler">Accept All</button><button id="onetrust-reject-all-handler">Reject All</button></div></div>' + LOGIN,
        consent='<div id="onetrust-consent-sdk"><div role="dialog"><p>We value your privacy</p><button>Accept All</button><button>Reject All</button></div></div>' + CONSENT,
    ),
    product(
        "locale-switch-is-a-select-that-submits",
        login='<form action="/back" method="post"><select name="hl" onchange="this.form.submit()"><option>English</option><option>Deutsch</option></select></form>' + LOGIN,
        consent='<form action="/back" method="post"><select name="hl" onchange="this.form.submit()"><option>English</option><option>Deutsch</option></select></form>' + CONSENT,
    ),
    product(
        "euc-kr-undeclared",
        lang="ko", charset="euc-kr", content_type="text/html",
        page="<html lang=ko><head><title>메모</title>{head}</head><body><p>이 서비스를 이용하려면 동의가 필요합니다. 아래 내용을 확인해 주십시오. 개인정보 처리방침을 읽어 주시기 바랍니다.</p>{body}</body></html>",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no">취소</button><button id="k2" name="answer" value="yes">동의함</button></form>',
    ),
    product(
        "windows-1251-undeclared",
        lang="ru", charset="windows-1251", content_type="text/html",
        page="<html lang=ru><head><title>Заметки</title>{head}</head><body><p>Чтобы продолжить работу с сервисом, подтвердите доступ к вашим данным. Внимательно прочитайте условия.</p>{body}</body></html>",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="no">Отказать</button><button id="k2" name="answer" value="yes">Дать доступ</button></form>',
    ),
    product(
        "gb18030-in-meta",
        lang="zh", charset="gb18030", content_type="text/html",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="不">不同意</button><button id="k2" name="answer" value="同意">同意</button></form>',
        allows={"answer": "同意"},
    ),
    product(
        "iso-8859-9-turkish",
        lang="tr", charset="iso-8859-9",
        consent=f'{C}>{{hidden}}<button id="k3" name="answer" value="hayır">Hayır</button><button id="k2" name="answer" value="izin ver">İzin ver</button></form>',
        allows={"answer": "izin ver"},
    ),
    product("cookie-with-odd-name", cookie="a.b|c~!*'sid"),
    product("cookie-value-in-quotes", cookie_attributes='Path="/"; HttpOnly'),
    product("host-prefix-partitioned", cookie="__Host-x", cookie_attributes="Secure; Path=/; SameSite=None; Partitioned"),
]  # fmt: skip
