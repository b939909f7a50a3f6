"""Products, vendors and barcodes, for whoever may read any location."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from inventory.api.document import answers
from inventory.api.inventory import InventoryOut, Wanted
from inventory.api.pages import (
    LONGEST_CODE,
    Paged,
    Search,
    Watch,
    answer,
    answer_again,
    beyond,
    by_id,
    code,
    cut,
    knows_catalogue,
    only_known,
    unknown,
)
from inventory.cached import basis
from inventory.cached.caches import LIST, PRODUCT, VENDOR
from inventory.cached.visit import Visit
from inventory.models import Barcode, Product, Unit, Vendor
from inventory.rows import ProductHead, VendorHead, product_head, product_heads, vendor_heads
from inventory.search import found_products

router = Router(tags=["catalogue"])

# A barcode says where its product stands; a business has fewer places than this.
MOST_PLACES = 500


class ProductsAsked(Paged):
    vendor: str = Field("", description="A vendor's code.")
    category: str = Field("", description="A category's code.")
    q: Search = Field("", description="Beginnings of words, or a whole barcode.")
    active: bool | None = Field(None, description="false: only what is archived.")


class ProductDetailOut(Schema):
    sku: str
    name: str
    description: str
    unit: Unit
    price: str
    cost: str
    minimum: int
    active: bool
    vendor: str | None
    category: str | None
    barcodes: list[str]
    version: int


class ProductsOut(Schema):
    items: list[ProductDetailOut]
    next: str | None = Field(description="Cursor of the next page.")


class VendorOut(Schema):
    code: str
    name: str
    contact: str
    email: str
    lead_time_days: int | None
    version: int


class VendorsOut(Schema):
    items: list[VendorOut]
    next: str | None = Field(description="Cursor of the next page.")


class BarcodeOut(Schema):
    code: str
    pack_quantity: int = Field(description="Base units that one scan stands for.")
    product: ProductDetailOut
    stock: InventoryOut = Field(description="Where it stands, of what you may see.")


@router.get("/products", summary="What is sold and kept", response=answers(ProductsOut, 404))
def get_products(request: HttpRequest, asked: Query[ProductsAsked]) -> HttpResponse:
    """Archived products too. In the order in which they were made."""
    only_known(request, ProductsAsked)
    beyond(asked.cursor)

    def body() -> dict[str, Any]:
        page, following = by_id(product_heads(_products(request, asked)), asked)
        if not page and not asked.cursor:
            _must_exist(request, asked)
        return {"items": [_product(product_head(fields)) for fields in page], "next": following}

    question = ("products", *asked.model_dump().items())
    return answer_again(Visit(request), LIST, question, basis.catalogue, body)


@router.get("/products/{sku}", summary="One product", response=answers(ProductDetailOut, 404))
def get_product(request: HttpRequest, sku: Path[str]) -> HttpResponse:
    """Whatever the case of the SKU."""
    only_known(request)

    def body() -> dict[str, Any]:
        found = Product.objects.filter(knows_catalogue(request.user), sku__iexact=code(sku))
        fields = product_heads(found.order_by()).first()
        if fields is None:
            raise unknown("product", sku)
        return _product(product_head(fields))

    visit = Visit(request, product=sku)
    return answer_again(visit, PRODUCT, ("product", code(sku).upper()), basis.product_row, body)


@router.get("/vendors", summary="Who supplies", response=answers(VendorsOut))
def get_vendors(request: HttpRequest, asked: Query[Paged]) -> HttpResponse:
    only_known(request, Paged)
    beyond(asked.cursor)

    def body() -> dict[str, Any]:
        found = Vendor.objects.filter(knows_catalogue(request.user))
        page, following = by_id(vendor_heads(found), asked)
        return {"items": [_vendor(VendorHead(**fields)) for fields in page], "next": following}

    question = ("vendors", asked.cursor, asked.limit)
    return answer_again(Visit(request), LIST, question, basis.names, body)


@router.get("/vendors/{vendor}", summary="One vendor", response=answers(VendorOut, 404))
def get_vendor(request: HttpRequest, vendor: Path[str]) -> HttpResponse:
    only_known(request)

    def body() -> dict[str, Any]:
        found = Vendor.objects.filter(knows_catalogue(request.user), code=code(vendor))
        fields = vendor_heads(found.order_by()).first()
        if fields is None:
            raise unknown("vendor", vendor)
        return _vendor(VendorHead(**fields))

    question = ("vendor", code(vendor))
    return answer_again(Visit(request), VENDOR, question, basis.names, body)


@router.get(
    "/barcodes/{path:barcode}", summary="What a scan means", response=answers(BarcodeOut, 404)
)
def get_barcode(request: HttpRequest, barcode: Path[str]) -> HttpResponse:
    """The product, how much of it one scan is, and where it stands, for you."""
    watch = Watch()
    only_known(request)
    fits = len(barcode) <= LONGEST_CODE and "\0" not in barcode
    found = Barcode.objects.filter(code=barcode) if fits else Barcode.objects.none()
    products = Product.objects.filter(
        knows_catalogue(request.user), pk__in=found.values("product")
    ).annotate(scanned=found.values("pack_quantity")[:1])
    fields = product_heads(products.order_by()).annotate(pack=F("scanned")).first()
    if fields is None:
        raise unknown("barcode", barcode)
    pack = fields.pop("pack")
    head = product_head(fields)
    wanted = Wanted(request.user, product=head.sku)
    body = {
        "code": barcode,
        "pack_quantity": pack,
        "product": _product(head),
        "stock": wanted.as_json(*cut(wanted.page(None, MOST_PLACES + 1), MOST_PLACES)),
    }
    watch.has_read()
    return answer(request, body, watch)


def _products(request: HttpRequest, asked: ProductsAsked) -> QuerySet[Product]:
    products = Product.objects.filter(knows_catalogue(request.user))
    if asked.vendor:
        products = products.filter(vendor__code=code(asked.vendor))
    if asked.category:
        products = products.filter(category__code=code(asked.category))
    if asked.active is not None:
        products = products.filter(active=asked.active)
    if asked.q.strip():
        products = products.filter(pk__in=found_products(asked.q.strip()))
    return products


def _must_exist(request: HttpRequest, asked: ProductsAsked) -> None:
    Wanted(request.user, vendor=asked.vendor, category=asked.category).must_exist()


def _product(head: ProductHead) -> dict[str, Any]:
    return {name: getattr(head, name) for name in ProductDetailOut.model_fields}


def _vendor(head: VendorHead) -> dict[str, Any]:
    return {name: getattr(head, name) for name in VendorOut.model_fields}
