"""`POST /api/v1/operations`."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory import operations
from inventory.api.operations import ResultsOut
from inventory.models import Location, Operation, StockLevel, StockMovement
from inventory.operations.faults import Busy

pytestmark = pytest.mark.django_db
URL = "/api/v1/operations"


def operation(**fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "kind": "receive",
        "sku": "FLOUR",
        "location": "WH",
        "quantity": 10,
    } | fields


def post(client: Client, *asked: Any) -> Any:
    return post_text(client, json.dumps({"operations": asked}))


def post_text(client: Client, text: str) -> Any:
    return client.post(URL, text, content_type="application/json")


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found = json.loads(answer.content)
    ResultsOut.model_validate(found)
    listed: list[dict[str, Any]] = found["results"]
    return listed


def quantity(level: StockLevel) -> int:
    level.refresh_from_db()
    return level.quantity


@pytest.fixture
def as_bob(client: Client, bob: User, flour_level: StockLevel) -> Client:
    client.force_login(bob)
    return client


def test_each_operation_is_answered_in_order_and_a_refused_one_blocks_nobody(
    as_bob: Client, flour_level: StockLevel
) -> None:
    asked = [
        operation(quantity=5),
        operation(kind="sale", quantity=9),
        operation(sku="nothing"),
        operation(kind="sale", quantity=2, unit_price="2.50"),
    ]
    found = results(post(as_bob, *asked))
    assert [one["id"] for one in found] == [one["id"] for one in asked]
    assert [one["status"] for one in found] == ["applied", "rejected", "rejected", "applied"]
    assert [one.get("error", {}).get("code") for one in found] == [
        None,
        "insufficient",
        "unknown_product",
        None,
    ]
    assert found[-1]["quantity"] == quantity(flour_level) == 3
    assert set(StockMovement.objects.values_list("source", flat=True)) == {"api"}


def test_a_repeat_is_answered_and_moves_nothing(as_bob: Client, flour_level: StockLevel) -> None:
    asked = operation()
    (first,) = results(post(as_bob, asked))
    (again,) = results(post(as_bob, asked))
    assert again == first | {"duplicate": True}
    assert quantity(flour_level) == 10


def test_a_count_against_an_old_version_is_a_conflict(
    as_bob: Client, flour_level: StockLevel
) -> None:
    flour_level.refresh_from_db()
    (received,) = results(post(as_bob, operation(quantity=4)))
    asked = operation(kind="count", quantity=9, base_version=received["version"] - 1)
    (found,) = results(post(as_bob, asked))
    assert found["status"] == "conflict"
    conflict = found["conflict"]
    assert (conflict["base"], conflict["yours"], conflict["current"]) == (0, 9, 4)
    assert [movement["delta"] for movement in conflict["movements"]] == [4]


def test_money_is_exact_whether_sent_as_text_or_as_a_number(as_bob: Client) -> None:
    text = json.dumps({"operations": [operation(unit_price="0.1"), operation(unit_price=0.1)]})
    results(post_text(as_bob, text))
    assert [str(p) for p in StockMovement.objects.values_list("unit_price", flat=True)] == [
        "0.1000",
        "0.1000",
    ]


def test_a_hidden_location_is_refused_like_one_that_is_not_there(
    as_bob: Client, shop: Location
) -> None:
    hidden, absent = results(post(as_bob, operation(location="SHOP"), operation(location="NONE")))
    assert hidden["error"]["code"] == absent["error"]["code"] == "unknown_location"
    assert hidden["error"]["message"].replace("SHOP", "NONE") == absent["error"]["message"]
    assert hidden["quantity"] is hidden["version"] is None


def test_who_only_looks_is_refused(client: Client, charlie: User, flour_level: StockLevel) -> None:
    client.force_login(charlie)
    (found,) = results(post(client, operation()))
    assert found["error"]["code"] == "not_allowed"
    assert quantity(flour_level) == 0


def test_a_body_that_cannot_be_read_names_every_fault_at_once(
    as_bob: Client, flour_level: StockLevel
) -> None:
    answer = post(
        as_bob,
        operation(),
        operation(id="x", quantity=1.5, kind="borrow", colour="red"),
        operation(unit_price="much", made_at="2026-01-01T00:00:00"),
        "nothing",
    )
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["code"] == "invalid"
    assert {error["field"] for error in answer.json()["errors"]} == {
        "operations.1.id",
        "operations.1.quantity",
        "operations.1.kind",
        "operations.1.colour",
        "operations.2.unit_price",
        "operations.2.made_at",
        "operations.3",
    }
    assert quantity(flour_level) == 0
    assert not Operation.objects.exists()


WRONG = [
    ("quantity", "true"),
    ("quantity", "1.0"),
    ("quantity", '"5"'),
    ("quantity", "1e400"),
    ("quantity", "1e99999999999999999999"),
    ("quantity", "9" * 5_000),
    ("quantity", "NaN"),
    ("quantity", "-Infinity"),
    ("quantity", "null"),
    ("base_version", "false"),
    ("unit_price", '"NaN"'),
    ("unit_price", '"0.00001"'),
    ("unit_price", "true"),
    ("made_at", "1700000000"),
    ("made_at", '"yesterday"'),
    ("sku", '"\\ud800"'),
    ("sku", "7"),
    ("location", '"' + "x" * 201 + '"'),
    ("id", "1"),
]


@pytest.mark.parametrize(("field", "value"), WRONG, ids=[f"{f}-{v[:20]}" for f, v in WRONG])
def test_a_value_of_the_wrong_kind_is_422(as_bob: Client, field: str, value: str) -> None:
    text = json.dumps({"operations": [operation(**{field: "HERE"})]}).replace('"HERE"', value)
    answer = post_text(as_bob, text)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]


HUGE = [
    ("quantity", "1" * 400, "bad_quantity"),
    ("quantity", "-1", "bad_quantity"),
    ("quantity", "0", "bad_quantity"),
    ("unit_price", '"1E+400"', "bad_price"),
    ("unit_price", '"-1"', "bad_price"),
    ("reason", json.dumps("é" * 5_000), "text_too_long"),
    ("reference", '"a\\u0000b"', "bad_text"),
    ("sku", '"a\\u0000b"', "unknown_product"),
    ("location", '"a\\u0000b"', "unknown_location"),
    ("sku", '"\\ud83e\\udd50"', "unknown_product"),
    ("made_at", '"0001-01-01T00:00:00+14:00"', "made_at_too_old"),
]


@pytest.mark.parametrize(("field", "value", "code"), HUGE, ids=[f"{f}-{c}" for f, _, c in HUGE])
def test_a_readable_value_that_is_wrong_refuses_its_operation_alone(
    as_bob: Client, field: str, value: str, code: str
) -> None:
    asked = [operation(**{field: "HERE"}), operation()]
    answer = post_text(as_bob, json.dumps({"operations": asked}).replace('"HERE"', value))
    refused, booked = results(answer)
    assert (refused["error"]["code"], booked["status"]) == (code, "applied")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "{}",
        '{"operations": []}',
        '{"operations": {}}',
        '{"operations": null}',
        '{"operations": [null]}',
        '{"operations": [], "operations": []}',
        "[" * 100_000,
        '{"\\ud800": 1, "\\ud800": 2}',
    ],
    ids=lambda text: text[:40],
)
def test_a_body_of_the_wrong_shape_is_422(as_bob: Client, text: str) -> None:
    answer = post_text(as_bob, text)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]


def test_bytes_that_are_no_text_are_422(as_bob: Client) -> None:
    answer: Any = as_bob.generic("POST", URL, b"\xff\xfe\x00", content_type="application/json")
    assert answer.status_code == 422


def test_a_key_that_stands_there_twice_is_refused(as_bob: Client) -> None:
    text = json.dumps({"operations": [operation()]})
    answer = post_text(as_bob, text.replace('"quantity": 10', '"quantity": 1, "quantity": 10'))
    assert answer.status_code == 422
    assert "'quantity'" in answer.json()["errors"][0]["message"]


def test_500_operations_go_in_and_501_do_not(as_bob: Client, flour_level: StockLevel) -> None:
    many = [operation(quantity=1) for _ in range(501)]
    answer = post(as_bob, *many)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)
    assert len(results(post(as_bob, *many[:500]))) == 500
    assert quantity(flour_level) == 500


def test_the_number_of_statements_does_not_depend_on_the_number_of_operations(
    as_bob: Client,
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as one:
        results(post(as_bob, operation()))
    with CaptureQueriesContext(connection) as fifty:
        results(post(as_bob, *(operation() for _ in range(50))))
    assert len(fifty) == len(one) <= 13


def test_busy_is_503_and_says_when_to_come_back(
    as_bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Busy

    monkeypatch.setattr(operations, "apply", busy)
    answer = post(as_bob, operation())
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "busy"


def test_nobody_logged_in_is_401(client: Client) -> None:
    answer = post(client, operation())
    assert (answer.status_code, answer.json()["code"]) == (401, "log_in")


def test_a_session_alone_does_not_write_it_takes_the_csrf_token(
    bob: User, flour_level: StockLevel
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    answer = post(client, operation())
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    client.cookies["csrftoken"] = token = "a" * 32
    answer = client.post(
        URL,
        json.dumps({"operations": [operation()]}),
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )
    assert [one["status"] for one in results(answer)] == ["applied"]


def test_another_method_is_405(as_bob: Client) -> None:
    assert as_bob.get(URL).status_code == 405
