"""The head of a probe file: the rule, the profiles it applies to, and the variants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from mockauth.checks.rule import LETTERS, PROFILE_ORDER, AuthType, Rule, levels
from mockauth.profiles import Level
from mockauth.scenario.form import SENTENCE, TEXT, Form, listing, matching
from mockauth.scenario.model import Answers, Statuses, Step
from mockauth.scenario.strict import Document, Path

Need = Literal[
    "login",
    "callback",
    "second-client",
    "second-user",
    "refresh",
    "deny",
    "short-lifetime",
    "narrow-scope",
    "opt-in",
    "slow",
    "pkce",
    "public-client",
    "jwt",
    "https",
    "localhost",
    "special-secret",
    "odd-secret",
    "second-callback",
    "basic-scheme",
    "own-header",
    "doc-host",
    "closed",
    "access-revocation",
]
"""The catalogue's words, and what makes a rule apply at all: a server that honours PKCE, a client
without a secret, a token that is a JWT, an https target, a target on localhost, a client whose secret
has characters that form-encoding changes, a second one whose secret has special characters or whose callback has a query, a token sent as Basic or in a header of its own."""
ProfileName = Literal["plugin", "action", "mcp"]
Levels = Mapping[str, Level]

ID = r"^[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*$"
VARIANT = re.compile(r"[a-z][a-z0-9_]*")
MOST_VARIANTS = 100
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, kw_only=True)
class ProbeFile:
    """Everything that a probe file may hold."""

    mockauth: Literal[1]
    """The version of the format."""
    id: Annotated[str, "id"]
    """`area.what-should-hold`, not used by another check."""
    title: Annotated[str, "sentence"]
    """The rule in one sentence."""
    level: Annotated[Levels, "level"]
    """One word, three letters for plugin, action and mcp such as `CM-`, or a mapping."""
    refs: Annotated[tuple[str, ...], "refs"]
    """The sources of the rule, such as `RFC6749-4.1.2`."""
    why: Annotated[str, "sentence"]
    """What goes wrong where the rule is broken."""
    fix: Annotated[str, "sentence"]
    """What to change."""
    steps: Annotated[tuple[Step, ...], "steps"] = ()
    """The messages of the probe, in their order. Either these or `answers_of`."""
    answers_of: Annotated[Answers, "answers_of"] = ()
    """Sends nothing: what the refusals of these probes must have, by their ids."""
    when: Statuses = ()
    """Which statuses of those answers are looked at; all refusals where it is left out."""
    profiles: tuple[ProfileName, ...] = PROFILE_ORDER  # type: ignore[assignment]  # the same three words
    """Whom it is for; all three where it is left out."""
    auth: tuple[AuthType, ...] = ("oauth",)
    """Which `auth.type` it is for; `oauth` where it is left out."""
    needs: tuple[Need, ...] = ()
    """What there must be: without it the probe is blocked, or does not apply."""
    practice: bool = False
    """No RFC stands behind it: the rules of ChatGPT, or plain engineering."""
    shows: str = ""
    """What ChatGPT shows where the rule is broken."""
    variants: Annotated[tuple[Mapping[str, str], ...], "variants"] = (MappingProxyType({}),)
    """Values for `${variant.NAME}`: the probe runs once for each combination."""
    destructive: bool = False
    """It burns codes or tokens that others need, so it runs last."""
    after: tuple[str, ...] = ()
    """Rules that, broken, explain what this one would find: then it does not apply."""

    def rule(self) -> Rule:
        """The rule that the file puts to the test."""
        return Rule(
            id=self.id,
            title=self.title,
            levels=self.bound,
            refs=self.refs,
            why=self.why,
            fix=self.fix,
            kind="probe",
            auth=self.auth,
            needs=self.needs,
            chatgpt_shows=self.shows,
            practice=self.practice,
        )

    @property
    def bound(self) -> Levels:
        """The level per profile, for the profiles that the rule applies to."""
        chosen: tuple[str, ...] = self.profiles
        return MappingProxyType({name: self.level[name] for name in self.level if name in chosen})


def read_level(document: Document, path: Path, value: Any) -> Levels:
    """A word for all profiles, a mapping of profile to word, or the catalogue's three letters."""
    if isinstance(value, dict):
        return _level_map(document, path, value)
    if value in LEVELS:
        return MappingProxyType(dict.fromkeys(PROFILE_ORDER, value))
    try:
        return levels(str(value))
    except ValueError:
        letters = ", ".join(f"{letter} {level}" for letter, level in LETTERS.items())
        order = ", ".join(PROFILE_ORDER)
        document.complain(
            path,
            f"must be {', '.join(LEVELS)}, a mapping of profile to one of them, or three letters"
            f" for {order}: {letters}, - not bound",
        )
        return {}


def _level_map(document: Document, path: Path, value: dict[str, Any]) -> Levels:
    for name, level in value.items():
        if name not in PROFILE_ORDER:
            document.unknown_key((*path, name), PROFILE_ORDER)
        elif level not in LEVELS:
            document.unknown((*path, name), level, LEVELS)
    return MappingProxyType(dict(value))


def read_variants(document: Document, path: Path, value: Any) -> tuple[Mapping[str, str], ...]:
    """A mapping of name to texts; every combination is one variant."""
    if not isinstance(value, dict) or not value:
        document.complain(path, "must be a mapping of name to a list of strings")
        return ()
    texts = listing(TEXT, least=1)
    count = 1
    for name, given in value.items():
        if not VARIANT.fullmatch(name):
            document.complain(
                (*path, name), "must be a lower-case word; it is used in ${variant.…}"
            )
        texts.read(document, (*path, name), given)
        count *= len(given) if isinstance(given, list) else 1
    if count > MOST_VARIANTS:
        document.complain(path, f"{count} combinations; at most {MOST_VARIANTS}")
    if document.problems:
        return ()
    chosen = product(*value.values())
    return tuple(MappingProxyType(dict(zip(value, one, strict=True))) for one in chosen)


LEVEL_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"enum": list(LEVELS)},
        {"type": "string", "pattern": f"^[{''.join(LETTERS)}-]{{{len(PROFILE_ORDER)}}}$"},
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {"enum": list(LEVELS)} for name in PROFILE_ORDER},
        },
    ]
}
VARIANTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": {"pattern": f"^{VARIANT.pattern}$"},
    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}

HEAD_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "id": matching(
            re.compile(ID).fullmatch,
            "area.what-should-hold, in lower case, such as token.code-single-use",
            {"pattern": ID},
        ),
        "sentence": SENTENCE,
        "refs": listing(SENTENCE, least=1),
        "level": Form(read_level, LEVEL_SCHEMA),
        "variants": Form(read_variants, VARIANTS_SCHEMA),
    }
)
