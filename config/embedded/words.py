"""What the tool says, on standard error: the command's own output stays clean."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SILENCE_S = 2.0


def say(line: str) -> None:
    sys.stderr.write(f"liveshelf: {line}\n")
    sys.stderr.flush()


@contextmanager
def patience(line: str) -> Iterator[None]:
    """Say what takes so long, if it does."""
    timer = threading.Timer(SILENCE_S, say, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
