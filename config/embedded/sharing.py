"""One server, several runs of this checkout: the first in starts it, the last out stops it.

The kernel drops the lock of a run that is killed, so nothing has to be counted or cleaned up.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.embedded.place import make_folder
from config.embedded.server import Server
from config.embedded.words import patience


@contextmanager
def shared(server: Server, locks: Path) -> Iterator[Server]:
    """Hold the server open; `locks` is a folder of the checkout, the same for all runs."""
    make_folder(locks)
    name = server.name.lower()
    change, users = locks / f"{name}.change", locks / f"{name}.users"
    with users.open("a") as in_use:
        with _alone(change, f"waiting for another run that starts or stops {server.name} ..."):
            fcntl.flock(in_use, fcntl.LOCK_SH)
            server.start()
        try:
            yield server
        finally:
            with _alone(change, f"waiting for another run that starts or stops {server.name} ..."):
                if _nobody_else(in_use):
                    server.stop()


@contextmanager
def _alone(path: Path, why: str) -> Iterator[None]:
    with path.open("a") as lock:
        with patience(why):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _nobody_else(in_use: IO[str]) -> bool:
    # Turning a shared lock into an exclusive one gives the first up: the callers hold `change`.
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
