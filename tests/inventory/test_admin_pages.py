"""Every page of the admin opens, and costs the same however many rows there are."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory import operations
from inventory.admin import house
from inventory.models import (
    ApiToken,
    Barcode,
    Category,
    Location,
    LocationAccess,
    LocationTotal,
    Operation,
    OperationKind,
    Product,
    Session,
    Source,
    StockLevel,
    Vendor,
)
from inventory.operations import Ask
from inventory.tasks import fold_location_totals, prove_ledger
from tests.conftest import person

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
SEARCHES = ["flour", "FL-1", "'", "\\ & | ! :*", "é", "%", str(uuid4())]


def page_of(model: type[Model], name: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def furnish(start: int, count: int, by: User) -> None:
    """So many of everything."""
    for n in range(start, start + count):
        place = Location.objects.create(code=f"L{n}", name=f"Place {n}")
        product = Product.objects.create(
            sku=f"FL-{n}",
            name=f"Flour {n}",
            vendor=Vendor.objects.create(code=f"V{n}", name=f"Mill {n}"),
            category=Category.objects.create(code=f"C{n}", name=f"Kind {n}"),
        )
        Barcode.objects.create(code=f"400{n}", product=product)
        worker = person(f"worker-{n}")
        LocationAccess.objects.create(user=worker, location=place)
        token = ApiToken(name=f"Till {n}", person=worker, made_by=by)
        token.set_secret()
        token.save()
        for kind in (OperationKind.RECEIVE, OperationKind.SALE):
            asks = [Ask(uuid4(), kind, product.sku, place.code, q) for q in (3, 9_000)]
            operations.apply(asks, by=by, source=Source.TASK)
        Product.objects.filter(pk=product.pk).update(description=f"Number {n}")
        prove_ledger(by.pk)


@pytest.fixture
def boss(db: None) -> User:
    return person("boss", is_superuser=True, is_staff=True)


@pytest.fixture
def as_boss(client: Client, boss: User) -> Client:
    client.force_login(boss)
    furnish(0, 3, boss)
    fold_location_totals()
    furnish(3, 1, boss)
    return client


def test_every_model_of_the_inventory_is_there() -> None:
    from django.apps import apps

    # Whoever reads a session's key is that person.
    assert set(apps.get_app_config("inventory").get_models()) - {Session} <= set(MODELS)


def test_the_first_page_names_the_house(as_boss: Client) -> None:
    assert "Liveshelf administration" in as_boss.get("/admin/").content.decode()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_page_of_a_model_opens(as_boss: Client, model: type[Model]) -> None:
    assert as_boss.get(page_of(model, "changelist")).status_code == 200
    for term in SEARCHES:
        answer = as_boss.get(page_of(model, "changelist"), {"q": term})
        assert answer.status_code == 200, term
    may_add = admin.site._registry[model].has_add_permission(as_boss_request(as_boss))
    assert as_boss.get(page_of(model, "add")).status_code == (200 if may_add else 403)
    one = model._default_manager.order_by("pk").first()
    assert one is not None, "there is one of everything"
    assert as_boss.get(page_of(model, "change", one.pk)).status_code == 200
    assert as_boss.get(page_of(model, "history", one.pk)).status_code == 200


def as_boss_request(client: Client) -> Any:
    return client.get("/admin/").wsgi_request


@pytest.mark.parametrize(
    "model",
    [m for m in MODELS if m._meta.app_label in {"inventory", "auth"}],
    ids=lambda model: model._meta.label,
)
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    as_boss: Client, boss: User, model: type[Model]
) -> None:
    page = page_of(model, "changelist")
    as_boss.get(page)
    with CaptureQueriesContext(connection) as few:
        as_boss.get(page)
    furnish(10, 5, boss)
    if model is LocationTotal:
        fold_location_totals()
    with CaptureQueriesContext(connection) as many:
        as_boss.get(page)
    assert len(many) == len(few) <= 9, [query["sql"] for query in many]


@pytest.mark.parametrize("model", [StockLevel, Operation, Product], ids=lambda m: m.__name__)
def test_no_list_counts_a_whole_table(as_boss: Client, model: type[Model]) -> None:
    with CaptureQueriesContext(connection) as queries:
        as_boss.get(page_of(model, "changelist"))
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert counts
    assert all(f"LIMIT {house.MOST_COUNTED}" in sql for sql in counts)


def test_foreign_keys_are_found_by_typing(as_boss: Client) -> None:
    asked = {"app_label": "inventory", "model_name": "product", "field_name": "vendor"}
    answer = as_boss.get("/admin/autocomplete/", asked | {"term": "Mill 2"})
    assert [found["text"] for found in answer.json()["results"]] == ["Mill 2"]


def test_a_product_is_found_by_its_barcode(as_boss: Client) -> None:
    page = as_boss.get("/admin/inventory/stocklevel/", {"q": "4002"}).content.decode()
    assert "Flour 2" in page
    assert "Flour 1" not in page
