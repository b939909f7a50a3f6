"""What went wrong: errors that were logged, and whether the books agree."""

from monitoring import words
from monitoring.charts import Chart
from monitoring.panels.panel import Figure, Panel, Table
from monitoring.readings import DATABASE_IS_AWAY
from monitoring.snapshot import Error, Snapshot

MOST_SHOWN = 12
NOT_PROVED_YET = (
    "The books have not been proved yet. That happens every night at 3:30; "
    "manage.py check_ledger does it now."
)


def errors(seen: Snapshot) -> Panel:
    logged, failed = seen.errors.logged, seen.all
    return Panel(
        "errors",
        "Errors",
        figures=(
            Figure("Logged", words.count(logged.minute.count), "1 minute"),
            Figure("Logged", words.count(logged.quarter.count), "15 minutes"),
            Figure("Logged", words.count(logged.hour.count), "1 hour"),
            Figure("Failed requests", words.count(failed.hour.errors), "1 hour"),
        ),
        charts=(
            Chart(
                "failed",
                "Failed requests a second",
                [(point.at, point.errors_per_s) for point in seen.series.minutes],
                words.rate,
            ),
        ),
        tables=(
            Table(
                f"The newest, at most {MOST_SHOWN}",
                ("What was said", "When (UTC)", "Where", "Route", "Request"),
                [_error(one) for one in seen.errors.recent[:MOST_SHOWN]],
                "No error was logged.",
                is_text=True,
                is_open=True,
            ),
        ),
    )


def _error(one: Error) -> tuple[str, ...]:
    said = f"{one.exception}: {one.said}" if one.exception else one.said
    return (
        said,
        words.day_and_clock(one.at),
        one.where or one.logger,
        one.route or words.NOT_KNOWN,
        one.request_id or words.NOT_KNOWN,
    )


def ledger(seen: Snapshot) -> Panel:
    found = seen.ledger
    if found is None:
        return Panel("ledger", "Ledger", why=f"{DATABASE_IS_AWAY} ({seen.why('ledger')})")
    if found.ended_at is None:
        return Panel("ledger", "Ledger", notes=(NOT_PROVED_YET,))
    ago = words.duration(max(0.0, seen.made_at - found.ended_at))
    return Panel(
        "ledger",
        "Ledger",
        figures=(
            Figure(
                "Levels that disagree",
                words.count(found.drifting),
                "0 is right",
                "out" if found.drifting else "ok",
            ),
            Figure("Levels proved", words.count(found.levels), "quantity = sum of movements"),
            Figure("Proved", f"{ago} ago", f"{words.day_and_clock(found.ended_at)} UTC"),
            Figure("Took", words.duration(found.took_s)),
        ),
        notes=(f"The first that disagrees: {found.first_drift}",) if found.first_drift else (),
    )
