"""`manage.py simulate`: traffic that could be true and ends by itself."""

import random
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from inventory.demo.traffic import Traffic
from inventory.models import (
    Location,
    Operation,
    OperationKind,
    Outcome,
    Product,
    Source,
    StockMovement,
)
from inventory.operations import Ask, apply
from tests.clock import Clock


@pytest.fixture
def stocked(flour: Product, warehouse: Location, shop: Location) -> None:
    Location.objects.create(code="BAKE", name="Bakery", kind="bakery")
    apply(
        [Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", at, 500) for at in ("WH", "SHOP", "BAKE")],
        by=None,
        source=Source.API,
    )


def run(**options: Any) -> str:
    out = StringIO()
    call_command("simulate", stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_as_many_operations_as_were_asked_for(
    stocked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.management.commands.simulate.time", Clock())
    before = Operation.objects.count()
    said = run(rate=100.0, seconds=0.3, seed=1)
    assert Operation.objects.count() - before == 30
    assert said.startswith("30 operations in 0.3 s, ")


def test_the_ledger_adds_up_after_traffic(stocked: None) -> None:
    run(rate=2000.0, seconds=0.2, seed=3)
    call_command("check_ledger", stdout=StringIO())


def test_traffic_is_mostly_sales_and_nearly_all_possible(stocked: None) -> None:
    traffic = Traffic(random.Random(5))
    for _ in range(20):
        asks = [traffic.next() for _ in range(20)]
        traffic.learn(asks, apply(asks, by=None, source=Source.TASK))
    assert traffic.tally.total() == 400
    assert traffic.tally[OperationKind.SALE] > 150
    assert traffic.tally[Outcome.REJECTED] + traffic.tally[Outcome.CONFLICT] < 40
    kinds = set(StockMovement.objects.values_list("kind", flat=True))
    assert {"sale", "receive", "production", "waste", "transfer_in", "count"} <= kinds


def test_a_count_is_made_against_the_version_that_stands(stocked: None) -> None:
    traffic = Traffic(random.Random(7))
    for _ in range(300):
        ask = traffic.next()
        answers = apply([ask], by=None, source=Source.TASK)
        assert answers[0].status != Outcome.CONFLICT
        traffic.learn([ask], answers)
    assert traffic.tally[OperationKind.COUNT] > 0, "precondition: there were counts"


def test_ctrl_c_ends_with_the_summary(stocked: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("inventory.management.commands.simulate.time.sleep", interrupted)
    assert "operations in" in run(rate=10.0, seconds=60.0)


def test_without_stock_it_says_what_to_do(db: None) -> None:
    with pytest.raises(CommandError, match="demo"):
        run(rate=1.0, seconds=1.0)


@pytest.mark.parametrize("option", [["--rate", "0"], ["--rate", "nan"], ["--seconds", "-1"]])
def test_a_nonsense_rate_is_refused(db: None, option: list[str]) -> None:
    with pytest.raises(CommandError, match="above 0"):
        call_command("simulate", *option)
