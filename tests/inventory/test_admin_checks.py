"""The proof of the ledger in the admin: a button asks for it, a worker does it."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from kombu import Connection

from config.celery import app
from inventory.models import LedgerCheck, StockLevel
from inventory.tasks import prove_ledger
from tests.conftest import person

LIST = "/admin/inventory/ledgercheck/"
ASK = f"{LIST}check/"


@pytest.fixture
def boss(client: Client, db: None) -> User:
    boss = person("boss", is_superuser=True, is_staff=True)
    client.force_login(boss)
    return boss


def next_task() -> Any:
    """What stands first in the workers' queue, taken out of it."""
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        message = queue.get(timeout=5)
        message.ack()
        return message


def test_the_button_asks_a_worker_and_the_result_stands_in_the_list(
    client: Client, boss: User, flour_level: StockLevel
) -> None:
    assert "Check the books now" in client.get(LIST).content.decode()
    answer = client.post(ASK, follow=True)
    assert "has been asked for" in answer.content.decode()
    message = next_task()
    assert message.headers["task"] == prove_ledger.name
    args, *_ = message.payload
    assert args == [boss.pk]
    prove_ledger(*args)
    assert LedgerCheck.objects.get().asked_by == boss
    assert client.get(LIST).content.decode().count('alt="True"') == 1


def test_what_disagrees_is_read_on_the_page_of_the_check(
    client: Client, boss: User, flour_level: StockLevel
) -> None:
    StockLevel.objects.update(quantity=7)
    prove_ledger(boss.pk)
    page = client.get(f"{LIST}{LedgerCheck.objects.get().pk}/change/").content.decode()
    assert "FLOUR at WH: the ledger adds up to 0" in page


def test_without_a_broker_it_says_what_to_do_instead(
    client: Client, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask: Any = prove_ledger.apply_async
    nowhere = Connection("redis://127.0.0.1:1", connect_timeout=1)
    monkeypatch.setattr(prove_ledger, "apply_async", partial(ask, connection=nowhere))
    assert "manage.py check_ledger does it" in client.post(ASK, follow=True).content.decode()


def test_only_who_may_see_the_checks_may_ask(client: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    client.force_login(bob)
    assert client.post(ASK).status_code == 403
    assert client.get(LIST).status_code == 403


def test_a_link_alone_asks_for_nothing(client: Client, boss: User) -> None:
    assert client.get(ASK).status_code == 405
