"""What the words on a button or beside a field mean, in the languages of `words.json`.

The words are gathered from the message catalogues of login software, and reviewed by hand where
those are silent (`scripts/gather_words.py`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, get_args

Meaning = Literal[
    "allow", "deny", "yes", "no", "log_in", "next", "cancel", "back", "user_name", "email", "phone",
    "password", "new_password", "show_password", "one_time_code", "stay_signed_in",
    "forgotten_password", "sign_up", "log_out", "language", "cookies", "search", "newsletter",
]  # fmt: skip
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)
LONGEST_TEXT = 80
"""Characters of a text that are looked at; a label is shorter."""
LONGEST_PHRASE = 7
"""Words of a phrase, or characters times four where words are not told apart."""
SHORTEST_PART = 3
"""Letters that a phrase must have to count inside a longer text: `no` and `ja` are words of
several languages."""
# Han, kana, hangul, Thai, Lao, Burmese and Khmer are written without blanks between words, or
# with endings that grow on the word.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u0652\u0640]")
NOT_A_LETTER = re.compile(r"[^\w\u0900-\u0eff\u1000-\u109f\u1780-\u17d3\u200c\u200d\u3099\u309a]+")
JOINERS = str.maketrans("", "", "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Phrases in the form that `folded` gives them, and what they mean."""

    phrases: Mapping[str, frozenset[Meaning]]
    languages: Mapping[tuple[str, Meaning], frozenset[str]]
    """The languages in which a phrase has a meaning."""
    not_before: Mapping[str, frozenset[str]]
    """Words that refuse when they stand before a word of the same language that allows; with
    their languages, because the Swahili `si` (not) is the Spanish `sí` (yes)."""
    not_after: Mapping[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True)
class _Match:
    start: int
    end: int
    phrase: str
    meanings: frozenset[Meaning]


def meanings(text: str, lang: str = "") -> dict[Meaning, float]:
    """What a label may mean, each with a confidence from 0 to 1, the surest first.

    1 is said where the whole text is a known phrase; less, the more of the text is unknown. A word
    that allows beside a negation refuses. `lang` is the language that the page says it is in: a
    meaning that a phrase has in other languages only is less sure.
    """
    return dict(_meanings(text[:LONGEST_TEXT], lang.lower()[:2]))


def folded(text: str) -> str:
    """The text without what does not tell words apart: case, accents, width, punctuation."""
    plain = unicodedata.normalize("NFKD", text.replace("\u0130", "i").casefold())
    plain = unicodedata.normalize("NFC", ACCENTS.sub("", plain)).replace("\u0131", "i")
    plain = plain.translate(JOINERS).replace("'", " ").replace("\u2019", " ")
    words = " ".join(NOT_A_LETTER.sub(" ", plain).replace("_", " ").split())
    return words.replace(" ", "") if UNSPACED.search(words) else words


@lru_cache(maxsize=4096)
def _meanings(text: str, lang: str) -> tuple[tuple[Meaning, float], ...]:
    known, whole = vocabulary(), folded(text)
    unspaced = bool(UNSPACED.search(whole))
    parts = list(whole) if unspaced else whole.split()
    found: dict[Meaning, float] = {}
    for match in _longest(list(_matches(parts, unspaced, known))):
        share = (match.end - match.start) / max(1, len(parts))
        sure = 1.0 if share == 1 else 0.4 + 0.5 * share
        for meaning in match.meanings:
            here = known.languages[match.phrase, meaning]
            weight = sure if not lang or lang in here or "en" in here else 0.9 * sure
            said = _negated(meaning, match, parts, known)
            found[said] = max(found.get(said, 0.0), round(weight, 3))
    return tuple(sorted(found.items(), key=lambda item: -item[1]))


def _matches(parts: list[str], unspaced: bool, known: Vocabulary) -> Iterator[_Match]:
    """Every known phrase in the text, at every place."""
    longest = LONGEST_PHRASE * (4 if unspaced else 1)
    blank = "" if unspaced else " "
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + longest) + 1):
            phrase = blank.join(parts[start:end])
            whole = end - start == len(parts)
            if not whole and len(phrase) < (2 if unspaced else SHORTEST_PART):
                continue
            if meant := known.phrases.get(phrase):
                yield _Match(start=start, end=end, phrase=phrase, meanings=meant)


def _longest(matches: list[_Match]) -> list[_Match]:
    """The matches that do not lie within a longer one."""
    return [
        m
        for m in matches
        if not any(
            o.start <= m.start and m.end <= o.end and o.end - o.start > m.end - m.start
            for o in matches
        )
    ]


def _negated(meaning: Meaning, match: _Match, parts: list[str], known: Vocabulary) -> Meaning:
    """`deny` in place of a meaning that allows, where a negation stands beside it."""
    if meaning not in ("allow", "yes", "next"):
        return meaning
    own = known.languages[match.phrase, meaning]
    ahead = parts[: match.start][-2:]
    before = (known.not_before.get(word) for word in (*ahead, " ".join(ahead)))
    after = (known.not_after.get(word) for word in parts[match.end : match.end + 1])
    negations = (langs for langs in (*before, *after) if langs)
    return "deny" if any(own & langs for langs in negations) else meaning


@cache
def vocabulary() -> Vocabulary:
    """The words of the package, read once."""
    data = json.loads(files("mockauth.browser").joinpath("words.json").read_text("utf-8"))
    phrases: dict[str, set[Meaning]] = {}
    languages: dict[tuple[str, Meaning], set[str]] = {}
    for meaning in MEANINGS:
        for lang, said in data["words"].get(meaning, {}).items():
            for phrase in said:
                phrases.setdefault(folded(phrase), set()).add(meaning)
                languages.setdefault((folded(phrase), meaning), set()).add(lang)
    return Vocabulary(
        phrases={phrase: frozenset(meant) for phrase, meant in phrases.items()},
        languages={key: frozenset(langs) for key, langs in languages.items()},
        not_before=_negations(data["words"], "not before"),
        not_after=_negations(data["words"], "not after"),
    )


def _negations(
    words: Mapping[str, Mapping[str, Mapping[str, str]]], which: str
) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for lang, said in words[which].items():
        for phrase in said:
            found.setdefault(folded(phrase), set()).add(lang)
    return {word: frozenset(langs) for word, langs in found.items()}
