from datetime import datetime
from typing import Any, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.db.models.functions import Coalesce, Now

from inventory.models.access import Location, sees_everything
from inventory.models.catalogue import Product
from inventory.models.versioned import Versioned, XidField

Row = TypeVar("Row", bound=models.Model, covariant=True)


class LocatedQuerySet(models.QuerySet[Row]):
    """Rows that stand in a location and are seen by whoever may read that location."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        if sees_everything(user):
            return self.all()
        return self.filter(location__in=Location.objects.readable_by(user).values("pk"))


class Status(models.TextChoices):
    OK = "ok", "In stock"
    LOW = "low", "Low"
    OUT = "out", "Out of stock"


# What needs somebody first; the expression of an index, so that a list sorted so needs no sort.
URGENCY_OF = {Status.OUT: 0, Status.LOW: 1, Status.OK: 2}
URGENCY = models.Case(
    models.When(status="out", then=models.Value(0)),
    models.When(status="low", then=models.Value(1)),
    default=models.Value(2),
    output_field=models.SmallIntegerField(),
)


class StockLevel(Versioned):
    """How much of one product stands in one location. Only `inventory.operations` writes it."""

    # Each of the two leads one of the composite indexes below; a second index would only cost.
    product = models.ForeignKey(Product, models.PROTECT, related_name="levels", db_index=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="levels", db_index=False)
    quantity = models.BigIntegerField(default=0, help_text="On hand, in the product's base unit.")
    reserved = models.PositiveBigIntegerField(default=0, db_default=0)
    minimum = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Low from here down; empty means the product's own."
    )
    maximum = models.PositiveBigIntegerField(null=True, blank=True)
    last_counted_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Kept by triggers, from the product's minimum and the location's rule (migration 0002).
    status = models.CharField(max_length=3, choices=Status, editable=False, db_default="out")
    may_go_negative = models.BooleanField(editable=False, db_default=False)
    created_xid = XidField()

    objects = LocatedQuerySet["StockLevel"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "location"], name="level_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=0) | models.Q(may_go_negative=True),
                name="level_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(maximum__isnull=True)
                | models.Q(minimum__isnull=True)
                | models.Q(maximum__gte=models.F("minimum")),
                name="level_maximum_above_minimum",
            ),
        ]
        indexes = [
            models.Index(fields=["location", "status"], name="level_by_status"),
            models.Index(fields=["quantity", "id"], name="level_by_quantity"),
            models.Index(URGENCY, "id", name="level_by_urgency"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_id} at {self.location_id}"


class Source(models.TextChoices):
    PAGE = "page", "Page"
    OFFLINE = "offline", "Offline"
    API = "api", "API"
    ADMIN = "admin", "Admin"
    IMPORT = "import", "Import"
    TASK = "task", "Background task"


class OperationKind(models.TextChoices):
    RECEIVE = "receive", "Receive"
    PRODUCTION = "production", "Bake or make"
    RETURN = "return", "Return"
    SALE = "sale", "Sell"
    WASTE = "waste", "Throw away"
    ADJUST = "adjust", "Adjust"
    COUNT = "count", "Count"
    TRANSFER = "transfer", "Move"
    THRESHOLD = "threshold", "Minimum and maximum"
    REVERSAL = "reversal", "Undo"


class Outcome(models.TextChoices):
    APPLIED = "applied", "Applied"
    CONFLICT = "conflict", "Conflict"
    REJECTED = "rejected", "Refused"


class Operation(models.Model):
    """What somebody asked for and the first answer, so that a repeat is harmless."""

    id = models.UUIDField(primary_key=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="operations"
    )
    kind = models.CharField(max_length=10, choices=OperationKind)
    source = models.CharField(max_length=7, choices=Source)
    digest = models.BinaryField(max_length=32, help_text="SHA-256 of what was asked.")
    outcome = models.CharField(max_length=8, choices=Outcome)
    answer = models.JSONField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=~models.Q(outcome="applied"),
                name="operation_refused",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class MovementKind(models.TextChoices):
    RECEIVE = "receive", "Received"
    PRODUCTION = "production", "Made"
    RETURN = "return", "Returned"
    SALE = "sale", "Sold"
    WASTE = "waste", "Thrown away"
    ADJUST = "adjust", "Adjusted"
    COUNT = "count", "Counted"
    TRANSFER_OUT = "transfer_out", "Moved out"
    TRANSFER_IN = "transfer_in", "Moved in"
    REVERSAL = "reversal", "Undone"


# When what a line books, or takes back, was done: the expression of an index.
COUNTS_AT = Coalesce("undone_made_at", "made_at")


class MovementQuerySet(LocatedQuerySet["StockMovement"]):
    def counted_between(self, first: datetime, after: datetime) -> Self:
        """What was done in that time, and what takes something of it back, whenever that was."""
        return self.alias(counts_at=COUNTS_AT).filter(counts_at__gte=first, counts_at__lt=after)

    def net(self) -> "models.QuerySet[Any, Any]":
        """Quantity and value by kind and unit, without what was undone.

        A reversal counts against the kind that it takes back. Both are signed as in the ledger:
        sold is below nothing. The value is what lines with a price come to, None where none has.
        """
        return (
            self.order_by()
            .values(net_kind=Coalesce("undone_kind", "kind"), unit=models.F("product__unit"))
            .annotate(
                quantity=models.Sum("delta"),
                value=models.Sum(models.F("delta") * models.F("unit_price")),
            )
        )


class StockMovement(models.Model):
    """The ledger: one line for each change of a level, never changed and never deleted."""

    operation = models.ForeignKey(Operation, models.PROTECT, related_name="movements")
    level = models.ForeignKey(StockLevel, models.PROTECT, related_name="movements", db_index=False)
    # Copied from the level, which never changes them: each list of movements has its own index.
    product = models.ForeignKey(Product, models.PROTECT, related_name="movements", db_index=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="movements", db_index=False)
    kind = models.CharField(max_length=12, choices=MovementKind)
    delta = models.BigIntegerField()
    quantity_after = models.BigIntegerField()
    version_after = models.BigIntegerField()
    unit_price = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="movements"
    )
    source = models.CharField(max_length=7, choices=Source)
    made_at = models.DateTimeField(help_text="When the person did it, by their own clock.")
    recorded_at = models.DateTimeField(db_default=Now())
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    # Of a reversal: the kind whose totals it takes back. Totals group by the one or the other.
    undone_kind = models.CharField(max_length=12, choices=MovementKind, null=True)  # noqa: DJ001  # as `reverses`
    # And when that was done, so that it counts against that day. Both are set by a trigger.
    undone_made_at = models.DateTimeField(null=True, editable=False)
    changed_xid = XidField()

    objects = MovementQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(made_at__lte=models.F("recorded_at")),
                name="movement_not_from_the_future",
            ),
            models.UniqueConstraint(
                fields=["level", "version_after"], name="movement_once_per_version"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind=MovementKind.REVERSAL, reverses__isnull=False, undone_kind__isnull=False
                )
                | (
                    ~models.Q(kind=MovementKind.REVERSAL)
                    & models.Q(reverses__isnull=True, undone_kind__isnull=True)
                ),
                name="movement_reversal_names_what_it_undoes",
            ),
        ]
        indexes = [
            models.Index(fields=["location", "-id"], name="movement_by_location"),
            models.Index(fields=["product", "-id"], name="movement_by_product"),
            models.Index(COUNTS_AT, name="movement_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.delta:+d}"
