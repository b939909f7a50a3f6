"""A page of regions: whole for a person, one region for whoever asks for it by HX-Target."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import (
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
)

from inventory.cached.visit import Visit

Context = dict[str, Any]
ETAG_LASTS_S = 10
MARKS = {"X-Cache", "Server-Timing"}


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
    visit: Visit | None = None,
) -> HttpResponse:
    """Reads only what is drawn: a region that is fetched alone pays for itself alone."""
    context = {"src": request.get_full_path(), **(context or {})}
    asked = regions.get(request.headers.get("HX-Target", ""))
    drawn = [asked] if asked else list(regions.values())
    for region in drawn:
        context |= region.context()
    answer = render(request, asked.template if asked else template, context, status=status)
    patch_vary_headers(answer, ["HX-Target", "HX-Request"])
    if visit:
        visit.mark(answer)
    return unchanged(request, answer) if asked else answer


def unchanged(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """304 to who has this region already. A whole page has no ETag: its nonce, its CSRF tokens
    and its messages are made for this one answer.

    The cursor that stands in the region is not part of what it shows, but who keeps an old one
    would ask for all that changed since: so the ETag is another one after ten seconds.
    """
    live = getattr(request, "live", None)
    if live is None or answer.status_code != 200:
        return answer
    shown = answer.content.replace(live.cursor.encode(), b"")
    slot = int(time.time() / ETAG_LASTS_S)
    etag = f'W/"{sha256(shown).hexdigest()[:32]}-{slot:x}"'
    answer["ETag"] = etag
    patch_cache_control(answer, private=True, no_cache=True)
    patch_vary_headers(answer, ["Cookie"])
    said = cast("HttpResponse", get_conditional_response(request, etag=etag, response=answer))
    for name in MARKS & answer.headers.keys():
        said[name] = answer[name]
    return said
