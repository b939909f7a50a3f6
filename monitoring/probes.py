"""What a process manager and a load balancer ask: is it up, may it be sent requests?

Neither reads a session. Reasons are words of ours: what a driver says may name hosts and users.
"""

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from monitoring.services import connect
from monitoring.shelf import Shelf
from monitoring.sources import Sources

# A probe has a patience of its own, mostly of some seconds.
PATIENCE_S = 1.5


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is there and answers; it asks nobody."""
    return JsonResponse({"status": "up"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, cache and migrations; 503 with what is missing."""
    answers = _sources().ask()
    reasons = dict.fromkeys(answers.unread, "does not answer")
    if missing := answers.found.get("database"):
        reasons["migrations"] = f"{len(missing)} to be applied"
    if reasons:
        return JsonResponse({"status": "not ready", "reasons": reasons}, status=503)
    return JsonResponse({"status": "ready"})


@cache
def _sources() -> Sources:
    shelf = Shelf()
    return Sources({"database": missing_migrations, "cache": shelf.redis.ping}, PATIENCE_S)


def missing_migrations() -> frozenset[tuple[str, str]]:
    """What this version of the program has and its database has not."""
    with connect() as asked:
        found: Any = asked.execute("SELECT app, name FROM django_migrations").fetchall()
    return migrations_here() - set(found)


@cache
def migrations_here() -> frozenset[tuple[str, str]]:
    return frozenset(
        key
        for key, migration in MigrationLoader(None).disk_migrations.items()
        if not migration.replaces
    )
