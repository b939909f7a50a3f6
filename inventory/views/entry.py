from datetime import datetime
from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
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


login = Entry.as_view()
logout = LogoutView.as_view()
