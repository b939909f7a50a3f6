from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from inventory.api.document import answers
from inventory.api.operations import ResultOut
from inventory.api.pages import Watch, answer, only_known
from inventory.api.problems import Problem
from inventory.models import Operation
from inventory.operations import Answer

router = Router(tags=["operations"])


@router.get(
    "/operations/{id}", summary="What became of an operation", response=answers(ResultOut, 404)
)
def get_operation(request: HttpRequest, id: Path[UUID]) -> HttpResponse:
    """The first answer to one of your own, for who lost it. 404: it was never booked or refused,
    so it may be sent."""
    watch = Watch()
    only_known(request)
    mine = Operation.objects.filter(pk=id, actor=request.user.pk)
    stored = mine.values_list("answer", flat=True).first()
    if stored is None:
        raise Problem(404, "unknown_operation", "There is no operation of yours with this id.")
    watch.has_read()
    # Read as a repeat would be: what was stored by an earlier version has today's form.
    return answer(request, replace(Answer.repeated(stored), duplicate=False).as_json(), watch)
