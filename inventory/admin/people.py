from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.admin.house import BoundedPaginator, HouseAdmin, ReadOnlyAdmin, TabularInline
from inventory.models import MANAGERS, Location, LocationAccess, Operation, RightsStamp

if TYPE_CHECKING:
    DjangosUserAdmin = UserAdmin[User]
else:
    DjangosUserAdmin = UserAdmin

# Whoever hands these out could give themselves everything.
POWERS = ("is_superuser", "is_staff", "groups", "user_permissions")


class AccessInline(TabularInline):
    model = LocationAccess
    extra = 0
    autocomplete_fields = ("location",)
    verbose_name_plural = "Locations (managers and superusers see all of them without)"


admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(DjangosUserAdmin):
    show_full_result_count = False
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_display = ("username", "first_name", "last_name", "in_groups", "at", "is_staff")
    list_filter = ("groups", "is_active", "is_staff", "is_superuser")
    filter_horizontal = ("groups",)
    autocomplete_fields = ()
    inlines = (AccessInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Single rights", {"classes": ("collapse",), "fields": ("user_permissions",)}),
        ("Times", {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request)
        return found.prefetch_related("groups", "location_access__location")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if request.user.is_superuser else POWERS

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (
            request.user.is_superuser or obj is None or not _rules(obj)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The ledger names who did it: such a person is switched off, not deleted.
        return (
            super().has_delete_permission(request, obj)
            and self.has_change_permission(request, obj)
            and (obj is None or not Operation.objects.filter(actor=obj).exists())
        )

    @admin.display(description="groups")
    def in_groups(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all())

    @admin.display(description="locations")
    def at(self, user: Any) -> str:
        return ", ".join(
            access.location.code + ("" if access.may_write else " (looks)")
            for access in user.location_access.all()
        )


def _rules(person: User) -> bool:
    """Whoever sets such a person's password could be them; switched off ones can be woken."""
    return person.is_superuser or person.groups.filter(name=MANAGERS).exists()


@admin.register(LocationAccess)
class LocationAccessAdmin(HouseAdmin):
    list_display = ("user", "location", "may_read", "may_write")
    list_select_related = ("user", "location")
    list_filter = ("may_write",)
    search_fields = ("user__username", "location__code", "location__name")
    autocomplete_fields = ("user", "location")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LocationAccess]:
        found: QuerySet[LocationAccess] = super().get_queryset(request)
        return found.filter(location__in=Location.objects.readable_by(request.user).values("pk"))


@admin.register(RightsStamp)
class RightsStampAdmin(ReadOnlyAdmin):
    list_display = ("user", "version")
    list_select_related = ("user",)
    search_fields = ("user__username",)
