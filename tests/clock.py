"""Time that passes when a test says so."""


class Clock:
    """Stands in for the module `time`: a machine on which nothing takes time by itself."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_800_000_000.0 + self.now

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1e-6)  # as a real nap, it is over at some time
