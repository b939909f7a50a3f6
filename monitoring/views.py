from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from inventory.models import operates
from inventory.views.regions import Region, show
from monitoring.board import read_board
from monitoring.how import how
from monitoring.latency_table import LatencyTable, asked


# Who may not see it, stranger or not and whatever they send, is answered as by an address that
# does not exist: no way to the login page, no word about tokens or methods.
@login_not_required
@csrf_exempt
def monitoring(request: HttpRequest) -> HttpResponse:
    if not operates(request.user):
        raise Http404
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    board = read_board()
    table = LatencyTable(board.snapshot, asked(request.GET))
    return show(
        request,
        "monitoring/monitoring.html",
        {
            "monitoring": Region("monitoring/_monitoring.html", lambda: {"board": board}),
            "operations": Region("monitoring/_operations.html", lambda: {"table": table}),
        },
        how(),
    )
