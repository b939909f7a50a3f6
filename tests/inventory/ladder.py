"""What the ladders of rights stand on: the cast, the shop that only alice sees, all addresses.

How much is in the shop, and `SHOP`, stand nowhere else: no key, and no number of a transaction, is
as large.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver

CAST = ("alice", "bob", "charlie", "dora", "oscar", "anonymous")
IN_SHOP = 7_311_731_173
HIDDEN = re.compile(rf"SHOP|Corner shop|{f'{IN_SHOP:,}'.replace(',', ',?')}")


def patterns(parts: list[Any], before: str = "") -> Iterator[str]:
    for part in parts:
        route = before + str(part.pattern)
        if isinstance(part, URLResolver):
            yield from patterns(part.url_patterns, route)
        elif isinstance(part, URLPattern):
            yield route


def as_(name: str) -> Client:
    client = Client()
    if name != "anonymous":
        client.force_login(User.objects.get(username=name))
    return client


@contextmanager
def forgotten() -> Iterator[None]:
    """What is done in it is taken back, so that each of the cast finds the same."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


CHANGING = re.compile(
    r'data-cursor="[^"]*"|nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"'
    r'|name="id" value="[^"]*"|name="id"[^>]*value="[^"]*"|\d\d:\d\d(:\d\d)?'
    r"|\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


def steady(answer: HttpResponseBase) -> tuple[int, dict[str, str], str]:
    """All that was answered, without what differs each time by design."""
    noise = {"Server-Timing", "Expires", "Content-Security-Policy", "Content-Length"}
    headers = {name: value for name, value in answer.items() if name not in noise}
    return answer.status_code, headers, CHANGING.sub("~", getattr(answer, "content", b"").decode())
