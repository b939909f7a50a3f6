"""The application with the settings that it is run with for people: DEBUG keeps every statement."""

import os

from tests.soak.production import SETTINGS

os.environ |= SETTINGS

from config.asgi import application  # it reads the settings

__all__ = ["application"]
