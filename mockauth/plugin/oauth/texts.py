"""What the pages say, in the languages that they can be shown in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The words of the login and the consent page in one language."""

    lang: str
    direction: str = "ltr"
    log_in: str
    user: str
    password: str
    wrong: str
    question: str
    asks: str
    """What follows the name of the client."""
    allow: str
    deny: str


ENGLISH = Texts(
    lang="en",
    log_in="Log in",
    user="User name",
    password="Password",
    wrong="Wrong user name or password.",
    question="Allow access?",
    asks="asks for:",
    allow="Allow",
    deny="Deny",
)
ARABIC = Texts(
    lang="ar",
    direction="rtl",
    log_in="تسجيل الدخول",
    user="اسم المستخدم",
    password="كلمة المرور",
    wrong="اسم المستخدم أو كلمة المرور غير صحيحة.",
    question="هل تسمح بالوصول؟",
    asks="يطلب ما يلي:",
    allow="السماح",
    deny="رفض",
)
GERMAN = Texts(
    lang="de",
    log_in="Anmelden",
    user="Benutzername",
    password="Passwort",
    wrong="Benutzername oder Passwort ist falsch.",
    question="Zugriff erlauben?",
    asks="möchte zugreifen auf:",
    allow="Erlauben",
    deny="Ablehnen",
)
HINDI = Texts(
    lang="hi",
    log_in="लॉग इन करें",
    user="उपयोगकर्ता नाम",
    password="पासवर्ड",
    wrong="उपयोगकर्ता नाम या पासवर्ड गलत है।",
    question="पहुँच की अनुमति दें?",
    asks="इनकी अनुमति चाहता है:",
    allow="अनुमति दें",
    deny="अस्वीकार करें",
)
JAPANESE = Texts(
    lang="ja",
    log_in="ログイン",
    user="ユーザー名",
    password="パスワード",
    wrong="ユーザー名またはパスワードが違います。",
    question="アクセスを許可しますか?",
    asks="が求める権限:",
    allow="許可する",
    deny="拒否する",
)
KOREAN = Texts(
    lang="ko",
    log_in="로그인",
    user="아이디",
    password="비밀번호",
    wrong="아이디 또는 비밀번호가 올바르지 않습니다.",
    question="접근을 허용하시겠습니까?",
    asks="요청 권한:",
    allow="허용",
    deny="거부",
)
SPANISH = Texts(
    lang="es",
    log_in="Iniciar sesión",
    user="Usuario",
    password="Contraseña",
    wrong="El usuario o la contraseña no son correctos.",
    question="¿Permitir el acceso?",
    asks="solicita:",
    allow="Permitir",
    deny="Denegar",
)
