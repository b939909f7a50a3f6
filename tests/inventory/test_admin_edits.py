"""Two people edit one record in the admin: nothing is overwritten, nothing typed is lost."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from inventory.actor import name_actor
from inventory.models import Barcode, Category, FieldChange, Location, Product, Vendor
from tests.conftest import person
from tests.inventory.decided import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client: Client) -> User:
    boss = person("boss", is_superuser=True, is_staff=True)
    client.force_login(boss)
    return boss


def page_of(record: Any) -> str:
    return f"/admin/inventory/{record._meta.model_name}/{record.pk}/change/"


def loaded(client: Client, record: Any) -> dict[str, Any]:
    """What a browser would send if nothing were typed."""
    return sent_again(client.get(page_of(record)))


def sent_again(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    formsets = [inline.formset for inline in answer.context["inline_admin_formsets"]]
    data: dict[str, Any] = {}
    for part in [form, *(f.management_form for f in formsets), *(f for s in formsets for f in s)]:
        for field in part:
            value = field.value()
            if value is True:
                value = "on"
            if value is not None and value is not False:
                data[field.html_name] = str(value)
            if field.field.show_hidden_initial:
                raw = part.data.get(field.html_initial_name) if part.is_bound else field.initial
                data[field.html_initial_name] = "" if raw is None else str(raw)
    return data


def edit(record: Any, by: User | None, **values: Any) -> None:
    """Somebody else's edit, committed."""
    with transaction.atomic():
        name_actor(by.pk if by else None)
        type(record).objects.filter(pk=record.pk).update(**values)


def save(client: Client, record: Any, data: dict[str, Any], **typed: str) -> Any:
    return client.post(page_of(record), data | typed)


@pytest.fixture
def late(client: Client, boss: User, flour: Product, alice: User) -> Any:
    """Both rename it; alice also sets the price, and boss the minimum."""
    data = loaded(client, flour)
    edit(flour, alice, name="White flour", price=Decimal("4.50"))
    return save(client, flour, data, name="Zero flour", minimum="9")


def test_what_the_two_changed_apart_is_merged(
    client: Client, boss: User, flour: Product, alice: User
) -> None:
    data = loaded(client, flour)
    edit(flour, alice, price=Decimal("4.50"), vendor=None, active=False)
    assert save(client, flour, data, name="Zero flour").status_code == 302
    flour.refresh_from_db()
    assert (flour.name, flour.price) == ("Zero flour", Decimal("4.50"))
    assert (flour.vendor, flour.active) == (None, False)


def test_what_both_changed_is_shown_with_who_and_when(late: Any, flour: Product) -> None:
    assert late.status_code == 200
    [question] = late.context["adminform"].form.undecided
    overlap = question.overlap
    assert (question.name, overlap.base, overlap.yours, overlap.current, overlap.actor) == (
        "name", "Wheat flour", "Zero flour", "White flour", "alice",
    )  # fmt: skip
    text = words(late)
    assert "Name: Wheat flour Zero flour White flour alice," in text.replace("Name ", "Name: ")
    assert "alice changed this meanwhile: decide above." in text
    flour.refresh_from_db()
    assert flour.name == "White flour", "nothing was overwritten"


def test_nothing_typed_is_lost_and_what_only_they_changed_is_shown(late: Any) -> None:
    held = sent_again(late)
    assert (held["name"], held["minimum"]) == ("Zero flour", "9")
    assert Decimal(held["price"]) == Decimal("4.50")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"keep-name": "yours"}, "Zero flour"),
        ({"keep-name": "theirs"}, "White flour"),
        ({"keep-name": "yours", "name": "Fine flour"}, "Fine flour"),
        ({"keep-name": "yours", "name": "Wheat flour"}, "Wheat flour"),
    ],
    ids=["yours", "theirs", "another", "as it was at first"],
)
def test_each_choice(
    client: Client, late: Any, flour: Product, typed: dict[str, str], name: str
) -> None:
    assert save(client, flour, sent_again(late), **typed).status_code == 302
    flour.refresh_from_db()
    assert (flour.name, flour.minimum, flour.price) == (name, 9, Decimal("4.50"))


def test_who_chose_nothing_is_asked_again(client: Client, late: Any, flour: Product) -> None:
    again = save(client, flour, sent_again(late))
    assert [each.name for each in again.context["adminform"].form.undecided] == ["name"]
    flour.refresh_from_db()
    assert flour.name == "White flour"


def test_a_change_after_the_choice_was_shown_asks_again(
    client: Client, late: Any, flour: Product, alice: User
) -> None:
    edit(flour, alice, name="Whitest flour")
    again = save(client, flour, sent_again(late), **{"keep-name": "yours"})
    [question] = again.context["adminform"].form.undecided
    assert (question.choice, question.overlap.current) == ("yours", "Whitest flour")
    assert save(client, flour, sent_again(again), **{"keep-name": "yours"}).status_code == 302
    flour.refresh_from_db()
    assert flour.name == "Zero flour"


def test_a_fault_of_typing_keeps_the_base(
    client: Client, boss: User, flour: Product, alice: User
) -> None:
    data = loaded(client, flour)
    edit(flour, alice, name="White flour")
    faulty = save(client, flour, data, name="Zero flour", minimum="few")
    assert faulty.status_code == 200
    again = save(client, flour, sent_again(faulty), minimum="9")
    assert [each.name for each in again.context["adminform"].form.undecided] == ["name"]


@pytest.mark.parametrize("base", ["", "x", "999", "-1"])
def test_a_damaged_form_saves_nothing(
    client: Client, boss: User, flour: Product, base: str
) -> None:
    data = loaded(client, flour)
    answer = save(client, flour, data, name="Zero flour", base_version=base)
    assert answer.status_code == 200
    flour.refresh_from_db()
    assert flour.name == "Wheat flour"


def test_a_second_press_of_save_is_harmless(client: Client, boss: User, flour: Product) -> None:
    data = loaded(client, flour) | {
        "barcodes-TOTAL_FORMS": "1",
        "barcodes-0-code": "4006381333931",
        "barcodes-0-pack_quantity": "1",
    }
    for _ in range(2):
        assert save(client, flour, data, name="Zero flour").status_code == 302
    flour.refresh_from_db()
    assert (flour.name, Barcode.objects.count()) == ("Zero flour", 1)
    assert FieldChange.objects.filter(field="name").count() == 1


def test_a_second_press_makes_one_vendor(client: Client, boss: User) -> None:
    data = {"code": "NEW", "name": "New mill", "operation": str(uuid4())}
    for _ in range(2):
        assert client.post("/admin/inventory/vendor/add/", data).status_code == 302
    assert Vendor.objects.filter(code="NEW").count() == 1
    data["operation"] = str(uuid4())
    assert client.post("/admin/inventory/vendor/add/", data).status_code == 200


@pytest.mark.parametrize("which", ["vendor", "category", "location"])
def test_the_other_records_are_merged_too(
    client: Client, boss: User, alice: User, mill: Vendor, warehouse: Location, which: str
) -> None:
    category = Category.objects.create(code="DRY", name="Dry goods")
    record: Any = {"vendor": mill, "category": category, "location": warehouse}[which]
    data = loaded(client, record)
    edit(record, alice, name="Theirs")
    late = save(client, record, data, name="Mine")
    [question] = late.context["adminform"].form.undecided
    assert question.overlap.actor == "alice"
    assert save(client, record, sent_again(late), **{"keep-name": "yours"}).status_code == 302
    record.refresh_from_db()
    assert record.name == "Mine"


def test_history_names_who_saved_archived_and_imported(
    client: Client, boss: User, flour: Product
) -> None:
    save(client, flour, loaded(client, flour), name="Zero flour")
    client.post("/admin/inventory/product/", {"action": "archive", "_selected_action": [flour.pk]})
    file = SimpleUploadedFile("p.csv", b"sku,name\nFLOUR,Rye flour", content_type="text/csv")
    shown = client.post(
        "/admin/inventory/product/import/", {"import_file": file, "format": "0", "resource": ""}
    )
    client.post("/admin/inventory/product/process_import/", shown.context["confirm_form"].initial)
    made = FieldChange.objects.order_by("id").values_list("field", "after", "actor__username")
    assert list(made) == [
        ("name", "Zero flour", "boss"),
        ("active", "false", "boss"),
        ("name", "Rye flour", "boss"),
    ]


# -- barcodes -----------------------------------------------------------------------------------


@pytest.fixture
def barcode(flour: Product) -> Barcode:
    return Barcode.objects.create(product=flour, code="4006381333931", pack_quantity=6)


def test_a_barcode_that_one_left_alone_keeps_what_the_other_made_it(
    client: Client, boss: User, flour: Product, barcode: Barcode
) -> None:
    data = loaded(client, flour)
    Barcode.objects.update(pack_quantity=12)
    assert save(client, flour, data, name="Zero flour").status_code == 302
    barcode.refresh_from_db()
    assert barcode.pack_quantity == 12


def test_a_barcode_that_both_changed_is_asked_about(
    client: Client, boss: User, flour: Product, barcode: Barcode
) -> None:
    data = loaded(client, flour)
    Barcode.objects.update(pack_quantity=12)
    late = save(client, flour, data, **{"barcodes-0-pack_quantity": "24"})
    assert "You saw 6, somebody made it 12 meanwhile." in words(late)
    barcode.refresh_from_db()
    assert barcode.pack_quantity == 12
    assert save(client, flour, sent_again(late)).status_code == 302
    barcode.refresh_from_db()
    assert barcode.pack_quantity == 24


def test_a_barcode_that_the_other_took_away_stays_away(
    client: Client, boss: User, flour: Product, barcode: Barcode
) -> None:
    data = loaded(client, flour)
    barcode.delete()
    assert save(client, flour, data, name="Zero flour").status_code == 302
    assert not Barcode.objects.exists()
