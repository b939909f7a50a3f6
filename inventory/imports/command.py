"""What the three import commands have in common: their arguments and their ending."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from inventory.imports.faults import Unreadable
from inventory.imports.reader import Layout, Source, read_map
from inventory.imports.report import Report
from inventory.imports.values import Reading

# What a shell says of a command that Ctrl-C ended.
INTERRUPTED = 130
STOPPED = "Stopped. What was booked so far stays: run the same command again for the rest."


class ImportCommand(BaseCommand):
    fields: ClassVar[tuple[str, ...]]
    required: ClassVar[tuple[str, ...]]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzip")
        for option, form, words in (
            ("--column", "FIELD=HEADER", "the column that holds a field"),
            ("--value", "FIELD=CONSTANT", "the same value for every row"),
            ("--map", "FIELD=FILE:KEY:VALUE", "translate a field by two columns of another file"),
        ):
            parser.add_argument(option, action="append", default=[], metavar=form, help=words)
        parser.add_argument("--delimiter", default=",", help="a sign, or tab")
        parser.add_argument("--encoding", default="utf-8-sig", help="utf-8, cp1252, latin-1 ...")
        parser.add_argument("--decimal-comma", action="store_true", help="read 1.234 as 1234")
        parser.add_argument("--month-first", action="store_true", help="read 3/4/2026 as March 4")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--report", type=Path, metavar="FILE", help="refused rows, as CSV")

    def handle(self, *, file: Path, dry_run: bool, report: Path | None, **options: Any) -> None:
        try:
            source, layout = self._source(file, options), self._layout(options)
            reading = Reading(options["decimal_comma"], options["month_first"])
            if report and report.resolve() == file.resolve():
                raise Unreadable(f"--report {report}: that is the file to import")
            with Report(self._name(file), report) as told:
                if dry_run:
                    with transaction.atomic():
                        self.take(source, layout, reading, told, options)
                        transaction.set_rollback(True)
                else:
                    self.take(source, layout, reading, told, options)
        except Unreadable as fault:
            raise CommandError(str(fault)) from fault
        except KeyboardInterrupt as fault:
            raise CommandError(STOPPED, returncode=INTERRUPTED) from fault
        if dry_run:
            self.stdout.write("DRY RUN, nothing was kept:")
        for line in told.summary():
            self.stdout.write(line)

    def take(
        self, source: Source, layout: Layout, reading: Reading, report: Report, options: Any
    ) -> None:
        """Read the rows and put them in."""
        raise NotImplementedError

    def _name(self, file: Path) -> str:
        return f"{type(self).__module__.rpartition('.')[2]} {file.name}"

    def _source(self, file: Path, options: dict[str, Any]) -> Source:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(options["delimiter"], options["delimiter"])
        if len(delimiter) != 1 or delimiter in '\r\n"':
            raise Unreadable(f"--delimiter {delimiter!r}: one sign is the form, or tab")
        encoding = options["encoding"]
        try:
            "".encode(encoding)
        except LookupError as fault:
            raise Unreadable(f"--encoding {encoding!r}: there is no such encoding") from fault
        if encoding.lower().replace("_", "-") in {"utf-8", "utf8"}:
            encoding = "utf-8-sig"  # the same, less a byte order mark
        return Source(file, delimiter, encoding)

    def _layout(self, options: dict[str, Any]) -> Layout:
        columns = self._pairs("--column", options["column"])
        constants = self._pairs("--value", options["value"])
        for name in columns.keys() & constants.keys():
            raise Unreadable(f"{name} has a --column and a --value: one of them is enough")
        maps: dict[str, list[dict[str, str]]] = {}
        for given in options["map"]:
            name, rest = self._pair("--map", given)
            parts = rest.rsplit(":", 2)
            if len(parts) != 3:
                raise Unreadable(f"--map {given}: FIELD=FILE:KEY:VALUE is the form")
            if name not in columns:
                raise Unreadable(f"--map {given}: say which --column {name} is in")
            maps.setdefault(name, []).append(read_map(Source(Path(parts[0])), parts[1], parts[2]))
        return Layout(self.fields, self.required, columns, constants, maps)

    def _pairs(self, option: str, given: list[str]) -> dict[str, str]:
        pairs = [self._pair(option, each) for each in given]
        for name, times in Counter(name for name, _ in pairs).items():
            if times > 1:
                raise Unreadable(f"{option} {name}=... stands {times} times: once is enough")
        return dict(pairs)

    def _pair(self, option: str, given: str) -> tuple[str, str]:
        name, sign, value = given.partition("=")
        if not sign or name not in self.fields:
            raise Unreadable(
                f"{option} {given}: FIELD=... is the form, and the fields are "
                f"{', '.join(self.fields)}"
            )
        return name, value.strip()
