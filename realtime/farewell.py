"""Asking screens to come back, spread over a time that what they come back to can bear."""

import random
from collections.abc import Collection

from monitoring.measure import told_to_reload
from realtime.protocol import Close
from realtime.subscriber import Subscriber

# Reloads and reconnects of many screens are spread over this time at least,
SPREAD_MS = 2_000
# and so that no more than this come back in a second.
COMING_BACK_A_SECOND = 100


def spread_ms(screens: int) -> int:
    return max(SPREAD_MS, 1000 * screens // COMING_BACK_A_SECOND)


async def reset(screen: Subscriber, why: str, *, of: int = 1) -> None:
    """Load the page again; `of` so many that were told at once."""
    spread = spread_ms(of) if why == "epoch" else 0
    told_to_reload(why)
    await screen.tell("reset", why=why, after_ms=random.randint(0, spread))  # noqa: S311


async def bye(screens: Collection[Subscriber], code: Close) -> None:
    spread = spread_ms(len(screens))
    for screen in screens:
        await screen.tell("bye", code=code, after_ms=random.randint(0, spread))  # noqa: S311
        await screen.close(code)
