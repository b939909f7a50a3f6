"""`manage.py import_sales`."""

import gzip
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Location, OperationKind, Product, Source, StockLevel, StockMovement
from inventory.operations import Ask, apply
from tests.inventory.files import DATA, Import, importer, needs_real_data

HEADER = "sku,location,quantity,unit_price,made_at,reference\n"
ONE = f"{HEADER}FLOUR,SHOP,3,2.55,2010-12-01 08:26:00,536365\n"


@pytest.fixture
def take(flour: Product, shop: Location, tmp_path: Path) -> Import:
    return importer("import_sales", tmp_path)


@pytest.fixture
def ten(flour: Product, shop: Location) -> None:
    apply([Ask(uuid4(), OperationKind.RECEIVE, "FLOUR", "SHOP", 10)], by=None, source=Source.API)


def on_hand() -> int:
    return StockLevel.objects.get().quantity


def test_a_sale_is_booked_as_it_was_made(take: Import, ten: None) -> None:
    take(ONE)
    sale = StockMovement.objects.get(kind="sale")
    assert (sale.delta, sale.quantity_after, sale.unit_price) == (-3, 7, Decimal("2.55"))
    assert (sale.reference, sale.source) == ("536365", "import")
    assert sale.made_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)


def test_the_same_file_again_changes_nothing(take: Import, ten: None) -> None:
    take(ONE)
    said = take(ONE)
    assert (said.count("taken"), said.count("unchanged")) == (0, 1)
    assert on_hand() == 7


def test_exact_repeats_in_a_file_are_sales_of_their_own(take: Import, ten: None) -> None:
    twice = ONE + ONE.splitlines(keepends=True)[1]
    assert take(twice).count("taken") == 2
    assert take(twice).count("unchanged") == 2
    assert on_hand() == 4


def test_a_file_that_grew_books_what_is_new(take: Import, ten: None) -> None:
    take(ONE)
    said = take(f"{ONE}FLOUR,SHOP,1,2.55,2010-12-02 09:00,536399\n")
    assert (said.count("taken"), said.count("unchanged")) == (1, 1)
    assert on_hand() == 6


def test_a_negative_quantity_is_a_return(take: Import, ten: None) -> None:
    take(f"{HEADER}FLOUR,SHOP,-2,2.55,2010-12-01,C536379\n")
    assert StockMovement.objects.get(kind="return").delta == 2


def test_bad_rows_are_refused_one_by_one(take: Import, ten: None) -> None:
    said = take(
        f"{HEADER}"
        "FLOUR,SHOP,0,1,2010-12-01,a\n"
        "FLOUR,SHOP,1,-11062.06,2010-12-01,a\n"
        "FLOUR,SHOP,1,1,2999-12-01,a\n"
        "FLOUR,SHOP,1,1,soon,a\n"
        "NOTHING,SHOP,1,1,2010-12-01,a\n"
        "FLOUR,NOWHERE,1,1,2010-12-01,a\n"
        f"FLOUR,SHOP,1,1,2010-12-01,{'x' * 101}\n"
        "FLOUR,SHOP,99,1,2010-12-01,a\n"
        "FLOUR,SHOP,1,,,\n"
    )
    # What the stock does not cover is known last, when the batch is booked.
    assert said.codes() == [
        (2, "bad_quantity"),
        (3, "bad_unit_price"),
        (4, "bad_made_at"),
        (5, "bad_made_at"),
        (6, "unknown_product"),
        (7, "unknown_location"),
        (8, "text_too_long"),
        (9, "insufficient"),
    ]
    assert said.count("taken") == 1
    assert on_hand() == 9


def test_with_opening_the_deepest_point_is_received_first(take: Import) -> None:
    rows = "".join(
        f"FLOUR,SHOP,{quantity},1,2010-12-0{day},r\n"
        for day, quantity in enumerate((4, 3, -5, 2), start=1)
    )
    said = take(HEADER + rows, "--opening")
    opening = StockMovement.objects.get(kind="receive")
    assert (opening.delta, opening.reference) == (7, "Opening stock")
    assert said.count("taken") == 4
    assert on_hand() == 3


def test_opening_reckons_with_what_is_on_hand(take: Import, ten: None) -> None:
    take(f"{HEADER}FLOUR,SHOP,12,1,2010-12-01,r\n", "--opening")
    assert StockMovement.objects.get(reference="Opening stock").delta == 2
    assert on_hand() == 0


def test_opening_again_changes_nothing(take: Import) -> None:
    take(ONE, "--opening")
    take(ONE, "--opening")
    assert StockMovement.objects.count() == 2
    assert on_hand() == 0


def test_sales_refused_before_go_in_with_opening(take: Import) -> None:
    assert take(ONE).codes() == [(2, "insufficient")]
    assert take(ONE, "--opening").count("taken") == 1
    assert take(ONE, "--opening").count("unchanged") == 1


def test_a_dry_run_keeps_nothing(take: Import) -> None:
    said = take(ONE, "--opening", "--dry-run")
    assert said.count("taken") == 1
    assert not StockMovement.objects.exists()
    assert take(ONE, "--opening").count("taken") == 1


def test_ctrl_c_is_one_line_and_keeps_what_was_booked(
    take: Import, ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("inventory.imports.sales.book", interrupted)
    with pytest.raises(CommandError, match="run the same command again") as fault:
        take(ONE)
    assert fault.value.returncode == 130


@needs_real_data
def test_the_first_5000_lines_of_online_retail(db: None, tmp_path: Path) -> None:
    file = tmp_path / "first.csv"
    with gzip.open(DATA / "online_retail" / "online_retail.csv.gz", "rt", newline="") as all_:
        file.write_text("".join(islice(all_, 5001)))
    importer("import_catalog", tmp_path)(
        file, "--column", "sku=StockCode", "--column", "name=Description", "--repeated", "first"
    )

    def take() -> tuple[int, int, int]:
        said = importer("import_sales", tmp_path)(
            file, "--opening", "--create-locations", "--value", "location=ONLINE",
            "--column", "sku=StockCode", "--column", "quantity=Quantity",
            "--column", "unit_price=UnitPrice", "--column", "made_at=InvoiceDate",
            "--column", "reference=InvoiceNo",
        )  # fmt: skip
        return said.count("taken"), said.count("unchanged"), said.count("refused")

    with file.open() as lines:
        spaced = sum("BANK CHARGES" in line for line in lines)
    assert take() == (5000 - spaced, 0, spaced)
    assert take() == (0, 5000 - spaced, spaced)
    call_command("check_ledger", stdout=StringIO())
