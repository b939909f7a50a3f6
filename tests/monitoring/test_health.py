"""The score of one snapshot: what it adds up to, what no average hides, what is not known."""

from dataclasses import replace

import pytest

from monitoring.buckets import bucket_of
from monitoring.caps import CAPS
from monitoring.figures import Windows
from monitoring.health import LEAST_WEIGHT, Assessment, assess, word_of
from monitoring.parts import PARTS
from monitoring.reading import spread
from monitoring.snapshot import Ledger, Processes, Snapshot
from monitoring.tally import Times
from tests.monitoring.snapshots import (
    NOW,
    degraded,
    failing,
    healthy,
    just_started,
    process,
    windows,
    without_database,
    without_valkey,
)


def judge(seen: Snapshot) -> Assessment:
    return assess(seen, PARTS, CAPS)


def test_the_weights_are_a_hundred_points() -> None:
    assert sum(part.weight for part in PARTS) == 100


def test_every_name_is_given_once_so_that_each_cause_has_its_own_since() -> None:
    names = [gauge.name for part in PARTS for gauge in part.gauges]
    names += [cap.name for cap in CAPS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("gauge", [gauge for part in PARTS for gauge in part.gauges])
def test_a_curve_goes_one_way_from_all_to_nothing_by_way_of_half(gauge: object) -> None:
    curve = gauge.curve  # type: ignore[attr-defined]  # a Gauge
    figures, wells = [figure for figure, _ in curve], [well for _, well in curve]
    assert figures == sorted(set(figures))
    assert sorted(wells) in (wells, wells[::-1])
    assert sorted(wells) == [0, 0.5, 1]


def test_a_healthy_system_loses_nothing() -> None:
    found = judge(healthy())
    assert (found.score, found.deductions, found.held) == (100, [], ())


def test_what_is_printed_adds_up_to_the_score() -> None:
    found = judge(replace(degraded(), processes=healthy().processes, celery=healthy().celery))
    assert not found.held
    assert len(found.deductions) > 2
    assert found.score == 100 - sum(one.lost for one in found.deductions)


def test_a_deduction_says_its_figure_what_is_good_and_what_it_costs() -> None:
    slow = replace(healthy().live, commit_to_send=windows(900, 480.0))
    [one] = judge(healthy(live=slow)).deductions
    assert one.says == "Commit to screen takes 480 ms at p95"
    assert one.gauge.good == "100 ms"
    assert one.lost == round(20 * (480 - 100) / 400 / 2)


def test_the_worst_figure_of_a_part_counts_and_not_their_mean() -> None:
    was = healthy().database
    assert was
    [one] = judge(healthy(database=replace(was, longest_transaction_s=400.0))).deductions
    assert (one.gauge.name, one.lost) == ("transaction", 10)


def one_late_of(looks: int) -> Windows:
    """Many processes look once a second each; one of them stood still."""
    minute = spread(Times(looks, 0, 0, {bucket_of(0.001): looks - 1, bucket_of(8.0): 1}))
    assert (minute.p99_ms or 0) < 10, "no percentile has seen it"
    return Windows(minute, minute, minute)


def without_beat() -> Processes:
    """It said goodbye, or never began: nobody misses it by its name."""
    each = tuple(one for one in healthy().processes.each if one.kind != "beat")
    return Processes(len(each), len(each), each)


OUTAGES = (
    (without_database(), "database-away", 10),
    (without_valkey(), "valkey-away", 50),
    (healthy(all=failing(0.3)), "failing", 50),
    (healthy(live=replace(healthy().live, hub_lag=one_late_of(600))), "hub-stands-still", 50),
    (healthy(ledger=Ledger(NOW, 1.0, 90, 2, "FLOUR at WH")), "books", 50),
    (degraded(), "process-missing", 70),
    (healthy(celery=replace(healthy().celery, workers=0)), "no-worker", 70),
    (healthy(processes=without_beat()), "no-beat", 70),
)


@pytest.mark.parametrize(("seen", "cap", "limit"), OUTAGES)
def test_an_outage_can_not_hide_in_an_average(seen: Snapshot, cap: str, limit: int) -> None:
    found = judge(seen)
    assert cap in [held.cap.name for held in found.held]
    assert found.score is not None
    assert found.score <= limit


def test_every_cap_has_been_seen_to_hold() -> None:
    assert {name for _, name, _ in OUTAGES} == {cap.name for cap in CAPS}


def test_a_few_requests_do_not_make_an_outage() -> None:
    few = failing(1.0).minute
    few = replace(few, count=3, errors=3)
    quiet = replace(failing(0), minute=few, quarter=few, hour=few)
    assert "failing" not in [held.cap.name for held in judge(healthy(all=quiet)).held]


def test_what_is_not_known_leaves_the_weights_and_says_why() -> None:
    slow = replace(healthy().live, commit_to_send=windows(900, 2000.0))
    found = judge(healthy(live=slow, cache=just_started().cache))
    [unknown] = found.unknown
    assert unknown.why == "fewer than 100 reads in 15 minutes"
    assert [one.lost for one in found.deductions] == [round(20 * 100 / 95)]


def test_with_too_little_known_there_is_no_score() -> None:
    found = judge(just_started())
    assert sum(one.part.weight for one in found.known) < LEAST_WEIGHT
    assert found.score is None
    assert word_of(found.score) == "unknown"


def test_what_is_down_is_known_however_little_else_is() -> None:
    found = judge(replace(just_started(), database=None))
    assert found.score is not None
    assert found.score <= 10


def test_a_process_that_was_started_again_is_not_missed() -> None:
    was = healthy().processes
    silent = process("worker", 4700, reporting=False)
    again = process("worker", 4799, started_at=NOW - 20)
    missed = replace(was, expected=5, each=(*was.each, silent))
    replaced = replace(was, expected=6, reporting=5, each=(*was.each, silent, again))
    assert judge(healthy(processes=missed)).score == 70
    assert judge(healthy(processes=replaced)).score == 100


def test_where_nothing_was_asked_lately_the_quarter_of_an_hour_counts() -> None:
    slow = windows(300, 3000.0)
    seen = healthy(all=replace(slow, minute=replace(windows(300, 10.0).minute, count=2)))
    assert [one.gauge.name for one in judge(seen).deductions] == ["latency"]


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (100, "excellent"), (90, "excellent"), (89, "good"), (75, "good"), (74, "fair"),
        (51, "fair"), (50, "poor"), (0, "poor"), (None, "unknown"),
    ],
)  # fmt: skip
def test_words_of_scores(score: int | None, word: str) -> None:
    assert word_of(score) == word
