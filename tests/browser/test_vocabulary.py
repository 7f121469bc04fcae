"""What words mean, in the languages that most people speak."""

from __future__ import annotations

import pytest

from mockauth.browser.vocabulary import MEANINGS, Meaning, folded, meanings, vocabulary
from tests.browser.shapes.languages import AGAIN, SAYS, Words, read

MOST_SPOKEN = [
    "en",
    "zh",
    "hi",
    "es",
    "ar",
    "bn",
    "pt",
    "ru",
    "ur",
    "id",
    "de",
    "ja",
    "mr",
    "vi",
    "te",
    "sw",
    "ha",
    "tr",
    "tl",
    "ta",
    "pa",
    "ko",
    "th",
    "it",
    "gu",
    "pl",
    "am",
    "kn",
    "my",
    "ml",
    "uk",
    "fr",
    "nl",
    "ro",
    "el",
    "hu",
    "cs",
    "sv",
    "he",
    "fa",
    "yo",
    "ms",
    "km",
    "sr",
    "hr",
    "bg",
    "da",
    "nb",
    "fi",
    "sk",
    "ca",
]
PAGES = read(SAYS) + read(AGAIN)


def surest(text: str) -> Meaning | None:
    return next(iter(meanings(text)), None)


@pytest.mark.parametrize("lang", MOST_SPOKEN)
@pytest.mark.parametrize("meaning", ["allow", "deny", "log_in", "password", "user_name", "cancel"])
def test_the_most_spoken_languages_have_words_for_it(lang: str, meaning: Meaning) -> None:
    assert any(lang in langs for (_, m), langs in vocabulary().languages.items() if m == meaning)


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda w: f"{w.lang}-{w.allow}".encode("unicode_escape").decode()
)
def test_the_words_of_a_consent_page_are_told_apart(page: Words) -> None:
    allow, deny = meanings(page.allow), meanings(page.deny)

    assert {"allow", "yes", "next"} & allow.keys()
    assert not {"deny", "no", "cancel"} & allow.keys()
    assert {"deny", "no", "cancel"} & deny.keys()
    assert not {"allow", "yes"} & deny.keys()


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda w: f"{w.lang}-{w.log_in}".encode("unicode_escape").decode()
)
def test_the_words_of_a_login_page_are_known(page: Words) -> None:
    assert {"log_in", "next"} & meanings(page.log_in).keys()
    assert "password" in meanings(page.password)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("허용 안함", "deny"),
        ("허용안함", "deny"),
        ("동의하지 않음", "deny"),
        ("許可しない", "deny"),
        ("いいえ、許可しません", "deny"),
        ("不同意", "deny"),
        ("ไม่อนุญาต", "deny"),
        ("Nicht zulassen", "deny"),
        ("Zugriff nicht erlauben", "deny"),
        ("ne pas autoriser", "deny"),
        ("No permitir", "deny"),
        ("Não autorizar", "deny"),
        ("Non consentire", "deny"),
        ("Tillåt inte", "deny"),
        ("İzin verme", "deny"),
        ("Не разрешать", "deny"),
        ("لا أوافق", "deny"),
        ("Don’t allow", "deny"),
        ("Do not allow access", "deny"),
        ("Continue without accepting", "deny"),
        ("Weiter ohne Zustimmung", "deny"),
        ("Continuer sans accepter", "deny"),
        ("No, thanks", "deny"),
        ("अनुमति न दें", "deny"),
        ("Jangan izinkan", "deny"),
        ("Huwag payagan", "deny"),
        ("Abbrechen und zurück", "cancel"),
        ("Sí, permitir", "allow"),
        ("Allow and don't ask again", "allow"),
        ("Ja, Zugriff erlauben", "allow"),
        ("Zugriff auf Notizen erlauben", "allow"),
        ("ChatGPTを許可する", "allow"),
        ("ＡＬＬＯＷ", "allow"),
        ("İZİN VER", "allow"),
        ("ΕΠΙΤΡΕΠΩ", "allow"),
        ("  ✓ Allow ", "allow"),
        ("Log in with Google", "log_in"),
        ("Accept all cookies", "cookies"),
        ("Alle akzeptieren", "cookies"),
        ("すべて同意する", "cookies"),
        ("Passwort vergessen?", "forgotten_password"),
        ("비밀번호 찾기", "forgotten_password"),
        ("新規登録", "sign_up"),
        ("Abmelden", "log_out"),
        ("인증번호 입력", "one_time_code"),
        ("新しいパスワード", "new_password"),
        ("Angemeldet bleiben?", "stay_signed_in"),
    ],
)
def test_negations_and_longer_phrases_win(text: str, meaning: Meaning) -> None:
    assert surest(text) == meaning


@pytest.mark.parametrize(
    "text", ["", " ", "!!!", "Zblorf", "12345", "\ud800", "a" * 10_000, "許" * 10_000]
)
def test_what_is_not_known_means_nothing(text: str) -> None:
    assert not meanings(text)


def test_a_word_of_another_language_than_the_page_is_less_sure() -> None:
    assert meanings("Permitir", "es")["allow"] > meanings("Permitir", "de")["allow"]


def test_case_accents_width_and_marks_do_not_matter() -> None:
    assert folded("ＳＥ  CONNECTER !") == folded("se connecter") == "se connecter"
    assert folded("Ναί") == folded("ΝΑΙ")
    assert folded("허용 안 함") == folded("허용안함")


def test_no_phrase_both_allows_and_refuses() -> None:
    refuses: set[Meaning] = {"deny", "no", "cancel", "back"}

    both = [p for p, m in vocabulary().phrases.items() if "allow" in m and m & refuses]

    assert not both


def test_every_meaning_has_words() -> None:
    assert {m for meant in vocabulary().phrases.values() for m in meant} == set(MEANINGS)
