"""Tokens in the admin: made once, shown once, revoked."""

import html
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client

from inventory.models import ApiToken
from inventory.models.tokens import SECRET, digest
from tests.conftest import person
from tests.inventory.tokens import client_with, token_of

pytestmark = pytest.mark.django_db
LIST = "/admin/inventory/apitoken/"
ADD = f"{LIST}add/"
FORM = {"name": "Till", "expires_at_0": "2999-01-01", "expires_at_1": "00:00"}


@pytest.fixture
def as_boss(client: Client) -> Client:
    client.force_login(person("boss", is_superuser=True, is_staff=True))
    return client


@pytest.fixture
def as_manager(alice: User) -> Client:
    """Of the group as it is made: it may make tokens for itself."""
    alice.is_staff = True
    alice.save()
    alice.user_permissions.set(
        Permission.objects.filter(codename__in=["view_apitoken", "add_apitoken"])
    )
    client = Client()
    client.force_login(alice)
    return client


def secret_on(page: Any) -> str:
    assert page.status_code == 200, page.status_code
    found = SECRET.findall(html.unescape(page.content.decode()))
    assert len(found) == 1, "shown once"
    return str(found[0])


def test_the_secret_is_shown_once_and_opens_the_api(as_boss: Client, bob: User) -> None:
    page = as_boss.post(ADD, FORM | {"person": bob.pk, "may_write": "on"})
    secret = secret_on(page)
    assert "no-store" in page["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.person, token.made_by.username) == (bob, "boss")  # type: ignore[union-attr]
    assert bytes(token.digest) == digest(secret)
    assert client_with(secret).get("/api/v1/locations").status_code == 200
    for address in (LIST, f"{LIST}{token.pk}/change/", f"{LIST}{token.pk}/history/"):
        assert secret[8:] not in as_boss.get(address).content.decode()
    kept = f"{[s.get_decoded() for s in Session.objects.all()]}{list(LogEntry.objects.values())}"
    assert secret[8:] not in kept
    assert not any(secret[8:] in cookie.value for cookie in as_boss.cookies.values())


def test_a_page_sent_twice_makes_no_second_token(as_boss: Client, bob: User) -> None:
    secret_on(as_boss.post(ADD, FORM | {"person": bob.pk}))
    again = as_boss.post(ADD, FORM | {"person": bob.pk})
    assert "There is a token of this name" in again.content.decode()
    assert ApiToken.objects.count() == 1


def test_a_manager_makes_one_for_themselves_and_for_nobody_else(
    as_manager: Client, alice: User, bob: User
) -> None:
    assert "bob" not in as_manager.get(ADD).content.decode()
    refused = as_manager.post(ADD, FORM | {"person": bob.pk})
    assert "Select a valid choice" in refused.content.decode()
    secret_on(as_manager.post(ADD, FORM | {"person": alice.pk}))
    assert ApiToken.objects.get().person == alice


def test_a_manager_sees_and_revokes_only_their_own(as_manager: Client, bob: User) -> None:
    other, secret = token_of(bob, name="Bakery scales")
    assert "Bakery scales" not in as_manager.get(LIST).content.decode()
    hidden, absent = (as_manager.get(f"{LIST}{pk}/change/") for pk in (other.pk, 999_999))
    assert (hidden.status_code, hidden["Location"]) == (absent.status_code, absent["Location"])
    as_manager.post(LIST, {"action": "revoke", "_selected_action": [other.pk]})
    assert client_with(secret).get("/api/v1/locations").status_code == 200


def test_a_superuser_revokes_anybodys_and_it_stands_in_the_history(
    as_boss: Client, bob: User
) -> None:
    token, secret = token_of(bob)
    as_boss.post(LIST, {"action": "revoke", "_selected_action": [token.pk]})
    assert client_with(secret).get("/api/v1/locations").status_code == 401
    assert "Revoked." in as_boss.get(f"{LIST}{token.pk}/history/").content.decode()
    # Its name is free again.
    secret_on(as_boss.post(ADD, FORM | {"person": bob.pk}))


def test_what_a_token_may_is_not_changed_afterwards(as_boss: Client, bob: User) -> None:
    token, _ = token_of(bob)
    sent = FORM | {"person": bob.pk, "may_write": "on"}
    assert as_boss.post(f"{LIST}{token.pk}/change/", sent).status_code == 403
    token.refresh_from_db()
    assert not token.may_write


@pytest.mark.parametrize(
    "field", ["digest", "shown", "made_by", "revoked_at", "last_used_at", "created_at"]
)
def test_what_the_program_sets_can_not_be_sent(as_boss: Client, bob: User, field: str) -> None:
    secret = secret_on(as_boss.post(ADD, FORM | {"person": bob.pk, field: "2020-01-01"}))
    token = ApiToken.objects.get()
    assert bytes(token.digest) == digest(secret)
    assert token.shown == secret[:8]
    assert (token.revoked_at, token.last_used_at) == (None, None)


def test_the_page_with_the_secret_keeps_to_the_policy(as_boss: Client, bob: User) -> None:
    page = as_boss.post(ADD, FORM | {"person": bob.pk, "name": "<script>alert(1)</script>"})
    text = page.content.decode()
    assert not re.search(r"\s(style|on[a-z]+)=", text)
    assert "<script>alert" not in text
