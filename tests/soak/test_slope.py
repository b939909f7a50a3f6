import math
import random
from itertools import count

import pytest

from tests.soak import memory
from tests.soak.slope import Slope, slope, student

SECONDS = [float(second) for second in range(600)]


def wandering(seed: int, *, rise: float, memory_of_itself: float) -> list[float]:
    """A line with noise of deviation 1 that carries over this part of itself to the next second."""
    drawn, noise = random.Random(seed), 0.0
    values = []
    for second in SECONDS:
        noise = memory_of_itself * noise + drawn.gauss(0, 1)
        values.append(rise * second + noise)
    return values


def holds(found: Slope, value: float) -> bool:
    return found.low <= value <= found.high


@pytest.mark.parametrize(
    ("freedom", "table"), [(3, 3.182), (4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042)]
)
def test_students_t_is_the_one_of_the_tables(freedom: float, table: float) -> None:
    assert student(0.975, freedom) == pytest.approx(table, rel=0.01)


def test_a_straight_line_has_its_own_slope_and_no_doubt() -> None:
    found = slope(SECONDS, [3 * second + 7 for second in SECONDS])

    assert (found.value, found.low, found.high) == pytest.approx((3, 3, 3))


def test_samples_without_memory_are_worth_what_they_count() -> None:
    found = slope(SECONDS, wandering(1, rise=0.1, memory_of_itself=0))

    assert found.independent > 500
    # The textbook's deviation of the slope: sigma * sqrt(12 / n^3).
    assert found.high - found.low == pytest.approx(2 * 1.96 * math.sqrt(12 / 600**3), rel=0.15)


@pytest.mark.parametrize("memory_of_itself", [0.0, 0.5, 0.9, 0.95])
def test_the_interval_holds_the_true_slope_about_95_times_of_100(memory_of_itself: float) -> None:
    found = (
        slope(SECONDS, wandering(seed, rise=0.1, memory_of_itself=memory_of_itself))
        for seed in range(200)
    )

    assert sum(holds(each, 0.1) for each in found) >= 0.91 * 200


def test_without_the_widening_it_would_hold_far_less_often() -> None:
    """What it is for: by the textbook's deviation most intervals would miss the true slope."""
    narrow = 1.96 * math.sqrt(12 / 600**3) / math.sqrt(1 - 0.95**2)
    found = [slope(SECONDS, wandering(each, rise=0, memory_of_itself=0.95)) for each in range(100)]

    assert sum(abs(each.value) <= narrow for each in found) < 50


def test_a_single_step_is_worth_few_samples() -> None:
    found = slope(SECONDS, [20_000.0 * (second >= 300) for second in SECONDS])

    assert found.independent < 10


def test_a_figure_that_never_moves_rises_by_nothing() -> None:
    assert slope(SECONDS, [5.0] * 600) == Slope(0, 0, 0, 600)


def in_minutes(values: list[float]) -> list[tuple[float, float]]:
    return [(number / 60, value) for number, value in zip(count(), values, strict=False)]


def test_memory_that_surely_rises_too_fast_is_a_fault() -> None:
    steep = 2 * memory.MOST_KB_A_MINUTE / 60
    values = [100_000 + value for value in wandering(1, rise=steep, memory_of_itself=0.5)]

    assert memory.judged(1, in_minutes(values)).faults


def test_memory_that_wanders_about_is_none() -> None:
    values = [100_000 + value for value in wandering(1, rise=0, memory_of_itself=0.9)]

    assert not memory.judged(1, in_minutes(values)).faults


def test_samples_that_prove_nothing_are_a_fault() -> None:
    assert memory.judged(1, in_minutes([math.sin(second / 99) for second in SECONDS])).faults
