"""Failed logins by name and address: a person who mistypes is not kept out, a guesser is."""

import logging
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django_redis.exceptions import ConnectionInterrupted

logger = logging.getLogger(__name__)

FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=5)


def locked_until(request: HttpRequest, name: str) -> datetime | None:
    try:
        until: datetime | None = cache.get(_key("until", request, name))
    except ConnectionInterrupted:
        # A lost cache must not keep everybody out.
        logger.warning("The cache is gone: failed logins are not counted.")
        return None
    return until if until and until > timezone.now() else None


def note_failure(request: HttpRequest, name: str) -> None:
    seconds = int(LOCKED_FOR.total_seconds())
    failures = _key("failures", request, name)
    try:
        cache.add(failures, 0, seconds)
        if cache.incr(failures) >= FAILURES_ALLOWED:
            cache.set(_key("until", request, name), timezone.now() + LOCKED_FOR, seconds)
            cache.delete(failures)
    except (ConnectionInterrupted, ValueError):
        # ValueError: the count ran out between the two calls; this failure begins the next one.
        logger.warning("A failed login could not be counted.")


def forget_failures(request: HttpRequest, name: str) -> None:
    try:
        cache.delete(_key("failures", request, name))
    except ConnectionInterrupted:
        logger.warning("The cache is gone: failed logins stay counted.")


def _key(what: str, request: HttpRequest, name: str) -> str:
    who = f"{name.strip().lower()}\n{request.META.get('REMOTE_ADDR', '')}"
    return f"login:{what}:{sha256(who.encode()).hexdigest()}"
