from urllib.parse import urlencode

from django.db.models import Exists, Q
from django.http import Http404, HttpRequest, HttpResponse

from inventory.cached import basis
from inventory.cached.caches import LIST, VENDOR
from inventory.cached.visit import Visit
from inventory.models import Location, StockLevel, Vendor
from inventory.rows import VendorHead, vendor_heads
from inventory.views.lists import figures, key, listed, stock_page
from inventory.views.regions import Context, Region, show

VENDOR_PAGE = 50


def vendors(request: HttpRequest) -> HttpResponse:
    visit = Visit(request)
    asked = [request.GET.get(name, "") for name in ("after", "id")]
    return show(
        request,
        "inventory/vendors.html",
        {
            "vendors": Region(
                "inventory/_vendors.html",
                lambda: visit.read(
                    LIST, ("vendors", *asked), basis.names, lambda: vendor_list(request)
                ),
            )
        },
        visit=visit,
    )


def vendor_list(request: HttpRequest) -> Context:
    found = Vendor.objects.filter(Exists(Location.objects.readable_by(request.user)))
    last = key(request.GET.get("id", ""))
    if last is not None:
        name = request.GET.get("after", "").replace("\0", "")
        found = found.filter(Q(name__gt=name) | Q(name=name, id__gt=last))
    heads = vendor_heads(found.order_by("name", "id"))[: VENDOR_PAGE + 1]
    rows = [VendorHead(**fields) for fields in heads]
    following = ""
    if len(rows) > VENDOR_PAGE:
        rows.pop()
        following = "?" + urlencode({"after": rows[-1].name, "id": rows[-1].id})
    return {
        "vendors": rows,
        "next": following,
        "first": last is not None,
        "topics": " ".join(f"vendor:{row.code}" for row in rows),
    }


def vendor(request: HttpRequest, code: str) -> HttpResponse:
    """Their live dashboard: everything they supply, where and how much."""
    user = request.user
    visit = Visit(request, vendor=code)

    def find() -> VendorHead | None:
        found = Vendor.objects.filter(Exists(Location.objects.readable_by(user)), code=code)
        fields = vendor_heads(found.order_by()).first()
        return VendorHead(**fields) if fields else None

    head = visit.read(VENDOR, ("head", code), basis.vendor_row, find)
    if head is None:
        raise Http404("There is no such vendor.")
    levels = listed(StockLevel.objects.visible_to(user).filter(product__vendor=head.id))

    def stock() -> Context:
        return {
            "list_id": "vendor-levels",
            "list_topics": f"vendor:{head.code}",
            "stock": stock_page(visit, VENDOR, basis.stock_of_vendor, levels, head.code),
            "nothing": "Nothing of this vendor is kept in a location that you may see.",
        }

    return show(
        request,
        "inventory/vendor.html",
        {
            "vendor-figures": Region(
                "inventory/_vendor_figures.html",
                lambda: {
                    "figures": figures(visit, VENDOR, basis.stock_of_vendor, levels, head.code)
                },
            ),
            "vendor-levels": Region("inventory/_level_list.html", stock),
        },
        {"vendor": head},
        visit=visit,
    )
