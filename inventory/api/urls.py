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


def _without_login_page(
    patterns: list[URLResolver | URLPattern],
) -> list[URLResolver | URLPattern]:
    """A program that is not logged in gets a 401 from the API's own door, not a form."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = login_not_required(pattern.callback)
    return patterns


_patterns, _app, _namespace = api.urls

urlpatterns = [
    path("docs", docs, name="api-docs"),
    path("v1/", home, name="api-home"),
    path("v1/", (_without_login_page(_patterns), _app, _namespace)),
    path("v1/<path:rest>", unknown),
]
