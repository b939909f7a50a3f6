from typing import Any
from uuid import UUID, uuid4

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from inventory import operations
from inventory.admin.house import ReadOnlyAdmin
from inventory.admin.stock import GoodsAdmin, LocationFilter
from inventory.models import (
    FieldChange,
    Location,
    Operation,
    OperationKind,
    Outcome,
    Source,
    StockLevel,
    StockMovement,
    sees_everything,
)
from inventory.operations import Ask
from inventory.operations.faults import Busy
from inventory.views.lists import key

MOST_UNDONE = 100


@admin.register(StockMovement)
class StockMovementAdmin(GoodsAdmin):
    list_display = (
        "recorded_at", "kind", "product", "location", "delta", "quantity_after", "actor", "source",
        "put_right",
    )  # fmt: skip
    list_select_related = ("product", "location", "actor", "reversed_by__actor")
    actions = ("undo",)
    list_filter = ("kind", "source", LocationFilter)
    ordering = ("-id",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("kind", "product", "location", "delta", "quantity_after")}),
        ("Why", {"fields": ("reason", "reference", "unit_price", "reverses")}),
        ("Who and when", {"fields": ("actor", "source", "made_at", "recorded_at")}),
        ("Where it is kept", {"fields": ("operation", "level", "version_after")}),
        ("If it was wrong", {"fields": ("put_right",)}),
    )
    readonly_fields = ("put_right",)

    @admin.display(description="put right")
    def put_right(self, movement: Any) -> str:
        page = reverse("movement", args=[movement.pk])
        undone = getattr(movement, "reversed_by", None)
        if undone is None:
            return format_html('<a href="{}">Put right …</a>', page)
        return format_html('<a href="{}">Undone by {}</a>', page, undone.actor or "the program")

    @admin.action(description="Undo the selected movements", permissions=["view"])
    def undo(self, request: HttpRequest, queryset: QuerySet[StockMovement]) -> None:
        """Each with all that was booked with it, by operations as everybody does."""
        lines = list(queryset.order_by("-id")[: MOST_UNDONE + 1])
        if len(lines) > MOST_UNDONE:
            words = f"At most {MOST_UNDONE} movements at a time."
            self.message_user(request, words, messages.ERROR)
            return
        if not lines:
            # Chosen were only movements that the person does not see, or that are not there.
            self.message_user(request, "Choose what is to be undone.", messages.ERROR)
            return
        asks = [Ask(uuid4(), OperationKind.REVERSAL, reverses=line.pk) for line in lines]
        user = request.user
        assert isinstance(user, User)  # noqa: S101  # the admin lets nobody else in
        try:
            answers = operations.apply(asks, by=user, source=Source.ADMIN)
        except Busy as fault:
            self.message_user(request, str(fault), messages.ERROR)
            return
        done = sum(answer.status == Outcome.APPLIED for answer in answers)
        if done:
            self.message_user(request, f"Undone: {done}.", messages.SUCCESS)
        for line, answer in zip(lines, answers, strict=True):
            if answer.error:
                words = f"{line.product.name}, {line}: {answer.error.message}"
                self.message_user(request, words, messages.ERROR)


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

    def get_queryset(self, request: HttpRequest) -> QuerySet[FieldChange]:
        found: QuerySet[FieldChange] = super().get_queryset(request)
        if sees_everything(request.user):
            return found
        places = Location.objects.readable_by(request.user).values("pk")
        levels = StockLevel.objects.visible_to(request.user).values("pk")
        record = FieldChange.Record
        return found.exclude(Q(record=record.LOCATION) & ~Q(record_id__in=places)).exclude(
            Q(record=record.LEVEL) & ~Q(record_id__in=levels)
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term:
            return queryset, False
        # All kinds are named so that the index, which begins with them, is of use.
        number = key(search_term.strip()) or 0
        return queryset.filter(record__in=FieldChange.Record.values, record_id=number), False
