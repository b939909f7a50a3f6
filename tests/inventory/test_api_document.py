"""The API's document and its page of codes say what the program does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from inventory.api.document import CODES
from inventory.api.operations import OperationsIn
from inventory.models import Location

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def document(client: Client) -> Any:
    return client.get("/api/v1/openapi.json").json()


def calls(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (method, path, call)
        for path, methods in document["paths"].items()
        for method, call in methods.items()
    ]


def test_every_call_names_both_ways_to_log_in(document: Any) -> None:
    assert set(document["components"]["securitySchemes"]) == {"session", "token"}
    for _, path, call in calls(document):
        assert call["security"] == [{"session": []}, {"token": []}], path
        assert call["summary"], path


def test_every_fault_is_a_problem_with_its_headers_and_examples(document: Any) -> None:
    for _, path, call in calls(document):
        for status, said in call["responses"].items():
            if int(status) < 400:
                continue
            assert list(said["content"]) == ["application/problem+json"], (path, status)
            assert said["content"]["application/problem+json"]["examples"], (path, status)
            if status in {"429", "503"}:
                assert "Retry-After" in said["headers"]
            if status == "401":
                assert "WWW-Authenticate" in said["headers"]


def test_what_can_be_read_again_names_its_etag(document: Any) -> None:
    for method, path, call in calls(document):
        if method == "get":
            assert {"ETag", "X-Cache"} <= set(call["responses"]["200"]["headers"]), path
            assert "304" in call["responses"], path


def test_the_limits_stand_in_the_document(document: Any) -> None:
    words = document["info"]["description"]
    assert "1 failed tokens a second" in words
    assert "2,000 operations a second, with a burst of 20,000" in words


def test_the_examples_are_bodies_that_the_program_takes(document: Any) -> None:
    body = document["paths"]["/api/v1/operations"]["post"]["requestBody"]
    examples = body["content"]["application/json"]["examples"]
    assert examples
    for example in examples.values():
        OperationsIn.model_validate(example["value"])


def codes_in(folder: str, pattern: str) -> set[str]:
    text = "\n".join(path.read_text() for path in (ROOT / folder).glob("*.py"))
    return set(re.findall(pattern, text))


def test_the_page_of_codes_names_every_code_and_no_other() -> None:
    """Of problems, and of refused operations."""
    page = (ROOT / "docs/api.md").read_text()
    problems, refusals = page.split("## Codes of refused operations")
    named = set(re.findall(r"^\| \d{3} \| `(\w+)`", problems, re.MULTILINE))
    raised = codes_in("inventory/api", r'Problem\(\s*\d{3},\s*"(\w+)"')
    raised |= {f"unknown_{what}" for what in codes_in("inventory/api", r'unknown\("(\w+)"')}
    listed = {code for status in CODES.values() for code, _ in status}
    assert named == raised | {"unavailable"} - {"refused"} == listed
    said = set(re.findall(r"^\| `(\w+)`", refusals, re.MULTILINE))
    assert said == codes_in("inventory/operations", r'Refusal\(\s*"(\w+)"')


def test_the_paths_on_the_page_are_those_of_the_document(document: Any) -> None:
    page = (ROOT / "docs/api.md").read_text()
    for method, path, _ in calls(document):
        assert f"`{method.upper()} {path.removeprefix('/api/v1')}`" in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/inventory", "/api/v1/operations"])
def test_another_method_is_a_problem_too(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)
    answer = client.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Allow"] in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["session", "token"])
def test_a_database_that_goes_away_is_503_and_says_when_to_ask_again(
    client: Client, alice: User, warehouse: Location, by: str
) -> None:
    from tests.inventory.tokens import client_with, token_of

    if by == "token":
        client = client_with(token_of(alice)[1])
    else:
        client.force_login(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [(pid,)] = cursor.fetchall()
    other = connection.get_new_connection(connection.get_connection_params())
    other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.rollback()
    connection.pool.putconn(other)  # type: ignore[attr-defined]  # of PostgreSQL only
    answer = client.get("/api/v1/locations")
    assert answer.status_code == 503, answer.content
    assert json.loads(answer.content)["code"] == "unavailable"
    assert int(answer["Retry-After"]) >= 1
    connection.close()
    assert client.get("/api/v1/locations").status_code == 200
