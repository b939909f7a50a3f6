import re
from typing import Any

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from inventory.admin.barcodes import BarcodeInline
from inventory.admin.edits import EditedAdmin
from inventory.admin.house import HouseAdmin
from inventory.admin.resources import (
    CategoryResource,
    FileAdmin,
    ProductResource,
    VendorResource,
)
from inventory.cached.outdate import outdate_on_commit
from inventory.models import Barcode, Category, Product, StockLevel, Vendor


def matching(term: str) -> Q:
    """Products by the beginnings of their words, by the beginning of the SKU or by a barcode."""
    words = re.findall(r"\w+", term)
    found = Q(sku__istartswith=term.strip()) | Q(
        pk__in=Barcode.objects.filter(code=term.strip()).values("product")
    )
    if words:
        text = " & ".join(f"{word}:*" for word in words)
        found |= Q(search=SearchQuery(text, config="simple", search_type="raw"))
    return found


@admin.register(Product)
class ProductAdmin(FileAdmin, EditedAdmin):
    resource_classes = [ProductResource]
    list_display = ("sku", "name", "vendor", "category", "unit", "price", "minimum", "active")
    list_display_links = ("sku", "name")
    list_select_related = ("vendor", "category")
    list_filter = ("active", "unit")
    search_fields = ("sku", "name")
    search_help_text = "Words of the name or the description, a SKU, or a barcode."
    autocomplete_fields = ("vendor", "category")
    inlines = (BarcodeInline,)
    actions = ("archive", "bring_back")
    fieldsets = (
        (None, {"fields": ("sku", "name", "description", "active")}),
        ("Where it belongs", {"fields": ("vendor", "category")}),
        ("How it is counted and sold", {"fields": ("unit", "minimum", "price", "cost")}),
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (queryset.filter(matching(search_term)) if search_term else queryset), False

    def has_delete_permission(self, request: HttpRequest, obj: Product | None = None) -> bool:
        # What has stock or a history of it is archived: the database would refuse.
        return super().has_delete_permission(request, obj) and (
            obj is None or not StockLevel.objects.filter(product=obj).exists()
        )

    @admin.action(description="Archive the selected products", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set(request, queryset, "Archived", active=False)

    @admin.action(description="Bring the selected products back", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        self._set(request, queryset, "Brought back", active=True)

    def _set(
        self, request: HttpRequest, queryset: QuerySet[Product], said: str, *, active: bool
    ) -> None:
        # `update()` sends no signal.
        products = list(queryset.values_list("pk", flat=True))
        number = Product.objects.filter(pk__in=products).update(active=active)
        outdate_on_commit(products=products)
        self.message_user(request, f"{said}: {number}.")


class SupplierAdmin(FileAdmin, EditedAdmin):
    """A record that products name: it goes only when none does."""

    named_by: str

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or not Product.objects.filter(**{self.named_by: obj}).exists()
        )


@admin.register(Vendor)
class VendorAdmin(SupplierAdmin):
    named_by = "vendor"
    resource_classes = [VendorResource]
    list_display = ("code", "name", "contact", "email", "lead_time_days", "supplies")
    list_display_links = ("code", "name")
    search_fields = ("code", "name", "contact", "email")
    fieldsets = (
        (None, {"fields": ("code", "name")}),
        ("To order", {"fields": ("contact", "email", "lead_time_days")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vendor]:
        products = Product.objects.filter(vendor=OuterRef("pk"), active=True)
        found: QuerySet[Vendor] = super().get_queryset(request)
        return found.annotate(supplies=Exists(products))

    @admin.display(boolean=True, description="supplies something")
    def supplies(self, vendor: Any) -> bool:
        return bool(vendor.supplies)


@admin.register(Category)
class CategoryAdmin(SupplierAdmin):
    named_by = "category"
    resource_classes = [CategoryResource]
    list_display = ("code", "name")
    list_display_links = ("code", "name")
    search_fields = ("code", "name")


@admin.register(Barcode)
class BarcodeAdmin(HouseAdmin):
    list_display = ("code", "product", "pack_quantity")
    list_select_related = ("product",)
    search_fields = ("code__startswith", "product__sku__istartswith", "product__name")
    autocomplete_fields = ("product",)
