#!/usr/bin/env python
"""Django's command line for Liveshelf."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(f"liveshelf: {fault}")
    except KeyboardInterrupt:
        sys.exit(130)  # what a shell says of a command that Ctrl-C ended


if __name__ == "__main__":
    main()
