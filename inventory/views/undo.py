"""Putting right what was booked: undo it by one press, or open it and say how it should be."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from inventory.bookings import Booking
from inventory.forms import CorrectForm, UndoForm
from inventory.models import MovementKind, Outcome, Source
from inventory.operations import Answer, Ask, Refusal, apply
from inventory.operations.faults import Busy
from inventory.views.opened import (
    Slot,
    came_from,
    done,
    is_in_place,
    previews,
    undo_address,
    wants_preview,
)

OWN_WORDS = {
    "made_at_too_old": "This was more than 30 days ago: undo it, then book the right quantity "
    "for today.",
}


@dataclass(slots=True)
class Opened:
    """A booking that somebody has opened to put it right."""

    booking: Booking
    undo: UndoForm
    correct: CorrectForm | None
    back: str
    fault: str = ""
    would: Booking | None = None
    status: int = 200

    @property
    def slot(self) -> Slot:
        return Slot(f"movement-{self.booking.row.id}")


@require_http_methods(["GET", "HEAD", "POST"])
def movement(request: HttpRequest, movement: int) -> HttpResponse:
    """One line of the ledger with what belongs to it, and how to put it right."""
    booking = Booking.of(request.user, movement=movement)
    if booking is None:
        raise Http404
    opened = _open(request, booking)
    if request.method != "POST":
        return _show(request, opened)
    if booking.is_forbidden:
        raise PermissionDenied(booking.obstacle)
    if "correct" in request.POST and opened.correct:
        return _correct(request, opened, opened.correct)
    return _undo(request, opened)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, operation: UUID, id: UUID) -> HttpResponse:
    """The button of the message that announces a booking; the address holds the id."""
    booking = Booking.of(request.user, operation=operation)
    if booking is None:
        raise Http404
    page = reverse("movement", args=[booking.row.id])
    if request.method != "POST":
        return redirect(page)
    if booking.is_forbidden:
        raise PermissionDenied(booking.obstacle)
    back = came_from(request, page)
    answers = _ask(request, [booking.undo(id)])
    fault = _fault(answers)
    if not fault:
        return _say_undone(request, booking, answers[-1], Slot.of(request), back)
    again = "" if fault.code == "already_reversed" else undo_address(operation)
    slot = Slot.of(request)
    if slot:
        context = {
            "said": fault.message, "tag": "error", "slot": slot, "undo": again, "back": back,
            "movement_id": booking.row.id,
        }  # fmt: skip
        return render(request, "inventory/_done.html", context)
    messages.error(request, fault.message, extra_tags=again)
    return redirect(back)


def _open(request: HttpRequest, booking: Booking) -> Opened:
    sent = request.POST if request.method == "POST" else None
    corrects = "correct" in request.POST
    name = f"right-{booking.row.id}"
    correct = None
    if booking.corrected_as and not booking.is_undone:
        correct = CorrectForm(
            sent if corrects else None,
            unit=booking.row.unit,
            booked=booking.quantity,
            is_signed=booking.row.kind == MovementKind.ADJUST,
            name=name,
        )
    undo = UndoForm(None if corrects else sent, auto_id=f"{name}-undo-%s")
    return Opened(booking, undo, correct, came_from(request, reverse("movements")))


def _undo(request: HttpRequest, opened: Opened) -> HttpResponse:
    form = opened.undo
    if not form.is_valid():
        opened.status = 422
        return _show(request, opened)
    booking = opened.booking
    answers = _ask(request, [booking.undo(form.cleaned_data["id"], form.cleaned_data["reason"])])
    fault = _fault(answers)
    if not fault:
        return _say_undone(request, booking, answers[-1], _slot(request, opened), opened.back)
    return _refused(request, opened, fault)


def _correct(request: HttpRequest, opened: Opened, form: CorrectForm) -> HttpResponse:
    is_sound = form.is_valid()
    if is_sound:
        opened.would = opened.booking.with_quantity(form.cleaned_data["quantity"])
    if not is_sound or previews(request):
        opened.status = 200 if previews(request) else 422
        return _show(request, opened)
    booking, typed = opened.booking, form.cleaned_data
    asks = booking.correct(typed["id"], typed["again"], typed["quantity"], typed["reason"])
    answers = _ask(request, asks)
    fault = _fault(answers)
    if fault:
        return _refused(request, opened, fault)
    said = (
        f"Put right: {booking.row.name}, {booking.row.kind_label.lower()} {typed['quantity']:,} "
        f"instead of {booking.quantity:,}.{_now_there(booking, answers[-1])}"
    )
    return done(request, said, _slot(request, opened), opened.back)


def _ask(request: HttpRequest, asks: list[Ask]) -> list[Answer]:
    try:
        return apply(asks, by=request.user, source=Source.PAGE, together=len(asks) > 1)  # type: ignore[arg-type]  # nobody else gets past the login
    except Busy as busy:
        refusal = Refusal("busy", str(busy))
        return [Answer(ask.id, Outcome.REJECTED, error=refusal) for ask in asks]


def _fault(answers: list[Answer]) -> Refusal | None:
    """Why nothing was booked: of several, the one that kept the others from it."""
    faults = [answer.error for answer in answers if answer.error]
    faults.sort(key=lambda fault: fault.code == "not_all")
    for fault in faults:
        return Refusal(fault.code, OWN_WORDS.get(fault.code, fault.message))
    return None


def _say_undone(
    request: HttpRequest, booking: Booking, answer: Answer, slot: Slot | None, back: str
) -> HttpResponse:
    said = f"Undone: {booking.name}.{_now_there(booking, answer)}"
    return done(request, said, slot, back, undo=undo_address(answer.id))


def _now_there(booking: Booking, answer: Answer) -> str:
    # The answer speaks of the line that was named, or of the first.
    place = min(booking.lines, key=lambda line: line.row.id).row.location_name
    return "" if answer.quantity is None else f" Now {answer.quantity:,} on hand at {place}."


def _refused(request: HttpRequest, opened: Opened, fault: Refusal) -> HttpResponse:
    """Everything typed stays; what is sent next is another operation."""
    opened.fault = fault.message
    opened.status = 503 if fault.code == "busy" else 422
    if fault.code == "already_reversed":
        now = Booking.of(request.user, movement=opened.booking.row.id)
        opened.booking = now or opened.booking
    return _show(request, opened)


def _slot(request: HttpRequest, opened: Opened) -> Slot | None:
    return opened.slot if is_in_place(request) else None


def _show(request: HttpRequest, opened: Opened) -> HttpResponse:
    context: dict[str, Any] = {
        "opened": opened,
        "booking": opened.booking,
        "in_place": is_in_place(request),
        "ids": [uuid4() for _ in range(3)],
    }
    if wants_preview(request):
        preview = context | {"is_preview": True}
        return render(request, "inventory/_right_preview.html", preview)
    template = "inventory/_right_row.html" if is_in_place(request) else "inventory/movement.html"
    response = render(request, template, context, status=opened.status)
    response["Cache-Control"] = "no-store"  # each opened form has operation ids of its own
    if is_in_place(request) and "opened" in request.GET:
        response["HX-Retarget"] = f"#{opened.slot.id}"
        response["HX-Reswap"] = "outerHTML"
    return response
