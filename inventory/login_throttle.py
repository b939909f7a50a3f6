"""Failed logins: a person who mistypes is not kept out, a guesser is.

Counted are failures only, each by three keys: of a name at an address, of an address over all
names (one password tried on everybody), and of a name over all addresses (many machines on one
person). The last one leaves alone the addresses that the person has logged in from before, so
that a stranger can't lock them out where they work.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

from inventory.client_address import client_address

logger = logging.getLogger(__name__)

# The cache raises now its own fault, now the one behind it.
GONE = (ConnectionInterrupted, RedisError, OSError)
COUNTED_FOR = timedelta(minutes=5)
REMEMBERED_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Limit:
    allowed: int
    locked_for: timedelta


PAIR = Limit(5, timedelta(minutes=5))
# A house with one address has many people who mistype.
ADDRESS = Limit(50, timedelta(minutes=5))
# Short: it also meets the person themselves, on a phone that is somewhere new.
NAME = Limit(50, timedelta(minutes=1))
FAILURES_ALLOWED = PAIR.allowed


def locked_until(request: HttpRequest, name: str) -> datetime | None:
    """When this name may be tried again from here; None: now."""
    try:
        found: dict[str, datetime] = cache.get_many(
            [_key("until", *who) for who, _ in _counted(request, name)]
        )
        until = max(found.values(), default=None)
    except GONE:
        # A lost cache must not keep everybody out.
        logger.warning("The cache is gone: failed logins are not counted.")
        return None
    return until if until and until > timezone.now() else None


def note_failure(request: HttpRequest, name: str) -> None:
    try:
        for who, limit in _counted(request, name):
            _count(who, limit)
    except GONE:
        logger.warning("A failed login could not be counted.")


def forget_failures(request: HttpRequest, name: str) -> None:
    """After a success. The address stays counted: else an account of one's own would reset it."""
    address, name = client_address(request), _same(name)
    try:
        cache.delete(_key("failures", "pair", name, address))
        cache.set(_key("known", name, address), True, int(REMEMBERED_FOR.total_seconds()))
    except GONE:
        logger.warning("The cache is gone: failed logins stay counted.")


def _counted(request: HttpRequest, name: str) -> Iterator[tuple[tuple[str, ...], Limit]]:
    address, name = client_address(request), _same(name)
    yield ("pair", name, address), PAIR
    yield ("address", address), ADDRESS
    if not cache.get(_key("known", name, address)):
        yield ("name", name), NAME


def _count(who: tuple[str, ...], limit: Limit) -> None:
    failures = _key("failures", *who)
    cache.add(failures, 0, int(COUNTED_FOR.total_seconds()))
    try:
        count = cache.incr(failures)
    except ValueError:
        return  # it ran out between the two calls; the next failure begins a new one
    if count >= limit.allowed:
        until = timezone.now() + limit.locked_for
        cache.set(_key("until", *who), until, int(limit.locked_for.total_seconds()))
        cache.delete(failures)


def _same(name: str) -> str:
    return name.strip().lower()


def _key(what: str, *who: str) -> str:
    return f"login:{what}:{sha256(chr(10).join(who).encode()).hexdigest()}"
