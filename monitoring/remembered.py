"""The state that one snapshot hands on to the next, in whichever process that one is made.

Kept in Valkey for all, and here for the time in which Valkey is away.
"""

import json
import threading
from dataclasses import asdict

import redis

from monitoring.health import FORGET_AFTER_S, Assessment, State, settle
from monitoring.shelf import PREFIX, Shelf

KEY = PREFIX + "state"

_shelf = Shelf()
_lock = threading.Lock()
_here: State | None = None


def settled(assessment: Assessment, at: float) -> State:
    """The state after this assessment. A snapshot that another process has settled stays so."""
    global _here
    with _lock:
        there = _recall()
        known = [state for state in (_here, there) if state is not None]
        latest = max(known, key=lambda state: state.at, default=None)
        if latest is not None and latest.at >= at:
            _here = latest
        else:
            _here = settle(latest, assessment, at)
            _remember(_here)
        return _here


def forget() -> None:
    """For tests: what comes next comes first."""
    global _here
    with _lock:
        _here = None
        _shelf.redis.delete(KEY)


def _recall() -> State | None:
    try:
        text = _shelf.redis.get(KEY)
    except redis.RedisError:
        return None  # the one that is kept here goes on
    return State(**json.loads(text)) if text else None


def _remember(state: State) -> None:
    try:
        _shelf.redis.set(KEY, json.dumps(asdict(state)), ex=int(FORGET_AFTER_S))
    except redis.RedisError:
        return  # the page says itself that Valkey is away
