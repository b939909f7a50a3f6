"""Edits of the catalogue, by whatever form: their answers are outdated on commit.

Stock has its own call in `inventory.operations`, which writes without models.
"""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from inventory.cached.outdate import outdate_on_commit
from inventory.models import Barcode, Category, Location, Product, StockLevel, Vendor


@receiver([post_save, post_delete], sender=Product)
def product_changed(instance: Product, **_: Any) -> None:
    outdate_on_commit(products=[instance.pk])


@receiver([post_save, post_delete], sender=Barcode)
def barcode_changed(instance: Barcode, **_: Any) -> None:
    outdate_on_commit(products=[instance.product_id])


@receiver([post_save, post_delete], sender=Vendor)
@receiver([post_save, post_delete], sender=Category)
@receiver([post_save, post_delete], sender=Location)
def name_changed(**_: Any) -> None:
    outdate_on_commit(names=True)


@receiver([post_save, post_delete], sender=StockLevel)
def level_changed(instance: StockLevel, **_: Any) -> None:
    outdate_on_commit(levels=[(instance.product_id, instance.location_id)])
