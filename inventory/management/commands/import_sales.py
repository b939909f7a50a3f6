from argparse import ArgumentParser
from typing import Any

from inventory.imports.command import ImportCommand
from inventory.imports.opening import book_opening
from inventory.imports.reader import Layout, Source
from inventory.imports.report import Report
from inventory.imports.sales import SalesImport
from inventory.imports.values import Reading


class Command(ImportCommand):
    help = "Take sales and returns from a CSV file; docs/importing.md has examples."
    fields = ("sku", "location", "quantity", "unit_price", "made_at", "reference")
    required = ("sku", "location", "quantity")

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--opening",
            action="store_true",
            help="first book the opening stock that the history needs (reads the file twice)",
        )
        parser.add_argument(
            "--create-locations", action="store_true", help="make the locations that are missing"
        )

    def take(
        self, source: Source, layout: Layout, reading: Reading, report: Report, options: Any
    ) -> None:
        run = SalesImport(reading, report, create_locations=options["create_locations"])
        if options["opening"]:
            rows = report.watched(source.rows(layout), "rows looked at for the opening stock")
            book_opening(run.reader(silent=True), rows, report)
        run.take(report.watched(source.rows(layout), "rows"))
