"""The words on buttons and fields, in a few languages."""

from __future__ import annotations

import re


def _words(text: str) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:" + "|".join(text.split()) + r")(?![a-z])", re.IGNORECASE)


ALLOW = _words(
    "allow approve authori[sz]e accept continue log.?in login sign.?in signin yes agree grant "
    "confirm ok next submit connect permit proceed erlauben zulassen zustimmen anmelden weiter "
    "autoriser accepter connexion continuer permitir autorizar aceptar acceder continuar entrar "
    "consenti accetta accedi toestaan akkoord inloggen zezwól zaloguj"
)
DENY = _words(
    "deny cancel reject decline refuse no disallow abort ablehnen abbrechen verweigern refuser "
    "annuler denegar rechazar cancelar rifiuta annulla weigeren annuleren odmów"
)
SIGN_IN = _words(
    "log.?in login sign.?in signin anmelden einloggen connexion acceder entrar accedi inloggen "
    "zaloguj"
)
OTHER_PURPOSE = _words(
    "search sign.?up signup register registration subscribe newsletter log.?out logout sign.?out "
    "locale language theme forgot reset suche abmelden registrieren"
)
USER = _words(
    "user username user.?name user.?id login e?.?mail account sub name benutzer identifier handle"
)
CONSENT = _words("consent confirm agree allow approve accept authori[sz]e grant scope scopes")
CAPTCHA = re.compile(r"g-recaptcha|h-captcha|hcaptcha|cf-turnstile|captcha", re.IGNORECASE)
