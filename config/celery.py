"""The Celery application: `celery -A config worker` and `beat`."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# By the schemes of its addresses: as a setting it would stand in every line of the log instead.
TRANSPORT_ALIASES.update(dict.fromkeys(("redis", "rediss"), "config.broker:Transport"))

app = Celery("liveshelf")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect(dispatch_uid="config.logging")
def log_as_everybody(**_: Any) -> None:
    """Celery would write lines of its own form: whoever hears this signal sets logging up."""
    from django.conf import settings

    dictConfig(settings.LOGGING)
