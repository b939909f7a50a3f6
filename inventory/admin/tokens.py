from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from inventory.admin.house import HouseAdmin
from inventory.models import ApiToken

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[ApiToken]
else:
    ModelForm = forms.ModelForm


class TokenForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        """A press of Save that comes twice must not make a token that nobody knows of: so one
        name at a time, and the second press waits here for the first."""
        cleaned = super().clean() or {}
        person = cleaned.get("person")
        if person:
            list(User.objects.select_for_update(no_key=True).filter(pk=person.pk))
            taken = ApiToken.objects.filter(
                person=person, name=cleaned.get("name", ""), revoked_at__isnull=True
            )
            if taken.exists():
                self.add_error("name", "There is a token of this name: revoke it first.")
        return cleaned


@admin.register(ApiToken)
class ApiTokenAdmin(HouseAdmin):
    """Superusers keep everybody's tokens; others, with the permission, only their own: a token
    is as good as its person, so nobody makes one of somebody with more rights."""

    list_display = (
        "name", "shown", "person", "may_write", "state", "expires_at", "last_used_at",
    )  # fmt: skip
    list_select_related = ("person",)
    list_filter = ("may_write",)
    search_fields = ("name__istartswith", "person__username__istartswith", "shown")
    search_help_text = "The beginning of a name, of a user name, or the token's first 8 characters."
    sortable_by = ()
    ordering = ("-id",)
    actions = ("revoke",)
    form = TokenForm
    fields = ("name", "person", "may_write", "expires_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        found: QuerySet[ApiToken] = super().get_queryset(request)
        return found if request.user.is_superuser else found.filter(person=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj:
            return (
                "name", "shown", "person", "may_write", "state", "expires_at", "revoked_at",
                "last_used_at", "created_at", "made_by",
            )  # fmt: skip
        return self.fields

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Whoever was given one relies on what it was made for: revoke it and make another.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        return ("person",) if request.user.is_superuser else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not request.user.is_superuser:
            kwargs["queryset"] = User.objects.filter(pk__in=[request.user.pk])
            kwargs["initial"] = request.user.pk
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.made_by = request.user
        # For the answer to this request only: no session, message or log ever holds it.
        request.secret = obj.set_secret()  # type: ignore[attr-defined]  # ours
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: Any = None
    ) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": "The token is made",
            "opts": self.opts,
            "token": obj,
            "secret": request.secret,  # type: ignore[attr-defined]  # of save_model
        }
        page = TemplateResponse(request, "admin/inventory/apitoken/made.html", context)
        add_never_cache_headers(page)
        return page

    @admin.action(description="Revoke the selected tokens", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        tokens = list(queryset.filter(revoked_at__isnull=True))
        ApiToken.objects.filter(pk__in=[token.pk for token in tokens]).update(
            revoked_at=timezone.now()
        )
        for token in tokens:
            self.log_change(request, token, "Revoked.")
        self.message_user(request, f"Revoked: {len(tokens)}. They work no more.")

    @admin.display(description="state")
    def state(self, token: ApiToken) -> str:
        return token.state
