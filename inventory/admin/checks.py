"""That the books agree: when it was last proved, and the button that proves it now."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from inventory.admin.house import ReadOnlyAdmin
from inventory.models import LedgerCheck, sees_everything
from inventory.tasks import prove_ledger


@admin.register(LedgerCheck)
class LedgerCheckAdmin(ReadOnlyAdmin):
    change_list_template = "admin/inventory/ledgercheck/change_list.html"
    list_display = ("started_at", "agrees", "drifting", "levels", "lines", "operations", "seconds")
    list_select_related = ("asked_by",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("agrees", "drifting", "found")}),
        ("What was looked at", {"fields": ("levels", "lines", "operations")}),
        ("When and for whom", {"fields": ("started_at", "seconds", "asked_by")}),
    )
    readonly_fields = ("agrees", "found", "seconds")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # It names what disagrees and counts all there is, wherever that stands.
        return super().has_view_permission(request, obj) and sees_everything(request.user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[LedgerCheck]:
        found: QuerySet[LedgerCheck] = super().get_queryset(request)
        return found if sees_everything(request.user) else found.none()

    def get_urls(self) -> list[URLPattern]:
        ask = self.admin_site.admin_view(require_POST(self.ask))
        return [path("check/", ask, name="inventory_ledgercheck_check"), *super().get_urls()]

    def ask(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            prove_ledger.apply_async((request.user.pk,), retry=False)
        except OperationalError:
            words = "Valkey can't be reached, so no worker can be asked. On the server, "
            self.message_user(request, words + "manage.py check_ledger does it.", messages.ERROR)
        else:
            words = "The check has been asked for; it stands here as soon as it is done."
            self.message_user(request, words, messages.SUCCESS)
        return redirect("admin:inventory_ledgercheck_changelist")

    @admin.display(boolean=True, description="the books agree")
    def agrees(self, check: LedgerCheck) -> bool:
        return not check.drifting

    @admin.display(description="what disagrees")
    def found(self, check: LedgerCheck) -> str:
        lines = [f"{each['subject']}: {'; '.join(each['faults'])}" for each in check.drifts]
        return "\n".join(lines) or "Nothing"

    @admin.display(description="seconds")
    def seconds(self, check: Any) -> str:
        return f"{(check.ended_at - check.started_at).total_seconds():.1f}"
