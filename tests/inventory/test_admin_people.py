"""Who gets into the admin, and what they may do there."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from inventory.groups import PERMISSIONS, make_groups
from inventory.models import Location, LocationAccess, Product
from tests.conftest import person

pytestmark = pytest.mark.django_db


def into_admin(client: Client, user: User) -> Client:
    user.is_staff = True
    user.save()
    client.force_login(user)
    return client


@pytest.fixture
def as_boss(client: Client) -> Client:
    return into_admin(client, person("boss", is_superuser=True))


def test_each_group_has_the_rights_that_are_written_down(groups: dict[str, Group]) -> None:
    for name, codenames in PERMISSIONS.items():
        held = set(groups[name].permissions.values_list("codename", flat=True))
        assert held == codenames


def test_rights_that_were_taken_from_a_group_stay_taken(groups: dict[str, Group]) -> None:
    groups["viewer"].permissions.clear()
    make_groups()
    assert not groups["viewer"].permissions.exists()


def test_a_manager_who_is_not_marked_staff_stays_outside(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/admin/inventory/product/").status_code == 302


@pytest.mark.parametrize(
    ("who", "looks", "adds"),
    [("alice", 200, 200), ("bob", 200, 403), ("charlie", 200, 403), ("dora", 403, 403)],
)
def test_the_ladder_of_the_catalogue(
    client: Client, who: str, looks: int, adds: int, request: pytest.FixtureRequest
) -> None:
    into_admin(client, request.getfixturevalue(who))
    assert client.get("/admin/inventory/product/").status_code == looks
    assert client.get("/admin/inventory/product/add/").status_code == adds


@pytest.mark.parametrize("page", ["auth/user/", "auth/group/", "inventory/locationaccess/"])
def test_a_manager_hands_out_no_rights(client: Client, alice: User, page: str) -> None:
    into_admin(client, alice)
    assert client.get(f"/admin/{page}").status_code == 403


def test_an_operator_sees_no_stock(client: Client, dora: User, groups: dict[str, Group]) -> None:
    dora.groups.add(groups["operator"])
    into_admin(client, dora)
    assert client.get("/admin/inventory/stocklevel/").status_code == 403


def person_form(user: User, **fields: object) -> dict[str, object]:
    return {
        "username": user.username,
        "is_active": "on",
        "date_joined_0": "2026-01-01",
        "date_joined_1": "10:00",
        "location_access-TOTAL_FORMS": "1",
        "location_access-INITIAL_FORMS": "0",
        "location_access-0-user": user.pk,
    } | fields


def test_groups_and_locations_are_given_on_one_screen(
    as_boss: Client, dora: User, shop: Location, groups: dict[str, Group]
) -> None:
    form = person_form(
        dora,
        groups=[groups["staff"].pk],
        **{
            "location_access-0-location": shop.pk,
            "location_access-0-may_read": "on",
            "location_access-0-may_write": "on",
        },
    )
    answer = as_boss.post(f"/admin/auth/user/{dora.pk}/change/", form)
    assert answer.status_code == 302, answer.context["errors"]
    assert list(dora.groups.all()) == [groups["staff"]]
    assert LocationAccess.objects.get(user=dora).may_write


def test_who_may_write_must_be_able_to_read(as_boss: Client, dora: User, shop: Location) -> None:
    form = person_form(
        dora, **{"location_access-0-location": shop.pk, "location_access-0-may_write": "on"}
    )
    answer = as_boss.post(f"/admin/auth/user/{dora.pk}/change/", form)
    assert "must also be able to see it" in answer.content.decode()
    assert not LocationAccess.objects.exists()


def test_who_looks_after_people_gives_themselves_nothing(client: Client, dora: User) -> None:
    from django.contrib.auth.models import Permission

    dora.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user"]))
    into_admin(client, dora)
    boss = person("boss", is_superuser=True)
    form = person_form(dora, is_superuser="on", is_staff="on") | {
        "location_access-TOTAL_FORMS": "0"
    }
    client.post(f"/admin/auth/user/{dora.pk}/change/", form)
    dora.refresh_from_db()
    assert not dora.is_superuser
    assert client.post(f"/admin/auth/user/{boss.pk}/change/", form).status_code == 403


def test_who_is_named_in_the_books_is_not_deleted(
    as_boss: Client, bob: User, flour: Product
) -> None:
    from uuid import uuid4

    from inventory import operations
    from inventory.models import OperationKind, Source

    ask = operations.Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", "WH", 1)
    operations.apply([ask], by=bob, source=Source.PAGE)
    page = f"/admin/auth/user/{bob.pk}/delete/"
    assert as_boss.post(page, {"post": "yes"}).status_code == 403
