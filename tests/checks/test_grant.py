"""The checks of the token answer, on traces made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mockauth.checks import grant as checks
from mockauth.checks import grant_jwt as jwts
from mockauth.checks import refresh as refreshes
from mockauth.checks.jwt import read_jwt
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.wire import Pairs, Response, Trace
from tests.traces import (
    ACCESS,
    CALLBACK,
    CODE,
    GIVEN,
    HTML,
    JSON,
    REFRESH,
    STATE,
    answer,
    api,
    authorize,
    callback,
    flow,
    granted,
    judged,
    jwt,
    posted,
    redirect,
    token,
    trace,
)

ON_GRANT = (
    checks.json_content_type, checks.access_token_string, checks.token_type_bearer,
    checks.no_store, checks.expires_in_present, checks.expires_in_number, checks.lifetime_short,
    checks.refresh_token_present, checks.scope_when_narrowed, checks.access_token_unguessable,
    checks.token_not_another_secret,
)  # fmt: skip
KIND = ("Content-Type", "application/json")
STORE = ("Cache-Control", "no-store")


def one(response: Response) -> Trace:
    """An ordinary flow with this token answer."""
    return flow(token(response))


@pytest.mark.parametrize("check", ON_GRANT, ids=lambda c: c.rule.id)
@pytest.mark.parametrize(
    "response",
    [
        granted(),
        granted(token_type="bearer"),
        granted(token_type="BEARER"),
        granted((("CONTENT-type", "application/json; charset=UTF-8"), STORE)),
        granted((KIND, ("cache-control", "private, no-store, max-age=0"))),
        granted((KIND, ("Cache-Control", "private"), STORE)),
        granted(id_token=jwt({"sub": "1"}), user_id=7, created_at=1700000000),
        granted(scope=None),
        granted(scope="read"),
        granted(access_token="0123456789abcdef" * 2),
        granted(access_token=jwt({"sub": "1"})),
        granted(expires_in=3599.5),
    ],
    ids=[
        "plain",
        "bearer",
        "BEARER",
        "charset",
        "directives",
        "two headers",
        "more members",
        "no scope",
        "narrowed",
        "hex",
        "JWT",
        "fraction",
    ],
)
def test_a_legal_grant_passes(check: Check, response: Response) -> None:
    result = judged(check, one(response))
    assert result.state == "pass", result.actual


@pytest.mark.parametrize(
    ("check", "response", "state"),
    [
        (checks.json_content_type, granted(HTML), "fail"),
        (checks.json_content_type, granted(()), "fail"),
        (checks.access_token_string, granted(access_token=7), "fail"),
        (checks.access_token_string, answer(200, JSON, b""), "fail"),
        (checks.access_token_string, answer(200, JSON, "[1, 2]"), "fail"),
        (checks.access_token_string, answer(200, JSON, b"\xff\xfe\x00"), "fail"),
        (checks.token_type_bearer, granted(token_type=None), "fail"),
        (checks.token_type_bearer, granted(token_type="mac"), "fail"),
        (checks.token_type_bearer, granted(token_type=["bearer"]), "fail"),
        (checks.no_store, granted((("Content-Type", "application/json"),)), "fail"),
        (checks.no_store, granted((("Cache-Control", "no-cache"),)), "fail"),
        (checks.pragma_no_cache, granted(), "info"),
        (checks.pragma_no_cache, granted((("pragma", "No-Cache"),)), "pass"),
        (checks.expires_in_present, granted(expires_in=None), "warn"),
        (
            checks.expires_in_present,
            answer(200, JSON, '{"access_token":"x","expires_in":null}'),
            "warn",
        ),
        (checks.expires_in_number, granted(expires_in=None), "n/a"),
        (checks.expires_in_number, granted(expires_in="3600"), "warn"),
        (checks.expires_in_number, granted(expires_in=True), "warn"),
        (checks.expires_in_number, granted(expires_in=0), "warn"),
        (checks.expires_in_number, granted(expires_in=-5), "warn"),
        (checks.expires_in_number, granted(expires_in=3_600_000_000), "warn"),
        (checks.expires_in_number, granted(expires_in=float("nan")), "warn"),
        (checks.expires_in_number, granted(expires_in=float("inf")), "warn"),
        (checks.expires_in_number, granted(expires_in={"s": 1}), "warn"),
        (checks.lifetime_short, granted(expires_in=7200), "warn"),
        (checks.lifetime_short, granted(expires_in=float("nan")), "n/a"),
        (checks.lifetime_short, granted(expires_in=True), "n/a"),
        (checks.lifetime_short, granted(expires_in=-1), "n/a"),
        (checks.lifetime_short, granted(expires_in="60"), "n/a"),
        (checks.lifetime_short, granted(expires_in=None), "n/a"),
        (checks.refresh_token_present, granted(refresh_token=None), "warn"),
        (checks.refresh_token_present, granted(refresh_token=""), "warn"),
        (checks.refresh_token_present, granted(refresh_token=None, expires_in=None), "pass"),
        (checks.scope_when_narrowed, granted(scope=["read"]), "warn"),
        (checks.access_token_unguessable, granted(access_token="12345"), "fail"),
        (checks.access_token_unguessable, granted(access_token="a b" * 20), "fail"),
        (checks.access_token_unguessable, granted(access_token=f"17|{ACCESS}"), "warn"),
        (
            checks.access_token_unguessable,
            granted(access_token=jwt({"sub": "1"}, signature="c2ln")),
            "fail",
        ),
        (checks.token_not_another_secret, granted(access_token=CODE), "fail"),
        (checks.token_not_another_secret, granted(access_token="s3cr3t-of-the-client"), "fail"),
        (checks.token_not_another_secret, granted(access_token="correct-horse-7"), "fail"),
        (checks.token_not_another_secret, granted(access_token="todo-client"), "fail"),
        (checks.extra_fields_noted, granted(), "pass"),
        (checks.extra_fields_noted, granted(id_token="x"), "info"),
        (checks.extra_fields_noted, answer(200, JSON, {"access_token": ACCESS, "a\nb": 1}), "info"),
    ],
)
def test_a_grant_is_judged(check: Check, response: Response, state: State) -> None:
    result = judged(check, one(response))
    assert result.state == state, result.actual


def test_extra_members_are_named_without_their_values() -> None:
    result = judged(checks.extra_fields_noted, one(granted(id_token="s3cret-value", uid=4)))
    assert result.actual == "also id_token, uid"


def logins(*tokens: str, users: tuple[str, ...] = (), cookies: Pairs = ()) -> Trace:
    """A login for each token, by these users (else by ada)."""
    made = []
    for n, value in enumerate(tokens, 1):
        user = users[n - 1] if users else "ada"
        url = f"{CALLBACK}?code={CODE}{n}&state={STATE}"
        form = posted(redirect(url), (("u", user),) if user else (), flow=n)
        session = cookies[n - 1][1] if cookies else f"sid={user}-0123456789abcdef"
        made += [
            authorize(flow=n),
            replace(form, request=replace(form.request, headers=(("Cookie", session),))),
            callback(url, flow=n),
            token(
                granted(access_token=value, refresh_token=f"{REFRESH}{n}"),
                flow=n,
                purpose="ordinary" if n == 1 else "supply",
            ),
        ]
    return trace(*made)


def test_one_token_for_two_logins_names_the_mistake() -> None:
    assert judged(checks.tokens_differ, logins(ACCESS, f"{ACCESS}2")).state == "pass"
    same = judged(checks.tokens_differ, logins(ACCESS, ACCESS))
    assert same.state == "warn"
    assert "another user's token" in same.fix
    assert judged(checks.tokens_differ, logins(ACCESS)).state == "blocked"


def test_answers_without_a_token_are_no_equal_tokens() -> None:
    nested = answer(200, JSON, {"data": {}})
    assert judged(checks.tokens_differ, flow(token(nested), token(nested))).state == "blocked"


def test_the_token_of_another_user_is_critical() -> None:
    result = judged(checks.token_not_another_secret, logins(ACCESS, ACCESS, users=("ada", "bob")))
    assert (result.state, result.actual) == (
        "fail",
        "the second user's login gave the token of the first user",
    )
    assert judged(checks.token_not_another_secret, logins(ACCESS, ACCESS)).state == "pass"
    other = logins(ACCESS, f"{ACCESS}2", users=("ada", "bob"))
    assert judged(checks.token_not_another_secret, other).state == "pass"


def test_the_second_user_is_told_by_the_session_when_no_form_is_sent() -> None:
    users = ("ada", "bob", "")
    bobs = (
        ("c", "sid=ada-0123456789abcdef"),
        ("c", "sid=bob-0123456789abcdef"),
        ("c", "sid=bob-0123456789abcdef"),
    )
    record = logins(ACCESS, f"{ACCESS}2", ACCESS, users=users, cookies=bobs)
    assert judged(checks.token_not_another_secret, record).state == "fail"


def test_a_cookie_that_both_users_have_tells_no_session() -> None:
    users = ("ada", "bob", "")
    shared = tuple(("c", f"lb=node-0123456789abcdef; sid={u}-0123456789abcdef") for u in "aba")
    record = logins(ACCESS, f"{ACCESS}2", ACCESS, users=users, cookies=shared)
    assert judged(checks.token_not_another_secret, record).state == "pass"


def test_counted_tokens_are_found() -> None:
    counted = logins(*(f"{'x' * 30}{n:04}" for n in range(1001, 1007)))
    assert judged(checks.access_token_unguessable, counted).state == "fail"
    signed = logins(*(jwt({"n": n}, signature=f"{ACCESS[n:]}{ACCESS[:n]}") for n in range(6)))
    assert judged(checks.access_token_unguessable, signed).state == "pass"


def test_a_refresh_must_work_and_its_token_open_the_api() -> None:
    again = token(granted(access_token=f"{ACCESS}2"), step="refresh")
    first = token(granted())
    assert judged(checks.refresh_works, flow(first, again, api(answer(200)))).state == "pass"
    assert judged(checks.refresh_works, flow(first, again, api(answer(401)))).state == "fail"
    dead = token(answer(400, JSON, {"error": "invalid_grant"}), step="refresh")
    assert judged(checks.refresh_works, flow(first, dead)).state == "fail"
    assert judged(checks.refresh_works, flow(first)).state == "n/a"


ISSUED = {"sub": "1", "iat": 1_700_000_000, "exp": 1_700_003_600}
DATE = ("Date", "Tue, 14 Nov 2023 22:13:20 GMT")  # 1 700 000 000


@pytest.mark.parametrize(
    ("check", "access", "more", "state"),
    [
        (jwts.jwt_signed, jwt(ISSUED), {}, "pass"),
        (jwts.jwt_signed, jwt(ISSUED, {"alg": "none"}, ""), {}, "info"),
        (jwts.jwt_signed, jwt(ISSUED, {"alg": "NoNe"}), {}, "info"),
        (jwts.jwt_signed, jwt(ISSUED, signature=""), {}, "info"),
        (jwts.jwt_signed, ACCESS, {}, "n/a"),
        (jwts.jwt_signed, "a.b.c", {}, "n/a"),
        (jwts.jwt_signed, "a.b.c.d.e", {}, "n/a"),
        (jwts.jwt_exp_matches, jwt(ISSUED), {}, "pass"),
        (jwts.jwt_exp_matches, jwt({"exp": 1_700_003_600}), {}, "pass"),
        (jwts.jwt_exp_matches, jwt({**ISSUED, "iat": 1_699_999_000}), {}, "pass"),
        (jwts.jwt_exp_matches, jwt({**ISSUED, "exp": 1_700_086_400}), {}, "info"),
        (jwts.jwt_exp_matches, jwt({"sub": "1"}), {}, "info"),
        (jwts.jwt_exp_matches, jwt({**ISSUED, "exp": "tomorrow"}), {}, "info"),
        (jwts.jwt_exp_matches, jwt({**ISSUED, "exp": float("nan")}), {}, "info"),
        (jwts.jwt_exp_matches, jwt({**ISSUED, "exp": 10**400}), {}, "info"),
        (jwts.jwt_exp_matches, jwt(ISSUED), {"expires_in": None}, "n/a"),
        (jwts.jwt_exp_matches, jwt(ISSUED), {"expires_in": "3600"}, "n/a"),
        (jwts.jwt_no_personal_data, jwt({**ISSUED, "client_id": "c", "scope": "a"}), {}, "pass"),
        (jwts.jwt_no_personal_data, jwt({"sub": "ada@example.com"}), {}, "pass"),
        (jwts.jwt_no_personal_data, jwt({"email_verified": "true"}), {}, "pass"),
        (jwts.jwt_no_personal_data, jwt({"email": "ada@example.com"}), {}, "info"),
        (jwts.jwt_no_personal_data, jwt({"user": {"contact": "ada@example.com"}}), {}, "info"),
        (jwts.jwt_no_personal_data, jwt({"x": ["correct-horse-7"]}), {}, "info"),
        (jwts.jwt_no_personal_data, jwt({"password": "p"}), {}, "info"),
    ],
)
def test_a_jwt_is_looked_at(check: Check, access: str, more: dict[str, Any], state: State) -> None:
    response = granted((*JSON, DATE), access_token=access, **more)
    result = judged(check, one(response))
    assert result.state == state, result.actual
    assert "example.com" not in result.actual


def test_without_a_clock_exp_cannot_be_compared() -> None:
    record = one(granted(access_token=jwt({"exp": 1_700_003_600})))
    assert judged(jwts.jwt_exp_matches, record).state == "blocked"
    odd = one(
        granted((*JSON, ("Date", "Tue, 99 Nov 99999999 22:13:20")), access_token=jwt({"exp": 1}))
    )
    assert judged(jwts.jwt_exp_matches, odd).state == "blocked"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "a.b.",
        "....",
        "e30.e30.",
        "W10.W10.x",
        "é.é.é",
        "e30.e30.x" * 20_000,
        "eyJhbGciOjF9.e30.x",
        "ey==.e30.x",
        "W" * 90_000 + ".W.W",
    ],
)
def test_what_is_no_jwt_is_read_as_opaque(text: str) -> None:
    assert read_jwt(text) is None


@pytest.mark.parametrize(
    "check",
    [
        *ON_GRANT,
        jwts.jwt_signed,
        jwts.jwt_exp_matches,
        jwts.jwt_no_personal_data,
        checks.extra_fields_noted,
        checks.tokens_differ,
        checks.refresh_works,
    ],
    ids=lambda c: c.rule.id,
)
def test_nothing_seen_is_blocked(check: Check) -> None:
    assert judged(check, trace()).state == "blocked"
    refusal = token(answer(400, JSON, {"error": "invalid_grant"}))
    assert judged(check, flow(refusal)).state == "blocked"


def test_the_second_user_is_not_the_first() -> None:
    given = replace(GIVEN, other_username="ada", other_password=GIVEN.password)
    record = logins(ACCESS, ACCESS)
    assert judged(checks.token_not_another_secret, record, given=given).state == "pass"


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_byte_order_mark_is_found(mark: bytes) -> None:
    marked = answer(200, JSON, mark + b'{"access_token": "abc"}')

    assert judged(checks.no_byte_order_mark, flow(token(marked))).state == "fail"
    assert judged(checks.no_byte_order_mark, flow(token(granted()))).state == "pass"


@pytest.mark.parametrize(
    ("scope", "state"),
    [("write read", "pass"), (None, "pass"), ("read write more", "pass"), ("read", "fail")],
)
def test_a_refresh_keeps_the_scope(scope: str | None, state: State) -> None:
    again = token(granted(scope=scope, access_token="other"), step="refresh")

    assert judged(refreshes.scope_kept, flow(token(granted()), again)).state == state


def test_a_refresh_that_leaves_the_login_scopes_out_is_a_warning() -> None:
    first = token(granted(scope="openid read offline_access"))
    again = token(granted(scope="read", access_token="other"), step="refresh")

    assert judged(refreshes.scope_kept, flow(first, again)).state == "warn"


def test_a_refresh_gives_another_access_token() -> None:
    same = flow(token(granted()), token(granted(), step="refresh"))
    other = flow(token(granted()), token(granted(access_token="other"), step="refresh"))

    assert judged(refreshes.new_access_token, same).state == "warn"
    assert judged(refreshes.new_access_token, other).state == "pass"


def test_an_api_that_refused_the_first_token_too_is_not_blamed_on_the_refresh() -> None:
    again = token(granted(access_token="other"), step="refresh")
    record = flow(token(granted()), api(answer(403)), again, api(answer(403)))

    assert judged(checks.refresh_works, record).state == "pass"
