"""Pages that say what went wrong."""

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error


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
