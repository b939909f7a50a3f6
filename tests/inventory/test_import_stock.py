"""`manage.py import_stock`."""

from pathlib import Path
from uuid import uuid4

import pytest

from inventory.models import (
    Location,
    OperationKind,
    Product,
    Source,
    StockLevel,
    StockMovement,
)
from inventory.operations import Ask, apply
from tests.inventory.files import DATA, Import, importer, needs_real_data


@pytest.fixture
def take(flour: Product, warehouse: Location, tmp_path: Path) -> Import:
    return importer("import_stock", tmp_path)


def on_hand() -> dict[str, int]:
    return dict(StockLevel.objects.values_list("location__code", "quantity"))


def test_stock_is_booked_as_a_count(take: Import) -> None:
    take("sku,location,quantity\nFLOUR,WH,12\n")
    movement = StockMovement.objects.get()
    assert (movement.kind, movement.delta, movement.source) == ("count", 12, "import")
    assert on_hand() == {"WH": 12}


def test_the_same_file_again_changes_nothing_though_stock_moved(take: Import) -> None:
    file = "sku,location,quantity\nFLOUR,WH,12\n"
    take(file)
    apply([Ask(uuid4(), OperationKind.SALE, "FLOUR", "WH", 5)], by=None, source=Source.API)
    said = take(file)
    assert (said.count("taken"), said.count("unchanged")) == (0, 1)
    assert on_hand() == {"WH": 7}


def test_another_file_counts_anew(take: Import) -> None:
    take("sku,location,quantity\nFLOUR,WH,12\n")
    apply([Ask(uuid4(), OperationKind.SALE, "FLOUR", "WH", 5)], by=None, source=Source.API)
    take("sku,location,quantity\nFLOUR,WH,12\n\n")
    assert on_hand() == {"WH": 12}


def test_bad_rows_are_refused_one_by_one(take: Import) -> None:
    said = take(
        "sku,location,quantity\n"
        "FLOUR,WH,-1\n"
        "FLOUR,WH,2.5\n"
        "FLOUR,NOWHERE,1\n"
        "SUGAR,WH,1\n"
        "flour,warehouse,3.00\n"
        "FLOUR,WH,4\n"
    )
    assert said.codes() == [
        (2, "bad_quantity"),
        (3, "bad_quantity"),
        (4, "unknown_location"),
        (5, "unknown_product"),
        (6, "sku_case_folded"),
        (7, "repeated"),
    ]
    assert on_hand() == {"WH": 3}


def test_locations_are_made_where_it_is_said_so(take: Import) -> None:
    said = take("sku,location,quantity\nFLOUR,Tool Crib,4\n", "--create-locations")
    assert on_hand() == {"TOOL-CRIB": 4}
    assert "new locations: TOOL-CRIB" in said.summary


def test_a_row_refused_before_is_tried_again(take: Import) -> None:
    file = "sku,location,quantity\nFLOUR,WH,4\n"
    Location.objects.update(active=False)
    assert take(file).codes() == [(2, "archived_location")]
    Location.objects.update(active=True)
    assert take(file).count("taken") == 1
    assert on_hand() == {"WH": 4}


def test_a_dry_run_keeps_nothing(take: Import) -> None:
    said = take("sku,location,quantity\nFLOUR,Cellar,4\n", "--dry-run", "--create-locations")
    assert said.count("taken") == 1
    assert on_hand() == {}
    assert not Location.objects.filter(code="CELLAR").exists()


@needs_real_data
def test_adventureworks_stock_is_taken_whole(take: Import, tmp_path: Path) -> None:
    folder = DATA / "adventureworks"
    importer("import_catalog", tmp_path)(folder / "Product.csv", "--column", "sku=ProductNumber")
    said = take(
        folder / "ProductInventory.csv", "--create-locations",
        "--column", "sku=ProductID", "--map", f"sku={folder}/Product.csv:ProductID:ProductNumber",
        "--column", "location=LocationID",
        "--map", f"location={folder}/Location.csv:LocationID:Name",
    )  # fmt: skip
    assert (said.count("taken"), said.count("refused")) == (1069, 0)
    assert StockLevel.objects.count() == 1069
