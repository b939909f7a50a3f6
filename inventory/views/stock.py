from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inventory.cached import basis
from inventory.cached.caches import LIST, REFERENCE
from inventory.cached.visit import Visit
from inventory.models import Status
from inventory.places import places_of, remember_places
from inventory.rows import StockRow
from inventory.stock_list import SORTS, StockQuestion, names_to_choose, one_page, read_question
from inventory.views.regions import unchanged

# What htmx and the live page ask for by the id of the element that they replace.
PARTS = {"stock-list": "inventory/_stock_list.html", "stock-rows": "inventory/_stock_rows.html"}


@require_safe
def stock(request: HttpRequest) -> HttpResponse:
    visit = Visit(request)
    question, rows, more = read_list(visit, request.GET)
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
    visit.mark(response)
    return unchanged(request, response) if part in PARTS.values() else response


def read_list(visit: Visit, asked: QueryDict) -> tuple[StockQuestion, list[StockRow], str]:
    """The question as it is understood, the rows, and the mark of where the next page begins."""
    user = visit.request.user
    places = visit.read(
        REFERENCE, ("places",), basis.names, lambda: places_of(user), for_writers=True
    )
    remember_places(user, places)
    vendors, categories = visit.read(
        REFERENCE, ("choices",), basis.names, lambda: names_to_choose(places)
    )
    question = read_question(asked, places, vendors, categories)
    return (question, [], "") if question.faults else (question, *_page(visit, question))


def _page(visit: Visit, question: StockQuestion) -> tuple[list[StockRow], str]:
    return visit.read(
        LIST,
        ("stock", question.address(), question.after),
        lambda _: basis.stock_at_places([place.id for place in question.in_view]),
        lambda: one_page(question),
    )
