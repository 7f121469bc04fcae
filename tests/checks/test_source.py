"""The words for sources, and where they lead."""

from __future__ import annotations

import pytest

from mockauth.checks.source import covers, source
from mockauth.engine.catalogue import catalogue


def test_every_source_that_a_rule_names_is_known_by_title() -> None:
    refs = {ref for entry in catalogue() for ref in entry.rule.refs}
    unknown = {ref for ref in refs if source(ref).title == ref}

    assert not unknown, "name them in mockauth/checks/source.py"


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("RFC6749-4.1.2", "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2"),
        ("RFC6749-A.11", "https://www.rfc-editor.org/rfc/rfc6749#appendix-A.11"),
        ("RFC6749", "https://www.rfc-editor.org/rfc/rfc6749"),
        (
            "OAuth21-10.1",
            "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-10.1",
        ),
        ("forum-296963", "https://community.openai.com/t/296963"),
        (
            "openai/plugins-quickstart#22",
            "https://github.com/openai/plugins-quickstart/issues/22",
        ),
        (
            "Pisush/chatGPT-plugin-template",
            "https://github.com/Pisush/chatGPT-plugin-template",
        ),
        ("CWE-209", "https://cwe.mitre.org/data/definitions/209.html"),
    ],
)
def test_a_source_word_leads_to_its_page(word: str, url: str) -> None:
    assert source(word).url == url


def test_a_page_that_is_gone_has_a_title_and_no_address() -> None:
    found = source("OAI-plugin-auth")

    assert (found.title, found.url) == ("OpenAI, ChatGPT plugins (2023): Plugin authentication", "")


@pytest.mark.parametrize(
    ("word", "ref", "covered"),
    [
        ("RFC6749", "RFC6749-4.1.2", True),
        ("rfc6749-4.1", "RFC6749-4.1.2", True),
        ("RFC6749-4.1.2", "RFC6749-4.1.2.1", True),
        ("RFC6749-4.1.2", "RFC6749-4.1.20", False),
        ("RFC674", "RFC6749-4.1.2", False),
        ("OAI-plugin", "OAI-plugin-auth", True),
        ("openai/plugins", "openai/plugins-quickstart#22", False),
        ("openai/plugins-quickstart", "openai/plugins-quickstart#22", True),
        ("", "RFC6749-4.1.2", False),
    ],
)
def test_a_document_covers_its_sections_and_nothing_that_only_looks_like_one(
    word: str, ref: str, covered: bool
) -> None:
    assert covers(word, ref) is covered
