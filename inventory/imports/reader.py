"""Rows of a CSV file, gzip or not, one at a time."""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from inventory.imports.faults import BadRow, Unreadable

GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field is found. columns: field to header; constants: field to value; maps: the
    other files that translate a field's value, in order."""

    fields: tuple[str, ...]
    required: tuple[str, ...]
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    maps: dict[str, list[dict[str, str]]] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """line is where it begins in the file; values are trimmed, only those the file says."""

    line: int
    cells: list[str]
    values: dict[str, str]
    fault: BadRow | None = None


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    delimiter: str = ","
    encoding: str = "utf-8-sig"

    @contextmanager
    def opened(self) -> Iterator[IO[str]]:
        """Raises Unreadable. Bytes that are not of the encoding become lone surrogates."""
        try:
            with self.path.open("rb") as plain:
                packed = plain.read(2) == GZIP
                plain.seek(0)
                raw: IO[bytes] = gzip.GzipFile(fileobj=plain) if packed else plain  # type: ignore[assignment]
                with io.TextIOWrapper(
                    raw, encoding=self.encoding, errors="surrogateescape", newline=""
                ) as text:
                    yield text
        except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
            raise Unreadable(f"{self.path}: the gzip file is damaged: {fault}") from fault
        except UnicodeError as fault:
            raise Unreadable(f"{self.path}: not {self.encoding}: say --encoding") from fault
        except OSError as fault:
            raise Unreadable(f"{self.path}: {fault.strerror or fault}") from fault

    def digest(self) -> str:
        """SHA-256 of the file as it lies there. Raises Unreadable."""
        digest = hashlib.sha256()
        try:
            with self.path.open("rb") as file:
                while part := file.read(1 << 20):
                    digest.update(part)
        except OSError as fault:
            raise Unreadable(f"{self.path}: {fault.strerror or fault}") from fault
        return digest.hexdigest()

    def rows(self, layout: Layout) -> Iterator[Row]:
        with self.opened() as text:
            lines = csv.reader(text, delimiter=self.delimiter, strict=True)
            header = _next(lines, self.path)
            if header is None:
                raise Unreadable(f"{self.path}: the file is empty; a line of headers was expected")
            if any(map(_unfit, header)):
                raise Unreadable(
                    f"{self.path}: the headers can't be read as {self.encoding}: say --encoding"
                )
            places = _places(self.path, [name.strip() for name in header], layout)
            while True:
                line = lines.line_num + 1
                try:
                    cells = next(lines)
                except StopIteration:
                    return
                except csv.Error as fault:
                    yield Row(line, [], {}, BadRow("unreadable_line", f"Not CSV: {fault}."))
                    continue
                if any(map(str.strip, cells)):
                    yield _row(line, cells, len(header), places, layout)


def _next(lines: Iterator[list[str]], path: Path) -> list[str] | None:
    try:
        return next(lines, None)
    except csv.Error as fault:
        raise Unreadable(f"{path}: not CSV: {fault}") from fault


def _places(path: Path, header: list[str], layout: Layout) -> dict[str, int]:
    """Field to the number of its column; a header is found whatever its case."""
    known: dict[str, int] = {}
    for number, name in enumerate(header):
        known.setdefault(name.casefold(), number)
    places = {}
    for name in layout.fields:
        wanted = layout.columns.get(name)
        place = known.get((wanted if wanted is not None else name).strip().casefold())
        if wanted is not None and place is None:
            raise Unreadable(
                f"{path}: no column {wanted!r} for {name}; the headers are {', '.join(header)}"
            )
        if place is not None and name not in layout.constants:
            places[name] = place
    for name in layout.required:
        if name not in places and name not in layout.constants:
            raise Unreadable(
                f"{path}: nothing says what {name} is: add --column {name}=HEADER or "
                f"--value {name}=CONSTANT; the headers are {', '.join(header)}"
            )
    return places


def _row(line: int, cells: list[str], width: int, places: dict[str, int], layout: Layout) -> Row:
    row = Row(line, cells, dict(layout.constants))
    if len(cells) < width or any(cells[width:]):
        row.fault = BadRow("wrong_cells", f"{len(cells)} cells, the header has {width}.")
        return row
    for name, place in places.items():
        row.values[name] = cells[place].strip()
    for name, chain in layout.maps.items():
        for known in chain:
            row.values[name] = known.get(row.values[name], "")
    for name, value in row.values.items():
        if not value.isprintable() and _unfit(value):
            row.fault = BadRow(
                "bad_text", f"The {name} holds characters that can't be read: say --encoding."
            )
    return row


def _unfit(value: str) -> bool:
    return any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)


def read_map(source: Source, key: str, value: str) -> dict[str, str]:
    """A small file as a dictionary; the first of several entries for a key counts."""
    layout = Layout(("key", "value"), ("key", "value"), {"key": key, "value": value})
    known: dict[str, str] = {}
    for row in source.rows(layout):
        if row.fault is None:
            known.setdefault(row.values["key"], row.values["value"])
    return known
