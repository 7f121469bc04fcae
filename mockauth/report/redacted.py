"""A run as it may be shown: mockauth's own words as they are, those of others without secrets and on
one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mockauth.browser.landing import Landing
from mockauth.engine.result.located import place_of
from mockauth.engine.result.result import Result, Run
from mockauth.engine.result.waiver import Waiver
from mockauth.wire import Exchange, Pairs, Response
from mockauth.wire.one_line import one_line
from mockauth.wire.secret import Secrets
from mockauth.wire.secret_names import secret_name
from mockauth.wire.url import without_query
from mockauth.wire.words import render

LONGEST_BODY = 64 * 1024
"""Characters of a body in a report."""
LONGEST_HEADER = 8 * 1024
"""Characters of a header or an address in a report."""
LONGEST_NAME = 200
"""Characters of the words on a button."""
LONGEST_URL = 160
"""Characters of a URL on the terminal."""


@dataclass(frozen=True)
class Redactor:
    """Shows what a run found. Everything that a report holds goes through it, once."""

    secrets: Secrets
    profile: str = "plugin"
    """Whose words the report uses: of a manifest, the GPT editor, or metadata."""

    def text(self, message: str) -> str:
        """A message; a plain `str` is text of others."""
        return render(message, self.secrets, profile=self.profile)

    def url(self, exchange: Exchange) -> str:
        """Where a request went, for the terminal."""
        return self._foreign(exchange.request.target, LONGEST_URL)

    def result(self, result: Result) -> dict[str, Any]:
        """One check of the report."""
        rule = result.rule
        return {
            "id": rule.id,
            "state": result.state,
            "level": result.level,
            "title": self.text(rule.title),
            "refs": list(rule.refs),
            "expected": self.text(result.expected),
            "actual": self.text(result.actual),
            "why": self.text(rule.why),
            "fix": self.text(result.fix or rule.fix),
            "chatgpt_shows": self.text(rule.chatgpt_shows),
            "at": self.text(result.at),
            "exchanges": list(result.exchanges),
            "practice": rule.practice,
            "confidence": result.confidence,
            "blocked_by": result.blocked_by,
            "waived_state": result.waived_state,
            "waiver": self._waiver(result.waiver),
            "findings": [
                {
                    "expected": self.text(finding.expected),
                    "actual": self.text(finding.actual),
                    "at": self.text(finding.at),
                    "place": self.text(place_of(finding)),
                    "exchanges": list(finding.exchanges),
                }
                for finding in result.findings
            ],
        }

    def login(self, landing: Landing | None) -> dict[str, Any] | None:
        """What was pressed in the ordinary login, and what was asked where it stopped."""
        if landing is None:
            return None
        asked = landing.question
        return {
            "outcome": landing.outcome,
            "reason": landing.reason,
            "url": self.text(without_query(landing.url)),
            "pressed": [
                {"name": self._foreign(press.name, LONGEST_NAME), "how": press.how}
                for press in landing.pressed
            ],
            "tried": [self._foreign(name, LONGEST_NAME) for name in landing.tried],
            "question": self.text(asked.text) if asked else "",
            "settings": self.text(asked.line) if asked else "",
        }

    def exchange(self, exchange: Exchange) -> dict[str, Any]:
        """One exchange of the report."""
        request = exchange.request
        return {
            "n": exchange.n,
            "step": exchange.step,
            "purpose": exchange.purpose,
            "probe": exchange.probe,
            "fallback": exchange.fallback,
            "request": {
                "method": self.text(request.method),
                "url": self._foreign(request.target, LONGEST_HEADER),
                "headers": self._headers(request.all_headers),
                "body": self.body(request.body.decode("utf-8", errors="replace")),
            },
            "response": self._answer(exchange.response),
            "error": self.text(exchange.error),
            "elapsed_ms": exchange.elapsed_ms,
        }

    def body(self, text: str) -> str:
        """The start of a body; lines and tabs stay, because JSON writes them as escapes."""
        shown = one_line(self.secrets.scrub(text, LONGEST_BODY), keep="\n\t")[:LONGEST_BODY]
        if len(text) <= LONGEST_BODY:
            return shown
        return f"{shown}… ({len(text)} characters)"

    def _answer(self, response: Response | None) -> dict[str, Any] | None:
        if response is None:
            return None
        return {
            "status": response.status,
            "headers": self._headers(response.headers),
            "body": self.body(response.text),
            "sha256": response.sha256,
        }

    def _headers(self, pairs: Pairs) -> list[list[str]]:
        return [[self._foreign(name, 200), self._header(name, value)] for name, value in pairs]

    def _header(self, name: str, value: str) -> str:
        """The value of a header. One that carries a secret by its nature shows none of it,
        whatever its length."""
        plain = name.lower()
        if plain in ("cookie", "set-cookie"):
            return self._cookies(value, only_first=plain == "set-cookie")
        if secret_name(name):
            scheme, blank, credentials = value.partition(" ")
            return (
                self._foreign(scheme, 40) + " " + self._masked(credentials)
                if blank
                else (self._masked(value))
            )
        return self._foreign(value, LONGEST_HEADER)

    def _cookies(self, value: str, *, only_first: bool) -> str:
        head, mark, rest = value.partition(";") if only_first else (value, "", "")
        parts = [part.partition("=") for part in head.split(";")]
        shown = [
            f"{self._foreign(key, 80)}={self._masked(content.strip())}" for key, _, content in parts
        ]
        return ";".join(shown) + mark + self._foreign(rest, LONGEST_HEADER)

    def _masked(self, value: str) -> str:
        """The placeholder of a value, or its length: what a probe made up is not registered."""
        return self.secrets.placeholder(value) or f"‹{len(value)} chars›"

    def _foreign(self, text: str, limit: int) -> str:
        return one_line(self.secrets.scrub(text, limit))[:LONGEST_BODY]

    def _waiver(self, waiver: Waiver | None) -> dict[str, Any] | None:
        if waiver is None:
            return None
        return {
            "kind": waiver.kind,
            "reason": self.text(waiver.reason),
            "until": waiver.until.isoformat() if waiver.until else None,
            "place": self.text(waiver.place),
        }


def redactor(run: Run) -> Redactor:
    """The redactor of a run, in the words of its profile."""
    return Redactor(run.secrets, run.profile.name if run.role == "chatgpt" else "plugin")
