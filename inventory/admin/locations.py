from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.admin.edits import EditedAdmin
from inventory.admin.resources import FileAdmin, LocationResource
from inventory.cached.outdate import outdate_on_commit
from inventory.models import Location, StockLevel, sees_everything


@admin.register(Location)
class LocationAdmin(FileAdmin, EditedAdmin):
    resource_classes = [LocationResource]
    list_display = ("code", "name", "kind", "may_go_negative", "active")
    list_display_links = ("code", "name")
    list_filter = ("active", "kind")
    search_fields = ("code", "name")
    actions = ("archive", "bring_back")
    fieldsets = (
        (None, {"fields": ("code", "name", "kind", "active")}),
        ("Rules", {"fields": ("may_go_negative",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Location]:
        # Autocomplete answers from here too: it names no place that one may not see.
        found: QuerySet[Location] = super().get_queryset(request)
        return found & Location.objects.readable_by(request.user)

    def has_import_permission(self, request: HttpRequest) -> bool:
        # A file is compared with all that is there: its preview would show the rest.
        return super().has_import_permission(request) and sees_everything(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Location | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (
            obj is None or not StockLevel.objects.filter(location=obj).exists()
        )

    @admin.action(description="Archive the selected locations", permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Location]) -> None:
        self._set(request, queryset, "Archived", active=False)

    @admin.action(description="Bring the selected locations back", permissions=["change"])
    def bring_back(self, request: HttpRequest, queryset: QuerySet[Location]) -> None:
        self._set(request, queryset, "Brought back", active=True)

    def _set(
        self, request: HttpRequest, queryset: QuerySet[Location], said: str, *, active: bool
    ) -> None:
        number = queryset.update(active=active)
        outdate_on_commit(names=True)  # `update()` sends no signal
        self.message_user(request, f"{said}: {number}.")
