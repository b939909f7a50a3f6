import pytest

from monitoring import words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.42, "0.4 ms"), (9.96, "10 ms"), (480, "480 ms"), (999.4, "999 ms"), (1200, "1.2 s")],
)
def test_milliseconds(value: float, text: str) -> None:
    assert words.milliseconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0476, "0.048 ms"),
        (0.3124, "0.312 ms"),
        (0.9996, "1.00 ms"),
        (4.071, "4.07 ms"),
        (48.14, "48.1 ms"),
        (480.6, "481 ms"),
        (999.6, "1.00 s"),
        (12_345, "12.3 s"),
        (150_000, "2 min"),
    ],
)
def test_a_latency_has_three_digits(value: float, text: str) -> None:
    assert words.latency(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(3.14, "3.1 s"), (90, "90 s"), (600, "10 min"), (7300, "2 h"), (4e5, "5 days")],
)
def test_durations(value: float, text: str) -> None:
    assert words.duration(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (0.0012, "0.12 %"), (0.034, "3.4 %"), (0.9999, "99.9 %"), (1, "100 %")],
)
def test_shares_are_never_rounded_up_to_all(value: float, text: str) -> None:
    assert words.share(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 B"), (1023, "1.0 kB"), (5 * 1024**2, "5.0 MB"), (41 * 1024**3, "41 GB")],
)
def test_sizes(value: float, text: str) -> None:
    assert words.size(value) == text


@pytest.mark.parametrize("say", [words.milliseconds, words.latency, words.duration, words.share,
                                 words.count, words.rate, words.size])  # fmt: skip
def test_what_is_not_known_is_no_zero(say: object) -> None:
    assert say(None) == words.NOT_KNOWN  # type: ignore[operator]  # one of the functions above
