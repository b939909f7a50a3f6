"""The catalogue in the admin: what the database refuses is said in words; files go in and out."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from inventory import operations
from inventory.models import (
    Barcode,
    Category,
    Location,
    OperationKind,
    Product,
    Source,
    StockLevel,
    Vendor,
)
from inventory.operations import Ask
from tests.conftest import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_boss(client: Client) -> Client:
    client.force_login(person("boss", is_superuser=True, is_staff=True))
    return client


def product_form(product: Product, **fields: Any) -> dict[str, Any]:
    return {
        "sku": product.sku,
        "name": product.name,
        "unit": product.unit,
        "vendor": product.vendor_id or "",
        "category": "",
        "price": "3",
        "cost": "2",
        "minimum": "5",
        "active": "on",
        "barcodes-TOTAL_FORMS": "0",
        "barcodes-INITIAL_FORMS": "0",
    } | fields


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


def change(client: Client, record: Any, form: dict[str, Any]) -> Any:
    name = record._meta.model_name
    record.refresh_from_db()
    page = f"/admin/inventory/{name}/{record.pk}/change/"
    return client.post(page, {"base_version": record.version} | form)


def test_a_name_is_changed(as_boss: Client, flour: Product) -> None:
    assert change(as_boss, flour, product_form(flour, name="Rye flour")).status_code == 302
    flour.refresh_from_db()
    assert flour.name == "Rye flour"


def test_a_new_sku_is_given_while_there_is_no_stock(as_boss: Client, flour: Product) -> None:
    assert change(as_boss, flour, product_form(flour, sku="RYE")).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [("sku", "RYE", "SKU FLOUR is in use and stays"), ("unit", "gram", "The unit of FLOUR is in")],
)
def test_what_is_in_use_stays_and_the_form_says_so(
    as_boss: Client, flour: Product, flour_level: StockLevel, field: str, value: str, words: str
) -> None:
    found = errors(change(as_boss, flour, product_form(flour, **{field: value})))
    assert found[field][0].startswith(words)
    flour.refresh_from_db()
    assert (flour.sku, flour.unit) == ("FLOUR", "piece")


def test_a_sku_that_differs_only_in_case_is_refused(as_boss: Client, flour: Product) -> None:
    answer = as_boss.post("/admin/inventory/product/add/", product_form(flour, sku="flour"))
    assert "whatever its case" in str(errors(answer))


def test_the_code_of_a_location_in_use_stays(
    as_boss: Client, warehouse: Location, flour_level: StockLevel
) -> None:
    form = {"code": "NEW", "name": "Warehouse", "kind": "warehouse", "active": "on"}
    assert "code WH is in use" in errors(change(as_boss, warehouse, form))["code"][0].replace(
        "Code", "code"
    )


def test_the_code_of_a_vendor_in_use_stays(as_boss: Client, flour: Product, mill: Vendor) -> None:
    assert "in use" in errors(change(as_boss, mill, {"code": "NEW", "name": "Mill"}))["code"][0]


def test_a_location_below_zero_may_not_become_strict(
    as_boss: Client, flour: Product, shop: Location
) -> None:
    Location.objects.filter(pk=shop.pk).update(may_go_negative=True)
    sale = Ask(uuid4(), OperationKind.SALE, "FLOUR", "SHOP", 3)
    (answer,) = operations.apply([sale], by=None, source=Source.TASK)
    assert answer.quantity == -3
    form = {"code": "SHOP", "name": "Corner shop", "kind": "shop", "active": "on"}
    assert "below zero" in errors(change(as_boss, shop, form))["may_go_negative"][0]


@pytest.mark.parametrize("which", ["flour", "warehouse", "mill"])
def test_what_is_in_use_is_not_deleted(
    as_boss: Client, flour_level: StockLevel, which: str, request: pytest.FixtureRequest
) -> None:
    record = request.getfixturevalue(which)
    page = f"/admin/inventory/{record._meta.model_name}/{record.pk}/delete/"
    assert as_boss.post(page, {"post": "yes"}).status_code == 403
    record.refresh_from_db()


def test_products_are_archived_and_brought_back(as_boss: Client, flour: Product) -> None:
    for action, active in (("archive", False), ("bring_back", True)):
        form = {"action": action, "_selected_action": [flour.pk]}
        as_boss.post("/admin/inventory/product/", form)
        flour.refresh_from_db()
        assert flour.active is active


def preview(client: Client, name: str, text: str) -> Any:
    file = SimpleUploadedFile("catalogue.csv", text.encode(), content_type="text/csv")
    return client.post(
        f"/admin/inventory/{name}/import/", {"import_file": file, "format": "0", "resource": ""}
    )


def take_in(client: Client, name: str, text: str) -> Any:
    shown = preview(client, name, text)
    assert "confirm_form" in shown.context, shown.context["result"].invalid_rows
    confirmed = shown.context["confirm_form"].initial
    return client.post(f"/admin/inventory/{name}/process_import/", confirmed)


NEW = "sku,name,vendor,category,unit,price,barcodes\nRYE,Rye flour,MILL,FL,gram,1.25,401; 402 x 12"


@pytest.fixture
def kind(mill: Vendor) -> Category:
    return Category.objects.create(code="FL", name="Flour")


def test_a_preview_changes_nothing_and_the_confirmation_does(
    as_boss: Client, kind: Category
) -> None:
    shown = preview(as_boss, "product", NEW)
    page = shown.content.decode()
    assert "Rye flour</ins>" in page
    assert 'style="' not in page, "the policy allows no inline style"
    assert not Product.objects.exists()
    assert take_in(as_boss, "product", NEW).status_code == 302
    rye = Product.objects.get()
    assert (rye.vendor, rye.category, str(rye.price)) == (
        Vendor.objects.get(),
        kind,
        "1.2500",
    )
    assert list(Barcode.objects.values_list("code", "pack_quantity")) == [("401", 1), ("402", 12)]


def test_the_same_file_again_changes_nothing(as_boss: Client, kind: Category) -> None:
    take_in(as_boss, "product", NEW)
    version = Product.objects.get().version
    take_in(as_boss, "product", NEW)
    assert Product.objects.get().version == version


def test_a_sku_is_found_whatever_its_case_and_keeps_its_own(
    as_boss: Client, flour: Product, flour_level: StockLevel
) -> None:
    take_in(as_boss, "product", "sku,name\nflour,Spelt flour")
    flour.refresh_from_db()
    assert (flour.sku, flour.name) == ("FLOUR", "Spelt flour")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("RYE,Rye,NONE,piece,1,", "There is no vendor with the code"),
        ("RYE,Rye,,stone,1,", "not a valid choice"),
        ("RYE,Rye,,piece,-1,", "greater than or equal to 0"),
        ("bad code,Rye,,piece,1,", "Use letters, digits"),
        ("RYE,Rye,,piece,1,401", "already exists"),
        ("RYE,Rye,,piece,1,409 x many", "is no pack quantity"),
        ("FLOUR,Flour,,gram,1,", "is in use and stays"),
    ],
)
def test_a_bad_row_is_shown_in_the_preview_and_cannot_be_confirmed(
    as_boss: Client, flour: Product, flour_level: StockLevel, row: str, words: str
) -> None:
    Barcode.objects.create(code="401", product=flour)
    shown = preview(as_boss, "product", f"sku,name,vendor,unit,price,barcodes\n{row}")
    assert "confirm_form" not in shown.context
    assert words in shown.content.decode()
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "text", "model"),
    [
        ("vendor", "code,name,email,lead_time_days\nA,Farm,a@example.com,3", Vendor),
        ("category", "code,name\nA,Bread", Category),
        ("location", "code,name,kind,may_go_negative,active\nA,Shop,shop,0,1", Location),
    ],
)
def test_vendors_categories_and_locations_come_from_files_too(
    as_boss: Client, name: str, text: str, model: Any
) -> None:
    take_in(as_boss, name, text)
    assert model.objects.get().code == "A"


def test_a_file_that_went_out_comes_in_unchanged(
    as_boss: Client, flour: Product, kind: Category
) -> None:
    Barcode.objects.create(code="401", product=flour, pack_quantity=6)
    answer = as_boss.post("/admin/inventory/product/export/", {"format": "0", "resource": ""})
    text = answer.content.decode()
    assert "FLOUR,Wheat flour,,,MILL,piece,3.0000,2.0000,5,1,401 x 6" in text
    version = Product.objects.get().version
    take_in(as_boss, "product", text)
    assert Product.objects.get().version == version


def test_who_may_only_look_exports_and_does_not_import(client: Client, charlie: User) -> None:
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    assert client.get("/admin/inventory/product/export/").status_code == 200
    assert client.get("/admin/inventory/product/import/").status_code == 403
