"""The checks of the token endpoint, on traces made by hand."""

from __future__ import annotations

import pytest

from mockauth.checks import token as checks
from mockauth.checks.registry import Check
from mockauth.engine.result.result import State
from mockauth.wire import Exchange, Pairs, Request, Response, Secret
from mockauth.wire.trace import Fallback
from tests.traces import GIVEN, HTML, JSON, OAUTH, answer, flow, granted, judged, token, trace

PLAIN = (("Content-Type", "text/plain"),)
LOGIN_PAGE = '<form><input type="password" name="p"></form>'
CSRF = "<h1>Forbidden</h1> CSRF verification failed. Request aborted."


def refused(error: object = "invalid_grant", status: int = 400, **more: object) -> Exchange:
    """An altered request, refused."""
    base = {"purpose": "altered", "probe": "token.code-unknown-refused"}
    headers: Pairs = more.pop("headers", JSON)  # type: ignore[assignment]
    return token(answer(status, headers, {"error": error}), **{**base, **more})


ORDINARY = (
    checks.exchange_works, checks.declared_content_type, checks.no_browser_needed,
    checks.no_redirect, checks.post_auth_accepted,
)  # fmt: skip


@pytest.mark.parametrize("check", ORDINARY, ids=lambda c: c.rule.id)
@pytest.mark.parametrize(
    "response",
    [
        granted(),
        granted((("content-TYPE", "application/json; charset=UTF-8"),)),
        granted(id_token="x", error=None, extra={"a": [1]}),
        answer(200, JSON, b"\xef\xbb\xbf" + b'{\n  "access_token": "abc"\n}\n'),
        granted((("Set-Cookie", "sid=1"), ("Set-Cookie", "csrftoken=2"), *JSON)),
    ],
    ids=["plain", "charset", "more members", "pretty with BOM", "cookies"],
)
def test_a_legal_grant_passes(check: Check, response: Response) -> None:
    result = judged(check, flow(token(response)))
    assert result.state == "pass", result.actual


@pytest.mark.parametrize(
    "response",
    [
        None,
        answer(200, JSON, "[]"),
        answer(200, HTML, "<html>"),
        answer(200, JSON, {"access_token": ""}),
        answer(200, JSON, {"access_token": 7}),
        answer(200, JSON, {"data": {"access_token": "x"}}),
        answer(401, JSON, {"error": "invalid_client"}),
        answer(500, HTML, b"\x00\xff" * 50_000),
        answer(200, (), b"access_token=abc&token_type=bearer"),
    ],
    ids=["nothing", "array", "page", "empty", "number", "nested", "refusal", "binary", "form"],
)
def test_an_exchange_without_a_token_fails(response: Response | None) -> None:
    result = judged(checks.exchange_works, flow(token(response, error="" if response else "reset")))
    assert result.state == "fail"
    assert result.actual.startswith("Missing access token, received ")


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (answer(405, HTML), "swapped"),
        (answer(200, HTML, LOGIN_PAGE), "swapped"),
        (answer(302, (("Location", "/login?next=%2Ftoken"),)), "swapped"),
        (answer(301, (("Location", "https://todo.example.com/token/"),)), "token.no-redirect"),
        (answer(403, HTML, CSRF), "token.no-browser-needed"),
    ],
    ids=["405", "login page", "to the login", "slash", "form wall"],
)
def test_a_failed_exchange_names_the_mistake(response: Response, words: str) -> None:
    assert words in judged(checks.exchange_works, flow(token(response))).fix


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (answer(403, HTML, CSRF), "fail"),
        (answer(419, HTML, "Page Expired"), "fail"),
        (answer(400, HTML, "Bad Request: The CSRF token is missing."), "fail"),
        (answer(422, HTML, "ActionController::InvalidAuthenticityToken"), "fail"),
        (answer(403, JSON, {"detail": "invalid csrf token"}), "fail"),
        (answer(403, JSON, {"status": 403, "error": "Forbidden"}), "fail"),
        (answer(401, PLAIN, "session cookie required"), "fail"),
        (answer(302, (("Location", "/accounts/login/"),)), "fail"),
        (answer(200, HTML, LOGIN_PAGE), "fail"),
        (answer(400, JSON, {"error": "invalid_grant"}), "pass"),
        (answer(401, JSON, {"error": "invalid_client"}), "pass"),
        (answer(401, JSON, {"error": "invalid_client", "hint": "no session found"}), "pass"),
        (answer(500, HTML, "cookie missing"), "blocked"),
        (answer(404, HTML, "Not Found"), "blocked"),
        (answer(301, (("Location", "/token/"),)), "blocked"),
        (None, "blocked"),
    ],
)
def test_a_wall_made_for_browsers_is_told_from_a_refusal(
    response: Response | None, state: State
) -> None:
    assert judged(checks.no_browser_needed, flow(token(response))).state == state


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_exchange_fails(status: int) -> None:
    result = judged(checks.no_redirect, flow(token(answer(status, (("Location", "/token/?x=1"),)))))
    assert (result.state, result.actual) == ("fail", f"{status} to /token/")


def test_a_lie_about_the_content_type_is_named_with_both_types() -> None:
    record = flow(
        token(answer(415), request=Request(method="POST", url="x", encoding="json")),
        token(granted(), purpose="fallback", fallback=Fallback.FORM_BODY),
    )
    result = judged(checks.declared_content_type, record)
    assert result.state == "fail"
    assert "application/x-www-form-urlencoded" in result.fix
    assert "application/json" in result.fix
    assert "declared-content-type" in judged(checks.exchange_works, record).fix
    other = flow(token(answer(415)))
    assert judged(checks.declared_content_type, other).state == "blocked"


def test_an_endpoint_that_takes_a_basic_header_only_fails() -> None:
    basic = token(granted(), purpose="fallback", fallback=Fallback.BASIC_HEADER)
    record = flow(token(answer(401, JSON, {"error": "invalid_client"})), basic)
    assert judged(checks.post_auth_accepted, record).state == "fail"
    assert judged(checks.post_auth_accepted, flow(token(answer(401)))).state == "blocked"


REFUSALS = (
    checks.error_is_json,
    checks.error_code_registered,
    checks.error_status,
    checks.error_not_200,
)


@pytest.mark.parametrize("check", REFUSALS, ids=lambda c: c.rule.id)
@pytest.mark.parametrize(
    "exchange",
    [
        refused(),
        refused("invalid_client", 401),
        refused("invalid_scope", headers=(("content-type", "application/json;charset=utf-8"),)),
        refused("invalid_request", headers=(("Content-Type", "application/problem+json"),)),
    ],
)
def test_a_legal_refusal_passes(check: Check, exchange: Exchange) -> None:
    result = judged(check, flow(token(granted()), exchange))
    assert result.state == "pass", result.actual


@pytest.mark.parametrize("check", REFUSALS, ids=lambda c: c.rule.id)
def test_a_grant_whose_error_is_null_is_no_refusal(check: Check) -> None:
    null = answer(200, JSON, {"access_token": "abc", "error": None})
    assert judged(check, flow(token(null))).state == "blocked"


@pytest.mark.parametrize(
    ("check", "exchange", "state"),
    [
        (checks.error_is_json, token(answer(400, HTML, "<p>no"), purpose="altered"), "fail"),
        (checks.error_is_json, token(answer(400, (), b""), purpose="altered"), "fail"),
        (checks.error_is_json, token(answer(400, JSON, "[1]"), purpose="altered"), "fail"),
        (checks.error_is_json, refused(headers=PLAIN), "warn"),
        (checks.error_is_json, refused({"code": 4}), "fail"),
        (checks.error_code_registered, refused("nope"), "fail"),
        (checks.error_status, refused(status=403), "fail"),
        (checks.error_status, refused(status=500), "fail"),
        (checks.error_status, refused(status=405), "pass"),
        (checks.error_status, refused(status=429), "pass"),
        (checks.error_not_200, refused(status=200), "fail"),
    ],
)
def test_a_refusal_is_judged(check: Check, exchange: Exchange, state: State) -> None:
    assert judged(check, flow(exchange)).state == state


def test_json_under_another_type_is_called_json() -> None:
    result = judged(checks.error_is_json, flow(refused(headers=PLAIN)))
    assert "the body is JSON" in result.actual


SECRET, PASSWORD = GIVEN.client_secret.reveal(), GIVEN.password.reveal()


def login(response: Response) -> Exchange:
    """A login form that was sent, and what came back."""
    request = Request(method="POST", url=OAUTH.client_url, params=(("p", PASSWORD),))
    return Exchange(step="page", flow=1, request=request, response=response)


@pytest.mark.parametrize(
    ("exchange", "state"),
    [
        (token(granted()), "pass"),
        (token(answer(400, JSON, {"error": f"bad secret {SECRET}"})), "fail"),
        (token(answer(302, (("Location", f"/e?s={SECRET}"),))), "fail"),
        (login(answer(200, HTML, f'<input value="{PASSWORD}">')), "fail"),
        (login(answer(302, (("Location", f"/e?p={PASSWORD}"),))), "fail"),
        (token(answer(200, JSON, f"my {PASSWORD} poem")), "pass"),
        (token(answer(200, JSON, f"x{SECRET}x")), "pass"),
    ],
)
def test_an_echoed_secret_is_found_and_never_quoted(exchange: Exchange, state: State) -> None:
    result = judged(checks.no_secret_echoed, flow(exchange))
    assert result.state == state
    assert SECRET not in repr(result)
    assert PASSWORD not in repr(result)


def test_a_secret_too_short_to_be_told_from_text_is_no_pass() -> None:
    given = type(GIVEN)(client_secret=Secret("abc"))
    assert judged(checks.no_secret_echoed, flow(token(granted())), given=given).state == "blocked"


def registered(secret: str) -> Exchange:
    """A registration that gave a client a secret."""
    request = Request(method="POST", url=OAUTH.client_url)
    made = answer(201, JSON, {"client_id": "c", "client_secret": secret})
    return Exchange(step="register", request=request, response=made)


@pytest.mark.parametrize(
    ("exchanges", "state"),
    [
        ((token(granted()),), "pass"),
        ((login(answer(200, HTML, f'<input value="{PASSWORD}">')),), "fail"),
        ((registered(SECRET), token(granted())), "pass"),
        ((registered(SECRET), token(answer(400, JSON, {"error": f"bad {SECRET}"}))), "fail"),
        ((registered("abc"), token(granted())), "blocked"),
    ],
)
def test_without_a_given_secret_the_password_and_registered_secrets_are_looked_for(
    exchanges: tuple[Exchange, ...], state: State
) -> None:
    given = type(GIVEN)(username=GIVEN.username, password=GIVEN.password)
    assert judged(checks.no_secret_echoed, flow(*exchanges), given=given).state == state


@pytest.mark.parametrize(
    "check",
    [*ORDINARY, *REFUSALS, checks.no_secret_echoed],
    ids=lambda c: c.rule.id,
)
def test_nothing_seen_is_blocked(check: Check) -> None:
    assert judged(check, trace()).state == "blocked"


@pytest.mark.parametrize(
    ("error", "status", "state"),
    [
        ("invalid_client", 401, "pass"),
        ("unauthorized_client", 401, "pass"),
        ("invalid_grant", 400, "pass"),
        ("invalid_grant", 401, "warn"),
        ("unsupported_grant_type", 401, "warn"),
    ],
)
def test_401_is_for_the_client_alone(error: str, status: int, state: State) -> None:
    assert judged(checks.error_status, trace(refused(error, status))).state == state


def test_a_401_must_say_how_to_authenticate() -> None:
    named = refused("invalid_client", 401, headers=(*JSON, ("WWW-Authenticate", 'Basic realm="x"')))

    assert judged(checks.challenge_with_401, trace(named)).state == "pass"
    assert judged(checks.challenge_with_401, trace(refused("invalid_client", 401))).state == "warn"
    assert judged(checks.challenge_with_401, trace(refused())).state == "n/a"


def test_compressed_bytes_that_no_header_names_are_named() -> None:
    result = judged(checks.exchange_works, flow(token(answer(200, JSON, b"\x1f\x8b\x08\x00abc"))))

    assert result.state == "fail"
    assert "gzip" in result.actual
    assert "Content-Encoding: gzip" in result.fix


def test_a_guard_that_wants_an_origin_is_the_cause() -> None:
    helped = token(granted(), purpose="fallback", fallback=Fallback.ORIGIN, flow=2)
    record = flow(token(answer(403, PLAIN, "not allowed here")), helped)

    assert judged(checks.no_browser_needed, record).state == "fail"
    assert "CSRF guard" in judged(checks.exchange_works, record).fix
    assert judged(checks.declared_content_type, record).state == "pass"
