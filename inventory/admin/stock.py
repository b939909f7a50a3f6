from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from inventory.admin.adjust import adjust_page
from inventory.admin.catalogue import matching
from inventory.admin.house import ReadOnlyAdmin
from inventory.models import (
    Location,
    LocationTotal,
    LocationTotalDelta,
    LocationTotalNow,
    Product,
    StockLevel,
    sees_everything,
)


class LocationFilter(admin.SimpleListFilter):
    """Only the places one may see, and one query for them."""

    title = "location"
    parameter_name = "location"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Location.objects.readable_by(request.user).values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value():
            places = Location.objects.readable_by(request.user).filter(code=self.value())
            return queryset.filter(location__in=places.values("pk"))
        return queryset


class LocatedAdmin(ReadOnlyAdmin):
    """Rows that stand in a location, for who may read it."""

    list_select_related: ClassVar[Any] = ("product", "location")
    list_filter: ClassVar[Any] = (LocationFilter,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found: QuerySet[Any] = super().get_queryset(request)
        if sees_everything(request.user):
            return found
        return found.filter(location__in=Location.objects.readable_by(request.user).values("pk"))


class GoodsAdmin(LocatedAdmin):
    search_fields = ("product__sku",)
    search_help_text = "Words of the product's name, a SKU, or a barcode."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if search_term:
            products = Product.objects.filter(matching(search_term))
            queryset = queryset.filter(product__in=products.values("pk"))
        return queryset, False


@admin.register(StockLevel)
class StockLevelAdmin(GoodsAdmin):
    list_display = ("product", "location", "quantity", "reserved", "status", "last_counted_at")
    list_filter = ("status", LocationFilter)
    # Follows an index, at any size of the table.
    ordering = ("product_id", "location_id")
    sortable_by = ()
    actions = ("adjust",)
    fieldsets = (
        (None, {"fields": ("product", "location", "status")}),
        ("In the product's base unit", {"fields": ("quantity", "reserved", "minimum", "maximum")}),
        ("History", {"fields": ("last_counted_at", "version")}),
    )

    @admin.action(description="Adjust or count the selected stock…", permissions=["view"])
    def adjust(self, request: HttpRequest, queryset: QuerySet[StockLevel]) -> HttpResponse | None:
        return adjust_page(self, request, queryset)


class TotalsAdmin(LocatedAdmin):
    list_select_related = ("location",)
    list_display: Any = ("location", "lines", "pieces", "value", "low", "out")
    sortable_by = ()


@admin.register(LocationTotalNow)
class LocationTotalNowAdmin(TotalsAdmin):
    pass


@admin.register(LocationTotal)
class LocationTotalAdmin(TotalsAdmin):
    pass


@admin.register(LocationTotalDelta)
class LocationTotalDeltaAdmin(TotalsAdmin):
    list_display = ("id", *TotalsAdmin.list_display)
    ordering = ("-id",)
