from django.conf import settings
from django.db import models


class LedgerCheck(models.Model):
    """One run of the proof that the books agree, and what it found."""

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Empty: by the clock.",
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    levels = models.BigIntegerField(help_text="Stock levels that were looked at.")
    lines = models.BigIntegerField(help_text="Movements that were looked at.")
    operations = models.BigIntegerField(help_text="Operations that were looked at.")
    drifting = models.BigIntegerField(help_text="Places where the books disagree; 0 is right.")
    drifts = models.JSONField(default=list, help_text="The first of them.")

    class Meta:
        ordering = ("-id",)
        verbose_name = "check of the ledger"
        verbose_name_plural = "checks of the ledger"

    def __str__(self) -> str:
        return "The books agree" if not self.drifting else f"{self.drifting} disagreements"
