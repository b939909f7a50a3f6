"""A thread in each process that lays down every five seconds what was counted: "I am here".

It is the only part of measuring that talks to anybody, and nothing waits for it.
"""

import atexit
import json
import logging
import os
import platform
import secrets
import threading
import time
from typing import Any

import psutil
import redis

from monitoring import measure, statements
from monitoring.logs import recent_errors
from monitoring.pools import pool_levels
from monitoring.record import Record
from monitoring.shelf import MINUTE_S, SLOT_S, TEXTS_KEPT_S, Delivery, Shelf
from monitoring.snapshot import Kind

logger = logging.getLogger(__name__)

# After such a silence others may soon take it for dead (measured.EXPECTED_FOR_S): it goes on under
# another name. What it laid down under the first is older by then than the hour that it keeps.
ANOTHER_NAME_AFTER_S = 12 * 3600.0


class Reporter:
    def __init__(self, kind: Kind, shelf: Shelf | None = None) -> None:
        self.kind: Kind = kind
        self.host = platform.node()
        self.pid = os.getpid()
        self.started_at = time.time()
        self.record = Record()
        self._shelf = shelf or Shelf()
        self._process = psutil.Process()
        self._cpu_s = self._cpu_at = 0.0
        self._texts = self._texts_told = 0
        self._texts_told_at = 0.0
        self._former = ""
        self._known = False
        self._silent = False
        self._delivered_at = time.time()
        self._flush_ms: float | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reporting", daemon=True)
        self.name = self._new_name()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Lay down the last of it and say goodbye."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(2 * SLOT_S)
        self.report(time.time())
        if self._known and not self._silent:
            try:
                self._shelf.goodbye(self.name)
            except redis.RedisError as fault:
                logger.warning("No goodbye (%s): this process will be missed.", fault)

    def report(self, at: float) -> None:
        self.record.add(measure.take(), at)
        if at - self._delivered_at > ANOTHER_NAME_AFTER_S:
            self._former, self.name = self.name, self._new_name()
            self.record.begin_totals_anew()
            self._known = False
        errors = [error | {"process": self.name} for error in recent_errors.take()]
        began = time.perf_counter()
        try:
            was_known = self._shelf.put(self._delivery(errors, at))
        except redis.RedisError as fault:
            recent_errors.give_back(errors)
            # A Valkey that was never there has been named by who started this process.
            if self._known and not self._silent:
                logger.warning("Nothing can be laid down (%s): it is kept for an hour.", fault)
                self._silent = True
            return
        self._flush_ms = (time.perf_counter() - began) * 1000
        self._settle(at, was_known=was_known)

    def _settle(self, at: float, *, was_known: bool) -> None:
        self.record.delivered()
        if self._known and not was_known:
            # It was known and is not: Valkey has forgotten everything.
            self.record.deliver_all_again()
            self._texts = 0
        self._texts_told = self._texts
        if self._silent:
            logger.warning("What was counted can be laid down again.")
        self._known, self._silent, self._former = True, False, ""
        self._delivered_at = at

    def _delivery(self, errors: list[dict[str, Any]], at: float) -> Delivery:
        slots, minutes = self.record.due()
        return Delivery(
            name=self.name,
            heartbeat=json.dumps(self._heartbeat(at)),
            slots=slots,
            minutes=minutes,
            totals=self.record.new_totals(),
            errors=errors,
            texts=self._new_texts(at),
            late=any(minute < at // MINUTE_S - 1 for minute in minutes),
            former=self._former,
        )

    def _new_texts(self, at: float) -> dict[str, str]:
        """They come rarely once a process has seen its views; all of them before they expire."""
        if at - self._texts_told_at > TEXTS_KEPT_S / 2:
            self._texts_told, self._texts_told_at = 0, at
        texts = statements.texts()
        self._texts = len(texts)
        return dict(list(texts.items())[self._texts_told :])

    def _heartbeat(self, at: float) -> dict[str, Any]:
        with self._process.oneshot():
            memory = self._process.memory_info().rss
            times = self._process.cpu_times()
        cpu_s, clock = times.user + times.system, time.monotonic()
        ratio = (cpu_s - self._cpu_s) / (clock - self._cpu_at) if self._cpu_at else None
        self._cpu_s, self._cpu_at = cpu_s, clock
        return {
            "name": self.name,
            "kind": self.kind,
            "host": self.host,
            "pid": self.pid,
            "started_at": self.started_at,
            "heard_at": at,
            "memory_bytes": memory,
            "cpu_ratio": ratio,
            "lost": self.record.totals.lost,
            "flush_ms": self._flush_ms,
            "levels": measure.levels(),
            "pools": pool_levels(),
        }

    def heartbeat(self) -> dict[str, Any]:
        """For a page that has nothing but this process."""
        return self._heartbeat(time.time())

    def _new_name(self) -> str:
        return f"{self.kind}-{self.host}-{self.pid}-{secrets.token_hex(3)}"

    def _run(self) -> None:
        while not self._end.wait(SLOT_S - time.time() % SLOT_S):
            try:
                self.report(time.time())
            except Exception:
                # Whatever it is, it may not end the thread, and nobody else hears of it.
                logger.exception("What was counted could not be reported.")


_reporter: Reporter | None = None


def start(kind: Kind) -> Reporter:
    """From now on this process reports; called again, it goes on as it is."""
    global _reporter
    if _reporter is None:
        _reporter = Reporter(kind)
        _reporter.start()
        atexit.register(stop)
    return _reporter


def stop() -> None:
    global _reporter
    if _reporter is not None:
        reporter, _reporter = _reporter, None
        reporter.stop()


def current() -> Reporter | None:
    return _reporter


def _after_fork() -> None:
    """Threads do not come along."""
    global _reporter
    _reporter = None


os.register_at_fork(after_in_child=_after_fork)
