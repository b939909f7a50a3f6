"""For how long something has not succeeded, from when it was begun and not from its first error:
what takes long to fail keeps everybody waiting all that time."""

import time


class Trouble:
    def __init__(self) -> None:
        self._since: float | None = None

    def may_begin(self) -> None:
        """Something is tried that may fail; what was tried before and did not succeed counts."""
        if self._since is None:
            self._since = time.monotonic()

    def is_over(self) -> None:
        self._since = None

    @property
    def lasts_s(self) -> float:
        return 0.0 if self._since is None else time.monotonic() - self._since
