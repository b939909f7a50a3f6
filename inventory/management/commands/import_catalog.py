from argparse import ArgumentParser
from typing import Any

from inventory.imports.catalogue import CatalogueImport
from inventory.imports.command import ImportCommand
from inventory.imports.reader import Layout, Source
from inventory.imports.report import Report
from inventory.imports.values import Reading


class Command(ImportCommand):
    help = "Take products from a CSV file; docs/importing.md has examples."
    fields = (
        "sku", "name", "description", "category", "vendor", "barcode", "unit", "price", "cost",
        "minimum",
    )  # fmt: skip
    required = ("sku",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--repeated",
            choices=("last", "first"),
            default="last",
            help="which of several rows with the same SKU has the word, field by field",
        )

    def take(
        self, source: Source, layout: Layout, reading: Reading, report: Report, options: Any
    ) -> None:
        run = CatalogueImport(reading, report, first_counts=options["repeated"] == "first")
        run.take(report.watched(source.rows(layout), "rows"))
