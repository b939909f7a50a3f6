"""The demo business, without a history yet."""

from inventory.demo.barcodes import CASE, PIECE, ean13
from inventory.demo.goods import CATEGORIES, Article
from inventory.demo.places import LOCATIONS, VENDORS
from inventory.models import Barcode, Category, Location, Product, Unit, Vendor


def found(articles: list[Article]) -> None:
    """Make places, vendors, categories, products and barcodes; what is there already stays."""
    for code, name, kind in LOCATIONS:
        Location.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})
    for code, name, contact, days in VENDORS:
        Vendor.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "contact": contact,
                "email": f"orders@{code.lower()}.example",
                "lead_time_days": days,
            },
        )
    for code, name in CATEGORIES.items():
        Category.objects.get_or_create(code=code, defaults={"name": name})
    _products(articles)


def _products(articles: list[Article]) -> None:
    vendors = {vendor.code: vendor for vendor in Vendor.objects.all()}
    categories = {category.code: category for category in Category.objects.all()}
    known = set(
        Product.objects.filter(sku__in=[article.sku for article in articles]).values_list(
            "sku", flat=True
        )
    )
    new = [article for article in articles if article.sku not in known]
    products = Product.objects.bulk_create(
        Product(
            sku=article.sku,
            name=article.name,
            description=_description(article),
            category=categories[article.category],
            vendor=vendors[article.vendor],
            unit=article.unit,
            price=article.price,
            cost=article.cost,
            minimum=article.minimum,
        )
        for article in new
    )
    Barcode.objects.bulk_create(
        (
            barcode
            for number, (article, product) in enumerate(zip(new, products, strict=True), start=1001)
            for barcode in _barcodes(number, article, product)
        ),
        ignore_conflicts=True,
    )


def _barcodes(number: int, article: Article, product: Product) -> list[Barcode]:
    codes = []
    if article.unit == Unit.PIECE:
        codes.append(Barcode(code=ean13(PIECE, number), product=product))
    if article.pack > 1:
        codes.append(Barcode(code=ean13(CASE, number), product=product, pack_quantity=article.pack))
    return codes


def _description(article: Article) -> str:
    match article.unit:
        case Unit.GRAM:
            return f"By weight; comes in packs of {article.pack / 1000:g} kg."
        case Unit.MILLILITRE:
            return f"By volume; comes in packs of {article.pack / 1000:g} litres."
        case _:
            return f"Comes in cases of {article.pack}." if article.pack > 1 else ""
