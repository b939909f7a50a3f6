"""How far a long command has come, on standard error."""

import sys
import time
from typing import TextIO

# Nothing shorter than this needs words; on a terminal one line is written over and over.
SILENCE_S = 2.0
TERMINAL_EVERY_S, LOG_EVERY_S = 0.2, 10.0


class Progress:
    def __init__(self, what: str, total: int | None = None, stream: TextIO | None = None) -> None:
        self._what = what
        self._total = total
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._started = time.monotonic()
        self._next = self._started + SILENCE_S
        self._shown = False

    def at(self, done: int) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (TERMINAL_EVERY_S if self._terminal else LOG_EVERY_S)
        of = f" of {self._total:,}" if self._total else ""
        rate = done / (now - self._started)
        line = f"{self._what}: {done:,}{of}, {rate:,.0f} a second"
        self._stream.write(f"\r\x1b[K{line}" if self._terminal else f"{line}\n")
        self._stream.flush()
        self._shown = True

    def close(self) -> None:
        if self._shown and self._terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
