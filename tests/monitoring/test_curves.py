import pytest

from monitoring.curves import how_well

LATENCY = ((300.0, 1.0), (1000.0, 0.5), (3000.0, 0.0))
HITS = ((0.3, 0.0), (0.7, 0.5), (0.9, 1.0))


@pytest.mark.parametrize(
    ("figure", "well"),
    [(0, 1), (300, 1), (650, 0.75), (1000, 0.5), (2000, 0.25), (3000, 0), (90_000, 0)],
)
def test_between_its_points_a_curve_is_a_straight_line_and_beyond_them_level(
    figure: float, well: float
) -> None:
    assert how_well(LATENCY, figure) == pytest.approx(well)


def test_a_curve_may_rise_where_more_is_better() -> None:
    assert [how_well(HITS, ratio) for ratio in (0.0, 0.5, 0.8, 1.0)] == pytest.approx(
        [0, 0.25, 0.75, 1]
    )
