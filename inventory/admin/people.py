from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin import options
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from inventory.admin.house import BoundedPaginator, HouseAdmin, ReadOnlyAdmin, TabularInline
from inventory.models import (
    MANAGERS,
    Location,
    LocationAccess,
    Operation,
    RightsStamp,
    sees_everything,
)

if TYPE_CHECKING:
    DjangosUserAdmin = UserAdmin[User]
    BaseModelAdmin = options.BaseModelAdmin[LocationAccess]
else:
    DjangosUserAdmin, BaseModelAdmin = UserAdmin, options.BaseModelAdmin

# Whoever hands these out could give themselves everything.
POWERS = ("is_superuser", "is_staff", "groups", "user_permissions")


class PlacesOneSees(BaseModelAdmin):
    """Access to other places is neither shown nor given: the person does not know of them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[LocationAccess]:
        found: QuerySet[LocationAccess] = super().get_queryset(request)
        return found.filter(location__in=_seen_by(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "location":
            kwargs["queryset"] = Location.objects.readable_by(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class AccessInline(PlacesOneSees, TabularInline):
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
        access = LocationAccess.objects.filter(location__in=_seen_by(request))
        seen = Prefetch("location_access", access.select_related("location"))
        return found.prefetch_related("groups", seen)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if request.user.is_superuser else POWERS

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (
            request.user.is_superuser or obj is None or not _rules(obj)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The ledger names who did it: such a person is switched off, not deleted. With a person
        # goes their access, also to places that only some may know of.
        return (
            super().has_delete_permission(request, obj)
            and sees_everything(request.user)
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


def _seen_by(request: HttpRequest) -> QuerySet[Any, Any]:
    return Location.objects.readable_by(request.user).values("pk")


def _rules(person: User) -> bool:
    """Whoever sets such a person's password could be them; switched off ones can be woken."""
    return person.is_superuser or person.groups.filter(name=MANAGERS).exists()


@admin.register(LocationAccess)
class LocationAccessAdmin(PlacesOneSees, HouseAdmin):
    list_display = ("user", "location", "may_read", "may_write")
    list_select_related = ("user", "location")
    list_filter = ("may_write",)
    search_fields = ("user__username", "location__code", "location__name")
    autocomplete_fields = ("user", "location")


@admin.register(RightsStamp)
class RightsStampAdmin(ReadOnlyAdmin):
    list_display = ("user", "version")
    list_select_related = ("user",)
    search_fields = ("user__username",)
