import psycopg
import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from monitoring import probes
from monitoring.shelf import Shelf


def test_a_process_that_answers_is_up(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


def test_whether_it_is_up_asks_nobody_even_for_who_is_logged_in(
    nowhere: None, client: Client, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(bob)

    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_is_ready_with_database_cache_and_migrations(shelf: Shelf, client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


@pytest.mark.django_db(transaction=True)
def test_without_its_cache_it_is_not_ready_and_says_nothing_of_where_it_is(
    nowhere: None, client: Client
) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reasons": {"cache": "does not answer"}}


def test_without_its_database_it_is_not_ready(
    shelf: Shelf, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise psycopg.OperationalError('no password for user "secretary"')

    monkeypatch.setattr(probes, "connect", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["reasons"] == {"database": "does not answer"}
    assert b"secretary" not in answer.content


@pytest.mark.django_db(transaction=True)
def test_with_migrations_to_come_it_is_not_ready(
    shelf: Shelf, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = probes.migrations_here()
    monkeypatch.setattr(probes, "migrations_here", lambda: there | {("inventory", "9999_to_come")})

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["reasons"] == {"migrations": "1 to be applied"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_only_reads(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_a_probe_is_answered_by_no_cache(client: Client, settings: Settings) -> None:
    assert "no-store" in client.get("/healthz")["Cache-Control"]
