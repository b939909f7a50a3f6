from argparse import ArgumentParser
from typing import Any

from inventory.imports.command import ImportCommand
from inventory.imports.reader import Layout, Source
from inventory.imports.report import Report
from inventory.imports.stock import StockImport, file_name
from inventory.imports.values import Reading


class Command(ImportCommand):
    help = "Take stock on hand from a CSV file, as counts; docs/importing.md has examples."
    fields = ("sku", "location", "quantity")
    required = fields

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--create-locations", action="store_true", help="make the locations that are missing"
        )

    def take(
        self, source: Source, layout: Layout, reading: Reading, report: Report, options: Any
    ) -> None:
        rows = report.watched(source.rows(layout), "rows")
        create = options["create_locations"]
        StockImport(reading, report, file_name(source), create_locations=create).take(rows)
