"""Own words survive any secret; text of others is one line, and starts none."""

from __future__ import annotations

import pickle
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockauth.wire.one_line import one_line
from mockauth.wire.secret import Secrets
from mockauth.wire.words import Words, amount, cut, own, parts_of, render, say

SENTENCE = "the token endpoint refused: 200 is a fail, wrong user name or password?"
WORDS = [*SENTENCE.split(), "token", "wrong", "fail", "200", "token.exchange-works", SENTENCE]


@given(st.sampled_from(WORDS) | st.text(max_size=30))
def test_own_words_survive_any_secret(secret: str) -> None:
    secrets = Secrets()
    secrets.add(secret, "password")
    secrets.learn(secret, "token")
    message = say(SENTENCE + " {} {}", 200, own("token.exchange-works"))
    assert render(message, secrets) == SENTENCE + " 200 token.exchange-works"


@given(st.text(max_size=60))
def test_text_of_others_is_one_printable_line(text: str) -> None:
    shown = one_line(text)
    assert all(char.isprintable() or unicodedata.category(char) == "Zs" for char in shown)
    assert len(f"x{shown}x".splitlines()) == 1


@pytest.mark.parametrize(
    "char",
    [
        "\0",
        "\n",
        "\r",
        "\x1b",
        "\x85",
        "\u061c",
        "\u202e",
        "\u2028",
        "\u2029",
        "\u2066",
        "\ufeff",
        "\ue000",
        "\ud800",
        "\U000e0041",
        "\U000e0100",
        "\u200b",
        "\u3164",
        "\u034f",
    ],
)
def test_what_acts_or_hides_is_shown_by_its_number(char: str) -> None:
    code = f"{ord(char):04x}" if ord(char) < 0x10000 else f"{{{ord(char):x}}}"
    assert one_line(f"a{char}b") == f"a\\u{code}b"


@pytest.mark.parametrize(
    "text", ["a b", "日本語\u3000の文", "naïve – “quoted”", "😀", "a::b", "# 1"]
)
def test_what_people_write_stays(text: str) -> None:
    assert one_line(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "::error::x",
        "  ::add-mask::x",
        "a\n::error::x",
        "##[error]x",
        "##vso[task.complete]x",
        "say ##vso[x]",
        "##teamcity[x]",
    ],
)
def test_no_text_of_others_is_a_command_of_a_ci_system(text: str) -> None:
    for line in one_line(text).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line
        assert "##teamcity[" not in line


def test_a_text_is_scrubbed_before_it_is_cut() -> None:
    secrets = Secrets()
    secrets.add("demo-secret-3f9a7c51d2", "client secret")
    message = say("got {:.10} and {!r:.14}", "demo-secret-3f9a7c51d2", "a demo-secret-3f9a7c51d2")
    shown = "‹client secret 1 · 22 chars›"
    assert render(message, secrets) == f"got {shown} and 'a {shown}'"


def test_a_plain_text_is_a_text_of_others() -> None:
    secrets = Secrets()
    secrets.add("token", "password")
    assert render("a token", secrets) == "a ‹password 1 · 5 chars›"
    assert render(say("a token: ") + "a token", secrets) == "a token: a ‹password 1 · 5 chars›"
    assert render("x " + say("token"), secrets) == "x token"


def test_messages_inside_messages_keep_their_parts() -> None:
    inner = say("{} of the token", cut("foreign", 3))
    joined = say(", ").join([inner, "b"])
    assert joined == "for of the token, b"
    assert parts_of(say("<{}>", joined)) == ("<", *joined.parts, ">")
    assert parts_of(pickle.loads(pickle.dumps(joined))) == joined.parts  # noqa: S301 - ours


def test_an_endpoint_is_named_as_the_profile_names_it() -> None:
    message = say("the token endpoint ({authorization_url}) says {}", "authorization_url")
    assert render(message, Secrets()) == (
        "the token endpoint (authorization_url) says authorization_url"
    )
    assert render(message, Secrets(), profile="action") == (
        "the token endpoint (Token URL) says authorization_url"
    )


def test_a_number_that_is_no_count_is_a_text_of_others() -> None:
    secrets = Secrets()
    secrets.add("123456789012345", "password")
    assert render(say("{}", 123456789012345), secrets) == "‹password 1 · 15 chars›"
    assert say("{:g} s, {:.0f}", 3600000000000, 1e400) == "3.6e+12 s, inf"
    assert say("{:g}", 10**400) == str(10**400)


def test_words_are_texts() -> None:
    assert isinstance(say("a"), str)
    assert say("a {:.1f} b {{}}", 1.25) == "a 1.2 b {}"
    assert not say("")
    assert Words() == ""


def test_an_endpoint_of_an_mcp_server_has_the_name_of_its_metadata() -> None:
    message = say("the token endpoint ({authorization_url}) of {the_manifest}{in_a_manifest}")
    assert render(message, Secrets(), profile="mcp") == (
        "the token endpoint (token_endpoint) of the metadata"
    )


def test_one_thing_is_not_several() -> None:
    assert [amount(count, "check") for count in (0, 1, 2)] == ["0 checks", "1 check", "2 checks"]
