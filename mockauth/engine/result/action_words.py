"""A verdict in the words of its profile: an Action is configured in the GPT editor, not a manifest.

The catalogue names the endpoints as a 2023 manifest does. There `authorization_url` is the TOKEN
endpoint; in the GPT editor "Authorization URL" is the other one, so the words must not mix.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mockauth.engine.result.result import Result
from mockauth.profiles import Profile

PLACES = {
    "/auth/client_url": "authorize endpoint, the Authorization URL of the GPT editor",
    "/auth/authorization_url": "token endpoint, the Token URL of the GPT editor",
}
WORDS = (
    (re.compile(r"(?<![\w/?&=.-])client_url(?![\w=/])"), "Authorization URL"),
    (re.compile(r"(?<![\w/?&=.-])authorization_url(?![\w=/])"), "Token URL"),
    (re.compile(r" in a 2023 manifest\b"), ""),
    (re.compile(r"\b([Tt])he manifest\b"), r"\1he GPT editor"),
)


def worded(result: Result, profile: Profile) -> Result:
    """`result` as this profile would say it; the same where there is a manifest."""
    if profile.has_manifest:
        return result
    rule = result.rule
    return replace(
        result,
        rule=replace(rule, title=said(rule.title), why=said(rule.why), fix=said(rule.fix)),
        expected=said(result.expected),
        actual=said(result.actual),
        fix=said(result.fix),
        at=PLACES.get(result.at, result.at),
        findings=tuple(
            replace(
                finding,
                expected=said(finding.expected),
                actual=said(finding.actual),
                fix=said(finding.fix),
                at=PLACES.get(finding.at, finding.at),
            )
            for finding in result.findings
        ),
    )


def said(text: str) -> str:
    """A sentence of the catalogue in the words of the GPT editor."""
    for pattern, word in WORDS:
        text = pattern.sub(word, text)
    return text
