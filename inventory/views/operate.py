"""The form that opens in place on a row; without a script it is a page of its own."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from inventory.actions import ACTIONS, Action
from inventory.decisions import Decision
from inventory.forms import OpenedForm, OperateForm, ThresholdForm
from inventory.models import Outcome, Product, Source, StockLevel
from inventory.operations import Answer, apply
from inventory.operations.faults import Busy
from inventory.places import Place, places_of
from inventory.rows import StockRow, stock_row, stock_rows
from inventory.views.opened import (
    Slot,
    came_from,
    done,
    is_in_place,
    previews,
    undo_address,
    wants_preview,
)

Figures = dict[str, int | None]


@dataclass(slots=True)
class Opened:
    """An opened form and what it is about; `row` is None where no stock has been yet.

    `now` are the figures of the row that an absolute value replaces.
    """

    slug: str
    action: Action
    form: OpenedForm
    sku: str
    name: str
    unit: str
    row: StockRow | None
    back: str
    operation_id: UUID
    base_version: int = 0
    now: Figures = field(default_factory=dict)
    decision: Decision | None = None
    kept: Figures = field(default_factory=dict)  # typed, and not in question
    status: int = 200


@require_http_methods(["GET", "HEAD", "POST"])
def operate(request: HttpRequest, level: int, action: str) -> HttpResponse:
    if action not in ACTIONS:
        raise Http404
    row, now = read_row(request, level)
    opened = Opened(
        action, ACTIONS[action], _form(request, ACTIONS[action], row, now),
        row.sku, row.name, row.unit, row, _back(request, row.sku), uuid4(), row.version, now,
    )  # fmt: skip
    return _carry_out(request, opened, row.location)


@require_http_methods(["GET", "HEAD", "POST"])
def receive_somewhere(request: HttpRequest, sku: str) -> HttpResponse:
    """The first stock of a product in a location that never had it."""
    product = Product.objects.filter(sku=sku).first() if places_of(request.user) else None
    if product is None:
        raise Http404
    places = _writable(request)
    if not places:
        raise PermissionDenied("You may look at stock, but not change it.")
    form = OperateForm(
        ACTIONS["receive"],
        request.POST if request.method == "POST" else None,
        unit=product.unit,
        locations=places,
    )
    opened = Opened(
        "receive", ACTIONS["receive"], form, product.sku, product.name, product.unit, None,
        reverse("product", args=[product.sku]), uuid4(),
    )  # fmt: skip
    return _carry_out(request, opened, None)


def read_row(request: HttpRequest, level: int) -> tuple[StockRow, Figures]:
    levels = StockLevel.objects.visible_to(request.user).filter(pk=level)
    own = {"own_minimum": F("minimum"), "products_minimum": F("product__minimum")}
    fields: Any = stock_rows(levels).annotate(**own).first()
    if fields is None:
        raise Http404
    minimum, products = (fields.pop(name) for name in own)
    row = stock_row(fields)
    if row.location not in {place.code for place in places_of(request.user) if place.may_write}:
        raise PermissionDenied(f"You may look at {row.location_name}, but not change it.")
    return row, {
        "quantity": row.quantity,
        "minimum": minimum,
        "maximum": row.maximum,
        "product": products,
    }


def _form(request: HttpRequest, action: Action, row: StockRow, now: Figures) -> OpenedForm:
    data = request.POST if request.method == "POST" else None
    name = f"operate-{row.id}"
    if action.sets_thresholds:
        return ThresholdForm(action, data, name=name, unit=row.unit, own=now)
    elsewhere = [place for place in _writable(request) if place.code != row.location]
    return OperateForm(action, data, unit=row.unit, name=name, destinations=elsewhere)


def _writable(request: HttpRequest) -> list[Place]:
    return [place for place in places_of(request.user) if place.may_write and place.active]


def _back(request: HttpRequest, sku: str) -> str:
    return came_from(request, reverse("product", args=[sku]))


def _carry_out(request: HttpRequest, opened: Opened, location: str | None) -> HttpResponse:
    form = opened.form
    if not form.is_bound:
        return _show(request, opened)
    opened.decision = Decision.sent(request.POST) if opened.row else None
    is_ready = form.is_valid()
    opened.base_version = form.cleaned_data.get("base_version") or opened.base_version
    if not is_ready or not _is_decided(request, opened):
        opened.operation_id = form.operation_id()
        opened.status = opened.status if is_ready else 422
        if form.has_lost_its_id():
            form.add_error(None, "This form was damaged on its way: check it, then send it again.")
        return _show(request, opened)
    if opened.decision and opened.decision.keeps_all and not _typed_more(opened):
        return _left_alone(request, opened)
    return _book(request, opened, location or form.cleaned_data["location"])


def _is_decided(request: HttpRequest, opened: Opened) -> bool:
    """Whether nothing is left to ask: only after a conflict is there anything to be asked."""
    decision = opened.decision
    if decision is None:
        return True
    _keep_typed(opened)
    if previews(request):
        return False
    decision.demand()
    opened.status = 422
    return decision.is_settled


def _book(request: HttpRequest, opened: Opened, place: str) -> HttpResponse:
    form = opened.form
    settled = opened.decision.settled if opened.decision else {}
    ask = form.ask(opened.sku, place, settled)
    opened.status = 200
    try:
        [answer] = apply([ask], by=request.user, source=Source.PAGE)  # type: ignore[arg-type]  # nobody else gets past the login
    except Busy as busy:
        form.add_error(None, str(busy))
        opened.status, opened.operation_id = 503, form.cleaned_data["id"]
        return _show(request, opened)
    if answer.status == Outcome.APPLIED:
        return _booked(request, opened, answer, place)
    if answer.error:
        opened.status = 422
        form.refuse(answer.error)
    else:
        opened.status = 409
        _came_too_late(request, opened, answer)
    return _show(request, opened)


def _came_too_late(request: HttpRequest, opened: Opened, answer: Answer) -> None:
    """Put the figures as they are now beside what the person saw and what they want."""
    assert opened.row is not None  # noqa: S101  # what was never there has not moved on
    assert answer.conflict is not None  # noqa: S101  # of the answers only this one is left
    opened.row, opened.now = read_row(request, opened.row.id)
    opened.decision = Decision.of(answer.conflict, opened.base_version, request.POST)
    opened.base_version = opened.row.version
    opened.decision.face(opened.now, opened.row.version)
    _keep_typed(opened)
    for name in opened.decision.only_theirs(opened.kept):
        opened.kept[name] = opened.now[name]


def _keep_typed(opened: Opened) -> None:
    assert opened.decision is not None  # noqa: S101  # the callers have looked
    assert opened.row is not None  # noqa: S101
    opened.decision.tell(opened.row.id)
    asked = {question.name for question in opened.decision.questions}
    typed = opened.form.cleaned_data
    opened.kept = {name: typed[name] for name in {"minimum", "maximum"} & typed.keys() - asked}


def _typed_more(opened: Opened) -> bool:
    return any(opened.now[name] != typed for name, typed in opened.kept.items())


def _booked(request: HttpRequest, opened: Opened, answer: Answer, code: str) -> HttpResponse:
    place = next(place.name for place in places_of(request.user) if place.code == code)
    action, undo = opened.action, ""
    if action.sets_thresholds:
        said = f"Minimum and maximum of {opened.name} at {place} are set."
    else:
        settled = opened.decision.settled if opened.decision else {}
        quantity = settled.get("quantity", opened.form.cleaned_data["quantity"])
        said = f"{action.done} {quantity:,}: {opened.name}."
        if answer.quantity is not None:
            said += f" Now {answer.quantity:,} on hand at {place}."
        undo = undo_address(answer.id)
    return done(request, said, _slot(request, opened), opened.back, undo=undo)


def _left_alone(request: HttpRequest, opened: Opened) -> HttpResponse:
    assert opened.row is not None  # noqa: S101  # only what is there can be kept
    said = f"Nothing was booked: {opened.name} at {opened.row.location_name} stays as it is."
    return done(request, said, _slot(request, opened), opened.back)


def _slot(request: HttpRequest, opened: Opened) -> Slot | None:
    return Slot(f"stock-{opened.row.id}") if opened.row and is_in_place(request) else None


def _show(request: HttpRequest, opened: Opened) -> HttpResponse:
    context: dict[str, Any] = {"opened": opened, "form": opened.form, "row": opened.row}
    if wants_preview(request) and opened.decision:
        return render(request, "inventory/_decision_preview.html", context)
    context["actions"] = [(slug, action.label) for slug, action in ACTIONS.items()]
    context["shows"] = "show" in request.POST
    in_place = is_in_place(request) and opened.row is not None
    context["in_place"] = in_place
    template = "inventory/_operate_row.html" if in_place else "inventory/operate.html"
    response = render(request, template, context, status=opened.status)
    response["Cache-Control"] = "no-store"  # each opened form has an operation id of its own
    if in_place and opened.row and "opened" in request.GET:
        # There is one form a row: the one that is open gives way.
        response["HX-Retarget"] = f"#form-{opened.row.id}"
        response["HX-Reswap"] = "outerHTML"
    return response
