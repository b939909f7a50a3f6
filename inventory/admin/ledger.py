from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.admin.house import ReadOnlyAdmin
from inventory.admin.stock import GoodsAdmin, LocationFilter
from inventory.models import FieldChange, Operation, StockMovement, sees_everything
from inventory.views.lists import key


@admin.register(StockMovement)
class StockMovementAdmin(GoodsAdmin):
    list_display = (
        "recorded_at", "kind", "product", "location", "delta", "quantity_after", "actor", "source",
    )  # fmt: skip
    list_select_related = ("product", "location", "actor")
    list_filter = ("kind", "source", LocationFilter)
    ordering = ("-id",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("kind", "product", "location", "delta", "quantity_after")}),
        ("Why", {"fields": ("reason", "reference", "unit_price", "reverses")}),
        ("Who and when", {"fields": ("actor", "source", "made_at", "recorded_at")}),
        ("Where it is kept", {"fields": ("operation", "level", "version_after")}),
    )


class OutcomeFilter(admin.SimpleListFilter):
    """At first what was not booked: what was booked stands in the movements, in order."""

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All, in no order")]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield first | {"display": "Refused and conflicts, latest first"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset if self.value() == "all" else queryset.exclude(outcome="applied")


@admin.register(Operation)
class OperationAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "kind", "outcome", "why", "actor", "source", "id")
    list_display_links = ("id",)
    list_select_related = ("actor",)
    list_filter = (OutcomeFilter, "kind", "source")
    search_fields = ("id",)
    search_help_text = "An operation's id, or the beginning of a person's user name."
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("id", "kind", "outcome", "why", "answer")}),
        ("Who and when", {"fields": ("actor", "source", "received_at")}),
    )
    readonly_fields = ("why",)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Only what was not booked has an index by time; the whole table is not sorted.
        return ("id",) if request.GET.get("outcome") == "all" else ("-received_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operation]:
        found: QuerySet[Operation] = super().get_queryset(request)
        # An answer holds figures of its location: others see only their own.
        return found if sees_everything(request.user) else found.filter(actor=request.user.pk)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(search_term.strip())), False
        except ValueError:
            return queryset.filter(actor__username__istartswith=search_term.strip()), False

    @admin.display(description="why not")
    def why(self, operation: Operation) -> str:
        error: dict[str, str] = operation.answer.get("error") or {}
        return error.get("message", "")


@admin.register(FieldChange)
class FieldChangeAdmin(ReadOnlyAdmin):
    """What was edited, by whom: written by the database, so by whatever means."""

    list_display = ("made_at", "record", "record_id", "field", "before", "after", "actor")
    list_select_related = ("actor",)
    list_filter = ("record",)
    search_fields = ("record_id",)
    search_help_text = "The record's number, as in the address of its page."
    ordering = ("-id",)
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        # All kinds are named so that the index, which begins with them, is of use.
        number = key(search_term.strip()) or 0
        return queryset.filter(record__in=FieldChange.Record.values, record_id=number), False
