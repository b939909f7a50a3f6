"""A page of somebody else, open in the same browser, changes nothing here (CSRF)."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from inventory.models import ApiToken, StockLevel
from tests.conftest import person
from tests.inventory.books import on_hand

pytestmark = pytest.mark.django_db
FOREIGN = "https://elsewhere.example"
UNSAFE = ("post", "put", "patch", "delete")


def addresses(patterns: Any, before: str = "/") -> Iterator[str]:
    """Every address that there is, with something in the place of what varies."""
    for each in patterns:
        if not isinstance(each.pattern, RoutePattern):
            continue
        route = re.sub(r"<uuid:\w+>", str(UUID(int=1)), str(each.pattern))
        address = before + re.sub(r"<(?:\w+:)?\w+>", "1", route)
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, address)
        elif isinstance(each, URLPattern):
            yield address


ADDRESSES = sorted(set(addresses(get_resolver().url_patterns)))


@pytest.fixture
def boss(flour_level: StockLevel) -> User:
    return person("boss", is_superuser=True, is_staff=True)


@pytest.fixture
def browser(boss: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(boss)
    return browser


def test_the_addresses_are_all_there() -> None:
    assert {"/stock/1/1/", "/login/", "/api/v1/operations", "/admin/login/"} <= set(ADDRESSES)
    assert len(ADDRESSES) > 60


@pytest.mark.parametrize("method", UNSAFE)
@pytest.mark.parametrize(
    "kind", ["no CSRF token", "a foreign origin", "a foreign referer", "no origin at all"]
)
def test_no_address_takes_a_write_from_a_foreign_page(
    browser: Client, method: str, kind: str
) -> None:
    page = browser.get("/stock/")
    csrf = page.cookies.get("csrftoken") or browser.cookies.get("csrftoken")
    assert csrf, "a page gives its browser a token"
    headers = {
        "no CSRF token": {},
        "a foreign origin": {"X-CSRFToken": csrf.value, "Origin": FOREIGN},
        "a foreign referer": {"Referer": f"{FOREIGN}/page"},
        "no origin at all": {"X-CSRFToken": "wrong", "Origin": "null"},
    }[kind]
    for address in ADDRESSES:
        answer = getattr(browser, method)(address, headers=headers)
        # Where the API only reads, it says so before it asks who is there. What is hidden from most
        # must answer them as if it were not there, so it asks for no token before it knows them.
        only_reads = address.startswith("/api/v1/") or address in {"/metrics", "/monitoring/"}
        allowed = {403, 405} if only_reads else {403}
        assert answer.status_code in allowed, (method, address, answer.status_code)


def test_a_foreign_page_books_nothing(browser: Client, flour_level: StockLevel) -> None:
    asked = {"id": str(uuid4()), "kind": "receive", "sku": "FLOUR", "location": "WH"}
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        body = json.dumps({"operations": [asked | {"quantity": 1}]})
        answer = browser.post(
            "/api/v1/operations", body, content_type=kind, headers={"Origin": FOREIGN}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert on_hand() == 0


def test_a_foreign_page_may_not_read_the_api_either(browser: Client) -> None:
    answer = browser.get("/api/v1/inventory", headers={"Origin": FOREIGN})
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


def test_a_session_beside_a_token_is_no_way_around(browser: Client, boss: User) -> None:
    answer = browser.post(
        "/api/v1/operations",
        {"operations": []},
        content_type="application/json",
        headers={"Origin": FOREIGN, "Authorization": "Basic x"},
    )
    assert answer.status_code == 403
    assert not ApiToken.objects.exists()
