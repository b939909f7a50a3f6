from monitoring import words
from monitoring.charts import Chart
from monitoring.panels.panel import GAUGES, Figure, Panel, gauged
from monitoring.readings import lately
from monitoring.snapshot import Snapshot


def latency(seen: Snapshot) -> Panel:
    spread = lately(seen.all)
    over = "last minute" if spread is seen.all.minute else "last 15 minutes"
    failed = spread.errors / spread.count if spread.count else None
    minutes = seen.series.minutes
    rates = [point.requests_per_s for point in seen.series.five_seconds[-12:]]
    known = [rate for rate in rates if rate is not None]
    return Panel(
        "latency",
        "Latency",
        figures=(
            Figure(
                "Requests", words.rate(sum(known) / len(known) if known else None), "last minute"
            ),
            gauged("Failed", "errors", failed, over),
            gauged("p50", "latency", spread.p50_ms, over, words.latency),
            gauged("p95", "latency", spread.p95_ms, over, words.latency),
            gauged("p99", "latency", spread.p99_ms, over, words.latency),
        ),
        charts=(
            Chart(
                "latency-p95",
                "p95 of requests",
                [(point.at, point.p95_ms) for point in minutes],
                words.milliseconds,
                good=GAUGES["latency"].curve[0][0],
            ),
            Chart(
                "requests",
                "Requests a second",
                [(point.at, point.requests_per_s) for point in minutes],
                words.rate,
            ),
        ),
    )
