from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class FieldChange(models.Model):
    """What changed on a record beside the quantity of stock: one row for each field.

    A trigger writes it, whoever changes the record (migration 0006), so that somebody who edits
    an old version can be shown what happened since. `before` and `after` are the values as text,
    of another record its primary key. The actor is whom the transaction named (`edits.py`).
    """

    class Record(models.TextChoices):
        PRODUCT = "product"
        LEVEL = "stocklevel"
        LOCATION = "location"
        VENDOR = "vendor"
        CATEGORY = "category"

    record = models.CharField(max_length=10, choices=Record)
    record_id = models.BigIntegerField()
    field = models.CharField(max_length=30)
    before = models.TextField(null=True)  # noqa: DJ001  # no maximum is not the maximum ""
    after = models.TextField(null=True)  # noqa: DJ001
    version_after = models.BigIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="field_changes"
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["record", "record_id", "version_after"], name="field_change_of_record"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.before} -> {self.after}"
