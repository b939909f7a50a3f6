"""Logging in and out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from inventory.login_throttle import FAILURES_ALLOWED


@pytest.fixture(autouse=True)
def _forgotten_failures() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def log_in(client: Client, typed: str = "demo", **more: str) -> Any:
    return client.post("/login/", {"username": "bob", "password": typed} | more)


def test_the_right_password_leads_to_where_they_wanted_to_go(client: Client, bob: User) -> None:
    answer = log_in(client, next="/stock/?location=WH")
    assert answer.status_code == 302
    assert answer["Location"] == "/stock/?location=WH"


def test_the_address_is_kept_through_a_wrong_password(client: Client, bob: User) -> None:
    answer = log_in(client, "wrong", next="/movements/")
    assert answer.status_code == 422
    assert 'name="next" value="/movements/"' in answer.content.decode()


def test_an_address_elsewhere_is_not_followed(client: Client, bob: User) -> None:
    assert log_in(client, next="https://evil.example/")["Location"] == "/"


def test_a_page_asks_a_stranger_to_log_in_and_remembers_the_page(client: Client, db: None) -> None:
    assert client.get("/stock/")["Location"] == "/login/?next=/stock/"


def test_a_wrong_password_is_said_in_words(client: Client, bob: User) -> None:
    assert "don&#x27;t fit together" in log_in(client, "wrong").content.decode()


def test_many_wrong_passwords_lock_the_name_and_say_until_when(client: Client, bob: User) -> None:
    for _ in range(FAILURES_ALLOWED):
        assert log_in(client, "wrong").status_code == 422
    answer = log_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 300
    assert "Try again in 5 minutes" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_lock_is_for_one_name_at_one_address(client: Client, bob: User, charlie: User) -> None:
    for _ in range(FAILURES_ALLOWED):
        log_in(client, "wrong")
    other_name = client.post("/login/", {"username": "charlie", "password": "demo"})
    assert other_name.status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert log_in(elsewhere).status_code == 302


def test_a_success_forgets_the_failures_before(client: Client, bob: User) -> None:
    for _ in range(FAILURES_ALLOWED - 1):
        log_in(client, "wrong")
    assert log_in(client).status_code == 302
    client.logout()
    assert log_in(client, "wrong").status_code == 422
    assert log_in(client).status_code == 302


def test_logging_out_is_a_post_and_leads_to_the_login(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
