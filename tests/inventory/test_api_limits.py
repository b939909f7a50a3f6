"""How much one person may ask of the API, and what it says of itself."""

import json
from typing import Any

import pytest
import redis
from django.contrib.auth.models import User
from django.test import Client
from django_redis import get_redis_connection
from pytest_django import Settings

from inventory.api import limits

pytestmark = pytest.mark.django_db
URL = "/api/v1/inventory"
POST = "/api/v1/operations"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_silent_until", 0.0)
    valkey = get_redis_connection("default")
    for key in valkey.scan_iter("liveshelf:limit:*"):
        valkey.delete(key)


@pytest.fixture
def as_bob(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def allow(settings: Settings, what: str, rate: float, burst: int) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {what: (rate, burst)}


def test_above_the_burst_it_is_429_and_says_when_there_is_room(
    as_bob: Client, settings: Settings
) -> None:
    allow(settings, "requests", 0.1, 3)
    assert [as_bob.get(URL).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = as_bob.get(URL)
    assert answer.json()["code"] == "too_fast"
    assert 1 <= int(answer["Retry-After"]) <= 10


def test_room_comes_back_with_time(as_bob: Client, settings: Settings, bob: User) -> None:
    allow(settings, "requests", 0.1, 1)
    assert [as_bob.get(URL).status_code for _ in range(2)] == [200, 429]
    # Eleven seconds pass: what was taken is paid off that much earlier.
    valkey = get_redis_connection("default")
    key = f"liveshelf:limit:requests:{bob.pk}"
    valkey.set(key, int(valkey.get(key)) - 11_000_000)
    assert as_bob.get(URL).status_code == 200


def test_one_person_does_not_use_up_anothers(
    as_bob: Client, alice: User, settings: Settings
) -> None:
    allow(settings, "requests", 0.1, 1)
    assert [as_bob.get(URL).status_code for _ in range(2)] == [200, 429]
    other = Client()
    other.force_login(alice)
    assert other.get(URL).status_code == 200


def test_operations_are_limited_by_their_number(as_bob: Client, settings: Settings) -> None:
    allow(settings, "operations", 0.1, 3)

    def post(count: int) -> Any:
        one = {"kind": "receive", "sku": "NONE", "location": "WH", "quantity": 1}
        asked = [one | {"id": f"00000000-0000-4000-8000-{n:012}"} for n in range(count)]
        return as_bob.post(POST, {"operations": asked}, content_type="application/json")

    assert [post(2).status_code, post(2).status_code, post(1).status_code] == [200, 429, 200]


def test_without_valkey_nobody_is_refused(
    as_bob: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(settings, "requests", 0.1, 1)
    # Nothing listens there: a real refusal of a real connection.
    gone = redis.Redis(host="127.0.0.1", port=1)
    monkeypatch.setattr(limits, "get_redis_connection", lambda _: gone)
    assert [as_bob.get(URL).status_code for _ in range(3)] == [200, 200, 200]


def test_a_body_that_is_too_large_is_413(as_bob: Client, settings: Settings) -> None:
    settings.API_BODY_BYTES = 100
    answer = as_bob.post(POST, "[" + " " * 100 + "]", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_without_a_length_is_411(as_bob: Client) -> None:
    answer = as_bob.post(
        POST, "{}", content_type="application/json", headers={"Transfer-Encoding": "chunked"}
    )
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


def test_the_document_names_the_limits_and_every_answer(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document = json.loads(answer.content)
    assert "100 requests a second, with a burst of 500" in document["info"]["description"]
    assert set(document["paths"]["/api/v1/operations"]["post"]["responses"]) == {
        "200", "401", "403", "411", "413", "422", "429", "503",
    }  # fmt: skip


def test_the_docs_page_needs_no_other_site_and_no_inline_script(as_bob: Client) -> None:
    answer = as_bob.get("/api/docs")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "//cdn" not in page
    assert "/static/ninja/swagger-ui-bundle.js" in page
