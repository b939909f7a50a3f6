"""A page of regions: whole for a person, one region for whoever asks for it by HX-Target."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Region:
    """The page includes `template`, so a region that is fetched alone can't look different."""

    template: str
    context: Callable[[], Context]


def show(
    request: HttpRequest,
    template: str,
    regions: Mapping[str, Region],
    context: Context | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Reads only what is drawn: a region that is fetched alone pays for itself alone."""
    context = {"src": request.get_full_path(), **(context or {})}
    asked = regions.get(request.headers.get("HX-Target", ""))
    drawn = [asked] if asked else list(regions.values())
    for region in drawn:
        context |= region.context()
    answer = render(request, asked.template if asked else template, context, status=status)
    patch_vary_headers(answer, ["HX-Target", "HX-Request"])
    return answer
