"""The catalogue as a file: a row for each record, found again by its code."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, JSON, TSV
from import_export.forms import ExportForm
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Diff, ModelResource
from import_export.tmp_storages import CacheStorage
from import_export.widgets import ForeignKeyWidget

from inventory.actor import name_actor
from inventory.admin.refusals import refusal
from inventory.models import Barcode, Category, Location, Product, Vendor

STYLED = re.compile(r'<(ins|del|span) style="[^"]*">')


class FileAdmin(ImportExportMixin):  # type: ignore[misc]  # ships no types
    """Import with a preview, and export, for who may do by hand what the file does."""

    formats = [CSV, TSV, JSON]
    # The form with a box for each field needs inline handlers, which the pages' policy forbids.
    export_form_class = ExportForm
    # Between preview and confirmation: seen by every process, and gone after a day.
    tmp_storage_class = CacheStorage
    skip_export_form = False

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            name_actor(request.user.pk)
            answer: HttpResponse = super().process_import(request, **kwargs)
            return answer

    def has_import_permission(self, request: HttpRequest) -> bool:
        admin: Any = self
        return bool(admin.has_add_permission(request) and admin.has_change_permission(request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        admin: Any = self
        return bool(admin.has_view_permission(request))


class CodeField(Field):  # type: ignore[misc]  # ships no types
    """Names a new record; what is there keeps its code, whatever its case."""

    def clean(self, row: Any, **kwargs: Any) -> str:
        return str(row.get(self.column_name) or "").strip()

    def save(self, instance: models.Model, row: Any, is_m2m: bool = False, **kwargs: Any) -> None:
        if instance.pk is None:
            super().save(instance, row, is_m2m, **kwargs)


class CodeWidget(ForeignKeyWidget):  # type: ignore[misc]  # ships no types
    """Another record, named by its code."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(model, field="code")

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        code = str(value or "").strip()
        found = self.model.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise ValueError(f"There is no {self.model._meta.verbose_name} with the code {code!r}.")
        return found


class SkuLoader(BaseInstanceLoader):  # type: ignore[misc]  # ships no types
    """One indexed look-up a row, whatever the case of its SKU."""

    def get_instance(self, row: Any) -> Product | None:
        sku = self.resource.fields["sku"].clean(row)
        key = models.functions.Upper("sku")
        products: QuerySet[Product] = self.resource.get_queryset()
        return products.alias(key=key).filter(key=sku.upper()).first()


class PlainDiff(Diff):  # type: ignore[misc]  # ships no types
    """What changes, as <ins> and <del>, without the inline colours that the policy forbids."""

    def as_html(self) -> list[SafeString]:
        # Text comes escaped, so that only tags of its own begin like this.
        return [SafeString(STYLED.sub(r"<\1>", html)) for html in super().as_html()]


class CatalogueResource(ModelResource):  # type: ignore[misc]  # ships no types
    @classmethod
    def get_diff_class(cls) -> type[PlainDiff]:
        return PlainDiff

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError as fault:
            raise refusal(fault) or fault from fault


class Rules:
    skip_unchanged = True
    report_skipped = True
    use_transactions = True
    clean_model_instances = True


class VendorResource(CatalogueResource):
    code = CodeField(attribute="code", column_name="code")

    class Meta(Rules):
        model = Vendor
        import_id_fields = ("code",)
        fields = ("code", "name", "contact", "email", "lead_time_days")


class CategoryResource(CatalogueResource):
    code = CodeField(attribute="code", column_name="code")

    class Meta(Rules):
        model = Category
        import_id_fields = ("code",)
        fields = ("code", "name")


class LocationResource(CatalogueResource):
    code = CodeField(attribute="code", column_name="code")

    class Meta(Rules):
        model = Location
        import_id_fields = ("code",)
        fields = ("code", "name", "kind", "may_go_negative", "active")


class ProductResource(CatalogueResource):
    sku = CodeField(attribute="sku", column_name="sku")
    category = Field(attribute="category", column_name="category", widget=CodeWidget(Category))
    vendor = Field(attribute="vendor", column_name="vendor", widget=CodeWidget(Vendor))
    # "4006381333931; 4006381333948 x 12": with the pack quantity, where it is not 1.
    barcodes = Field(column_name="barcodes", readonly=True)

    class Meta(Rules):
        model = Product
        instance_loader_class = SkuLoader
        import_id_fields = ("sku",)
        fields = (
            "sku", "name", "description", "category", "vendor", "unit", "price", "cost",
            "minimum", "active", "barcodes",
        )  # fmt: skip

    def get_queryset(self) -> QuerySet[Product]:
        return Product.objects.select_related("category", "vendor").prefetch_related("barcodes")

    def dehydrate_barcodes(self, product: Product) -> str:
        if product._state.adding:
            return ""
        return "; ".join(
            code.code if code.pack_quantity == 1 else f"{code.code} x {code.pack_quantity}"
            for code in product.barcodes.all()
        )

    def skip_row(self, instance: Product, original: Product, row: Any, *rest: Any) -> bool:
        return bool(super().skip_row(instance, original, row, *rest)) and not any(
            _new_barcodes(instance, row)
        )

    def after_save_instance(self, instance: Product, row: Any, **kwargs: Any) -> None:
        """Add the barcodes that are new; none is taken away because a file does not know it."""
        for barcode in list(_new_barcodes(instance, row)):
            try:
                barcode.full_clean()
            except ValidationError as fault:
                raise ValidationError({"barcodes": fault.messages}) from fault
            barcode.save()


def _new_barcodes(product: Product, row: Any) -> Iterator[Barcode]:
    known = {} if product._state.adding else {b.code: b for b in product.barcodes.all()}
    for part in str(row.get("barcodes") or "").split(";"):
        code, _, pack = (piece.strip() for piece in part.partition(" x "))
        if not code:
            continue
        if not (pack or "1").isdecimal():
            raise ValidationError({"barcodes": f"{pack!r} is no pack quantity: a whole number."})
        barcode = known.get(code) or Barcode(code=code, product=product)
        if barcode._state.adding or barcode.pack_quantity != int(pack or 1):
            barcode.pack_quantity = int(pack or 1)
            yield barcode
