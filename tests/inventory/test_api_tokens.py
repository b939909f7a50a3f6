"""`Authorization: Bearer`: a program acts as a person, and no further."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_redis import get_redis_connection
from pytest_django import DjangoAssertNumQueries, Settings

from inventory.api import limits
from inventory.models import ApiToken, Location, LocationAccess, StockLevel
from inventory.models.tokens import digest
from tests.inventory.books import ask, book, on_hand
from tests.inventory.tokens import client_with, token_of

pytestmark = pytest.mark.django_db
INVENTORY = "/api/v1/inventory"
OPERATIONS = "/api/v1/operations"
GUESS = "lsk_" + "x" * 43
REACH = ("dbname", "user", "password", "host", "port")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_silent_until", 0.0)
    valkey = get_redis_connection("default")
    for key in valkey.scan_iter("liveshelf:limit:*"):
        valkey.delete(key)


def receive(client: Client, quantity: int = 5) -> Any:
    asked = {"id": str(uuid4()), "kind": "receive", "sku": "FLOUR", "location": "WH"}
    body = {"operations": [asked | {"quantity": quantity}]}
    return client.post(OPERATIONS, body, content_type="application/json")


def test_a_token_reads_with_exactly_its_persons_rights(
    bob: User, shop: Location, flour_level: StockLevel
) -> None:
    book(ask("receive", 12), ask("receive", 3, location="SHOP"))
    answer = client_with(token_of(bob)[1]).get(INVENTORY)
    assert [item["location"] for item in answer.json()["items"]] == ["WH"]
    assert answer.json()["total_quantity"] == 12


def test_a_right_taken_from_the_person_is_taken_from_the_token(
    bob: User, flour_level: StockLevel
) -> None:
    client = client_with(token_of(bob)[1])
    assert client.get(INVENTORY).json()["items"]
    LocationAccess.objects.filter(user=bob).delete()
    assert client.get(INVENTORY).json()["items"] == []


def test_a_token_that_may_write_needs_no_csrf_token(bob: User, flour_level: StockLevel) -> None:
    answer = receive(client_with(token_of(bob, may_write=True)[1]))
    assert answer.json()["results"][0]["status"] == "applied"
    assert on_hand() == 5


def test_a_token_that_reads_is_refused_a_write(bob: User, flour_level: StockLevel) -> None:
    answer = receive(client_with(token_of(bob)[1]))
    assert (answer.status_code, answer.json()["code"]) == (403, "read_only")
    assert on_hand() == 0


def test_a_token_that_may_write_gives_its_person_no_right(
    charlie: User, flour_level: StockLevel
) -> None:
    answer = receive(client_with(token_of(charlie, may_write=True)[1]))
    assert answer.json()["results"][0]["error"]["code"] == "not_allowed"


def test_bad_tokens_of_every_kind_are_answered_alike(bob: User, dora: User) -> None:
    past = timezone.now() - timedelta(seconds=1)
    dora.is_active = False
    dora.save()
    secrets = {
        "wrong": GUESS,
        "malformed": "no token",
        "empty": "",
        "not ASCII": "lsk_é",
        "expired": token_of(bob, name="a", expires_at=past)[1],
        "revoked": token_of(bob, name="b", revoked_at=past)[1],
        "of somebody switched off": token_of(dora)[1],
        "the digest": digest(token_of(bob, name="c")[1]).hex(),
    }
    found = {name: client_with(secret).get(INVENTORY) for name, secret in secrets.items()}
    assert {answer.status_code for answer in found.values()} == {401}
    assert len({answer.content for answer in found.values()}) == 1
    assert found["wrong"].json()["code"] == "bad_token"
    assert {answer["WWW-Authenticate"] for answer in found.values()} == {'Bearer realm="Liveshelf"'}


def test_with_cookie_and_token_the_token_counts(alice: User, bob: User, shop: Location) -> None:
    client = client_with(token_of(bob, may_write=True)[1])
    client.force_login(alice)
    assert client.get("/api/v1/locations").json()["items"][0]["code"] == "WH"
    assert len(client.get("/api/v1/locations").json()["items"]) == 1
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {GUESS}"
    assert client.get("/api/v1/locations").status_code == 401, "the session must not help out"


def test_another_scheme_leaves_the_session_to_count(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(INVENTORY, headers={"Authorization": "Basic YTpi"}).status_code == 200


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization"])
def test_a_token_in_the_address_is_never_taken(name: str, bob: User) -> None:
    secret = token_of(bob)[1]
    assert Client().get(INVENTORY, {name: secret}).status_code == 401
    assert Client().get(INVENTORY, {name: f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize("page", ["/", "/stock/", "/admin/", "/live/changes/", "/api/docs"])
def test_pages_take_no_token(page: str, alice: User) -> None:
    alice.is_staff = True
    alice.save()
    answer = client_with(token_of(alice, may_write=True)[1]).get(page)
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_finding_the_person_is_one_statement_and_no_session(
    bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_with(token_of(bob, last_used_at=timezone.now())[1])
    client.cookies["sessionid"] = "0" * 32
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get("/api/v1/vendors")
    assert answer.status_code == 200
    # The token with its person, whether they manage everything, the page.
    assert len(asked) == 3, [query["sql"] for query in asked]
    assert not any("django_session" in query["sql"] for query in asked)
    assert not answer.cookies


def test_the_last_use_is_noted_at_most_once_a_minute(bob: User) -> None:
    token, secret = token_of(bob)
    client_with(secret).get(INVENTORY)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    client_with(secret).get(INVENTORY)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=1))
    client_with(secret).get(INVENTORY)
    token.refresh_from_db()
    assert token.last_used_at >= first


@pytest.mark.django_db(transaction=True)
def test_noting_the_use_waits_for_nobody(bob: User) -> None:
    token, secret = token_of(bob)
    parameters = connection.get_connection_params()
    with psycopg.connect(**{k: parameters[k] for k in REACH if k in parameters}) as held:
        held.execute("SELECT FROM inventory_apitoken WHERE id = %s FOR UPDATE", [token.pk])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            assert client_with(secret).get(INVENTORY).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is None, "it was held, or this shows nothing"


def test_failures_are_limited_by_address_and_a_good_token_is_not(
    bob: User, settings: Settings
) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"failed tokens": (0.1, 3)}
    guesser = client_with(GUESS)
    assert [guesser.get(INVENTORY).status_code for _ in range(4)] == [401, 401, 401, 429]
    assert int(guesser.get(INVENTORY)["Retry-After"]) >= 1
    assert guesser.get(INVENTORY, REMOTE_ADDR="192.0.2.7").status_code == 401
    assert client_with(token_of(bob)[1]).get(INVENTORY).status_code == 200


def test_a_token_outlives_a_new_password_and_not_its_person(bob: User) -> None:
    client = client_with(token_of(bob)[1])
    bob.set_password("another, quite long one")
    bob.save()
    assert client.get(INVENTORY).status_code == 200
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert client.get(INVENTORY).status_code == 401


def test_the_limit_of_a_person_holds_for_their_tokens_together(
    bob: User, settings: Settings
) -> None:
    settings.API_LIMITS = settings.API_LIMITS | {"requests": (0.1, 2)}
    one, other = (client_with(token_of(bob, name=name)[1]) for name in "ab")
    found = [client.get(INVENTORY).status_code for client in (one, other, one)]
    assert found == [200, 200, 429]


def test_nothing_of_a_secret_is_kept_but_its_beginning(bob: User) -> None:
    token, secret = token_of(bob)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM inventory_apitoken t")
        [(row,)] = cursor.fetchall()
    assert token.shown == secret[:8]
    assert token.shown in row
    assert secret[8:] not in row
