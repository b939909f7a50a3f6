"""The stock list: what each may see, find, filter, sort and leaf through."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Barcode, Category, Location, Product, StockLevel, Vendor

SESSION_AND_USER, GROUPS, LIVE = 2, 1, 1
PLACES, NAMES, ROWS = 1, 1, 1


def names(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', text)


def listed(client: Client, query: str = "", **headers: str) -> list[str]:
    return names(client.get(f"/stock/{query}", headers=headers).content.decode())


@pytest.fixture
def goods(warehouse: Location, shop: Location, mill: Vendor) -> list[StockLevel]:
    bread = Category.objects.create(code="BREAD", name="Bread")
    made = [
        Product.objects.create(sku="RYE-1", name="Rye bread", category=bread, minimum=5),
        Product.objects.create(sku="OAT-2", name="Oat flakes", vendor=mill, minimum=5),
        Product.objects.create(sku="APRON", name="Apron", minimum=5),
    ]
    amounts = [3, 20, 0]
    levels = [
        StockLevel.objects.create(product=product, location=warehouse, quantity=amount)
        for product, amount in zip(made, amounts, strict=True)
    ]
    return [*levels, StockLevel.objects.create(product=made[0], location=shop, quantity=9)]


@pytest.mark.parametrize(("name", "rows"), [("alice", 4), ("bob", 3), ("charlie", 3), ("dora", 0)])
def test_each_sees_the_stock_of_their_own_locations(
    client: Client, goods: Any, request: pytest.FixtureRequest, name: str, rows: int
) -> None:
    client.force_login(request.getfixturevalue(name))
    assert len(listed(client)) == rows


def test_who_has_no_location_is_told_what_to_do(client: Client, dora: User, goods: Any) -> None:
    client.force_login(dora)
    text = client.get("/stock/").content.decode()
    assert "No location is open to you yet" in text
    assert "Old Mill" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=rye", ["Rye bread"]),
        ("?q=ry+bre", ["Rye bread"]),
        ("?q=oat-2", ["Oat flakes"]),
        ("?q=4006381333931", ["Apron"]),
        ("?location=WH&status=low", ["Rye bread"]),
        ("?vendor=MILL", ["Oat flakes"]),
        ("?category=BREAD", ["Rye bread"]),
        ("?sort=status", ["Apron", "Rye bread", "Oat flakes"]),
        ("?sort=quantity", ["Apron", "Rye bread", "Oat flakes"]),
        ("?sort=-quantity", ["Oat flakes", "Rye bread", "Apron"]),
        ("", ["Apron", "Oat flakes", "Rye bread"]),
    ],
)
def test_search_filters_and_order(
    client: Client, bob: User, goods: list[StockLevel], query: str, found: list[str]
) -> None:
    Barcode.objects.create(code="4006381333931", product=goods[2].product)
    client.force_login(bob)
    assert listed(client, query) == found


@pytest.mark.parametrize(
    "q", ["'", "\\", "a'b:*", "!!", "&|", "(", ":*", "a & | b", "<->", "%", "ö" * 200, "'' \\ '"]
)
def test_nothing_that_is_typed_breaks_the_search(
    client: Client, bob: User, goods: Any, q: str
) -> None:
    client.force_login(bob)
    assert client.get("/stock/", {"q": q}).status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?location=SHOP", "There is no location"),
        ("?location=NOWHERE", "There is no location"),
        ("?vendor=X", "There is no vendor"),
        ("?category=X", "There is no category"),
        ("?status=bad", "use one of ok, low, out"),
        ("?sort=price", "use name, quantity"),
        ("?after=%%%", "begin again with the first page"),
        ("?after=W10", "begin again with the first page"),
        ("?q=" + "x" * 201, "at most 200"),
        ("?q=%00", "letters and digits"),
    ],
)
def test_a_wrong_value_is_answered_in_words(
    client: Client, bob: User, goods: Any, query: str, words: str
) -> None:
    client.force_login(bob)
    answer = client.get(f"/stock/{query}")
    assert answer.status_code == 400
    assert words in answer.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("sort", ["name", "quantity", "-quantity", "status"])
def test_the_pages_hold_every_row_once_in_order(
    client: Client, alice: User, warehouse: Location, shop: Location, sort: str
) -> None:
    products = Product.objects.bulk_create(
        Product(sku=f"P{n:03}", name=f"Product {n % 7}", minimum=4) for n in range(65)
    )
    for place in (warehouse, shop):
        StockLevel.objects.bulk_create(
            StockLevel(product=product, location=place, quantity=n % 9)
            for n, product in enumerate(products)
        )
    client.force_login(alice)
    seen: list[str] = []
    address = f"/stock/?sort={sort}"
    for _ in range(3):
        text = client.get(address).content.decode()
        seen += re.findall(r'<tr id="(stock-\d+)"', text)
        following = re.search(r'href="([^"]*)" hx-get="[^"]*" rel="next"', text)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
    assert len(seen) == 130
    assert len(set(seen)) == 130


def test_a_place_of_one_order_is_none_of_another(client: Client, bob: User, goods: Any) -> None:
    from inventory.rows import stock_row, stock_rows
    from inventory.stock_list import place_mark

    row = stock_row(stock_rows(StockLevel.objects.all()).order_by("id")[0])
    client.force_login(bob)
    assert client.get("/stock/", {"after": place_mark("name", row)}).status_code == 200
    wrong = client.get("/stock/", {"after": place_mark("name", row), "sort": "quantity"})
    assert wrong.status_code == 400


def test_archived_products_are_not_listed(client: Client, bob: User, goods: Any) -> None:
    Product.objects.filter(sku="APRON").update(active=False)
    client.force_login(bob)
    assert listed(client) == ["Oat flakes", "Rye bread"]


@pytest.mark.parametrize(
    ("target", "begins"), [("stock-rows", "<tbody"), ("stock-list", '<div id="stock-list"')]
)
def test_a_part_is_answered_by_itself(
    client: Client, bob: User, goods: Any, target: str, begins: str
) -> None:
    client.force_login(bob)
    answer = client.get("/stock/", headers={"HX-Request": "true", "HX-Target": target})
    text = answer.content.decode()
    assert text.lstrip().startswith(begins)
    assert "<html" not in text
    assert len(names(text)) == 3


def test_the_rows_are_a_live_region_of_the_locations_in_view(
    client: Client, alice: User, goods: Any
) -> None:
    client.force_login(alice)
    all_of_it = client.get("/stock/").content.decode()
    assert 'data-topics="location:SHOP location:WH"' in all_of_it
    assert "data-volatile" not in all_of_it
    some = client.get("/stock/?location=WH&status=low").content.decode()
    assert 'data-topics="location:WH"' in some
    assert "data-volatile" in some
    assert 'data-src="/stock/?location=WH&amp;status=low"' in some


@pytest.mark.parametrize("query", ["", "?q=rye&location=WH&sort=status"])
def test_a_page_costs_three_queries_beside_who_asks(
    client: Client,
    bob: User,
    goods: Any,
    query: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(bob)
    client.get("/stock/")  # the first of all finds the epoch
    with django_assert_num_queries(SESSION_AND_USER + GROUPS + LIVE + PLACES + NAMES + ROWS):
        assert client.get(f"/stock/{query}").status_code == 200


def test_the_rows_know_no_viewer(client: Client, bob: User, charlie: User, goods: Any) -> None:
    seen = []
    for person in (bob, charlie):
        client.force_login(person)
        text = client.get("/stock/", headers={"HX-Target": "stock-rows"}).content.decode()
        seen.append(re.sub(r'data-cursor="[^"]*"', "", text))
    assert seen[0] == seen[1]
