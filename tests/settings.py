"""The program's settings, with what development leaves open: key, hosts, plain static files."""

import os

os.environ.setdefault("DEBUG", "1")

from config.settings import *  # noqa: F403

# For the hundreds of people that tests make.
PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
