"""Celery: tasks are timed, know the request that asked for them, and their processes report."""

import time
from typing import Any

from celery import signals

from monitoring import collecting, reporting
from monitoring.doing import NOTHING, Doing, doing, new_id
from monitoring.measure import count, set_level, took

HEADER = "request_id"

_began: dict[str, float] = {}  # by id; a thread pool does several at once


def name_the_request(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Whoever asks for a task, in a request or in another task, gives it their id."""
    if headers is not None and (request_id := doing.get().request_id):
        headers.setdefault(HEADER, request_id)


def task_begins(task_id: str, task: Any, **_: Any) -> None:
    doing.set(Doing(task.request.get(HEADER) or new_id(), route=task.name))
    _began[task_id] = time.perf_counter()


def task_ended(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    began = _began.pop(task_id, None)
    if began is not None:
        took(("task", task.name), time.perf_counter() - began, failed=state == "FAILURE")
    doing.set(NOTHING)


def task_comes_again(sender: Any, **_: Any) -> None:
    count(("retries", sender.name))


def worker_begins(**_: Any) -> None:
    reporting.start("worker")
    collecting.start()


def pool_process_begins(**_: Any) -> None:
    reporting.start("pool")


def beat_begins(**_: Any) -> None:
    reporting.start("beat")
    signals.after_task_publish.connect(beat_sent, dispatch_uid="monitoring.beat sent")


def beat_sent(**_: Any) -> None:
    set_level("beat at", int(time.time()))


def process_ends(**_: Any) -> None:
    reporting.stop()


def install() -> None:
    for signal, receiver in (
        (signals.before_task_publish, name_the_request),
        (signals.task_prerun, task_begins),
        (signals.task_postrun, task_ended),
        (signals.task_retry, task_comes_again),
        (signals.worker_ready, worker_begins),
        (signals.worker_process_init, pool_process_begins),
        (signals.beat_init, beat_begins),
        (signals.worker_process_shutdown, process_ends),
        (signals.worker_shutdown, process_ends),
    ):
        signal.connect(receiver, dispatch_uid=f"monitoring.{receiver.__name__}", weak=False)
