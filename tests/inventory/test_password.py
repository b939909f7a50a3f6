"""Changing one's own password, and leaving everywhere."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from inventory.login_throttle import FAILURES_ALLOWED
from inventory.models import Session

NEW = "crumb-ladder-violet"


@pytest.fixture(autouse=True)
def _forgotten_failures() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def here(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def typed(old: str = "demo", new: str = NEW, again: str = NEW) -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": again}


def test_the_account_menu_leads_there(here: Client) -> None:
    assert 'href="/password/"' in here.get("/").content.decode()
    assert "Change your password" in here.get("/password/").content.decode()
    assert here.get("/admin/password_change/")["Location"] == "/password/"


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(
    here: Client, bob: User
) -> None:
    phone = Client()
    phone.force_login(bob)
    before = here.session.session_key

    assert here.post("/password/", typed(), follow=True).status_code == 200

    bob.refresh_from_db()
    assert bob.check_password(NEW)
    assert here.get("/stock/").status_code == 200
    assert here.session.session_key != before
    assert phone.get("/stock/").status_code == 302
    assert Session.objects.filter(person=bob).count() == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (typed(old="wrong"), "not your password of now"),
        (typed(again="other"), "two new passwords differ"),
        (typed(new="12345678", again="12345678"), "entirely numeric"),
        (typed(new=""), "Type a new password"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    asked: dict[str, str], words: str, here: Client, bob: User
) -> None:
    answer = here.post("/password/", asked)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    bob.refresh_from_db()
    assert bob.check_password("demo")
    assert here.get("/stock/").status_code == 200


def test_the_password_of_now_can_not_be_guessed_here(here: Client) -> None:
    for _ in range(FAILURES_ALLOWED):
        assert here.post("/password/", typed(old="wrong")).status_code == 422
    assert here.post("/password/", typed()).status_code == 429


def test_log_out_everywhere_ends_every_session_of_that_person_only(
    here: Client, bob: User, charlie: User
) -> None:
    phone, other = Client(), Client()
    phone.force_login(bob)
    other.force_login(charlie)

    assert here.get("/logout/everywhere/").status_code == 405
    assert here.post("/logout/everywhere/")["Location"] == "/login/"

    assert here.get("/stock/").status_code == phone.get("/stock/").status_code == 302
    assert other.get("/stock/").status_code == 200
