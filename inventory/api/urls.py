from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, path, reverse
from ninja.openapi.docs import Swagger

from inventory.api import api
from inventory.api.problems import Problem


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"openapi": reverse("api:openapi-json"), "docs": reverse("api-docs")})


def docs(request: HttpRequest) -> HttpResponse:
    return Swagger().render_page(request, api)


@login_not_required
def unknown(request: HttpRequest, rest: str) -> HttpResponse:
    return Problem(404, "not_found", "There is nothing here: see openapi.json.").as_response()


def _as_api(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A program that is not logged in gets a 401 from the API's own door, not a form; and a
    problem where ninja answers in plain text."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        if answer.status_code != 405:
            return answer
        words = f"This address takes {answer['Allow']}."
        problem = Problem(405, "wrong_method", words).as_response()
        problem["Allow"] = answer["Allow"]
        return problem

    return login_not_required(answered)


def _our_own(patterns: list[URLResolver | URLPattern]) -> list[URLResolver | URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = _as_api(pattern.callback)
    return patterns


_patterns, _app, _namespace = api.urls

urlpatterns = [
    path("docs", docs, name="api-docs"),
    path("v1/", home, name="api-home"),
    path("v1/", (_our_own(_patterns), _app, _namespace)),
    path("v1/<path:rest>", unknown),
]
