from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from inventory.login_throttle import forget_failures, locked_until, note_failure


class EntryForm(AuthenticationForm):
    error_messages = {
        "invalid_login": "Name and password don't fit together. Mind capital letters.",
        "inactive": "This account is switched off: ask whoever manages Liveshelf.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        self.fields["username"].error_messages["required"] = "Type your user name."
        self.fields["password"].error_messages["required"] = "Type your password."


class Entry(LoginView):
    redirect_authenticated_user = True
    form_class = EntryForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        until = locked_until(request, self._name)
        if until:
            return self._locked(until)
        return super().post(request, *args, **kwargs)

    @property
    def _name(self) -> str:
        return self.request.POST.get("username", "")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        forget_failures(self.request, self._name)
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if form.has_error("__all__"):
            note_failure(self.request, self._name)
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _locked(self, until: datetime) -> HttpResponse:
        seconds = max(1, int((until - timezone.now()).total_seconds()))
        minutes = -(-seconds // 60)
        locked = (
            f"Too many wrong passwords for this name. Try again in {minutes} "
            f"minute{'s' if minutes > 1 else ''}, at {until:%H:%M} UTC."
        )
        form = self.form_class(self.request, initial={"username": self._name})
        return self.render_to_response(
            self.get_context_data(form=form, locked=locked),
            status=429,
            headers={"Retry-After": str(seconds)},
        )


@login_not_required
def admin_login(request: HttpRequest) -> HttpResponse:
    """The admin's own form would be a second door, without the throttle."""
    wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
    if request.user.is_authenticated and not admin.site.has_permission(request):
        # Logged in, and not for here: the login page would send them straight back.
        raise PermissionDenied
    return redirect_to_login(wanted)


def admin_password(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("password"))


login = Entry.as_view()
logout = LogoutView.as_view()
