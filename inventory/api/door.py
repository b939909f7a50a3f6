from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest
from ninja.security import SessionAuth
from ninja.utils import check_csrf

from inventory.api.limits import take
from inventory.api.problems import Problem
from inventory.client_address import client_address
from inventory.models import ApiToken

READING = {"GET", "HEAD", "OPTIONS"}


def by_token(request: HttpRequest) -> AbstractBaseUser | None:
    """Who sends a bearer token is its person, whatever cookies come along; None without one.

    No session is read or made, and CSRF is no question: no browser adds a token by itself.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    token = ApiToken.objects.that_opens(secret.strip())
    if token is None:
        # Who has a good one is not kept out by a neighbour who guesses behind the same address.
        take("failed tokens", client_address(request))
        raise Problem(401, "bad_token", "This token is wrong, has expired or was revoked.")
    request.user = token.person
    take("requests", token.person.pk)
    token.note_use()
    if request.method not in READING:
        _bounded(request)
        if not token.may_write:
            raise Problem(403, "read_only", "This token only reads: make one that may write.")
    return token.person


class SessionDoor(SessionAuth):
    """Who is there, then whether they ask too much, then whether it is really them who asks."""

    def __call__(self, request: HttpRequest) -> AbstractBaseUser:
        user = request.user
        if not user.is_authenticated:
            raise Problem(401, "log_in", "Log in first, or send a bearer token.")
        take("requests", user.pk)
        if request.method not in READING:
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
