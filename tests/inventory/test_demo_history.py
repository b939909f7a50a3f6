"""The story of the demo holds together at whatever hour it is told."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from inventory.demo.goods import articles
from inventory.demo.history import three_weeks
from inventory.models import OperationKind

NAMESPACE = UUID(int=1)


@pytest.mark.parametrize("hour", [0, 6, 7, 8, 12, 18, 23])
def test_nothing_lies_in_the_future_and_shops_sell_by_day(hour: int) -> None:
    until = datetime(2026, 3, 14, hour, 5, tzinfo=UTC)
    asks = three_weeks(articles(), until=until, seed=1, namespace=NAMESPACE).asks
    times = [ask.made_at for ask in asks if ask.made_at]
    assert len(times) == len(asks)
    assert max(times) <= until
    sold = {t.hour for ask, t in zip(asks, times, strict=True) if ask.kind == OperationKind.SALE}
    assert sold <= set(range(7, 19))


def test_the_same_seed_tells_the_same_story() -> None:
    until = datetime(2026, 3, 14, 12, tzinfo=UTC)
    first, second, other = (
        three_weeks(articles(), until=until, seed=seed, namespace=NAMESPACE).asks
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other
