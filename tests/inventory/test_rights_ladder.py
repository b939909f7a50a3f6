"""Who gets what at every address: an address without a line in the table fails.

The shop is the place that only the manager may see; what is in it and `SHOP` stand nowhere else.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import get_resolver

from inventory.models import Location, StockMovement
from realtime.rights import NOBODY, Rights
from realtime.topics import FAMILIES
from tests.inventory.books import ask, book
from tests.inventory.ladder import CAST, HIDDEN, IN_SHOP, as_, patterns, steady

pytestmark = pytest.mark.django_db

PAGE = (200, 200, 200, 200, 200, 302)
POST_ONLY = (405, 405, 405, 405, 405, 302)
THERE = (200, 200, 200, 404, 404, 302)
# A filter that names no place of theirs is a fault of the address, as is one that names none.
UNKNOWN = (200, 400, 400, 400, 400, 302)
API = (200, 200, 200, 200, 200, 401)
API_THERE = (200, 200, 200, 404, 404, 401)
API_ONLY_ALICE = (200, 404, 404, 404, 404, 401)
ONLY_ALICE = (200, 404, 404, 404, 404, 302)
# How the system is: for who operates it; an address that does not exist for all others.
ONLY_OSCAR = (404, 404, 404, 404, 200, 404)

# pattern -> (address, who gets what by GET, in the order of the cast)
TABLE: dict[str, list[tuple[str, tuple[int, ...]]]] = {
    "api/docs": [("/api/docs", PAGE)],
    "api/v1/": [("/api/v1/", (200,) * 6)],
    "api/v1/openapi.json": [("/api/v1/openapi.json", (200,) * 6)],
    "api/v1/inventory": [
        ("/api/v1/inventory", API),
        ("/api/v1/inventory?location=WH", API_THERE),
        ("/api/v1/inventory?location=SHOP", API_ONLY_ALICE),
        ("/api/v1/inventory?product=FLOUR", API_THERE),
    ],
    "api/v1/products": [("/api/v1/products", API)],
    "api/v1/products/<sku>": [("/api/v1/products/FLOUR", API_THERE)],
    "api/v1/vendors": [("/api/v1/vendors", API)],
    "api/v1/vendors/<vendor>": [("/api/v1/vendors/MILL", API_THERE)],
    "api/v1/barcodes/<path:barcode>": [("/api/v1/barcodes/400638", API_THERE)],
    "api/v1/locations": [("/api/v1/locations", API)],
    "api/v1/locations/<location>": [
        ("/api/v1/locations/WH", API_THERE),
        ("/api/v1/locations/SHOP", API_ONLY_ALICE),
    ],
    "api/v1/movements": [
        ("/api/v1/movements", API),
        ("/api/v1/movements?location=SHOP", API_ONLY_ALICE),
    ],
    "api/v1/operations/<id>": [("/api/v1/operations/{booked}", (404, 404, 404, 404, 404, 401))],
    "api/v1/operations": [("/api/v1/operations", (405,) * 6)],
    "api/v1/<path:rest>": [("/api/v1/nothing", (404,) * 6)],
    "login/": [("/login/", (302, 302, 302, 302, 302, 200))],
    "logout/": [("/logout/", POST_ONLY)],
    "logout/everywhere/": [("/logout/everywhere/", POST_ONLY)],
    "password/": [("/password/", PAGE)],
    "rights.css": [("/rights.css", PAGE)],
    "": [("/", PAGE)],
    "stock/": [("/stock/", PAGE), ("/stock/?q=flour", PAGE), ("/stock/?location=SHOP", UNKNOWN)],
    "stock/<int:level>/<slug:action>/": [
        ("/stock/{here}/sell/", (200, 200, 403, 404, 404, 302)),
        ("/stock/{there}/sell/", ONLY_ALICE),
    ],
    "products/<str:sku>/receive/": [("/products/FLOUR/receive/", (200, 200, 403, 404, 404, 302))],
    "products/<str:sku>/": [("/products/FLOUR/", THERE)],
    "locations/": [("/locations/", PAGE)],
    "locations/<str:code>/": [("/locations/WH/", THERE), ("/locations/SHOP/", ONLY_ALICE)],
    "vendors/": [("/vendors/", PAGE)],
    "vendors/<str:code>/": [("/vendors/MILL/", THERE)],
    "movements/": [("/movements/", PAGE), ("/movements/?location=SHOP", UNKNOWN)],
    "movements/<int:movement>/": [
        ("/movements/{line_here}/", THERE),
        ("/movements/{line_there}/", ONLY_ALICE),
    ],
    "undo/<uuid:operation>/<uuid:id>/": [
        ("/undo/{booked}/{booked}/", (302, 404, 404, 404, 404, 302))
    ],
    "monitoring/": [("/monitoring/", ONLY_OSCAR)],
    "metrics": [("/metrics", ONLY_OSCAR)],
    "healthz": [("/healthz", (200,) * 6)],
    "readyz": [("/readyz", (200,) * 6)],
    "live/changes/": [("/live/changes/", (400, 400, 400, 400, 400, 302))],
}
LINES = [line for lines in TABLE.values() for line in lines]


def test_every_address_has_a_line() -> None:
    found = {
        route
        for route in patterns(list(get_resolver().url_patterns))
        if not route.startswith("admin/")
    }
    assert found == set(TABLE)


@pytest.mark.parametrize(("address", "statuses"), LINES, ids=[line[0] for line in LINES])
def test_who_gets_what(address: str, statuses: tuple[int, ...], levels: dict[str, Any]) -> None:
    found = {name: as_(name).get(address.format(**levels)) for name in CAST}

    assert {name: answer.status_code for name, answer in found.items()} == dict(
        zip(CAST, statuses, strict=True)
    )
    for name in CAST[1:]:
        # What somebody asked for by name may stand in the answer as they typed it.
        text = getattr(found[name], "content", b"").decode()
        if "SHOP" not in address and "openapi" not in address:
            assert not HIDDEN.search(text), name


@pytest.mark.parametrize("name", CAST[1:5])
@pytest.mark.parametrize(
    ("hidden", "nothing"),
    [
        ("/locations/SHOP/", "/locations/NONE/"),
        ("/stock/?location=SHOP", "/stock/?location=NONE"),
        ("/movements/?location=SHOP", "/movements/?location=NONE"),
        ("/api/v1/inventory?location=SHOP", "/api/v1/inventory?location=NONE"),
        ("/api/v1/locations/SHOP", "/api/v1/locations/NONE"),
        ("/api/v1/movements?location=SHOP", "/api/v1/movements?location=NONE"),
        ("/movements/{line_there}/", "/movements/999999999/"),
        ("/stock/{there}/sell/", "/stock/999999999/sell/"),
    ],
)
def test_what_is_hidden_is_answered_like_what_does_not_exist(
    hidden: str, nothing: str, name: str, levels: dict[str, Any]
) -> None:
    client, there = as_(name), str(levels["there"])
    status, headers, text = steady(client.get(hidden.format(**levels)))
    wanted = steady(client.get(nothing))
    headers = {key: value for key, value in headers.items() if key != "ETag"}
    alike = {key: value for key, value in wanted[1].items() if key != "ETag"}

    text = text.replace("SHOP", "NONE").replace(f"/stock/{there}/", "/stock/999999999/")
    assert (status, headers, text) == (wanted[0], alike, wanted[2])


@pytest.mark.parametrize("name", CAST[1:5])
def test_nothing_moves_when_a_hidden_place_changes(name: str, levels: dict[str, Any]) -> None:
    client = as_(name)
    addresses = [address.format(**levels) for address, _ in LINES if "login" not in address]
    if name == "oscar":
        # They show how the machine is, which is different at every look, and no stock.
        addresses = [one for one in addresses if one not in {"/monitoring/", "/metrics"}]
    before = {address: steady(client.get(address)) for address in addresses}

    book(ask("sale", IN_SHOP - 1, location="SHOP"))
    Location.objects.filter(code="SHOP").update(name="Renamed")
    Location.objects.create(code="AAA", name="A new one")

    for address in addresses:
        assert steady(client.get(address)) == before[address], address


def test_every_family_of_topics_is_granted_by_place(levels: dict[str, Any]) -> None:
    from asgiref.sync import async_to_sync

    from realtime.topics import Family, permitted

    of_a_place = {name for name, family in FAMILIES.items() if ", id" in (family.lookup or "")}
    assert of_a_place == {"location", "totals", "movements"}
    of_system = {name for name, family in FAMILIES.items() if family.of_system}
    assert set(FAMILIES) - of_a_place - of_system == {"product", "vendor", "summary"}
    assert async_to_sync(permitted)(None, ["location:SHOP", "summary"], NOBODY) == set()  # type: ignore[arg-type]
    here = Rights(True, False, frozenset({1}), "")
    assert not here.read(2)
    assert isinstance(FAMILIES["summary"], Family)


def admin_addresses() -> Iterator[str]:
    for model, page in sorted(admin.site._registry.items(), key=lambda item: item[0].__name__):
        for pattern in page.urls:
            route = str(pattern.pattern)
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/{route}"


@pytest.mark.parametrize("right", ["the groups' rights", "all single rights"])
def test_no_page_of_the_admin_shows_a_hidden_place(right: str, levels: dict[str, Any]) -> None:
    bob = User.objects.get(username="bob")
    if right == "all single rights":
        bob.user_permissions.set(Permission.objects.all())
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client = as_("bob")
    shop = Location.objects.get(code="SHOP")
    hidden_ids = {"stocklevel": levels["there"], "location": shop.pk}
    for address in admin_addresses():
        model = address.split("/")[3]
        asked = address.replace("<path:object_id>", str(hidden_ids.get(model, 0)))
        answer = client.get(asked, follow=True)
        assert answer.status_code in {200, 403, 404, 405}, asked
        assert not HIDDEN.search(answer.content.decode()), asked
        if address.endswith(f"/{model}/"):
            found = client.get(asked, {"q": "Corner"}).content.decode()
            assert not HIDDEN.search(found), asked


def test_the_admin_does_not_name_a_hidden_record_by_its_number(levels: dict[str, Any]) -> None:
    from django.contrib.contenttypes.models import ContentType

    User.objects.filter(username="bob").update(is_staff=True)
    client = as_("bob")
    kind = ContentType.objects.get_for_model(Location).pk
    for pk in (Location.objects.get(code="SHOP").pk, 999_999):
        assert client.get(f"/admin/r/{kind}/{pk}/").status_code == 404
    seen = Location.objects.get(code="WH")
    assert client.get(f"/admin/r/{kind}/{seen.pk}/")["Location"] == "/locations/WH/"


def test_a_hidden_movement_can_not_be_undone_nor_told_from_none(levels: dict[str, Any]) -> None:
    hidden = StockMovement.objects.get(location__code="SHOP")
    client = as_("bob")
    answers: list[str] = []
    for number in (hidden.pk, 999_999_999):
        id = f"0198b1c0-0000-7000-8000-00000000000{len(answers)}"
        operation = {
            "id": id,
            "kind": "reversal",
            "reverses": number,
        }
        answer = client.post(
            "/api/v1/operations", {"operations": [operation]}, content_type="application/json"
        )
        answers.append(answer.content.decode().replace(id, "~").replace(str(number), "N"))
    assert answers[0] == answers[1]
