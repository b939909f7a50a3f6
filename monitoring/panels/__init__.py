"""The panels of the page, in the order in which they stand there."""

from collections.abc import Callable

from monitoring.panels.cache import cache
from monitoring.panels.database import database
from monitoring.panels.faults import errors, ledger
from monitoring.panels.latency import latency
from monitoring.panels.live import live
from monitoring.panels.panel import Panel
from monitoring.panels.services import celery, redis
from monitoring.panels.system import system
from monitoring.snapshot import Snapshot

__all__ = ["PANELS", "Panel"]

PANELS: tuple[Callable[[Snapshot], Panel], ...] = (
    latency,
    live,
    cache,
    database,
    redis,
    celery,
    system,
    ledger,
    errors,
)
