"""What ends a session, whoever writes it, and what does not."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client

from inventory.models import LocationAccess, Session

Change = Callable[[User], Any]


def by_hand(statement: str) -> Change:
    def change(person: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, [person.pk])

    return change


def set_password(person: User) -> None:
    person.set_password("another one")
    person.save()


def update(**fields: Any) -> Change:
    return lambda person: User.objects.filter(pk=person.pk).update(**fields)


def add_permission(person: User) -> None:
    person.user_permissions.add(Permission.objects.all()[0])


ENDS: dict[str, Change] = {
    "password": set_password,
    "password by update()": update(password="!"),
    "switched off": update(is_active=False),
    "staff": update(is_staff=True),
    "superuser": update(is_superuser=True),
    "into a group": lambda person: person.groups.add(Group.objects.get(name="manager")),
    "out of the groups": lambda person: person.groups.clear(),
    "single right": add_permission,
    "renamed group": lambda _: Group.objects.filter(name="staff").update(name="crew"),
    "by hand": by_hand("UPDATE auth_user SET is_staff = true WHERE id = %s"),
    "group by hand": by_hand("DELETE FROM auth_user_groups WHERE user_id = %s"),
}

KEEPS: dict[str, Change] = {
    "name": update(first_name="Robert"),
    "the same again": by_hand(
        "UPDATE auth_user SET is_active = is_active, password = password WHERE id = %s"
    ),
    "access to locations": lambda person: LocationAccess.objects.filter(user=person).delete(),
}


@pytest.fixture
def at_work(client: Client, bob: User, charlie: User) -> Client:
    other = Client()
    other.force_login(charlie)
    client.force_login(bob)
    assert client.get("/stock/").status_code == 200
    return client


@pytest.mark.parametrize("change", ENDS.values(), ids=ENDS.keys())
def test_a_change_of_role_or_password_ends_the_sessions(
    change: Change, at_work: Client, bob: User, charlie: User
) -> None:
    change(bob)

    assert not Session.objects.filter(person=bob).exists()
    assert Session.objects.filter(person=charlie).exists()
    assert at_work.get("/stock/")["Location"] == "/login/?next=/stock/"
    assert at_work.get("/api/v1/inventory").status_code == 401


@pytest.mark.parametrize("change", KEEPS.values(), ids=KEEPS.keys())
def test_other_changes_keep_the_sessions(change: Change, at_work: Client, bob: User) -> None:
    change(bob)

    assert at_work.get("/stock/").status_code == 200


def test_access_that_is_taken_away_acts_at_once(at_work: Client, bob: User) -> None:
    assert at_work.get("/locations/WH/").status_code == 200
    LocationAccess.objects.filter(user=bob).delete()
    assert at_work.get("/locations/WH/").status_code == 404


def test_a_session_that_ended_can_not_be_saved_back_to_life(at_work: Client, bob: User) -> None:
    session = at_work.session
    session["seen"] = True
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save(must_create=False)
    assert not Session.objects.exists()


def test_a_session_costs_one_query_a_request(
    at_work: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):  # the session, the person, where the page stands
        at_work.get("/login/")
