"""Logging in and out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client, RequestFactory

from inventory.client_address import client_address
from inventory.login_throttle import ADDRESS, FAILURES_ALLOWED, NAME


@pytest.fixture(autouse=True)
def _forgotten_failures() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def log_in(client: Client, typed: str = "demo", **more: str) -> Any:
    return client.post("/login/", {"username": "bob", "password": typed} | more)


def test_the_right_password_leads_to_where_they_wanted_to_go(client: Client, bob: User) -> None:
    answer = log_in(client, next="/stock/?location=WH")
    assert answer.status_code == 302
    assert answer["Location"] == "/stock/?location=WH"


def test_the_address_is_kept_through_a_wrong_password(client: Client, bob: User) -> None:
    answer = log_in(client, "wrong", next="/movements/")
    assert answer.status_code == 422
    assert 'name="next" value="/movements/"' in answer.content.decode()


def test_an_address_elsewhere_is_not_followed(client: Client, bob: User) -> None:
    assert log_in(client, next="https://evil.example/")["Location"] == "/"


def test_a_page_asks_a_stranger_to_log_in_and_remembers_the_page(client: Client, db: None) -> None:
    assert client.get("/stock/")["Location"] == "/login/?next=/stock/"


def test_a_wrong_password_is_said_in_words(client: Client, bob: User) -> None:
    assert "don&#x27;t fit together" in log_in(client, "wrong").content.decode()


def test_many_wrong_passwords_lock_the_name_and_say_until_when(client: Client, bob: User) -> None:
    for _ in range(FAILURES_ALLOWED):
        assert log_in(client, "wrong").status_code == 422
    answer = log_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 300
    assert "Try again in 5 minutes" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_lock_is_for_one_name_at_one_address(client: Client, bob: User, charlie: User) -> None:
    for _ in range(FAILURES_ALLOWED):
        log_in(client, "wrong")
    other_name = client.post("/login/", {"username": "charlie", "password": "demo"})
    assert other_name.status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert log_in(elsewhere).status_code == 302


def test_a_success_forgets_the_failures_before(client: Client, bob: User) -> None:
    for _ in range(FAILURES_ALLOWED - 1):
        log_in(client, "wrong")
    assert log_in(client).status_code == 302
    client.logout()
    assert log_in(client, "wrong").status_code == 422
    assert log_in(client).status_code == 302


def test_logging_out_is_a_post_and_leads_to_the_login(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"


def test_the_admin_has_no_door_of_its_own(client: Client, bob: User, db: None) -> None:
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    door = client.get("/admin/login/?next=/admin/inventory/")
    assert door["Location"] == "/login/?next=/admin/inventory/"
    guess = client.post("/admin/login/", {"username": "bob", "password": "demo"})
    assert guess["Location"] == "/login/?next=/admin/"
    assert "_auth_user_id" not in client.session


def test_who_may_not_administer_is_told_so_and_not_sent_in_circles(
    client: Client, bob: User
) -> None:
    client.force_login(bob)
    assert client.get("/admin/login/?next=/admin/").status_code == 403


def fail(address: str, name: str = "bob", times: int = 1) -> Any:
    elsewhere = Client(REMOTE_ADDR=address)
    for _ in range(times):
        answer = elsewhere.post("/login/", {"username": name, "password": "wrong"})
    return answer


def test_one_password_tried_on_every_name_locks_the_address(client: Client, bob: User) -> None:
    for number in range(ADDRESS.allowed):
        assert fail("127.0.0.1", f"name{number}").status_code == 422
    assert log_in(client).status_code == 429
    assert log_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_many_addresses_lock_a_name_except_where_its_owner_works(client: Client, bob: User) -> None:
    log_in(client)
    client.logout()
    for number in range(NAME.allowed):
        assert fail(f"192.0.2.{number}").status_code == 422

    assert fail("198.51.100.1").status_code == 429
    assert log_in(client).status_code == 302


def test_success_with_an_account_of_ones_own_does_not_reset_the_address(
    client: Client, bob: User
) -> None:
    for number in range(ADDRESS.allowed - 1):
        fail("127.0.0.1", f"name{number}")
    assert log_in(client).status_code == 302
    client.logout()
    fail("127.0.0.1", "last")
    assert log_in(client).status_code == 429


def test_unknown_switched_off_and_known_names_are_answered_alike(
    client: Client, bob: User, charlie: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    hashed: list[str] = []
    hasher = type(get_hasher())
    encode = hasher.encode

    def count(self: Any, password: str, salt: str, *more: Any) -> str:
        hashed.append(password)
        return str(encode(self, password, salt, *more))

    monkeypatch.setattr(hasher, "encode", count)
    for name in ("bob", "nobody", "charlie"):
        before = len(hashed)
        answer = client.post("/login/", {"username": name, "password": "wrong"})
        assert answer.status_code == 422
        assert "don&#x27;t fit together" in answer.content.decode()
        assert len(hashed) - before == 1


def test_a_cache_that_is_away_locks_nobody_out(
    client: Client, bob: User, settings: LazySettings
) -> None:
    gone = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": gone}

    for _ in range(FAILURES_ALLOWED + 1):
        assert log_in(client, "wrong").status_code == 422
    assert log_in(client).status_code == 302


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counts"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "1.1.1.1, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "nonsense", "127.0.0.1"),
        (1, "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
    ],
)
def test_an_address_is_believed_from_our_own_proxies_only(
    proxies: int, forwarded: str, counts: str, settings: LazySettings, rf: RequestFactory
) -> None:
    settings.PROXIES = proxies
    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded})) == counts
