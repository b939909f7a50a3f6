"""Waiting for what another thread or another process does."""

import time
from collections.abc import Callable
from typing import TypeVar

EVERY_S = 0.01

Found = TypeVar("Found")


def until(happened: Callable[[], Found], what: str, within_s: float = 30) -> Found:
    """Ask until the answer is true, which is returned; `what` is what the failure misses."""
    deadline = time.monotonic() + within_s
    while not (found := happened()):
        assert time.monotonic() < deadline, f"it never came to this: {what}"
        time.sleep(EVERY_S)
    return found
