import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone

SECRET = re.compile(r"lsk_[A-Za-z0-9_-]{43}")
SHOWN = len("lsk_") + 4
LASTS = timedelta(days=365)
USE_NOTED_EVERY = timedelta(minutes=1)

# Waits for nobody: who finds the row taken knows that its use is just being noted.
NOTE_USE = """
UPDATE inventory_apitoken SET last_used_at = now()
WHERE id = (SELECT id FROM inventory_apitoken WHERE id = %s FOR UPDATE SKIP LOCKED)
"""


def new_secret() -> str:
    return f"lsk_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """A secret has 256 random bits, so nobody finds it by trying, however quick the hash.

    A slow one is for passwords, which people choose; here it would cost each request 100 ms.
    """
    return hashlib.sha256(secret.encode()).digest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def live(self) -> Self:
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=timezone.now(), person__is_active=True
        )

    def that_opens(self, secret: str) -> "ApiToken | None":
        """The live token of this secret with its person: one statement."""
        if not SECRET.fullmatch(secret):
            return None
        return self.live().select_related("person").filter(digest=digest(secret)).first()


def a_year_from_now() -> datetime:
    return timezone.now() + LASTS


class ApiToken(models.Model):
    """Lets a program act as a person in the API, with exactly that person's rights.

    The secret is shown to whoever makes the token, once; only its digest is kept.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="api_tokens",
        help_text="The program may do what this person may do.",
    )
    name = models.CharField(max_length=100, help_text="What uses it: “Till in the corner shop”.")
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    shown = models.CharField("begins with", max_length=SHOWN, editable=False)
    may_write = models.BooleanField(
        default=False, help_text="Without this it only reads, whatever the person may do."
    )
    expires_at = models.DateTimeField("works until", default=a_year_from_now)
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="To the minute or so.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["person", "name"],
                condition=models.Q(revoked_at__isnull=True),
                name="token_name_once_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.shown}…)"

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        return "works" if self.person.is_active else "person is switched off"

    def set_secret(self) -> str:
        """Give it a secret, and say it: it can't be found out again."""
        secret = new_secret()
        self.digest, self.shown = digest(secret), secret[:SHOWN]
        return secret

    def note_use(self) -> None:
        """At most one write a minute, in no transaction of the request's own."""
        if self.last_used_at and timezone.now() - self.last_used_at < USE_NOTED_EVERY:
            return
        with connection.cursor() as cursor:
            cursor.execute(NOTE_USE, [self.pk])
