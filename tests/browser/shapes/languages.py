"""The same login and consent in many languages, each drawn in one of seven ways.

Names and values of the fields are the same everywhere and say nothing: only the words and the
structure tell which button allows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.shapes.shape import PASSWORD, USER, Action, Shape, fill, press, tick

SAYS = """
ko | 아이디 | 비밀번호 | 로그인 | 동의하고 계속 | 취소
ja | 社員番号 | パスワード | ログイン | 許可する | 許可しない
zh-Hans | 用户名 | 密码 | 登录 | 同意并继续 | 拒绝
zh-Hant | 帳號 | 密碼 | 登入 | 允許 | 不允許
hi | उपयोगकर्ता नाम | पासवर्ड | लॉग इन करें | अनुमति दें | अनुमति न दें
bn | ব্যবহারকারীর নাম | পাসওয়ার্ড | লগ ইন করুন | অনুমতি দিন | প্রত্যাখ্যান করুন
ur | صارف نام | پاس ورڈ | لاگ ان کریں | اجازت دیں | مسترد کریں
ar | اسم المستخدم | كلمة المرور | تسجيل الدخول | السماح | رفض
he | שם משתמש | סיסמה | התחברות | אישור | דחייה
fa | نام کاربری | رمز عبور | ورود | اجازه دادن | رد کردن
tr | Kullanıcı adı | Şifre | Giriş yap | İzin ver | İzin verme
ru | Имя пользователя | Пароль | Войти | Разрешить | Отклонить
uk | Ім’я користувача | Пароль | Увійти | Дозволити | Відхилити
pl | Nazwa użytkownika | Hasło | Zaloguj się | Zezwól | Odmów
cs | Uživatelské jméno | Heslo | Přihlásit se | Povolit | Zamítnout
de | Benutzername | Passwort | Anmelden | Zulassen | Nicht zulassen
fr | Identifiant | Mot de passe | Se connecter | Autoriser | Ne pas autoriser
es | Usuario | Contraseña | Iniciar sesión | Permitir | No permitir
pt | Utilizador | Palavra-passe | Entrar | Permitir | Recusar
it | Nome utente | Password | Accedi | Consenti | Non consentire
nl | Gebruikersnaam | Wachtwoord | Inloggen | Toestaan | Weigeren
sv | Användarnamn | Lösenord | Logga in | Tillåt | Neka
da | Brugernavn | Adgangskode | Log ind | Tillad | Afvis
nb | Brukernavn | Passord | Logg inn | Tillat | Avslå
fi | Käyttäjätunnus | Salasana | Kirjaudu sisään | Salli | Kiellä
el | Όνομα χρήστη | Κωδικός πρόσβασης | Σύνδεση | Να επιτρέπεται | Απόρριψη
hu | Felhasználónév | Jelszó | Bejelentkezés | Engedélyezés | Elutasítás
ro | Nume utilizator | Parolă | Autentificare | Permite | Refuză
bg | Потребителско име | Парола | Вход | Разреши | Откажи
sr | Корисничко име | Лозинка | Пријави се | Дозволи | Одбиј
hr | Korisničko ime | Lozinka | Prijava | Dopusti | Odbij
th | ชื่อผู้ใช้ | รหัสผ่าน | เข้าสู่ระบบ | อนุญาต | ไม่อนุญาต
vi | Tên đăng nhập | Mật khẩu | Đăng nhập | Cho phép | Từ chối
id | Nama pengguna | Kata sandi | Masuk | Izinkan | Tolak
ms | Nama pengguna | Kata laluan | Log masuk | Benarkan | Tolak
tl | Pangalan ng user | Password | Mag-log in | Payagan | Tanggihan
sw | Jina la mtumiaji | Nenosiri | Ingia | Ruhusu | Kataa
ta | பயனர்பெயர் | கடவுச்சொல் | உள்நுழைக | அனுமதி | மறு
te | వినియోగదారు పేరు | పాస్‌వర్డ్ | లాగిన్ | అనుమతించు | తిరస్కరించు
mr | वापरकर्तानाव | पासवर्ड | लॉग इन करा | परवानगी द्या | नकार द्या
gu | વપરાશકર્તા નામ | પાસવર્ડ | લૉગ ઇન કરો | મંજૂરી આપો | નકારો
kn | ಬಳಕೆದಾರ ಹೆಸರು | ಪಾಸ್‌ವರ್ಡ್ | ಲಾಗಿನ್ | ಅನುಮತಿಸಿ | ನಿರಾಕರಿಸಿ
ml | ഉപയോക്തൃനാമം | പാസ്‌വേഡ് | ലോഗിൻ | അനുവദിക്കുക | നിരസിക്കുക
pa | ਵਰਤੋਂਕਾਰ ਨਾਂ | ਪਾਸਵਰਡ | ਲੌਗਇਨ | ਇਜਾਜ਼ਤ ਦਿਓ | ਇਨਕਾਰ ਕਰੋ
my | အသုံးပြုသူအမည် | စကားဝှက် | ဝင်ရန် | ခွင့်ပြုပါ | ငြင်းပယ်ပါ
km | ឈ្មោះអ្នកប្រើ | ពាក្យសម្ងាត់ | ចូល | អនុញ្ញាត | បដិសេធ
am | የተጠቃሚ ስም | የይለፍ ቃል | ግባ | ፍቀድ | ከልክል
ha | Sunan mai amfani | Kalmar sirri | Shiga | Ba da izini | Ƙi
yo | Orúkọ aṣàmúlò | Ọ̀rọ̀ aṣínà | Wọlé | Gbà láàyè | Kọ̀
sk | Používateľské meno | Heslo | Prihlásiť sa | Povoliť | Zamietnuť
ca | Nom d’usuari | Contrasenya | Inicia la sessió | Permet | Denega
"""
AGAIN = """
ko | 이메일 | 비밀번호 | 계속하기 | 허용 | 허용 안함
ja | メールアドレス | パスワード | 次へ | 承認する | キャンセル
zh-Hans | 手机号 | 密码 | 下一步 | 授权 | 取消
de | E-Mail-Adresse | Kennwort | Einloggen | Ich stimme zu | Abbrechen und zurück
fr | Adresse e-mail | Mot de passe | Connexion | J’accepte | Non merci
es | Correo electrónico | Contraseña | Acceder | Autorizar | Cancelar
pt-BR | CPF | Senha | Acessar | Concordo e continuo | Não permitir
hi | ईमेल | पासवर्ड | साइन इन | सहमत हूँ | रद्द करें
ar | البريد الإلكتروني | كلمة السر | دخول | أوافق | لا أوافق
tr | E-posta | Parola | Oturum aç | Kabul ediyorum | Vazgeç
ru | Логин | Пароль | Продолжить | Предоставить доступ | Не разрешать
vi | Email | Mật khẩu | Tiếp tục | Đồng ý | Không đồng ý
"""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a page says in one language."""

    lang: str
    user: str
    password: str
    log_in: str
    allow: str
    deny: str


def read(table: str) -> list[Words]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [
        Words(lang=r[0], user=r[1], password=r[2], log_in=r[3], allow=r[4], deny=r[5]) for r in rows
    ]


CONSENT_FORM = '<form method="post" action="/consent?{query}">{hidden}'


def two_buttons(w: Words) -> str:
    return (
        f'{CONSENT_FORM}<button id="k3" name="answer" value="2">{w.deny}</button>'
        f'<button id="k2" name="answer" value="1">{w.allow}</button></form>'
    )


def inputs(w: Words) -> str:
    return (
        f'{CONSENT_FORM}<input type="submit" id="k2" name="a1" value="{w.allow}">'
        f'<input type="submit" id="k3" name="a2" value="{w.deny}"></form>'
    )


def radios(w: Words) -> str:
    return (
        f'{CONSENT_FORM}<input type="radio" name="answer" value="0" id="k3" required>'
        f'<label for="k3">{w.deny}</label><input type="radio" name="answer" value="1" id="k2">'
        f'<label for="k2">{w.allow}</label><button id="go">OK</button></form>'
    )


def links(w: Words) -> str:
    return (
        f'<p><a id="k3" role="button" href="/consent?{{query}}&amp;answer=2">{w.deny}</a> '
        f'<a id="k2" role="button" href="/consent?{{query}}&amp;answer=1">{w.allow}</a></p>'
    )


def two_forms(w: Words) -> str:
    return (
        f'{CONSENT_FORM}<input type="hidden" name="answer" value="2"><button id="k3">{w.deny}'
        f'</button></form>{CONSENT_FORM}<input type="hidden" name="answer" value="1">'
        f'<button id="k2">{w.allow}</button></form>'
    )


def icons(w: Words) -> str:
    return (
        f'{CONSENT_FORM}<button id="k3" name="answer" value="2" aria-label="{w.deny}">✗</button>'
        f'<button id="k2" name="answer" value="1" aria-label="{w.allow}">✓</button></form>'
    )


def primary(w: Words) -> str:
    return (
        f'{CONSENT_FORM}<a id="k3" class="btn btn-link" href="/consent?{{query}}&amp;answer=2">'
        f'{w.deny}</a><button id="k2" class="btn btn-primary" name="answer" value="1">{w.allow}'
        f"</button></form>"
    )


DRAWN: tuple[Callable[[Words], str], ...] = (
    two_buttons, inputs, radios, links, two_forms, icons, primary,
)  # fmt: skip


def login(w: Words, enclosing: bool) -> str:
    start = '<form method="post" action="/login?{query}">{hidden}'
    if enclosing:
        fields = (
            f'<label>{w.user} <input name="f1"></label>'
            f'<label>{w.password} <input type="password" name="f2"></label>'
        )
    else:
        fields = (
            f'<label for="f1">{w.user}</label><input type="text" id="f1" name="f1">'
            f'<label for="f2">{w.password}</label><input type="password" id="f2" name="f2">'
        )
    return f'{start}{fields}<button id="k1">{w.log_in}</button></form>'


def shape(w: Words, number: int, suffix: str = "") -> Shape:
    """The pages in one language; the way they are drawn goes round."""
    drawn = DRAWN[number % len(DRAWN)]
    signs_in = (fill("[name=f1]", USER), fill("[name=f2]", PASSWORD), press("#k1"))
    allow: tuple[Action, ...] = (press("#k2"),)
    deny: tuple[Action, ...] = (press("#k3"),)
    if drawn is radios:
        allow, deny = (tick("#k2"), press("#go")), (tick("#k3"), press("#go"))
    return Shape(
        name=f"{w.lang.lower()}-{drawn.__name__.replace('_', '-')}{suffix}",
        kind="language",
        lang=w.lang,
        login=(login(w, enclosing=number % 2 == 0),),
        wants={"f1": USER, "f2": PASSWORD, "csrf": "{csrf}"},
        consent=f"<h1>ChatGPT</h1>{drawn(w)}",
        allows={"a1": w.allow} if drawn is inputs else {"answer": "1"},
        allow=(*signs_in, *allow),
        deny=(*signs_in, *deny),
    )


SHAPES = [shape(w, n) for n, w in enumerate(read(SAYS))]
SHAPES += [shape(w, n + 4, "-again") for n, w in enumerate(read(AGAIN))]
