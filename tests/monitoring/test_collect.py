"""One snapshot for all who look: what is in it, who builds it, what a dead source costs."""

import json
import threading
import time
from typing import Any

import psycopg
import pytest

from inventory.models import LedgerCheck
from inventory.tasks import prove_ledger
from monitoring import collect, measure, reporting, services
from monitoring.collect import SNAPSHOT, WATCHED, Collector, read_snapshot
from monitoring.collecting import ELECTED, MINUTE, Collecting
from monitoring.measured import EXPECTED_FOR_S, HEARD_WITHIN_S, REPLACED_SHOWN_S
from monitoring.reporting import Reporter
from monitoring.shelf import SLOT_S, Delivery, Shelf
from monitoring.sources import Sources

pytestmark = pytest.mark.django_db(transaction=True)


def heard(shelf: Shelf, name: str, ago_s: float, kind: str = "web", started_s: float = 1e9) -> None:
    beat = {
        "name": name,
        "kind": kind,
        "host": "h",
        "pid": 1,
        "started_at": time.time() - started_s,
        "heard_at": time.time() - ago_s,
        "memory_bytes": 1,
        "cpu_ratio": None,
        "lost": 0,
        "flush_ms": None,
        "levels": {"sockets": 2},
        "pools": None,
    }
    shelf.put(Delivery(name, json.dumps(beat)))


def test_a_process_that_is_silent_is_expected_and_does_not_report(shelf: Shelf) -> None:
    heard(shelf, "here", 0)
    heard(shelf, "silent", HEARD_WITHIN_S + 1)

    found = Collector(shelf).build()

    assert (found.processes.expected, found.processes.reporting) == (2, 1)
    assert [each.name for each in found.processes.each if not each.reporting] == ["silent"]
    assert found.live.browsers == 2, "what the silent one had is not known"


def test_who_was_killed_and_started_again_is_neither_expected_nor_shown_for_long(
    shelf: Shelf,
) -> None:
    heard(shelf, "killed", REPLACED_SHOWN_S + 1)
    heard(shelf, "again", 0, started_s=60)
    assert [one.name for one in Collector(shelf).build().processes.each] == ["again"]

    heard(shelf, "killed, too", HEARD_WITHIN_S + 1)
    found = Collector(shelf).build().processes

    assert (found.expected, found.reporting) == (2, 1), "one that came took one place"
    assert {one.name for one in found.each} >= {"again", "killed, too"}


def test_a_process_that_is_silent_for_long_is_forgotten(shelf: Shelf) -> None:
    heard(shelf, "here", 0)
    heard(shelf, "long ago", EXPECTED_FOR_S + 1)
    collector = Collector(shelf)

    assert collector.build().processes.expected == 1
    collector.tidy()

    assert [beat["name"] for beat in shelf.processes()] == ["here"]


def test_every_service_is_asked(shelf: Shelf) -> None:
    prove_ledger()

    found = Collector(shelf).build()

    assert found.unread.keys() <= {"pools"}
    assert found.database
    assert found.database.connections >= 1
    assert found.database.connection_limit > found.database.connections
    assert found.redis
    assert found.redis.used_bytes > 0
    assert found.system
    assert found.system.memory_limit_bytes > found.system.memory_used_bytes > 0
    assert found.celery.queued == 0
    assert found.ledger
    assert found.ledger.drifting == 0


def test_without_a_proof_the_ledger_is_unknown_and_not_right(shelf: Shelf) -> None:
    LedgerCheck.objects.all().delete()

    ledger = Collector(shelf).build().ledger

    assert ledger
    assert ledger.drifting is None


def test_a_source_that_fails_is_none_with_a_reason_and_blocks_no_other(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise psycopg.OperationalError("the server is gone\nand more")

    monkeypatch.setattr(services, "connect", away)

    found = Collector(shelf).build()

    assert found.database is None
    assert found.why("database.connections") == "OperationalError: the server is gone"
    assert found.redis is not None
    assert found.why("redis") == ""


def test_a_source_that_hangs_is_not_waited_for_and_not_asked_again() -> None:
    go_on = threading.Event()
    asked: list[str] = []

    def hang() -> str:
        asked.append("hanging")
        go_on.wait()
        return "late"

    sources = Sources({"hanging": hang, "well": lambda: 1}, patience_s=0.05)

    first, second = sources.ask(), sources.ask()

    assert first.found == second.found == {"well": 1}
    assert first.unread == {"hanging": "no answer within 0.05 s"}
    assert second.unread["hanging"].startswith("no answer for ")
    assert asked == ["hanging"]
    go_on.set()


def test_a_fault_of_ours_in_a_source_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    answers = Sources({"broken": lambda: 1 / 0}).ask()

    assert answers.unread == {"broken": "ZeroDivisionError"}
    assert "broken could not be read" in caplog.text


def test_all_who_look_get_the_same_one(shelf: Shelf) -> None:
    built = read_snapshot()

    assert read_snapshot() == built
    assert collect._json.validate_json(shelf.redis.get(SNAPSHOT)) == built


def test_many_who_come_at_once_have_one_built(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[Any] = []
    put_together = collect.put_together

    def noting(*arguments: Any) -> Any:
        built.append(1)
        return put_together(*arguments)

    monkeypatch.setattr(collect, "put_together", noting)
    people = [threading.Thread(target=read_snapshot) for _ in range(10)]
    for person in people:
        person.start()
    for person in people:
        person.join()

    assert len(built) == 1


def test_one_process_at_a_time_builds_while_somebody_looks(shelf: Shelf) -> None:
    shelf.redis.set(WATCHED, 1)
    one, other = (Collecting(name, shelf, Collector(shelf)) for name in ("one", "other"))

    assert one.turn()
    assert not other.turn()
    assert one.turn(), "it stays"


def test_a_builder_that_dies_is_followed_by_another(shelf: Shelf) -> None:
    shelf.redis.set(WATCHED, 1)
    one, other = (Collecting(name, shelf, Collector(shelf)) for name in ("one", "other"))
    one.turn()

    assert 0 < shelf.redis.ttl(ELECTED) <= 12
    shelf.redis.delete(ELECTED)  # as when its time is over

    assert other.turn()


def test_with_nobody_looking_one_is_built_a_minute(shelf: Shelf) -> None:
    one, other = (Collecting(name, shelf, Collector(shelf)) for name in ("one", "other"))

    assert one.turn()
    assert not one.turn()
    assert not other.turn()
    assert 50 < shelf.redis.ttl(MINUTE) <= 60


def test_without_valkey_it_is_of_this_process_alone_and_says_so(
    nowhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Reporter("web")
    monkeypatch.setattr(reporting, "_reporter", web)
    measure.took(("http", "stock", "GET", "user"), 0.02)
    web.report(time.time())

    found = read_snapshot()

    assert found.alone
    assert found.all.hour.count == 1
    assert found.processes.reporting == 1
    assert found.redis is None
    assert found.why("redis").startswith("ConnectionError")
    assert found.database, "which is there"
    assert read_snapshot() is found, "it is built once for all who look here"


def test_a_look_is_what_makes_it_watched(shelf: Shelf) -> None:
    assert not shelf.redis.exists(WATCHED)

    read_snapshot()

    assert 0 < shelf.redis.ttl(WATCHED) <= 20


def test_the_figures_are_those_that_were_counted(shelf: Shelf) -> None:
    web = Reporter("web", shelf)
    for seconds, failed in ((0.010, False), (0.010, False), (0.500, True)):
        measure.took(("http", "stock", "GET", "user"), seconds, failed=failed)
    measure.took(("http", "healthz", "GET", "probe"), 0.001)
    measure.took(("task", "inventory.tasks.prune"), 0.1)
    for hit in (True, True, True, False):
        measure.cache_answered("product", "stock", hit=hit)
    measure.cache_read("product", "api", "bypass", 0.1)
    measure.frames_sent(60, 100, time.time() - 0.05)
    measure.socket_closed(4408)
    web.report(time.time())

    # The slot that ends now is whole in the next one.
    found = Collector(shelf).build()

    assert (found.all.hour.count, found.all.hour.errors) == (3, 1), "the probe is not among them"
    assert found.all.hour.p50_ms == pytest.approx(10, rel=0.05)
    assert found.all.hour.p99_ms == pytest.approx(500, rel=0.05)
    assert {(one.route, one.group) for one in found.operations} == {
        ("stock", "user"),
        ("healthz", "probe"),
    }
    assert (found.cache.all.ratio, found.cache.all.bypassed) == (0.6, 1), (
        "who went past it was not helped"
    )
    assert [(each.route, each.answered.hits) for each in found.cache.routes] == [
        ("api", 0),
        ("stock", 3),
    ]
    assert found.live.commit_to_send.hour.count == 60
    assert found.live.dropped == 1
    assert [task.name for task in found.celery.tasks] == ["inventory.tasks.prune"]
    assert len(found.series.minutes) == 60
    assert len(found.series.five_seconds) == 120 / SLOT_S
