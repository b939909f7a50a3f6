from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import EmailValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.urls import reverse

from inventory.models.versioned import Versioned

# Codes stand in addresses and in the names of live topics, so they hold nothing that either of
# them would have to escape.
CODE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}"
code_validator = RegexValidator(
    rf"^{CODE_PATTERN}\Z",
    "Use letters, digits and . _ + - (at most 64), beginning with a letter or a digit.",
)


class Vendor(Versioned):
    code = models.CharField(max_length=64, unique=True, validators=[code_validator])
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True, validators=[EmailValidator()])
    lead_time_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days from order to delivery."
    )

    class Meta:
        ordering = ("name", "id")
        indexes = [models.Index(fields=["name", "id"], name="vendor_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("vendor", args=[self.code])


class Category(Versioned):
    code = models.CharField(max_length=64, unique=True, validators=[code_validator])
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ("name", "id")
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Unit(models.TextChoices):
    """The base unit that every quantity of a product is a whole number of."""

    PIECE = "piece", "piece"
    GRAM = "gram", "gram"
    MILLILITRE = "millilitre", "millilitre"


class Product(Versioned):
    sku = models.CharField("SKU", max_length=64, validators=[code_validator])
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="products"
    )
    vendor = models.ForeignKey(
        Vendor, models.PROTECT, null=True, blank=True, related_name="products"
    )
    unit = models.CharField(max_length=10, choices=Unit, default=Unit.PIECE)
    price = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text="What a customer pays for one base unit.",
    )
    cost = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))],
        help_text="What one base unit costs us; stock is valued at it.",
    )
    minimum = models.PositiveBigIntegerField(
        default=0, help_text="Low from here down, where a location has no minimum of its own."
    )
    active = models.BooleanField(
        default=True, help_text="Archive a product instead of deleting it: its history stays."
    )
    search = models.GeneratedField(
        expression=SearchVector("sku", "name", "description", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                Upper("sku"),
                name="product_sku_any_case",
                violation_error_message="There is a product with this SKU, whatever its case.",
            ),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="product_price"),
            models.CheckConstraint(condition=models.Q(cost__gte=0), name="product_cost"),
        ]
        indexes = [
            GinIndex(fields=["search"], name="product_search"),
            models.Index(fields=["name", "id"], name="product_by_name"),
            models.Index(fields=["vendor", "name", "id"], name="product_by_vendor"),
            models.Index(fields=["category", "name", "id"], name="product_by_category"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.sku})"

    def get_absolute_url(self) -> str:
        return reverse("product", args=[self.sku])


class Barcode(models.Model):
    code = models.CharField(max_length=64, unique=True)
    product = models.ForeignKey(Product, models.CASCADE, related_name="barcodes")
    pack_quantity = models.PositiveIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Base units that one scan stands for: 12 for a case of twelve.",
    )

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pack_quantity__gte=1), name="barcode_pack_quantity"
            )
        ]

    def __str__(self) -> str:
        return self.code
