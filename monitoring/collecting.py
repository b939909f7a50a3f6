"""The thread that builds snapshots, in every web process and worker; one of them does it at a time.

Nobody looks: one read of Valkey every five seconds, and a snapshot once a minute, so that what is
judged by it has a past.
"""

import logging
import threading
import time

import redis

from monitoring import reporting
from monitoring.board import board_of
from monitoring.collect import WATCHED, Collector, collector
from monitoring.shelf import PREFIX, SLOT_S, Shelf

logger = logging.getLogger(__name__)

ELECTED = PREFIX + "collector"
# One that dies is followed by another within this time.
ELECTED_FOR_S = 12
MINUTE = PREFIX + "collector:minute"
UNWATCHED_EVERY_S = 60
# When the others have laid down what they counted.
AFTER_THE_SLOT_S = 1.0


class Collecting:
    def __init__(self, name: str, shelf: Shelf, collector: Collector) -> None:
        self._name = name
        self._redis = shelf.redis
        self._collector = collector
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="collecting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._end.set()

    def turn(self) -> bool:
        """Build one if it is due and ours to build; says whether it did."""
        if self._redis.exists(WATCHED):
            if not self._is_elected():
                return False
        elif not self._redis.set(MINUTE, self._name, nx=True, ex=UNWATCHED_EVERY_S):
            return False
        # Judged at once, so that it is known since when it is so, also where nobody looks.
        board_of(self._collector.build())
        self._collector.tidy()
        return True

    def _is_elected(self) -> bool:
        if self._redis.set(ELECTED, self._name, nx=True, ex=ELECTED_FOR_S):
            return True
        if self._redis.get(ELECTED) != self._name:
            return False
        # It may have gone to another by now: then two build one more, and the newer one stands.
        self._redis.expire(ELECTED, ELECTED_FOR_S)
        return True

    def _run(self) -> None:
        while not self._end.wait(_until_the_next(time.time())):
            try:
                self.turn()
            except redis.RedisError:
                # The reporting thread has said so; a page builds its own until it is back.
                continue
            except Exception:
                logger.exception("No snapshot could be built.")


def _until_the_next(now: float) -> float:
    return SLOT_S - (now - AFTER_THE_SLOT_S) % SLOT_S


def start() -> None:
    """In a process that reports already."""
    reporter = reporting.current()
    if reporter is None:
        raise RuntimeError("a process reports before it collects")
    Collecting(reporter.name, Shelf(), collector()).start()
