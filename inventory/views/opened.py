"""What all forms share that open in place on a row and are pages of their own without a script."""

import re
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

SLOT = re.compile(r"(?:stock|movement)-[0-9]{1,19}")
COLUMNS = {"stock": 7, "movement": 8}


@dataclass(frozen=True, slots=True)
class Slot:
    """The row of a list below which something was opened: `stock-12` or `movement-7`."""

    row: str

    @property
    def id(self) -> str:
        return "form-" + self.row.removeprefix("stock-")

    @property
    def columns(self) -> int:
        return COLUMNS[self.row.partition("-")[0]]

    @classmethod
    def of(cls, request: HttpRequest) -> "Slot | None":
        sent = request.POST.get("slot", "")
        return cls(sent) if is_in_place(request) and SLOT.fullmatch(sent) else None


def is_in_place(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))


def previews(request: HttpRequest) -> bool:
    """What it would come to is asked for, not that it be booked."""
    return "show" in request.POST or wants_preview(request)


def wants_preview(request: HttpRequest) -> bool:
    """The part of the form that says what it would come to, and no more."""
    return is_in_place(request) and request.headers.get("HX-Target", "").startswith("preview-")


def came_from(request: HttpRequest, otherwise: str) -> str:
    """Where the person came from, if that is a page of ours."""
    before = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(before, here, require_https=request.is_secure())
    return before if is_ours and request.path not in before else otherwise


def undo_address(operation: UUID) -> str:
    """Where a press of the button undoes it; with an id, so that a second press is harmless."""
    return reverse("undo", args=[operation, uuid4()])


def done(
    request: HttpRequest, said: str, slot: Slot | None, back: str, *, undo: str = ""
) -> HttpResponse:
    """Say what was booked, where the person is, with the way to take it back."""
    if slot:
        context = {"said": said, "slot": slot, "undo": undo, "back": back}
        return render(request, "inventory/_done.html", context)
    messages.success(request, said, extra_tags=undo)
    return redirect(back)
