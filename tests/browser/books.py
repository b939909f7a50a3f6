"""Changes of stock that come from anywhere but the page under test."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path
from uuid import uuid4

from django.db import connections

from config.embedded.postgres import INSTALLED, WHEEL
from inventory.models import OperationKind, Outcome, Source, StockLevel
from inventory.operations import Ask, apply
from tests.browser.processes import database_url


def book(kind: str, quantity: int, *, sku: str = "FLOUR", at: str = "WH") -> None:
    ask = Ask(uuid4(), OperationKind(kind), sku, at, quantity)

    def act() -> None:
        (answer,) = apply([ask], by=None, source=Source.TASK)
        assert answer.status == Outcome.APPLIED, answer

    elsewhere(act)


def elsewhere(act: Callable[[], object]) -> None:
    """In a thread without Playwright's event loop, as in another process."""

    def act_and_close() -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(act_and_close).result()


def by_queryset(level: StockLevel, quantity: int) -> None:
    elsewhere(lambda: StockLevel.objects.filter(pk=level.pk).update(quantity=quantity))


def typed_into_psql(level: StockLevel, quantity: int) -> None:
    """As an administrator would: no signal, no operation, nothing of ours in the way."""
    update = f"UPDATE inventory_stocklevel SET quantity = {quantity} WHERE id = {level.pk}"  # noqa: S608
    psql = Path(str(distribution(WHEEL).locate_file(INSTALLED))) / "bin" / "psql"
    subprocess.run([psql, database_url(), "-c", update], check=True, capture_output=True)
