"""Who looks for changes that told nobody, so that cached answers may be given.

This part of the house does not know how that is done: whoever does it sets `looker`. Without one
nothing is ever given from the cache.
"""

from collections.abc import Callable

looker: Callable[[float], bool] | None = None
"""Asks for a look, and waits for one that begins after now for so many seconds at most (0: not at
all); whether there was one."""

# A look takes a few milliseconds; who waited this long does better to read for themselves.
PATIENCE_S = 0.15


def ask_for_a_look() -> None:
    if looker is not None:
        looker(0)


def wait_for_a_look() -> bool:
    return looker is not None and looker(PATIENCE_S)
