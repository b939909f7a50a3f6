"""Counts, latencies and ratios: what the parts of a snapshot are made of. Its units hold here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one window. Without a single observation all but the counts is None."""

    count: int
    errors: int  # of HTTP: answers from 500 on and unhandled exceptions
    avg_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    longest_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Windows:
    minute: Spread
    quarter: Spread  # 15 minutes
    hour: Spread


@dataclass(frozen=True, slots=True)
class Point:
    """One step of a chart. None: nothing was measured in it, which is not 0."""

    at: float  # where the step begins
    requests_per_s: float | None
    errors_per_s: float | None
    p95_ms: float | None
    commit_to_send_p95_ms: float | None
    frames_per_s: float | None
    hit_ratio: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """Oldest first; the step that is still going on is left out."""

    five_seconds: tuple[Point, ...]  # two minutes
    minutes: tuple[Point, ...]  # an hour


@dataclass(frozen=True, slots=True)
class Hits:
    """Of the last 15 minutes. `ratio` is that of all reads, None without a single one."""

    hits: int
    misses: int
    ratio: float | None
    bypassed: int = 0  # reads that could not ask the cache, or not believe it

    @property
    def reads(self) -> int:
        return self.hits + self.misses + self.bypassed
