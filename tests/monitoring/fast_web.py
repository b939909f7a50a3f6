"""The application on the fast clock, with a page that nobody can see without waiting for it."""

from tests.monitoring import fast_clock  # isort: skip

from config.asgi import application
from realtime import vitals

__all__ = ["application"]

fast_clock.adjust()
vitals.EVERY_S = 1.0
