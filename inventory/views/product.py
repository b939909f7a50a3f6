from django.db.models import Exists, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from inventory.cached import basis
from inventory.cached.caches import PRODUCT
from inventory.cached.visit import Visit
from inventory.models import Location, Product, StockLevel, StockMovement
from inventory.rows import ProductHead, product_head, product_heads
from inventory.views.lists import figures, latest, listed, stock_page
from inventory.views.regions import Context, Region, show


def product(request: HttpRequest, sku: str) -> HttpResponse:
    """Whoever may read any location knows the catalogue; stock only where they may read."""
    user = request.user
    visit = Visit(request, product=sku)

    def find() -> ProductHead | None:
        # `iexact` compares UPPER(sku), as the index that makes a SKU unique does.
        found = Product.objects.filter(Exists(Location.objects.readable_by(user)), sku__iexact=sku)
        fields = product_heads(found.order_by()).first()
        return product_head(fields) if fields else None

    head = visit.read(PRODUCT, ("head", sku.upper()), basis.product_row, find)
    if head is None:
        raise Http404("There is no such product.")
    if head.sku != sku:
        return redirect("product", head.sku, permanent=True)
    levels = listed(StockLevel.objects.visible_to(user).filter(product=head.id))

    def ledger() -> Context:
        movements = StockMovement.objects.visible_to(user).filter(product=head.id)
        return {
            "region": "product-movements",
            "topics": f"product:{head.sku}",
            "movements": latest(movements),
            "all_movements": f"?product={head.sku}",
        }

    return show(
        request,
        "inventory/product.html",
        {
            "product-figures": Region(
                "inventory/_product_figures.html",
                lambda: {
                    "figures": figures(visit, PRODUCT, basis.stock_of_product, levels, head.sku)
                },
            ),
            "product-levels": Region(
                "inventory/_level_list.html", lambda: stock_list(visit, levels, head.sku)
            ),
            "product-movements": Region("inventory/_latest.html", ledger),
        },
        {"product": head},
        visit=visit,
    )


def stock_list(visit: Visit, levels: QuerySet[StockLevel], sku: str) -> Context:
    return {
        "list_id": "product-levels",
        "list_topics": f"product:{sku}",
        "stock": stock_page(visit, PRODUCT, basis.stock_of_product, levels, sku),
        "nothing": "No location that you may see holds this product yet.",
    }
