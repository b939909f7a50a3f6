"""How often a read was a hit, a miss or went past the cache: in this process, by cache and route.

Who wants to know of every read (another part of the house that adds processes up) appends to
`observers`; they are called in the thread that answers, so they have to be quick.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Literal

logger = logging.getLogger(__name__)

Outcome = Literal["hit", "miss", "bypass"]
"""Bypass: nobody asked the cache, because it could not be reached or believed."""

observers: list[Callable[[str, str, Outcome, float], None]] = []
"""Called with cache, route, outcome, and the seconds that Valkey took of it."""

_counts: dict[tuple[str, str, Outcome], int] = defaultdict(int)
_counting = threading.Lock()


def note(cache: str, route: str, outcome: Outcome, seconds: float) -> None:
    with _counting:
        _counts[cache, route, outcome] += 1
    for observer in observers:
        try:
            observer(cache, route, outcome, seconds)
        except Exception:
            # Watching must never break what is watched.
            logger.exception("An observer of the cache failed.")


def counted() -> dict[tuple[str, str, Outcome], int]:
    with _counting:
        return dict(_counts)
