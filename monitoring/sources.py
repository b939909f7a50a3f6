"""What is asked of others for a snapshot: one function for each, all of them at once.

Each has its own time to answer; one that does not is None with a reason, keeps nobody waiting,
and is not asked again before it has come back.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import redis

logger = logging.getLogger(__name__)

PATIENCE_S = 2.0

# What goes wrong where a service is away; anything else is a fault of ours, and logged.
AWAY = (psycopg.Error, redis.RedisError, OSError)


@dataclass(slots=True)
class Answers:
    found: dict[str, Any] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)  # name -> why


class Sources:
    """Named questions. The threads are daemons: one that hangs for ever holds up no exit."""

    def __init__(
        self, questions: Mapping[str, Callable[[], Any]], patience_s: float = PATIENCE_S
    ) -> None:
        self._questions = questions
        self._patience_s = patience_s
        self._hanging: dict[str, tuple[threading.Thread, float]] = {}

    def ask(self) -> Answers:
        answers = Answers()
        asked: dict[str, threading.Thread] = {}
        began = time.monotonic()
        for name, question in self._questions.items():
            if why := self._still_hangs(name):
                answers.unread[name] = why
                continue
            asked[name] = threading.Thread(
                target=_answer, args=(name, question, answers), name=f"ask {name}", daemon=True
            )
            asked[name].start()
        for name, thread in asked.items():
            thread.join(max(0.0, began + self._patience_s - time.monotonic()))
            if thread.is_alive():
                self._hanging[name] = thread, began
        # A late answer may still come into `answers`: what is handed out is a copy.
        found, unread = dict(answers.found), dict(answers.unread)
        for name in asked.keys() - found.keys() - unread.keys():
            unread[name] = f"no answer within {self._patience_s:g} s"
        return Answers(found, unread)

    def _still_hangs(self, name: str) -> str:
        if name not in self._hanging:
            return ""
        thread, since = self._hanging[name]
        if thread.is_alive():
            return f"no answer for {time.monotonic() - since:.0f} s"
        del self._hanging[name]
        return ""


def _answer(name: str, question: Callable[[], Any], answers: Answers) -> None:
    try:
        answers.found[name] = question()
    except AWAY as fault:
        answers.unread[name] = _in_a_line(fault)
    except Exception as fault:
        logger.exception("%s could not be read.", name)
        answers.unread[name] = type(fault).__name__


def _in_a_line(fault: Exception) -> str:
    """What it says first, without passwords: neither driver prints any."""
    lines = str(fault).strip().splitlines()
    return f"{type(fault).__name__}: {lines[0]}"[:200] if lines else type(fault).__name__
