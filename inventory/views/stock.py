from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inventory.models import Status
from inventory.places import places_of
from inventory.stock_list import SORTS, names_to_choose, one_page, read_question

# What htmx and the live page ask for by the id of the element that they replace.
PARTS = {"stock-list": "inventory/_stock_list.html", "stock-rows": "inventory/_stock_rows.html"}


@require_safe
def stock(request: HttpRequest) -> HttpResponse:
    places = places_of(request.user)
    question = read_question(request.GET, places, *names_to_choose(places))
    rows, more = ([], "") if question.faults else one_page(question)
    context: dict[str, Any] = {
        "question": question,
        "rows": rows,
        "statuses": Status.choices,
        "sorts": [(name, label) for name, (label, _) in SORTS.items()],
        "src": question.address(request.GET.get("after", "") if question.after else ""),
        "first": question.address(),
        "next": question.address(more) if more else "",
    }
    part = PARTS.get(request.headers.get("HX-Target", ""), "inventory/stock.html")
    response = render(request, part, context, status=400 if question.faults else 200)
    response["Vary"] = "HX-Target, Cookie"
    return response
