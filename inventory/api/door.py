from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from ninja.security import SessionAuth
from ninja.utils import check_csrf

from inventory.api.limits import take
from inventory.api.problems import Problem


class Door(SessionAuth):
    """Who is there, then whether they ask too much, then whether it is really them who asks."""

    def __call__(self, request: HttpRequest) -> AbstractBaseUser:
        user = request.user
        if not user.is_authenticated:
            raise Problem(401, "log_in", "Log in first.")
        take("requests", user.pk)
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            _bounded(request)
        if check_csrf(request):
            raise Problem(403, "csrf", "The CSRF token is missing or wrong: send X-CSRFToken.")
        return user


def _bounded(request: HttpRequest) -> None:
    """Look at the length before the body: a body without one could be of any size."""
    length = request.headers.get("Content-Length") or "0"
    if "Transfer-Encoding" in request.headers:
        raise Problem(411, "length_required", "Say how long the body is: send Content-Length.")
    if not length.isdecimal() or int(length[:20]) > settings.API_BODY_BYTES:
        raise Problem(413, "too_large", f"At most {settings.API_BODY_BYTES:,} bytes at a time.")
