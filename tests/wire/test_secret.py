"""Secrets are hidden in every spelling they may travel in, whole and in fragments."""

from __future__ import annotations

import base64
import json
import string
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockauth.wire.secret import FRAGMENT, LONGEST_LEARNT, MOST_LEARNT, Secret, Secrets
from mockauth.wire.secret_names import secret_name
from tests.wire.encodings import encodings, shown_of

VALUE = 'pä"ss/wo rd+&=\\'
ALPHABET = string.ascii_letters + string.digits + "-._~+/=:&<>\"'\\% é"
SECRETS = st.text(ALPHABET, min_size=FRAGMENT, max_size=60).filter(lambda text: len(set(text)) > 6)
AROUND = st.text(string.ascii_letters + " .,:;{}()", max_size=12)


@pytest.mark.parametrize(
    "spelling",
    [VALUE, quote(VALUE), quote(VALUE, safe=""), quote_plus(VALUE), json.dumps(VALUE)[1:-1]],
)
def test_a_secret_is_scrubbed_in_each_spelling(spelling: str) -> None:
    secrets = Secrets()
    placeholder = secrets.add(VALUE, "password")
    assert secrets.scrub(f"a {spelling} b") == f"a {placeholder} b"


def test_a_basic_pair_is_scrubbed() -> None:
    secrets = Secrets()
    secrets.add_basic("client", "s3cret-value", "credentials")
    pair = base64.b64encode(b"client:s3cret-value").decode()
    assert pair not in secrets.scrub(f"Basic {pair}")


def test_a_secret_does_not_print_itself() -> None:
    assert "hidden" not in f"{Secret('hidden')} {Secret('hidden')!r}"


@given(SECRETS, AROUND, AROUND)
def test_no_fragment_of_twelve_survives_in_any_encoding(
    value: str, before: str, after: str
) -> None:
    secrets = Secrets()
    secrets.add(value, "token")
    for spelling in encodings(value):
        shown = secrets.scrub(f"{before} {spelling} {after}")
        assert shown_of(value, shown) == [], spelling


@given(SECRETS, st.data())
def test_a_part_of_a_secret_is_hidden_as_the_whole_is(value: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(value) - FRAGMENT))
    part = value[start : data.draw(st.integers(start + FRAGMENT, len(value)))]
    secrets = Secrets()
    secrets.add(value, "token")
    for spelling in encodings(part):
        assert shown_of(value, secrets.scrub(f"x {spelling} y")) == [], spelling


@given(SECRETS, st.integers(0, 80))
def test_a_secret_that_the_limit_cuts_leaves_no_fragment(value: str, limit: int) -> None:
    secrets = Secrets()
    secrets.add(value, "token")
    for spelling in encodings(value):
        assert shown_of(value, secrets.scrub("abc " * 8 + spelling, limit)) == []


@given(st.text(max_size=200), SECRETS)
def test_what_holds_no_secret_stays_as_it_is(text: str, value: str) -> None:
    secrets = Secrets()
    secrets.add("Ω" + value + "Ω" * FRAGMENT, "token")
    assert secrets.scrub("nothing to see") == "nothing to see"
    secrets.scrub(text)


def test_a_short_secret_is_hidden_as_a_word_and_not_inside_one() -> None:
    secrets = Secrets()
    secrets.add("demo", "password")
    assert secrets.scrub("demo, demonstrate") == "‹password 1 · 4 chars›, demonstrate"


@pytest.mark.parametrize("value", ["   ", "null", "undefined", "None"])
def test_what_stands_for_a_missing_value_is_not_hidden_where_it_was_sent_as_one(value: str) -> None:
    secrets = Secrets()
    secrets.learn(value, "client secret", used=True)
    text = f"a {value} b"
    assert secrets.scrub(text) == text


def test_a_secret_that_was_altered_by_one_character_is_hidden() -> None:
    secrets = Secrets()
    secrets.add("demo-secret-3f9a7c51d2-and-more-of-it", "client secret")
    assert (
        shown_of(
            "-3f9a7c51d2-and-more-of-it", secrets.scrub("demo-secretX3f9a7c51d2-and-more-of-it")
        )
        == []
    )


def test_what_everybody_knows_is_not_hidden_because_a_peer_calls_it_a_token() -> None:
    secrets = Secrets()
    secrets.publish("http://localhost:5000/authorize")
    secrets.learn("http://localhost:5000/authorize", "token")
    secrets.learn("http://localhost:5000/authorize#and-a-secret-part", "token")
    assert (
        secrets.scrub("at http://localhost:5000/authorize") == "at http://localhost:5000/authorize"
    )
    assert "secret-part" not in secrets.scrub("http://localhost:5000/authorize#and-a-secret-part")


def test_what_the_user_gave_as_a_secret_is_hidden_even_where_it_is_public() -> None:
    secrets = Secrets()
    secrets.publish("demo-client-of-mine")
    secrets.add("demo-client-of-mine", "client secret")
    assert "demo-client" not in secrets.scrub("id demo-client-of-mine")


def test_a_client_id_that_the_secret_begins_with_is_shown_and_the_secret_is_not() -> None:
    secrets = Secrets()
    secrets.publish("mockauth-client")
    secrets.add("mockauth-client-secret-7d20c5e19b4f", "client secret")
    assert secrets.scrub("?client_id=mockauth-client&x=1") == "?client_id=mockauth-client&x=1"
    assert secrets.scrub("client_id%3Dmockauth%2Dclient") == "client_id%3Dmockauth%2Dclient"
    for hidden in ("mockauth-client-secret-7d20c5e19b4f", "mockauth-client-sec", "th-client-sec"):
        assert "client" not in secrets.scrub(f"is {hidden}").replace("client secret", "")


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "%s"}',
        '{"accessToken":"%s"',
        "access_token=%s&state=1",
        "?X-Api-Key=%s",
        '{"jwt" : "%s", "a": 1}',
        "a=1&session_id=%s",
    ],
)
def test_what_stands_under_the_name_of_a_secret_is_hidden_without_being_known(text: str) -> None:
    value = "Zz9-this-is-not-registered"
    assert value not in Secrets().scrub(text % value)


def test_what_a_peer_calls_a_secret_is_bounded_in_number_and_length() -> None:
    secrets = Secrets()
    began = time.process_time()
    for n in range(MOST_LEARNT * 2):
        secrets.learn(f"token-number-{n:012}", "token")
    secrets.learn("x" * 10_000_000, "token")
    secrets.scrub("token-number-000000000001 " * 2000, 64 * 1024)
    assert time.process_time() - began < 20
    assert len(secrets._values) <= MOST_LEARNT + 1
    assert secrets.placeholder("token-number-000000000001") is not None


def test_the_start_of_a_secret_too_long_to_keep_is_hidden() -> None:
    value = base64.b64encode(bytes(n * 7 % 251 for n in range(9000))).decode()
    secrets = Secrets()
    secrets.learn(value, "token")
    assert value[: LONGEST_LEARNT // 2] not in secrets.scrub(value)


def test_a_body_of_ten_megabytes_costs_what_its_start_costs() -> None:
    secrets = Secrets()
    secrets.add("demo-secret-3f9a7c51d2", "client secret")
    began = time.process_time()
    for body in ("a" * 10_000_000, "%41" * 3_000_000, '{"password":' * 800_000, "é" * 10_000_000):
        secrets.scrub(body, 64 * 1024)
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    "name",
    [
        "accessToken",
        "Access-Token",
        "x-api-key",
        "apikey",
        "session",
        "JWT",
        "otp",
        "github_token",
        "newPassword",
        "client_secret",
        "code",
    ],
)
def test_names_of_secrets_are_known_in_any_spelling(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize("name", ["token_type", "expires_in", "scope", "state", "error", "codes"])
def test_names_beside_them_are_no_secrets(name: str) -> None:
    assert secret_name(name) == ""


def test_the_rest_of_a_long_token_is_hidden_with_its_start() -> None:
    secrets = Secrets()
    token = "".join(f"{n:05x}" for n in range(2000))
    secrets.learn(token, "access token")

    assert "007cf" not in secrets.scrub(f'{{"you_sent":"Bearer {token}"}}')


def test_a_token_that_was_used_is_hidden_when_a_peer_has_filled_the_registry() -> None:
    secrets = Secrets()
    for n in range(200):
        secrets.learn(f"{n:04d}" * 1000, "id token")
    secrets.learn("a-token-that-is-sent-to-the-api", "access token", used=True)

    assert "a-token-that" not in secrets.scrub("echo a-token-that-is-sent-to-the-api")


@pytest.mark.parametrize("text", ["aHVudGVyMiE=", "68756e7465723221"])
def test_a_short_password_is_hidden_in_base64_and_hexadecimal(text: str) -> None:
    secrets = Secrets()
    secrets.add("hunter2!", "password")

    assert text[:8] not in secrets.scrub(f"x {text} y")


def test_a_password_in_the_bytes_of_a_header_is_hidden() -> None:
    secrets = Secrets()
    secrets.add("парольдлинный", "password")

    assert secrets.scrub("парольдлинный".encode().decode("latin-1")) == ("‹password 1 · 13 chars›")
