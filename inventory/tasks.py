"""What beat asks for and a worker does."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import connection
from django.utils import timezone

from inventory.ledger_check import check_ledger
from inventory.models import LedgerCheck, Operation, Outcome, Session
from inventory.warming import warm

logger = logging.getLogger(__name__)

FOLD = """
WITH folded AS (
    DELETE FROM inventory_locationtotaldelta
    RETURNING location_id, lines, pieces, value, low, out, revision
)
INSERT INTO inventory_locationtotal AS total
    (location_id, lines, pieces, value, low, out, revision)
SELECT location_id, sum(lines), sum(pieces), sum(value), sum(low), sum(out), sum(revision)
FROM folded GROUP BY location_id ORDER BY location_id
ON CONFLICT (location_id) DO UPDATE SET
    lines = total.lines + excluded.lines, pieces = total.pieces + excluded.pieces,
    value = total.value + excluded.value, low = total.low + excluded.low,
    out = total.out + excluded.out, revision = total.revision + excluded.revision
"""

# Refusals move nothing and are only kept to answer a repeat; no client resends for that long.
REFUSALS_KEPT = timedelta(days=90)
REFUSALS_A_RUN = 10_000


@shared_task
def fold_location_totals() -> None:
    """Add what was booked since the last run to each location's total, in one statement.

    The totals are exact without it (the view adds the deltas up); it keeps reading them cheap.
    """
    with connection.cursor() as cursor:
        cursor.execute(FOLD)


@shared_task(ignore_result=True)
def prove_ledger(person: int | None = None) -> None:
    """Keep the result of a check of the whole ledger; an operator's log has it too.

    `person` is who asked for it, None the clock.
    """
    started = timezone.now()
    report = check_ledger()
    LedgerCheck.objects.create(
        asked_by_id=person,
        started_at=started,
        ended_at=timezone.now(),
        levels=report.levels,
        lines=report.lines,
        operations=report.operations,
        drifting=report.drifting,
        drifts=report.as_json(),
    )
    if report.drifting:
        logger.error("The books disagree in %s places: %s", report.drifting, report.drifts[0])


@shared_task
def warm_cache() -> None:
    """Fill a cache that has begun anew: after a start, a flush, another Valkey."""
    if answers := warm():
        logger.info("The cache was warmed with %s answers.", answers)


@shared_task
def prune() -> None:
    """Remove sessions that ended and the answers to refusals of long ago, a bounded part a run."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    old = Operation.objects.exclude(outcome=Outcome.APPLIED).filter(
        received_at__lt=now - REFUSALS_KEPT
    )
    Operation.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:REFUSALS_A_RUN])
    ).delete()
