"""How numbers and dates in files are read; docs/importing.md says the same in words."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory.imports.faults import BadRow
from inventory.imports.names import code_of
from inventory.imports.values import Reading


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", "5"),
        (".00", "0"),
        ("-3", "-3"),
        ("+3", "3"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1\N{NO-BREAK SPACE}234,50", "1234.50"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("2,5", "2.5"),
        ("0,125", "0.125"),
        ("12,3456", "12.3456"),
        ("£2.55", "2.55"),
        ("-€ 2.55", "-2.55"),
        ("3.", "3"),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, number: str) -> None:
    assert Reading().number(text, "price") == Decimal(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1.234", "1234"), ("1,234", "1.234"), ("2.5", "2.5"), ("1.234,5", "1234.5")],
)
def test_with_a_decimal_comma_a_lone_point_stands_between_thousands(text: str, number: str) -> None:
    assert Reading(decimal_comma=True).number(text, "price") == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1e5",
        "NaN",
        "Infinity",
        "--2",
        "1,2,3",
        "1.2.3",
        "1,23,456",
        "1,23,456.00",
        ".",
        ",",
        "5 pcs",
        "٣x",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadRow, match="not a number"):
        Reading().number(text, "price")


def test_a_quantity_is_whole() -> None:
    assert Reading().whole("3.00", "quantity") == 3
    with pytest.raises(BadRow, match="whole number"):
        Reading().whole("2.5", "quantity")


def test_money_has_four_decimals_at_most() -> None:
    assert Reading().money("50.2635", "price") == Decimal("50.2635")
    with pytest.raises(BadRow, match="more than 4"):
        Reading().money("50.26351", "price")


def test_money_is_not_negative() -> None:
    with pytest.raises(BadRow, match="0 or more"):
        Reading().money("-11062.06", "price")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2010-12-01 08:26:00", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("2010-12-01T08:26:00Z", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("2010-12-01T08:26+02:00", datetime(2010, 12, 1, 6, 26, tzinfo=UTC)),
        ("2014-02-08 10:01:36.827000000", datetime(2014, 2, 8, 10, 1, 36, 827000, tzinfo=UTC)),
        ("2010-12-01", datetime(2010, 12, 1, tzinfo=UTC)),
        ("3/4/2011", datetime(2011, 4, 3, tzinfo=UTC)),
        ("03.04.2011 9:05", datetime(2011, 4, 3, 9, 5, tzinfo=UTC)),
        ("12/31/2010", datetime(2010, 12, 31, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_people_write_it(text: str, moment: datetime) -> None:
    assert Reading().moment(text, "made_at") == moment


def test_the_month_comes_first_where_it_is_said_so() -> None:
    read = Reading(month_first=True).moment("3/4/2011", "made_at")
    assert read == datetime(2011, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("yesterday", "not a date"),
        ("1/2/11", "not a date"),
        ("2010-12/01", "not a date"),
        ("2011-02-30", "calendar"),
        ("2011-02-03 25:00", "calendar"),
        ("2011-02-03 10:00+99:00", "calendar"),
        ("2999-01-01", "future"),
        ("0001-01-01 00:00+14:00", "calendar|before"),
    ],
)
def test_what_is_no_date_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadRow, match=why):
        Reading().moment(text, "made_at")


def test_a_code_is_made_of_a_name() -> None:
    assert code_of("Café & Bar, Gent ") == "CAFE-BAR-GENT"
    assert code_of("???") == "UNNAMED"
