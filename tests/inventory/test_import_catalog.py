"""`manage.py import_catalog`."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError

from inventory.models import Barcode, Category, Product, StockLevel, Vendor
from tests.inventory.files import DATA, Import, importer, needs_real_data


@pytest.fixture
def take(db: None, tmp_path: Path) -> Import:
    return importer("import_catalog", tmp_path)


FULL = (
    "sku,name,description,category,vendor,barcode,unit,price,cost,minimum\n"
    "A-1, Rye bread ,Dark,Bread,Old Mill,2000000010014,piece,3.40,.95,6\n"
)


def test_every_field_is_taken_and_trimmed(take: Import) -> None:
    take(FULL)
    product = Product.objects.get()
    assert (product.sku, product.name, product.description) == ("A-1", "Rye bread", "Dark")
    assert (product.price, product.cost, product.minimum) == (Decimal("3.40"), Decimal("0.95"), 6)
    assert product.vendor == Vendor.objects.get(code="OLD-MILL", name="Old Mill")
    assert product.category == Category.objects.get(code="BREAD", name="Bread")
    assert Barcode.objects.get().product == product


def test_the_same_file_again_changes_nothing(take: Import) -> None:
    take(FULL)
    before = list(Product.objects.values_list("sku", "version"))
    said = take(FULL)
    assert (said.count("taken"), said.count("unchanged")) == (0, 1)
    assert list(Product.objects.values_list("sku", "version")) == before


def test_only_what_differs_is_written(take: Import) -> None:
    take("sku,name,price\nA,Roll,1\nB,Loaf,2\n")
    said = take("sku,name,price\nA,Roll,1.50\nB,Loaf,2\n")
    assert (said.count("taken"), said.count("unchanged")) == (1, 1)
    assert dict(Product.objects.values_list("sku", "version")) == {"A": 2, "B": 1}


def test_a_blank_says_nothing(take: Import) -> None:
    take("sku,name,price\nA,Roll,1\n")
    take("sku,name,price\nA,,\n")
    assert Product.objects.get().name == "Roll"


def test_skus_that_differ_by_case_are_one_product_and_it_is_said(take: Import) -> None:
    said = take("sku,name\n85123A,Holder\n85123a,Hanging holder\n")
    assert Product.objects.get().sku == "85123A"
    assert said.codes() == [(3, "sku_case_folded")]
    assert "85123a as 85123A" in said.summary
    assert said.count("refused") == 0


def test_the_last_name_that_is_not_blank_counts(take: Import) -> None:
    take("sku,name\nA,First\nA,Second\nA,\n")
    assert Product.objects.get().name == "Second"


def test_the_first_name_counts_where_it_is_said_so(take: Import) -> None:
    take("sku,name\nA,\nA,First\nA,damaged\n", "--repeated", "first")
    assert Product.objects.get().name == "First"


def test_bad_rows_are_refused_one_by_one_and_good_ones_taken(take: Import) -> None:
    said = take(
        "sku,name,price,unit,minimum\n"
        ",No sku,1,piece,0\n"
        "A B,Space,1,piece,0\n"
        "C,Price,-1,piece,0\n"
        "D,Unit,1,crate,0\n"
        "E,Minimum,1,piece,-4\n"
        "F,Short\n"
        f"G,{'x' * 201},1,piece,0\n"
        "OK,Good,1,g,0\n"
    )
    assert said.codes() == [
        (2, "no_sku"),
        (3, "bad_sku"),
        (4, "bad_price"),
        (5, "bad_unit"),
        (6, "bad_minimum"),
        (7, "wrong_cells"),
        (8, "bad_name"),
    ]
    assert Product.objects.get().sku == "OK"
    assert said.refused[1]["row"] == "A B,Space,1,piece,0"


def test_a_line_number_is_where_the_row_begins(take: Import) -> None:
    said = take('sku,name\n"A","two\nlines"\n,Nothing\n')
    assert said.codes() == [(4, "no_sku")]


def test_a_barcode_of_another_product_is_refused(take: Import) -> None:
    take("sku,barcode\nA,2000000010014\n")
    said = take("sku,barcode\nB,2000000010014\n")
    assert said.codes() == [(2, "barcode_taken")]
    assert not Product.objects.filter(sku="B").exists()


def test_a_unit_in_use_stays(take: Import, flour_level: StockLevel) -> None:
    said = take("sku,unit\nFLOUR,gram\n")
    assert said.codes() == [(2, "unit_in_use")]


def test_bytes_of_another_encoding_are_refused_in_their_row(take: Import) -> None:
    said = take(b"sku,name\nA,Caf\xe9\nB,Tea\n")
    assert said.codes() == [(2, "bad_text")]
    assert Product.objects.get().sku == "B"


def test_a_quote_that_never_ends_is_refused_and_not_taken_for_a_name(take: Import) -> None:
    said = take('sku,name\nA,Roll\nB,"open\nC,Loaf\n')
    assert said.codes() == [(3, "unreadable_line")]
    assert Product.objects.get().sku == "A"


def test_a_field_without_end_is_refused_and_the_next_row_read(take: Import) -> None:
    said = take(f"sku,name\nA,{'x' * 200_000}\nB,Loaf\n")
    assert said.codes() == [(2, "unreadable_line")]
    assert Product.objects.get().sku == "B"


def test_blank_lines_are_no_rows(take: Import) -> None:
    said = take("sku,name\n\n  , \nA,Roll\n")
    assert (said.count("taken"), said.count("refused")) == (1, 0)


def test_the_encoding_can_be_said(take: Import) -> None:
    take(b"sku,name\nA,Caf\xe9\n", "--encoding", "cp1252")
    assert Product.objects.get().name == "Café"


def test_a_byte_order_mark_and_other_delimiters_are_read(take: Import) -> None:
    take(b"\xef\xbb\xbfsku;name\nA;Roll\n", "--delimiter", ";", "--encoding", "utf-8")
    assert Product.objects.get().name == "Roll"


def test_gzip_is_read(take: Import) -> None:
    take(gzip.compress(b"sku,name\nA,Roll\n"))
    assert Product.objects.get().name == "Roll"


def test_columns_are_named_and_constants_given(take: Import) -> None:
    take("Code,What\nA,Roll\n", "--column", "sku=code", "--column", "name=What",
         "--value", "vendor=Mill")  # fmt: skip
    assert Product.objects.get().vendor == Vendor.objects.get(code="MILL")


def test_ids_are_translated_by_other_files(take: Import, tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text("id,vendor\n7,70\n")
    (tmp_path / "vendors.csv").write_text("id,name\n70,Old Mill\n")
    take("id,sku\n7,A\n8,B\n", "--column", "vendor=id",
         "--map", f"vendor={tmp_path}/links.csv:id:vendor",
         "--map", f"vendor={tmp_path}/vendors.csv:id:name")  # fmt: skip
    assert Product.objects.get(sku="A").vendor == Vendor.objects.get(name="Old Mill")
    assert Product.objects.get(sku="B").vendor is None


def test_a_dry_run_keeps_nothing_and_says_the_same(take: Import) -> None:
    said = take(FULL, "--dry-run")
    assert said.summary.startswith("DRY RUN")
    assert said.count("taken") == 1
    assert not Product.objects.exists()
    assert not Vendor.objects.exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--column", "sku=nothing"], "no column 'nothing'"),
        (["--column", "colour=name"], "the fields are"),
        (["--value", "vendor"], "FIELD=... is the form"),
        (["--delimiter", "ab"], "one sign"),
        (["--encoding", "klingon"], "no such encoding"),
        (["--map", "vendor=x.csv:a:b"], "say which --column"),
        (["--column", "vendor=name", "--map", "vendor=x.csv"], "is the form"),
        (["--column", "vendor=name", "--map", "vendor=x.csv:a:b"], "x.csv: No such file"),
        (["--column", "name=name", "--value", "name=x"], "one of them is enough"),
        (["--report", "/nowhere/at/all.csv"], "No such file"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    take: Import, options: list[str], why: str
) -> None:
    with pytest.raises(CommandError, match=why) as fault:
        take("sku,name\nA,Roll\n", *options)
    assert "\n" not in str(fault.value)
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (Path("/nowhere.csv"), "No such file"),
        (Path("/"), "Is a directory"),
        ("", "empty"),
        ("name\nRoll\n", "what sku is"),
        (gzip.compress(b"sku\nA\n" * 9)[:-12], "damaged"),
        ("sku\nA\n".encode("utf-16"), "say --encoding"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    take: Import, file: str | bytes | Path, why: str
) -> None:
    with pytest.raises(CommandError, match=why) as fault:
        take(file)
    assert "\n" not in str(fault.value)


@needs_real_data
def test_adventureworks_is_taken_whole(take: Import) -> None:
    folder = DATA / "adventureworks"
    said = take(
        folder / "Product.csv", "--column", "sku=ProductNumber", "--column", "price=ListPrice",
        "--column", "cost=StandardCost", "--column", "minimum=ReorderPoint",
        "--column", "category=ProductSubcategoryID",
        "--map", f"category={folder}/ProductSubcategory.csv:ProductSubcategoryID:Name",
        "--column", "vendor=ProductID",
        "--map", f"vendor={folder}/ProductVendor.csv:ProductID:BusinessEntityID",
        "--map", f"vendor={folder}/Vendor.csv:BusinessEntityID:Name",
    )  # fmt: skip
    assert (said.count("taken"), said.count("refused")) == (504, 0)
    assert Product.objects.filter(category=None).count() == 209
