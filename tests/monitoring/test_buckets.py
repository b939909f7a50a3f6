import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.buckets import LAST, Buckets, bucket_of, edge_s, percentiles_ms

SHARES = (0.5, 0.95, 0.99)
# Half the width of a bucket, as a share of the value.
ERROR = 0.1 / 2.1 + 1e-9


def nearest_rank(values: list[float], share: float) -> float:
    return sorted(values)[max(1, math.ceil(share * len(values) - 1e-9)) - 1]


def in_buckets(values: list[float]) -> Buckets:
    buckets: Buckets = {}
    for value in values:
        buckets[bucket_of(value)] = buckets.get(bucket_of(value), 0) + 1
    return buckets


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(2e-6, 150), min_size=1))
def test_no_percentile_is_further_off_than_half_a_bucket(values: list[float]) -> None:
    found = percentiles_ms(in_buckets(values), SHARES)

    for share, ms in zip(SHARES, found, strict=True):
        assert ms == pytest.approx(nearest_rank(values, share) * 1000, rel=ERROR)


def test_the_percentiles_of_a_web_like_spread_are_within_five_per_cent() -> None:
    chance = random.Random(7)
    values = [chance.lognormvariate(math.log(0.012), 0.9) for _ in range(20_000)]

    found = percentiles_ms(in_buckets(values), SHARES)

    for share, ms in zip(SHARES, found, strict=True):
        assert ms == pytest.approx(nearest_rank(values, share) * 1000, rel=0.05)


@pytest.mark.parametrize("bucket", range(1, LAST + 1))
def test_an_edge_is_in_its_own_bucket(bucket: int) -> None:
    assert bucket_of(edge_s(bucket)) == bucket
    assert bucket_of(edge_s(bucket) * 1.0001) == min(bucket + 1, LAST)


def test_what_is_too_short_or_too_long_has_a_bucket_too() -> None:
    assert bucket_of(0) == bucket_of(-1) == bucket_of(1e-9) == 0
    assert bucket_of(1e9) == LAST


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentiles_ms({}, SHARES) == [None, None, None]
