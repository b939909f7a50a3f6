"""One's own password, and leaving everywhere at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from inventory.login_throttle import forget_failures, locked_until, note_failure
from inventory.models import Session


class PasswordForm(PasswordChangeForm):
    error_messages = {
        "password_incorrect": "That is not your password of now. Mind capital letters.",
        "password_mismatch": "The two new passwords differ. Type the same one twice.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, missing in (
            ("old_password", "Your password now", "Type the password that you log in with now."),
            ("new_password1", "New password", "Type a new password."),
            ("new_password2", "New password once more", "Type the new password once more."),
        ):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = missing
        self.fields["new_password1"].help_text = (
            "At least 8 characters, not only digits, nothing that many people use and not your "
            "name. Three or four words that don't belong together are strong."
        )
        self.fields["new_password2"].help_text = ""


class Password(PasswordChangeView):
    template_name = "registration/password.html"
    form_class = PasswordForm
    success_url = reverse_lazy("password")

    @method_decorator(sensitive_post_parameters())
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Whoever finds a screen open must not be able to guess the password here.
        if locked_until(request, self._name):
            form = self.form_class(request.user)
            locked = "Too many wrong passwords. Wait five minutes, then try again."
            context = self.get_context_data(form=form, locked=locked)
            return self.render_to_response(context, status=429)
        return super().post(request, *args, **kwargs)

    @property
    def _name(self) -> str:
        return str(self.request.user.get_username())

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        forget_failures(self.request, self._name)
        messages.success(
            self.request, "Your password is changed. Everywhere else you have been logged out."
        )
        return answer

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error("old_password", "password_incorrect"):
            note_failure(self.request, self._name)
        return self.render_to_response(self.get_context_data(form=form), status=422)


@require_POST
def log_out_everywhere(request: HttpRequest) -> HttpResponse:
    person: Any = request.user
    Session.objects.filter(person=person.pk).delete()
    logout(request)
    return HttpResponseRedirect(reverse_lazy("login"))


password = Password.as_view()
