"""From snapshot to snapshot: the word does not flicker, and nothing that is down waits for it."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.health import (
    BANDS,
    FORGET_AFTER_S,
    MARGIN,
    SNAPSHOTS_IN_A_ROW,
    Assessment,
    State,
    settle,
    word_of,
)

EVERY_S = 5.0


def of(score: int | None) -> Assessment:
    return Assessment(score, (), ())


def walk(*scores: int | None, every_s: float = EVERY_S) -> list[State]:
    """The states after each of the scores."""
    states: list[State] = []
    for score, place in zip(scores, count(), strict=False):
        states.append(settle(states[-1] if states else None, of(score), place * every_s))
    return states


def words(*scores: int | None) -> list[str]:
    return [state.word for state in walk(*scores)]


def test_the_first_snapshot_has_its_word_at_once_and_may_have_had_it_earlier() -> None:
    [state] = walk(95)
    assert (state.word, state.since, state.is_since_earlier) == ("excellent", 0, True)


def test_a_score_beside_the_edge_of_its_band_does_not_flicker() -> None:
    assert set(words(91, 89, 90, 88, 91, 89, 92, 89, 88)) == {"excellent"}


def test_a_word_changes_when_three_snapshots_in_a_row_say_so() -> None:
    assert words(91, 89, 89, 89) == ["excellent"] * SNAPSHOTS_IN_A_ROW + ["good"]
    assert walk(91, 89, 89, 89)[-1].since == 3 * EVERY_S


def test_what_is_plainly_worse_is_said_at_once() -> None:
    assert words(91, 90 - MARGIN) == ["excellent", "good"]
    assert words(100, 10) == ["excellent", "poor"]


def test_what_is_better_again_has_to_stay_so() -> None:
    assert words(10, 100, 100, 100) == ["poor", "poor", "poor", "excellent"]
    assert words(10, 100, 100, 10, 100, 100) == ["poor"] * 6


@pytest.mark.parametrize("scores", [(95, None), (None, 95)])
def test_knowing_nothing_begins_and_ends_at_once(scores: tuple[int | None, ...]) -> None:
    assert words(*scores) == [word_of(score) for score in scores]


def test_since_stays_while_the_word_stays() -> None:
    assert {state.since for state in walk(95, 94, 99, 91)} == {0}


def test_what_was_known_too_long_ago_says_nothing() -> None:
    before = walk(95)[0]
    after = settle(before, of(95), FORGET_AFTER_S + 1)
    assert (after.since, after.is_since_earlier) == (FORGET_AFTER_S + 1, True)


class Caused(Assessment):
    __slots__ = ()

    @property
    def causes(self) -> list[str]:
        return ["latency"] if self.score == 80 else []


def test_each_cause_has_its_own_since_and_begins_anew_after_it_ended() -> None:
    state: State | None = None
    since: list[float | None] = []
    for place, score in enumerate((100, 80, 80, 100, 80)):
        state = settle(state, Caused(score, (), ()), place * EVERY_S)
        since.append(state.causes.get("latency"))
    assert since == [None, 5, 5, None, 20]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=1, max_size=40))
def test_whatever_the_scores_are(scores: list[int | None]) -> None:
    states = walk(*scores)
    lowest = {word: at_least for at_least, word in BANDS}
    for before, after, score in zip(states, states[1:], scores[1:], strict=False):
        assert after.since <= after.at
        assert after.times < SNAPSHOTS_IN_A_ROW
        if after.word != before.word:
            assert after.word == word_of(score)
        elif score is not None and before.word in lowest:
            # A word that is plainly too good does not stand for a single snapshot.
            assert score > lowest[before.word] - MARGIN or before.word == "poor"
    # What stays for three snapshots is said.
    for state, three in zip(
        states[2:], zip(scores, scores[1:], scores[2:], strict=False), strict=False
    ):
        if len(set(map(word_of, three))) == 1:
            assert state.word == word_of(three[0])
