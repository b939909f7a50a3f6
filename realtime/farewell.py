"""Asking screens to come back, spread over a time that what they come back to can bear."""

import random
from collections.abc import Collection

from monitoring.measure import told_to_reload
from realtime.protocol import Close
from realtime.subscriber import Subscriber

# Reloads and reconnects of many screens are spread over this time at least,
SPREAD_MS = 2_000
# and so that no more than this come back in a second. A page costs its process several
# times what a hello does, 15 ms of a core, and the hello comes after it.
COMING_BACK_A_SECOND = 100
LOADING_A_SECOND = 30
# Who comes back sooner finds the server that just ends.
RESTARTED_MS = 1_000


def spread_ms(screens: int, a_second: int) -> int:
    return max(SPREAD_MS, 1000 * screens // a_second)


async def reset(screen: Subscriber, why: str, *, of: int = 1) -> None:
    """Load the page again; `of` so many that were told at once."""
    spread = spread_ms(of, LOADING_A_SECOND) if why == "epoch" else 0
    told_to_reload(why)
    await screen.tell("reset", why=why, after_ms=random.randint(0, spread))  # noqa: S311


async def bye(screens: Collection[Subscriber], code: Close) -> None:
    soonest = RESTARTED_MS if code is Close.RESTART else 0
    spread = max(spread_ms(len(screens), COMING_BACK_A_SECOND), soonest)
    for screen in screens:
        await screen.tell("bye", code=code, after_ms=random.randint(soonest, spread))  # noqa: S311
        await screen.close(code)
