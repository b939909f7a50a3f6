"""What is answered where a page failed: `handler500` of config/urls.py."""

import random
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views import defaults

# Many screens come back at once when the database does.
AGAIN_S = range(3, 9)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where PostgreSQL is away, starting or out of connections: the page asks again by itself.

    500 for every other fault. Neither needs a database.
    """
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return defaults.server_error(request)
    reads = request.method in ("GET", "HEAD")
    answer = HttpResponse(render_to_string("503.html", {"reads": reads}), status=503)
    answer["Retry-After"] = again = str(random.choice(AGAIN_S))  # noqa: S311
    if reads:
        answer["Refresh"] = again
    return answer
