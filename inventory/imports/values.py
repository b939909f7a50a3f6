"""Numbers, dates and codes as people write them in files."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from django.utils import timezone as clock

from inventory.imports.faults import BadRow
from inventory.models import CODE_PATTERN

_CODE = re.compile(rf"{CODE_PATTERN}\Z")
_SIGNED = re.compile(r"([+-]?)\s*[£€$]?\s*([\d.,' \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+)\Z")
_PLAIN = re.compile(r"\d+(\.\d*)?\Z|\.\d+\Z")
_GROUPS = re.compile(r"[' \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*\Z")
_DATE = re.compile(
    r"(?:(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<t>[-/.])(?P<b>\d{1,2})(?P=t)(?P<year>\d{4}))"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"\s*(?P<z>Z|[+-]\d{2}:?\d{2})?)?\Z"
)
MOST = Decimal(10) ** 10
EARLIEST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read what can be read in two ways; docs/importing.md has the rules."""

    decimal_comma: bool = False
    month_first: bool = False

    def code(self, text: str, field: str) -> str:
        if not text:
            raise BadRow(f"no_{field}", f"The {field} is blank.")
        if not _CODE.match(text):
            raise BadRow(
                f"bad_{field}",
                f"The {field} {text!r} can't be one: letters, digits and . _ + - (at most 64), "
                "beginning with a letter or a digit.",
            )
        return text

    def whole(self, text: str, field: str) -> int:
        number = self.number(text, field)
        if number != number.to_integral_value():
            raise BadRow(f"bad_{field}", f"The {field} {text!r} is not a whole number.")
        return int(number)

    def money(self, text: str, field: str) -> Decimal | None:
        """None for a blank."""
        if not text:
            return None
        amount = self.number(text, field)
        if not 0 <= amount < MOST:
            raise BadRow(f"bad_{field}", f"The {field} {text!r} is not 0 or more, below {MOST:,}.")
        exact = amount.quantize(Decimal("0.0001"))
        if exact != amount:
            raise BadRow(f"bad_{field}", f"The {field} {text!r} has more than 4 decimals.")
        return exact

    def number(self, text: str, field: str) -> Decimal:
        if not text:
            raise BadRow(f"no_{field}", f"The {field} is blank.")
        if text.isascii() and text.isdigit() and len(text) < 20:
            return Decimal(text)
        signed = _SIGNED.match(text)
        digits = self._plain(_GROUPS.sub("", signed[2])) if signed else ""
        if not signed or not _PLAIN.match(digits) or len(digits) > 30:
            raise BadRow(f"bad_{field}", f"The {field} {text!r} is not a number.")
        return Decimal(signed[1] + digits)

    def _plain(self, digits: str) -> str:
        """With a point before the decimals and nothing between the thousands."""
        point = self._point(digits)
        whole, _, decimals = digits.rpartition(point) if point else (digits, "", "")
        between = {",": ".", ".": ","}.get(point, "," if "," in digits else ".")
        if between in whole:
            if not _THOUSANDS.match(whole):
                return "?"
            whole = whole.replace(between, "")
        return f"{whole}.{decimals}" if point else whole

    def _point(self, digits: str) -> str:
        """The decimal mark, if there is one."""
        marks = [mark for mark in ",." if mark in digits]
        if len(marks) == 2:
            return max(marks, key=digits.rfind)
        if not marks:
            return ""
        [mark] = marks
        apart = mark == ("." if self.decimal_comma else ",") or digits.count(mark) > 1
        return "" if apart and _THOUSANDS.match(digits) else mark

    def moment(self, text: str, field: str) -> datetime | None:
        """None for a blank; without a zone it is in the time zone of the settings."""
        if not text:
            return None
        found = _DATE.match(text)
        if not found:
            raise BadRow(
                f"bad_{field}",
                f"The {field} {text!r} is not a date: 2026-11-25 14:30 or 25/11/2026 14:30.",
            )
        moment = self._moment(found, text, field)
        if moment > clock.now():
            raise BadRow(f"bad_{field}", f"The {field} {text!r} is in the future.")
        if moment.year < EARLIEST_YEAR:
            raise BadRow(f"bad_{field}", f"The {field} {text!r} is before {EARLIEST_YEAR}.")
        return moment

    def _moment(self, found: re.Match[str], text: str, field: str) -> datetime:
        if found["y"]:
            year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
        else:
            year, first, second = int(found["year"]), int(found["a"]), int(found["b"])
            swapped = first <= 12 and (self.month_first or second > 12)
            day, month = (second, first) if swapped else (first, second)
        micro = int((found["f"] or "0").ljust(6, "0")[:6])
        try:
            naive = datetime(  # its zone follows
                year, month, day, int(found["H"] or 0), int(found["M"] or 0),
                int(found["S"] or 0), micro,
            )  # fmt: skip
            zone = _zone(found["z"])
            return naive.replace(tzinfo=zone) if zone else clock.make_aware(naive)
        except (ValueError, OverflowError) as fault:
            raise BadRow(f"bad_{field}", f"There is no {text!r} in the calendar.") from fault


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
