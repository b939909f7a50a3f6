"""The real application, but for what the collector reads: that is the snapshot of a name that a
file holds. So that each state of the page can be looked at for as long as a test needs it."""

import os
import time
from pathlib import Path

from config.asgi import application
from monitoring import board
from monitoring.snapshot import Snapshot
from realtime import vitals
from tests.monitoring import snapshots

__all__ = ["application"]

STAGES = {
    "healthy": snapshots.healthy,
    "degraded": snapshots.degraded,
    "down": snapshots.without_database,
    "without valkey": snapshots.without_valkey,
    "just started": snapshots.just_started,
}


def read_staged() -> Snapshot:
    snapshots.NOW = time.time()
    return STAGES[Path(os.environ["STAGE"]).read_text()]()


vars(board)["read_snapshot"] = read_staged
board.FRESH_S = 0.4
vitals.EVERY_S = 0.5
