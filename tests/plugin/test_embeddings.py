"""The sample API that answers as OpenAI's embeddings API does."""

from __future__ import annotations

import base64
import math
import random
import struct
from collections.abc import Callable
from typing import Any

import pytest
import requests
from openapi_spec_validator import validate
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential
from werkzeug.test import Client, TestResponse

from mockauth.clock import MovableClock
from mockauth.plugin.app import create_app
from mockauth.plugin.config import PluginConfig
from mockauth.plugin.server.serving import serving
from mockauth.scenario.misbehaving import with_faults
from mockauth.settings import plugins_of

CONFIG = PluginConfig(api="embeddings", auth="service_http")
KEY = CONFIG.service_token
MODEL = "text-embedding-ada-002"


def embed(client: Client | None = None, key: str = KEY, **body: Any) -> TestResponse:
    client = client or Client(create_app(CONFIG))
    asked = {"model": MODEL, "input": "a text", **body}
    headers = {"Authorization": f"Bearer {key}"}
    return client.post("/v1/embeddings", json=asked, headers=headers)


def vector(answer: TestResponse) -> list[float]:
    found: list[float] = answer.get_json()["data"][0]["embedding"]
    return found


def test_one_text_gets_one_vector_in_the_shape_of_openai() -> None:
    answer = embed().get_json()

    assert answer.keys() == {"object", "data", "model", "usage"}
    assert (answer["object"], answer["model"]) == ("list", MODEL)
    assert answer["usage"] == {"prompt_tokens": 2, "total_tokens": 2}
    [one] = answer["data"]
    assert (one["object"], one["index"], len(one["embedding"])) == ("embedding", 0, 1536)


def test_a_list_gets_a_vector_for_each_in_its_order() -> None:
    data = embed(input=["one", "two"]).get_json()["data"]

    assert [one["index"] for one in data] == [0, 1]
    assert data[1]["embedding"] == vector(embed(input="two"))


@pytest.mark.parametrize("text", ["a", "ä" * 5000, "\ud83d", [1, 2, 3]])
def test_a_vector_has_length_1_and_is_the_same_for_ever(text: Any) -> None:
    one, other = vector(embed(input=text)), vector(embed(input=text))

    assert one == other
    assert math.isclose(math.fsum(n * n for n in one), 1.0, rel_tol=1e-9)
    assert one != vector(embed(input="something else"))


def test_numbers_may_be_asked_for_in_base64_and_in_fewer_dimensions() -> None:
    coded: Any = vector(embed(encoding_format="base64", dimensions=3))
    numbers = struct.unpack("<3f", base64.b64decode(coded))

    assert numbers == pytest.approx(vector(embed(dimensions=3)), abs=1e-6)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": {"a": 1}}, "input"),
        ({"input": None}, "input"),
        ({"model": 4}, "model"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": True}, "dimensions"),
        ({"encoding_format": "text"}, "encoding_format"),
    ],
)
def test_a_wrong_request_is_told_by_its_parameter(body: dict[str, Any], parameter: str) -> None:
    answer = embed(**body)

    assert answer.status_code == 400
    assert answer.get_json()["error"]["param"] == parameter
    assert parameter in answer.get_json()["error"]["message"]


def test_a_wrong_key_is_refused_in_the_words_of_openai() -> None:
    answer = embed(key="sk-wrong")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.get_json()["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize("auth", ["none", "service_http", "oauth"])
def test_the_document_describes_what_is_served(auth: Any) -> None:
    client = Client(create_app(PluginConfig(api="embeddings", auth=auth, scope="embeddings")))
    document = client.get("/openapi.json").get_json()

    validate(document)
    assert list(document["paths"]) == ["/v1/embeddings"]
    assert client.get("/todos").status_code == 404
    assert client.get("/.well-known/ai-plugin.json").get_json()["name_for_model"] == "embeddings"


def test_embeddings_have_a_service_key_unless_somebody_says_otherwise() -> None:
    [by_option] = plugins_of({}, "", {"api": "embeddings"})
    [by_table] = plugins_of({"api": "embeddings", "auth": "oauth"}, "", {})

    assert (by_option.auth, by_table.auth) == ("service_http", "oauth")
    assert by_table.scope == "embeddings"


def attempts(send: Callable[[], requests.Response], clock: MovableClock) -> tuple[int, float]:
    """How often a client asks that backs off at random, at most six times, and for how long."""
    random.seed(1)
    began = clock.now()
    retrying = Retrying(
        wait=wait_random_exponential(min=1, max=20),
        stop=stop_after_attempt(6),
        retry=retry_if_exception_type(requests.HTTPError),
        sleep=clock.sleep,
        reraise=True,
    )
    for attempt in retrying:
        with attempt:
            send().raise_for_status()
    return attempt.retry_state.attempt_number, clock.now() - began


@pytest.mark.parametrize(("refused", "asked"), [(0, 1), (3, 4), (5, 6)])
def test_a_client_that_backs_off_gets_through_a_rate_limit(refused: int, asked: int) -> None:
    clock = MovableClock()
    faults = [f"api.rate-limited:times={refused}"] if refused else []
    with serving(create_app(with_faults(CONFIG, faults), clock)) as base:
        number, waited = attempts(lambda: post(base), clock)

    assert number == asked
    assert waited <= 20 * refused


def test_a_rate_limit_that_outlasts_six_attempts_is_an_error() -> None:
    clock = MovableClock()
    with (
        serving(create_app(with_faults(CONFIG, ["api.rate-limited"]), clock)) as base,
        pytest.raises(requests.HTTPError) as wrong,
    ):
        attempts(lambda: post(base), clock)

    assert wrong.value.response.status_code == 429
    assert wrong.value.response.headers["Retry-After"] == "1"
    assert wrong.value.response.json()["error"]["code"] == "rate_limit_exceeded"


def post(base: str) -> requests.Response:
    return requests.post(
        f"{base}/v1/embeddings",
        json={"model": MODEL, "input": "a text"},
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=60,
    )
