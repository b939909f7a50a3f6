"""A figure as people read it: its unit beside it, no more digits than mean something."""

from datetime import UTC, datetime

NOT_KNOWN = "–"


def milliseconds(value: float | None) -> str:
    """0.5 ms, 480 ms, 1.2 s."""
    if value is None:
        return NOT_KNOWN
    if value >= 999.5:
        return duration(value / 1000)
    return f"{value:.1f} ms" if value < 9.95 else f"{value:.0f} ms"


def latency(value: float | None) -> str:
    """A percentile of milliseconds in three digits, so that rounding takes nothing from what the
    buckets know: 0.312 ms, 4.07 ms, 48.1 ms, 481 ms, 1.24 s."""
    if value is None:
        return NOT_KNOWN
    if value >= 99_950:
        return duration(value / 1000)
    return f"{_three_digits(value / 1000)} s" if value >= 999.5 else f"{_three_digits(value)} ms"


def _three_digits(value: float) -> str:
    if value < 0.9995:
        return f"{value:.3f}"
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


def duration(seconds: float | None) -> str:
    """1.2 s, 3 min, 2 h, 5 days."""
    if seconds is None:
        return NOT_KNOWN
    if seconds < 120:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86_400:.0f} days"


def share(value: float | None) -> str:
    """A part of one, in percent: 0.12 %, 3.4 %, 97.5 %, 100 %."""
    if value is None:
        return NOT_KNOWN
    percent = value * 100
    if percent in (0, 100):
        return f"{percent:.0f} %"
    # Nearly all is not all.
    return f"{percent:.2f} %" if percent < 0.995 else f"{min(percent, 99.9):.1f} %"


def count(value: float | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,.0f}"


def rate(value: float | None) -> str:
    """So many a second."""
    if value is None:
        return NOT_KNOWN
    if value == 0:
        return "0/s"
    if value < 0.095:
        return "< 0.1/s"
    return f"{value:.1f}/s" if value < 9.95 else f"{value:,.0f}/s"


def size(value: float | None) -> str:
    """Bytes; 1024 of each are one of the next."""
    if value is None:
        return NOT_KNOWN
    for unit in ("B", "kB", "MB", "GB"):
        if value < 999.5 or unit == "GB":
            break
        value /= 1024
    return f"{value:.1f} {unit}" if value < 9.95 and unit != "B" else f"{value:,.0f} {unit}"


def clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M}"


def precise_clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"


def day_and_clock(at: float | None) -> str:
    return NOT_KNOWN if at is None else f"{datetime.fromtimestamp(at, UTC):%-d %b %H:%M}"
