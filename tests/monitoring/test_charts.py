import pytest

from monitoring import words
from monitoring.charts import HEIGHT, WIDTH, Chart, round_up

MINUTES = [60.0 * minute for minute in range(5)]


def chart(*values: float | None, **more: object) -> Chart:
    points = list(zip(MINUTES, values, strict=False))
    return Chart("x", "Latency", points, words.milliseconds, **more)  # type: ignore[arg-type]


def test_a_gap_stays_a_gap_and_is_not_drawn_across() -> None:
    assert chart(10, 20, None, 30, 40).line.count("M") == 2


def test_a_single_point_between_gaps_is_seen() -> None:
    assert chart(None, 10, None).line == "M300.0 4.0 h0.1"


def test_all_points_lie_within_the_picture() -> None:
    found = chart(0, 3, 10_000, 7, 1)
    numbers = [float(part.strip("ML")) for part in found.line.split()]
    assert min(numbers) == 0
    assert max(numbers[::2]) == WIDTH
    assert max(numbers[1::2]) == HEIGHT


def test_the_good_figure_is_in_the_picture_even_if_all_is_far_below_it() -> None:
    assert chart(1, 2, good=300).top >= 300


def test_nothing_measured_makes_an_empty_picture_and_says_so() -> None:
    found = chart(None, None)
    assert (found.line, found.area) == ("", "")
    assert found.summary == "Latency: nothing was measured yet."
    assert found.rows == [("00:01", "–"), ("00:00", "–")]


def test_the_summary_says_in_words_what_the_picture_shows() -> None:
    assert chart(10, 80, 20).summary == (
        "Latency from 00:00 to 00:02 UTC: between 10 ms and 80 ms, at the end 20 ms."
    )


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.03, 0.05), (1, 1), (1.1, 2), (21, 25), (260, 500), (1000, 1000)]
)
def test_a_scale_ends_at_a_round_figure(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)
