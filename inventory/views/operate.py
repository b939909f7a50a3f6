"""The form that opens in place on a row; without a script it is a page of its own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from inventory.actions import ACTIONS, Action
from inventory.forms import OperateForm
from inventory.models import Outcome, Product, Source, StockLevel
from inventory.operations import Answer, apply
from inventory.operations.faults import Busy
from inventory.places import Place, places_of
from inventory.rows import StockRow, stock_row, stock_rows


@dataclass(slots=True)
class Opened:
    """An opened form and what it is about; `row` is None where no stock has been yet."""

    slug: str
    action: Action
    form: OperateForm
    sku: str
    name: str
    unit: str
    row: StockRow | None
    back: str
    operation_id: UUID
    base_version: int = 0
    answer: Answer | None = None
    status: int = 200

    @property
    def difference(self) -> int | None:
        """What a count comes to if the person's difference is put on top of what is there now."""
        conflict = self.answer.conflict if self.answer else None
        ways: dict[str, int] = {w["way"]: w["gives"] for w in (conflict.ways if conflict else ())}
        return ways.get("difference")


@require_http_methods(["GET", "HEAD", "POST"])
def operate(request: HttpRequest, level: int, action: str) -> HttpResponse:
    if action not in ACTIONS:
        raise Http404
    row = _row(request, level)
    form = OperateForm(
        ACTIONS[action],
        request.POST if request.method == "POST" else None,
        unit=row.unit,
        destinations=[p for p in _writable(request) if p.code != row.location],
        name=f"operate-{row.id}",
    )
    opened = Opened(
        action, ACTIONS[action], form, row.sku, row.name, row.unit, row,
        _back(request, row.sku), uuid4(), row.version,
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


def _row(request: HttpRequest, level: int) -> StockRow:
    fields = stock_rows(StockLevel.objects.visible_to(request.user).filter(pk=level)).first()
    if fields is None:
        raise Http404
    row = stock_row(fields)
    if row.location not in {place.code for place in places_of(request.user) if place.may_write}:
        raise PermissionDenied(f"You may look at {row.location_name}, but not change it.")
    return row


def _writable(request: HttpRequest) -> list[Place]:
    return [place for place in places_of(request.user) if place.may_write and place.active]


def _back(request: HttpRequest, sku: str) -> str:
    """Where the person came from, if that is a page of ours."""
    came_from = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(came_from, here, require_https=request.is_secure())
    if is_ours and request.path not in came_from:
        return came_from
    return reverse("product", args=[sku])


def _carry_out(request: HttpRequest, opened: Opened, location: str | None) -> HttpResponse:
    form = opened.form
    if not form.is_bound:
        return _show(request, opened)
    if not form.is_valid():
        opened.status = 422
        opened.operation_id = form.operation_id()
        opened.base_version = form.cleaned_data.get("base_version") or opened.base_version
        if form.has_lost_its_id():
            form.add_error(None, "This form was damaged on its way: check it, then send it again.")
        return _show(request, opened)
    opened.base_version = form.cleaned_data["base_version"] or 0
    try:
        place = location or form.cleaned_data["location"]
        [answer] = apply([form.ask(opened.sku, place)], by=request.user, source=Source.PAGE)  # type: ignore[arg-type]  # nobody else gets past the login
    except Busy as busy:
        form.add_error(None, str(busy))
        opened.status, opened.operation_id = 503, form.cleaned_data["id"]
        return _show(request, opened)
    if answer.status == Outcome.APPLIED:
        return _booked(request, opened, answer, place)
    opened.answer = answer
    if answer.error:
        opened.status = 422
        form.refuse(answer.error)
    else:
        opened.status, opened.base_version = 409, answer.version or 0
    return _show(request, opened)


def _booked(request: HttpRequest, opened: Opened, answer: Answer, code: str) -> HttpResponse:
    place = next(place.name for place in places_of(request.user) if place.code == code)
    quantity = opened.form.cleaned_data["quantity"]
    said = f"{opened.action.done} {quantity:,}: {opened.name}."
    if answer.quantity is not None:
        said += f" Now {answer.quantity:,} on hand at {place}."
    if request.headers.get("HX-Request"):
        return render(request, "inventory/_operate_done.html", {"said": said, "row": opened.row})
    messages.success(request, said)
    return redirect(opened.back)


def _show(request: HttpRequest, opened: Opened) -> HttpResponse:
    context: dict[str, Any] = {"opened": opened, "form": opened.form, "row": opened.row}
    context["actions"] = [(slug, action.label) for slug, action in ACTIONS.items()]
    in_place = bool(request.headers.get("HX-Request")) and opened.row is not None
    context["in_place"] = in_place
    template = "inventory/_operate_row.html" if in_place else "inventory/operate.html"
    response = render(request, template, context, status=opened.status)
    response["Cache-Control"] = "no-store"  # each opened form has an operation id of its own
    if in_place and opened.row and "opened" in request.GET:
        # There is one form a row: the one that is open gives way.
        response["HX-Retarget"] = f"#form-{opened.row.id}"
        response["HX-Reswap"] = "outerHTML"
    return response
