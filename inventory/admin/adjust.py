"""The page between choosing stock levels and changing them, by operations as everybody does."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.html import format_html

from inventory import operations
from inventory.models import OperationKind, Outcome, Source, StockLevel
from inventory.operations import Answer, Ask
from inventory.operations.check import LARGEST_QUANTITY
from inventory.operations.faults import Busy
from inventory.views.opened import undo_address

# More are counted in the shop, not here.
MOST_LEVELS = 100


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"size": 60}))


class AdjustForm(forms.Form):
    # Made once for each showing: sent twice, it is booked once.
    id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        choices=[(OperationKind.ADJUST, "Add or take away"), (OperationKind.COUNT, "Set to")]
    )
    quantity = forms.IntegerField(
        required=False, min_value=-LARGEST_QUANTITY, max_value=LARGEST_QUANTITY
    )


@dataclass(slots=True)
class Line:
    level: StockLevel
    form: AdjustForm
    data: QueryDict

    @property
    def is_wanted(self) -> bool:
        return self.form.cleaned_data["quantity"] is not None

    def ask(self, reason: str) -> Ask:
        asked = self.form.cleaned_data
        kind = OperationKind(asked["kind"])
        return Ask(
            id=asked["id"],
            kind=kind,
            sku=self.level.product.sku,
            location=self.level.location.code,
            quantity=asked["quantity"],
            base_version=asked["version"] if kind == OperationKind.COUNT else None,
            reason=reason,
        )

    def refuse(self, answer: Answer) -> None:
        """Say why beside the field; what is sent next is another operation, made knowingly."""
        if answer.conflict:
            conflict = answer.conflict
            words = f"It moved meanwhile: {conflict.base} then, {conflict.current} now."
        else:
            words = answer.error.message if answer.error else "Not booked."
        self.form.add_error("quantity", words)
        self.data[self.form.add_prefix("id")] = str(uuid4())
        if answer.version is not None:
            self.data[self.form.add_prefix("version")] = str(answer.version)


def adjust_page(
    admin: "ModelAdmin[Any]", request: HttpRequest, levels: QuerySet[StockLevel]
) -> HttpResponse | None:
    found = list(levels.select_related("product", "location").order_by("pk")[: MOST_LEVELS + 1])
    if len(found) > MOST_LEVELS:
        admin.message_user(request, f"At most {MOST_LEVELS} levels at a time.", messages.ERROR)
        return None
    data = request.POST.copy()
    sent = data if "book" in data else None
    reason = ReasonForm(sent)
    lines = [Line(level, _form(level, sent), data) for level in found]
    if sent is not None and all([reason.is_valid(), *(line.form.is_valid() for line in lines)]):
        lines = _book(admin, request, lines, reason)
        if not lines and not reason.errors:
            return None
    context = admin.admin_site.each_context(request) | {
        "title": "Adjust or count stock",
        "opts": admin.opts,
        "reason": reason,
        "lines": lines,
        "selected": ACTION_CHECKBOX_NAME,
        "media": admin.media,
    }
    return TemplateResponse(request, "admin/inventory/stocklevel/adjust.html", context)


def _form(level: StockLevel, sent: QueryDict | None) -> AdjustForm:
    first = {"id": uuid4(), "version": level.version}
    return AdjustForm(sent, prefix=f"level-{level.pk}", initial=first)


def _book(
    admin: "ModelAdmin[Any]", request: HttpRequest, lines: list[Line], reason: ReasonForm
) -> list[Line]:
    """Book what was filled in; the lines that are still to be decided."""
    wanted = [line for line in lines if line.is_wanted]
    if not wanted:
        reason.add_error(None, "Fill in a quantity for at least one of them.")
        return lines
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # the admin lets nobody else in
    asks = [line.ask(reason.cleaned_data["reason"]) for line in wanted]
    try:
        answers = operations.apply(asks, by=user, source=Source.ADMIN)
    except Busy as fault:
        reason.add_error(None, str(fault))
        return lines
    left = []
    for line, answer in zip(wanted, answers, strict=True):
        if answer.status == Outcome.APPLIED:
            level = line.level
            words = f"{level.product.name}, {level.location.name}: now {answer.quantity}."
            undo = format_html('{} <a href="{}">Undo …</a>', words, undo_address(answer.id))
            admin.message_user(request, undo, messages.SUCCESS)
        else:
            line.refuse(answer)
            left.append(line)
    return left
