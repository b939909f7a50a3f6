"""What every page of the admin keeps to: it counts no table, and shows what one may see."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.http import HttpRequest

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    Pages = Paginator[Any]
else:
    ModelAdmin, TabularInline, Pages = admin.ModelAdmin, admin.TabularInline, Paginator

# Nobody leafs through more: they search. Counting up to here costs the same at any size.
MOST_COUNTED = 5_000


class BoundedPaginator(Pages):
    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())


class HouseAdmin(ModelAdmin):
    show_full_result_count = False
    paginator = BoundedPaginator
    # Facets count the whole list once for each choice of each filter.
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 200


class ReadOnlyAdmin(HouseAdmin):
    """To look at: what is written elsewhere, by operations or by the database itself."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
