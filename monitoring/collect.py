"""The snapshot: built by one process for all who look, every five seconds while somebody does.

`read_snapshot` is what the page calls. Without Valkey it is built here and now, of what this
process alone has counted, and says so.
"""

import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Any

import redis
from pydantic import TypeAdapter

from monitoring import measured, reporting, services, statements
from monitoring.caches import cache, cache_states
from monitoring.history import History, Stretch, of_this_process
from monitoring.logs import recent_errors
from monitoring.reading import series
from monitoring.record import Record
from monitoring.shelf import PREFIX, SLOT_S, Shelf
from monitoring.snapshot import Cost, Snapshot
from monitoring.sources import Answers, Sources

SNAPSHOT = PREFIX + "snapshot"
WATCHED = PREFIX + "watched"
# Who looks says so with every look; a page that is closed is forgotten by then.
WATCHED_FOR_S = 20
# What is older is not taken for the present; it is three beats, as with processes.
FRESH_S = 15.0
SNAPSHOT_KEPT_S = 120

NO_POOL = "no web process has asked for a database connection yet"
ALONE = "Valkey is away"

_json: TypeAdapter[Snapshot] = TypeAdapter(Snapshot)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was measured, by all processes or by this one alone."""

    stretch: Stretch
    heartbeats: list[dict[str, Any]]
    errors: list[dict[str, Any]]
    texts: dict[str, str]
    alone: bool


class Collector:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._history = History(shelf)
        self._sources = Sources(
            {
                "database": services.database,
                "ledger": services.ledger,
                "redis": lambda: services.valkey(shelf.redis),
                "system": services.system,
                "celery.queued": lambda: services.queued(shelf.redis),
                "cache.caches": cache_states,
            }
        )
        self._building = threading.Lock()
        self._built: Snapshot | None = None

    def read(self) -> Snapshot:
        """The newest there is, built now if nobody has built one lately."""
        try:
            found = self._newest()
        except redis.RedisError:
            found = self._built if self._built and self._built.alone else None
        if found and time.time() - found.made_at < (SLOT_S if found.alone else FRESH_S):
            return found
        return self.build(unless_made_after=time.time() - SLOT_S)

    def build(self, *, unless_made_after: float | None = None) -> Snapshot:
        """Who comes while it is built waits for the same one."""
        with self._building:
            built = self._built
            if built and unless_made_after and built.made_at > unless_made_after:
                return built
            began, now = time.perf_counter(), time.time()
            answers = self._sources.ask()
            try:
                seen = self._of_all(now)
            except redis.RedisError:
                seen = _of_this_process(now)
            self._built = put_together(began, now, answers, seen)
            self._lay_down(self._built)
            return self._built

    def tidy(self) -> None:
        """Forget who was silent for too long, and add up what they had counted."""
        silent = measured.silent_for_too_long(self._shelf.processes(), time.time())
        self._shelf.forget(silent)
        self._shelf.fold_totals()

    def _newest(self) -> Snapshot | None:
        with self._shelf.redis.pipeline(transaction=False) as pipe:
            pipe.set(WATCHED, "1", ex=WATCHED_FOR_S)
            pipe.get(SNAPSHOT)
            text = pipe.execute()[1]
        return _json.validate_json(text) if text else None

    def _lay_down(self, snapshot: Snapshot) -> None:
        if snapshot.alone:
            return
        # A Valkey that went away this moment: who asked has it all the same.
        with contextlib.suppress(redis.RedisError):
            self._shelf.redis.set(SNAPSHOT, _json.dump_json(snapshot), ex=SNAPSHOT_KEPT_S)

    def _of_all(self, now: float) -> Seen:
        return Seen(
            self._history.read(now),
            self._shelf.processes(),
            self._shelf.errors(),
            self._shelf.texts(),
            alone=False,
        )


def _of_this_process(now: float) -> Seen:
    reporter = reporting.current()
    return Seen(
        of_this_process(reporter.record if reporter else Record(), now),
        [reporter.heartbeat()] if reporter else [],
        recent_errors.kept(),
        statements.texts(),
        alone=True,
    )


def put_together(began: float, now: float, answers: Answers, seen: Seen) -> Snapshot:
    found, unread = answers.found, dict(answers.unread)
    stretch, heartbeats = seen.stretch, seen.heartbeats
    pools = measured.pools(heartbeats, now)
    if pools is None:
        unread["pools"] = ALONE if seen.alone else NO_POOL
    reporter = reporting.current()
    return Snapshot(
        made_at=now,
        alone=seen.alone,
        processes=measured.processes(heartbeats, now),
        operations=measured.operations(stretch),
        all=measured.of_all_users(stretch),
        series=series(stretch),
        cache=cache(stretch.quarter, found.get("cache.caches")),
        live=measured.live(stretch, heartbeats, now),
        statements=measured.statements(stretch, seen.texts),
        celery=measured.celery(stretch, heartbeats, found.get("celery.queued"), now),
        errors=measured.errors(stretch, seen.errors),
        database=found.get("database"),
        pools=pools,
        redis=found.get("redis"),
        system=found.get("system"),
        ledger=found.get("ledger"),
        unread=unread,
        cost=Cost(
            build_ms=(time.perf_counter() - began) * 1000,
            flush_ms=measured.flush_ms(heartbeats),
            built_by=reporter.name if reporter else "",
        ),
    )


_collector: Collector | None = None
_making = threading.Lock()


def collector() -> Collector:
    """Of this process, made when it is first needed."""
    global _collector
    with _making:
        if _collector is None:
            _collector = Collector(Shelf())
        return _collector


def read_snapshot() -> Snapshot:
    """What the page shows. Whoever calls this is somebody who looks: snapshots come every five
    seconds from now on, and stop when nobody has called for a while."""
    return collector().read()
