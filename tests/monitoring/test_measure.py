import os
import threading
from collections.abc import Iterator

import pytest

from monitoring import measure, tally
from monitoring.tally import Tally


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    measure.take()
    yield
    measure.take()


def test_what_is_taken_away_is_what_was_counted_since() -> None:
    measure.count(("hellos",))
    measure.took(("http", "stock", "GET", "user"), 0.010, failed=True)
    measure.took(("http", "stock", "GET", "user"), 0.030)

    taken = measure.take()

    assert taken.counts == {("hellos",): 1}
    times = taken.times["http", "stock", "GET", "user"]
    assert (times.count, times.failed, times.sum_us) == (2, 1, 40_000)
    assert not measure.take()


def test_no_thread_loses_a_count() -> None:
    def work() -> None:
        for _ in range(5_000):
            measure.count(("frames",))
            measure.took(("hub lag",), 0.001)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    taken = Tally()
    while any(thread.is_alive() for thread in threads):
        taken.add(measure.take())
    taken.add(measure.take())

    assert taken.counts["frames",] == 20_000
    assert taken.times["hub lag",].count == 20_000


def test_a_tally_that_is_full_says_how_much_it_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_KEYS", 2)
    measure.count(("one",))
    measure.took(("two",), 1)

    measure.count(("three",), 5)
    measure.took(("four",), 1)
    measure.count(("one",))

    taken = measure.take()
    assert taken.counts == {("one",): 2}
    assert taken.lost == 6


def test_a_tally_reads_as_it_was_written() -> None:
    measure.count(("cache", "product", "stock", "hit"), 3)
    measure.took(("http", "products:show", "GET", "user"), 0.02, failed=True)
    before = measure.take()

    after = Tally.load(before.dump())

    assert after.counts == before.counts
    assert after.dump() == before.dump()


def test_tallies_of_several_processes_add_up() -> None:
    measure.took(("http", "stock", "GET", "user"), 0.010)
    one = measure.take()
    measure.took(("http", "stock", "GET", "user"), 0.010)
    measure.took(("http", "stock", "GET", "user"), 5)
    other = measure.take()

    both = Tally.sum([one, other]).times["http", "stock", "GET", "user"]

    assert both.count == 3
    assert sorted(both.buckets.values()) == [1, 2]
    assert one.times["http", "stock", "GET", "user"].count == 1, "adding changes no other"


def test_a_stored_none_that_was_found_is_a_hit() -> None:
    measure.cache_answered("product", "stock", hit=True)
    measure.cache_answered("product", "stock", hit=False)

    assert measure.take().counts == {
        ("cache", "product", "stock", "hit"): 1,
        ("cache", "product", "stock", "miss"): 1,
    }


def test_a_code_that_a_browser_made_up_is_no_name_of_its_own() -> None:
    for code in (4999, 3000, None, 1001):
        measure.socket_closed(code)

    assert measure.take().counts == {("closed", "other"): 3, ("closed", "1001"): 1}


@pytest.mark.filterwarnings("ignore:This process")  # has threads; the child uses none
def test_a_forked_child_begins_with_nothing() -> None:
    measure.count(("hellos",))
    child = os.fork()
    if not child:
        os._exit(1 if measure.take() else 0)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert measure.take()
