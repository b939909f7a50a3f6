"""What beat asks for: sessions and old refusals go, everything else stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from config.celery import app
from config.settings import CELERY_BEAT_SCHEDULE
from inventory.models import Operation, StockLevel
from inventory.tasks import REFUSALS_KEPT, prune
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
