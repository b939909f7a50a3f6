from monitoring import words
from monitoring.charts import Chart
from monitoring.panels.panel import GAUGES, Figure, Panel, Table, gauged
from monitoring.readings import lately, lost_lines
from monitoring.snapshot import Snapshot

QUARTER = "15 minutes"


def live(seen: Snapshot) -> Panel:
    found = seen.live
    sent, lag = lately(found.commit_to_send), lately(found.hub_lag)
    share = lost_lines(seen)
    return Panel(
        "live",
        "Live",
        figures=(
            Figure("Browsers", words.count(found.browsers), "now"),
            Figure("Topics", words.count(found.topics), "now, added over the processes"),
            Figure("Frames", words.rate(found.frames_per_s), f"{words.size(found.bytes_per_s)}/s"),
            gauged("Commit to screen", "commit-to-send", sent.p95_ms, "p95", words.latency),
            gauged("Hubs late", "hub-lag", lag.p95_ms, "p95", words.latency),
            Figure("Resumed", words.count(found.resumes), f"of {found.hellos:,} hellos"),
            Figure("Told to reload", words.count(found.resets), QUARTER),
            Figure("Refused", words.count(found.refused), "topics, 15 minutes"),
            Figure("Dropped", words.count(found.dropped), "too slow, 15 minutes"),
            gauged(
                "Lines lost",
                "lost-lines",
                None if isinstance(share, str) else share,
                f"{found.lost:,} in a minute",
            ),
            Figure("Turned away", words.count(found.turned_away), "too many, 15 minutes"),
        ),
        charts=(
            Chart(
                "commit-to-screen",
                "Commit to screen, p95",
                [(point.at, point.commit_to_send_p95_ms) for point in seen.series.minutes],
                words.milliseconds,
                good=GAUGES["commit-to-send"].curve[0][0],
            ),
            Chart(
                "frames",
                "Frames a second",
                [(point.at, point.frames_per_s) for point in seen.series.minutes],
                words.rate,
            ),
        ),
        tables=(
            Table(
                "How connections ended, 15 minutes",
                ("Code", "Times"),
                [(one.code, words.count(one.count)) for one in found.closed],
                "None has ended.",
            ),
        ),
    )
