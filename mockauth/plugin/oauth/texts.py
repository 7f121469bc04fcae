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
    described: str
    """What stands before the host that describes the client."""
    local: str
    """That a client may be any program on the user's machine."""
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
    described="This application is described at",
    local="Any program on this computer can pretend to be this application. Go on only if you started it yourself.",
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
    described="وصف هذا التطبيق موجود على",
    local="يمكن لأي برنامج على هذا الجهاز أن يدّعي أنه هذا التطبيق. تابع فقط إذا بدأته بنفسك.",
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
    described="Diese Anwendung ist beschrieben bei",
    local="Jedes Programm auf diesem Rechner kann sich als diese Anwendung ausgeben. Weiter nur, wenn Sie sie selbst gestartet haben.",
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
    described="इस एप्लिकेशन का विवरण यहाँ है:",
    local="इस कंप्यूटर का कोई भी प्रोग्राम यह एप्लिकेशन होने का दावा कर सकता है। तभी आगे बढ़ें जब आपने इसे स्वयं शुरू किया हो।",
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
    described="このアプリの説明の場所:",
    local="このコンピューター上のどのプログラムもこのアプリになりすませます。自分で開始した場合にのみ続けてください。",
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
    described="이 앱의 설명 위치:",
    local="이 컴퓨터의 모든 프로그램이 이 앱을 사칭할 수 있습니다. 직접 시작한 경우에만 계속하세요.",
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
    described="Esta aplicación se describe en",
    local="Cualquier programa de este equipo puede hacerse pasar por esta aplicación. Continúe solo si la ha iniciado usted.",
    allow="Permitir",
    deny="Denegar",
)
