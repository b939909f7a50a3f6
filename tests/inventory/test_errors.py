"""Pages that say what went wrong."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, RequestFactory
from django.views.defaults import bad_request

from inventory.views.faults import server_error


def test_an_unknown_address_is_answered_in_words(client: Client, bob: User) -> None:
    client.force_login(bob)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_the_page_for_a_fault_of_ours_needs_no_database() -> None:
    # No `db` fixture: pytest-django refuses every query.
    answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()


@pytest.fixture
def without_database(client: Client, bob: User) -> Iterator[Client]:
    client.force_login(bob)
    client.raise_request_exception = False

    def refuse(*_: object) -> None:
        raise OperationalError("the database system is starting up")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)
        patch.setattr(BaseDatabaseWrapper, "_cursor", refuse)
        yield client


def test_without_a_database_a_page_says_so_and_asks_again(without_database: Client) -> None:
    answer = without_database.get("/stock/")
    assert answer.status_code == 503
    assert answer["Refresh"] == answer["Retry-After"]
    assert 3 <= int(answer["Refresh"]) <= 8
    assert "tries again by itself" in answer.content.decode()


def test_without_a_database_nothing_is_sent_again_by_itself(without_database: Client) -> None:
    answer = without_database.post("/login/", {"username": "bob", "password": "demo"})
    assert answer.status_code == 503
    assert "Refresh" not in answer
    assert "not booked twice" in answer.content.decode()


def test_a_request_that_makes_no_sense_is_told_so() -> None:
    answer = bad_request(RequestFactory().get("/"), ValueError())
    assert answer.status_code == 400
    assert "can't be read" in answer.content.decode()


def test_a_form_without_its_token_says_what_to_do(bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/login/", {"username": "bob", "password": "demo"})
    assert answer.status_code == 403
    assert "Load the page again" in answer.content.decode()


@pytest.mark.parametrize("path", ["/login/", "/nowhere/"])
def test_no_page_asks_for_anything_elsewhere(client: Client, db: None, path: str) -> None:
    text = client.get(path).content.decode()
    assert "http://" not in text
    assert "https://" not in text
    assert " style=" not in text
    assert " onclick=" not in text
