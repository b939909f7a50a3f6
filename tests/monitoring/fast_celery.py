"""Worker and beat on the fast clock."""

from tests.monitoring import fast_clock  # isort: skip

from config.celery import app

__all__ = ["app"]

fast_clock.adjust()
