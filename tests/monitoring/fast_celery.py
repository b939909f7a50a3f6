"""Worker and beat on the fast clock."""

from tests.monitoring import fast_clock  # isort: skip

import django

from config.celery import app

__all__ = ["app"]

# What is adjusted reads models, which Celery would set up only after this module.
django.setup()
fast_clock.adjust()
