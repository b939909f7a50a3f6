"""The revision of a row, which decides in the browser what is newer."""

from inventory.models import Product, StockLevel, Vendor
from inventory.rows import ProductHead, StockRow, product_head, product_heads, stock_row, stock_rows


def row(level: StockLevel) -> StockRow:
    return stock_row(stock_rows(StockLevel.objects.filter(pk=level.pk)).get())


def head(product: Product) -> ProductHead:
    return product_head(product_heads(Product.objects.filter(pk=product.pk)).get())


def test_a_row_is_newer_after_its_product_went_to_a_vendor_that_changed_less(
    flour_level: StockLevel, flour: Product, mill: Vendor
) -> None:
    for number in range(5):
        Vendor.objects.filter(pk=mill.pk).update(contact=f"Number {number}")
    other = Vendor.objects.create(code="OTHER", name="Other mill")
    before, head_before = row(flour_level), head(flour)
    assert (before.vendor_version or 0) > other.version + 1, "the trap must be there"

    Product.objects.filter(pk=flour.pk).update(vendor=other)

    assert row(flour_level).rev > before.rev
    assert head(flour).rev > head_before.rev
