"""Who gets what in the admin: a model without a rung fails, as does a word of a hidden place."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory import models
from inventory.admin.resources import FileAdmin
from inventory.models import Location, LocationAccess, StockLevel, StockMovement
from inventory.tasks import fold_location_totals
from tests.conftest import person
from tests.inventory.ladder import HIDDEN, IN_SHOP, as_, steady

pytestmark = pytest.mark.django_db

# boss is a superuser; keen works where bob does and was given every single right there is.
CAST = ("boss", "alice", "bob", "charlie", "dora", "keen")
BLIND = ("bob", "charlie", "dora", "keen")
ABSENT = "99999999"
ALL_LOOK = (200, 200, 200, 200, 403, 200)
MANAGERS_LOOK = (200, 200, 403, 403, 403, 200)
ONLY_WHO_SEES_ALL = (200, 200, 403, 403, 403, 403)
BY_SINGLE_RIGHT = (200, 403, 403, 403, 403, 200)
NOBODY = (403,) * 6
Statuses = tuple[int, ...]
# model -> (who gets its list, who gets the page to add one), in the order of the cast
RUNGS: dict[type[Model], tuple[Statuses, Statuses]] = {
    models.Product: (ALL_LOOK, MANAGERS_LOOK),
    models.Vendor: (ALL_LOOK, MANAGERS_LOOK),
    models.Category: (ALL_LOOK, MANAGERS_LOOK),
    models.Barcode: (ALL_LOOK, MANAGERS_LOOK),
    models.Location: (ALL_LOOK, MANAGERS_LOOK),
    models.StockLevel: (ALL_LOOK, NOBODY),
    models.StockMovement: (ALL_LOOK, NOBODY),
    models.LedgerCheck: (ONLY_WHO_SEES_ALL, NOBODY),
    models.LocationTotalNow: (MANAGERS_LOOK, NOBODY),
    models.LocationTotal: (BY_SINGLE_RIGHT, NOBODY),
    models.LocationTotalDelta: (BY_SINGLE_RIGHT, NOBODY),
    models.Operation: (MANAGERS_LOOK, NOBODY),
    models.FieldChange: (MANAGERS_LOOK, NOBODY),
    models.ApiToken: (MANAGERS_LOOK, MANAGERS_LOOK),
    models.LocationAccess: (BY_SINGLE_RIGHT, BY_SINGLE_RIGHT),
    models.RightsStamp: (BY_SINGLE_RIGHT, NOBODY),
    User: (BY_SINGLE_RIGHT, BY_SINGLE_RIGHT),
    Group: (BY_SINGLE_RIGHT, BY_SINGLE_RIGHT),
}
# What a hidden record of each is; models that are not here are not of a place.
AT_SHOP: dict[type[Model], Callable[[], Model]] = {
    models.Location: lambda: Location.objects.get(code="SHOP"),
    models.StockLevel: lambda: StockLevel.objects.get(location__code="SHOP"),
    models.StockMovement: lambda: StockMovement.objects.get(location__code="SHOP"),
    models.LedgerCheck: lambda: models.LedgerCheck.objects.get(),
    models.LocationTotalNow: lambda: models.LocationTotalNow.objects.get(location__code="SHOP"),
    models.LocationTotal: lambda: models.LocationTotal.objects.get(location__code="SHOP"),
    models.LocationTotalDelta: lambda: models.LocationTotalDelta.objects.filter(
        location__code="SHOP"
    )[0],
    models.Operation: lambda: models.Operation.objects.get(movements__location__code="SHOP"),
    models.FieldChange: lambda: models.FieldChange.objects.get(record="location", field="name"),
    models.ApiToken: lambda: models.ApiToken.objects.get(),
    models.LocationAccess: lambda: LocationAccess.objects.get(location__code="SHOP"),
}
NAMES = [model.__name__ for model in RUNGS]


@pytest.fixture
def house(levels: dict[str, Any]) -> None:
    fold_location_totals()
    Location.objects.filter(code="SHOP").update(name="Corner shop, new")
    shop, wares = (Location.objects.get(code=code) for code in ("SHOP", "WH"))
    StockLevel.objects.filter(location=shop).update(minimum=IN_SHOP + 1)
    erin, keen = person("erin"), person("keen")
    LocationAccess.objects.create(user=erin, location=shop)
    LocationAccess.objects.create(user=keen, location=wares, may_write=True)
    keen.user_permissions.set(Permission.objects.all())
    person("boss", is_superuser=True)
    User.objects.filter(username__in=CAST).update(is_staff=True)
    token = models.ApiToken(name="SHOP till", person=erin, made_by=erin)
    token.set_secret()
    token.save()
    now = timezone.now()
    drift = {"subject": "FLOUR at Corner shop", "faults": [f"{IN_SHOP} on hand, 7 booked"]}
    models.LedgerCheck.objects.create(
        started_at=now, ended_at=now, levels=2, lines=2, operations=2, drifting=1, drifts=[drift]
    )


def page_of(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def books() -> list[Any]:
    return [
        list(rows.order_by("pk").values())
        for rows in (Location.objects, StockLevel.objects, StockMovement.objects,
                     LocationAccess.objects, models.ApiToken.objects)
    ]  # fmt: skip


def unseen(answer: Any) -> bool:
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return not HIDDEN.search(text.decode())


def test_every_model_of_the_admin_has_a_rung() -> None:
    assert set(RUNGS) == set(admin.site._registry)
    placed = {
        model
        for model in RUNGS
        if "location" in {field.name for field in model._meta.get_fields()} - {"location_access"}
        and model is not models.Product
    }
    assert placed <= set(AT_SHOP)


@pytest.mark.parametrize("model", RUNGS, ids=NAMES)
def test_who_gets_the_list_and_the_page_to_add(house: None, model: type[Model]) -> None:
    for page, wanted in zip(("changelist", "add"), RUNGS[model], strict=True):
        found = {name: as_(name).get(page_of(model, page)).status_code for name in CAST}
        assert found == dict(zip(CAST, wanted, strict=True)), page
        assert Client().get(page_of(model, page)).status_code == 302


@pytest.mark.parametrize("model", RUNGS, ids=NAMES)
def test_no_page_names_a_hidden_place(house: None, model: type[Model]) -> None:
    asked = [{}, {"q": "Corner"}, {"q": "FLOUR"}, {"q": "SHO"}, {"outcome": "all"}]
    pages = [page_of(model, "changelist"), page_of(model, "add")]
    for record in model._default_manager.all()[:20]:
        pages += [page_of(model, page, record.pk) for page in ("change", "history", "delete")]
    for name in BLIND:
        client = as_(name)
        for page in pages:
            assert unseen(client.get(page, follow=True)), (name, page)
        for query in asked:
            assert unseen(client.get(pages[0], query, follow=True)), (name, query)
            found = client.get(pages[0], query | {"location": "SHOP"}, follow=True)
            assert b"Corner shop" not in found.content, (name, query)


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("model", AT_SHOP, ids=lambda model: model.__name__)
def test_a_hidden_record_is_answered_like_one_that_is_not_there(
    house: None, model: type[Model], name: str
) -> None:
    client, before = as_(name), books()
    hidden = str(AT_SHOP[model]().pk)
    absent = "00000000-0000-7000-8000-000000000000" if "-" in hidden else ABSENT
    for page in ("change", "history", "delete"):
        for method in (client.get, client.post):
            told = []
            for pk in (hidden, absent):
                send: Any = method
                answer = send(page_of(model, page, pk), {"post": "yes"})
                shown = client.get(answer["Location"]) if answer.status_code == 302 else answer
                status, headers, text = steady(answer)
                told.append((status, headers, text, shown.content.decode().count(f"{pk}”")))
            assert told[0] == told[1], page
            assert told[0][0] in {302, 403, 404}
    assert books() == before


def test_who_sees_the_place_gets_its_pages(house: None) -> None:
    """The others would be as blind if nothing was there."""
    for model, record in AT_SHOP.items():
        found = as_("boss").get(page_of(model, "change", record().pk))
        assert found.status_code == 200, model
        assert not unseen(found) or model in {models.Operation, models.FieldChange}, model


@pytest.mark.parametrize("name", BLIND)
@pytest.mark.parametrize("model", AT_SHOP, ids=lambda model: model.__name__)
def test_no_action_touches_a_hidden_record(house: None, model: type[Model], name: str) -> None:
    page: Any = admin.site._registry[model]
    record = AT_SHOP[model]()
    request = as_("boss").get("/admin/").wsgi_request
    prefix = f"level-{record.pk}-"
    filled = {
        "book": "1", "reason": "x", f"{prefix}id": "0198b1c0-0000-7000-8000-000000000001",
        f"{prefix}version": "1", f"{prefix}kind": "adjust", f"{prefix}quantity": "5",
    }  # fmt: skip
    client, before = as_(name), books()
    for action in [*page.get_actions(request), "delete_selected", "export_admin_action"]:
        for more in ({}, filled):
            chosen = {"action": action, "_selected_action": [str(record.pk)], "index": "0"}
            answer = client.post(page_of(model, "changelist"), chosen | more, follow=True)
            assert unseen(answer), action
    assert books() == before


def files() -> Iterator[tuple[type[Model], int]]:
    for model, page in admin.site._registry.items():
        if isinstance(page, FileAdmin):
            yield from ((model, number) for number in range(len(page.get_export_formats())))


@pytest.mark.parametrize(("model", "format"), [*files()], ids=str)
def test_no_file_holds_a_hidden_place(house: None, model: type[Model], format: int) -> None:
    asked = {"format": str(format), "resource": ""}
    for name in BLIND:
        client = as_(name)
        answer = client.post(page_of(model, "export"), asked)
        assert answer.status_code == (403 if name == "dora" else 200)
        assert unseen(answer), name
    if model is Location:
        assert not unseen(as_("alice").post(page_of(model, "export"), asked))


@pytest.mark.parametrize("name", CAST)
def test_who_takes_files_in(house: None, name: str) -> None:
    for model in {model for model, _ in files()}:
        # A file is compared with all that is there, of places with the hidden ones, too.
        allowed = {"boss", "alice"} if model is Location else {"boss", "alice", "keen"}
        wanted = 200 if name in allowed else 403
        assert as_(name).get(page_of(model, "import")).status_code == wanted, model
        if wanted == 403:
            assert as_(name).post(page_of(model, "import")).status_code == 403
            assert as_(name).post(page_of(model, "process_import")).status_code == 403


def completed() -> Iterator[tuple[type[Model], str]]:
    for model, page in admin.site._registry.items():
        yield from ((model, field) for field in page.autocomplete_fields)
        for inline in page.inlines:
            yield from ((inline.model, field) for field in inline.autocomplete_fields)


@pytest.mark.parametrize("name", BLIND)
def test_no_list_of_choices_names_a_hidden_place(house: None, name: str) -> None:
    assert (LocationAccess, "location") in set(completed())
    for model, field in set(completed()):
        kind = str(model._meta.model_name)
        asked = {"app_label": model._meta.app_label, "model_name": kind}
        for term in ("", "SHO", "Corner", str(IN_SHOP)):
            answer = as_(name).get(
                "/admin/autocomplete/", asked | {"field_name": field, "term": term}
            )
            assert answer.status_code in {200, 403}
            assert unseen(answer), (model, field, term)


def test_nobody_is_let_into_a_place_by_somebody_who_does_not_see_it(house: None) -> None:
    client, keen = as_("keen"), User.objects.get(username="keen")
    told = []
    for place in (Location.objects.get(code="SHOP").pk, ABSENT):
        form = {"user": keen.pk, "location": place, "may_read": "on"}
        answer = client.post(page_of(LocationAccess, "add"), form)
        assert answer.status_code == 200
        told.append(answer.context["adminform"].form.errors)
    assert told[0] == told[1] != {}
    assert not LocationAccess.objects.filter(user=keen, location__code="SHOP").exists()
