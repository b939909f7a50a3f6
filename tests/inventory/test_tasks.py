"""What beat asks for: sessions and old refusals go, everything else stays."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from config.celery import app
from config.settings import CELERY_BEAT_SCHEDULE
from inventory.models import LedgerCheck, Operation, Session, StockLevel
from inventory.tasks import REFUSALS_KEPT, prove_ledger, prune
from tests.inventory.books import ask, book

pytestmark = pytest.mark.django_db


def test_beat_only_asks_for_tasks_that_a_worker_knows() -> None:
    app.loader.import_default_modules()

    assert {entry["task"] for entry in CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_prune_removes_sessions_that_ended(db: None) -> None:
    now = timezone.now()
    Session.objects.create(session_key="old", expire_date=now - timedelta(seconds=1))
    Session.objects.create(session_key="new", expire_date=now + timedelta(days=1))

    prune()

    assert Session.objects.get().session_key == "new"


def test_prune_removes_refusals_of_long_ago_and_nothing_that_moved_stock(
    flour_level: StockLevel,
) -> None:
    booked, refused = book(ask("receive", 1), ask("sale", 99))
    Operation.objects.update(received_at=timezone.now() - REFUSALS_KEPT - timedelta(days=1))
    [recent] = book(ask("sale", 99))

    prune()

    kept = set(Operation.objects.values_list("pk", flat=True))
    assert kept == {booked.id, recent.id}
    assert refused.id not in kept


def test_the_proof_of_the_ledger_is_kept(flour_level: StockLevel, alice: User) -> None:
    book(ask("receive", 3))

    prove_ledger(alice.pk)

    check = LedgerCheck.objects.get()
    assert (check.levels, check.lines, check.operations, check.drifting) == (1, 1, 1, 0)
    assert (check.asked_by, check.drifts) == (alice, [])
    assert check.started_at < check.ended_at


def test_drift_that_is_found_at_night_is_kept_and_logged(
    flour_level: StockLevel, caplog: pytest.LogCaptureFixture
) -> None:
    StockLevel.objects.update(quantity=7)

    prove_ledger()

    check = LedgerCheck.objects.get()
    assert check.asked_by is None
    assert [drift["subject"] for drift in check.drifts] == ["FLOUR at WH"]
    assert "The books disagree in 1 places: FLOUR at WH: 7 on hand" in caplog.text
