"""What a GPT Action needs beside the protocol: the values typed into the GPT editor."""

from __future__ import annotations

from collections.abc import Iterator

from mockauth.checks.evidence import Evidence
from mockauth.checks.finding import Finding, Seen
from mockauth.checks.registry import check
from mockauth.wire.url import hostname, without_query
from mockauth.wire.words import say

OPTION = say("--privacy-policy-url")


@check(
    "manifest.privacy-policy-set",
    "-S-",
    refs=("OAI-action-prod",),
    kind="static",
    practice=True,
    shows="publishing ends on the home page",
    why="A GPT with an Action cannot be made public without one; a private GPT needs none.",
    fix=f"Enter the address of your privacy policy in the GPT editor, and give it with {OPTION}.",
)
def privacy_policy_set(evidence: Evidence) -> Iterator[Finding | Seen]:
    """A privacy policy URL is configured."""
    url = evidence.given.privacy_policy_url.strip()
    if url.startswith(("https://", "http://")) and hostname(url):
        yield Seen(actual=without_query(url))
    else:
        actual = say("no address with https://") if url else say("none ({} is not given)", OPTION)
        yield Finding(expected=say("the address of a privacy policy"), actual=actual)
