"""What of an exchange is learnt as a secret."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from mockauth.engine.http.secrets_seen import learn
from mockauth.wire import Exchange, Request, Response
from mockauth.wire.secret import Secrets

ASKED = "/authorize?response_type=code&client_id=shop&redirect_uri=https%3A%2F%2Fchat.example%2Fcb&state=5c3b"
SITE = "http://localhost:5000"


def learnt(cookie: str, asked: str = ASKED) -> Secrets:
    """What is known after a cookie came, and after it was sent."""
    secrets = Secrets()
    came = (("Set-Cookie", f"kept={cookie}; Path=/"),)
    answers = (Response(status=302, headers=came, body=b""), Response(status=200, body=b""))
    requests = (
        Request(method="GET", url=SITE + asked),
        Request(method="GET", url=f"{SITE}/login", headers=(("Cookie", f"kept={cookie}"),)),
    )
    for request, answer in zip(requests, answers, strict=True):
        learn(secrets, Exchange(step="page", flow=1, request=request, response=answer))
    return secrets


@pytest.mark.parametrize(
    "cookie",
    [ASKED, quote(ASKED, safe=""), quote(SITE + ASKED, safe=""), quote(quote(ASKED), safe="")],
)
def test_the_own_request_in_a_cookie_hides_no_name_of_the_protocol(cookie: str) -> None:
    assert learnt(cookie).scrub(SITE + ASKED) == SITE + ASKED


@pytest.mark.parametrize(
    "cookie",
    [
        "d41d8cd98f00b204e9800998ecf8427e",
        quote(f"{ASKED}&sid=d41d8cd98f00b204", safe=""),
        quote("/callback?response_type=code&code=d41d8cd98f00b204", safe=""),
    ],
)
def test_any_other_cookie_is_a_secret(cookie: str) -> None:
    secrets = learnt(cookie)
    assert "d41d8cd98f00b204" not in secrets.scrub(f"at {cookie}")


def test_a_secret_in_the_own_request_stays_one() -> None:
    asked = f"{ASKED}&code=d41d8cd98f00b204e980"
    assert "d41d8cd98f00b204" not in learnt(quote(asked, safe=""), asked).scrub(asked)
