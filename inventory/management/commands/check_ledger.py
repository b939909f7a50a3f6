from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory.ledger_check import check_ledger


class Command(BaseCommand):
    help = "Prove, over the whole database, that stock is what the ledger says; fails on drift."

    def handle(self, *_: Any, **__: Any) -> None:
        report = check_ledger()
        for drift in report.drifts:
            self.stdout.write(str(drift))
        if report.drifting > len(report.drifts):
            self.stdout.write(f"... and {report.drifting - len(report.drifts):,} more")
        if report.drifting:
            many = "s" if report.drifting > 1 else ""
            raise CommandError(f"The books disagree in {report.drifting:,} place{many}.")
        self.stdout.write(
            f"{report.levels:,} stock levels agree with the {report.lines:,} lines of their "
            f"ledger, and those with {report.operations:,} operations."
        )
