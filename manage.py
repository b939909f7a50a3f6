#!/usr/bin/env python
"""Django's command line for Liveshelf."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from config.environment import read_environment
from config.reach import missing_services


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        # The first command of every installation; the pool would wait and warn for ten seconds.
        if sys.argv[1:2] == ["migrate"]:
            refuse_without_services()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(f"liveshelf: {fault}")
    except OperationalError:
        refuse_without_services()
        raise  # they are there: the fault is the command's own
    except KeyboardInterrupt:
        sys.exit(130)  # what a shell says of a command that Ctrl-C ended


def refuse_without_services() -> None:
    for missing in missing_services(read_environment()):
        sys.exit(f"liveshelf: {missing}")


if __name__ == "__main__":
    main()
