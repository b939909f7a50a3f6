from django.db import models

from inventory.models.access import Location
from inventory.models.stock import LocatedQuerySet


class Totals(models.Model):
    lines = models.BigIntegerField(help_text="Levels of products that are not archived.")
    pieces = models.BigIntegerField(help_text="On hand, of the products counted in pieces.")
    value = models.DecimalField(max_digits=24, decimal_places=4, help_text="On hand, at cost.")
    low = models.BigIntegerField()
    out = models.BigIntegerField()
    revision = models.BigIntegerField(help_text="Grows with every change of the other figures.")

    class Meta:
        abstract = True


class LocationTotal(Totals):
    """What a location held when the deltas were last folded; read `LocationTotalNow`."""

    location = models.OneToOneField(
        Location, models.CASCADE, primary_key=True, related_name="folded_total"
    )

    def __str__(self) -> str:
        return f"folded total of {self.location_id}"


class LocationTotalDelta(Totals):
    """What one statement changed of a location's totals.

    Written by triggers, one row a statement and location, so that writers never queue for a
    shared row; folded and removed by `inventory.tasks.fold_location_totals`.
    """

    id = models.BigAutoField(primary_key=True)
    location = models.ForeignKey(Location, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"delta {self.pk} of {self.location_id}"


class LocationTotalNow(Totals):
    """A view: the folded total and what is not folded yet. Exact at every moment."""

    location = models.OneToOneField(
        Location, models.DO_NOTHING, primary_key=True, related_name="total"
    )

    objects = LocatedQuerySet["LocationTotalNow"].as_manager()

    class Meta:
        managed = False
        db_table = "inventory_locationtotalnow"

    def __str__(self) -> str:
        return f"total of {self.location_id}"
