from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import models
from django.urls import reverse

from inventory.models.catalogue import code_validator
from inventory.models.versioned import Versioned

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Members see and change every location, also one that is opened tomorrow.
MANAGERS = "manager"
# Members see how the system is, and no stock.
OPERATORS = "operator"
GROUPS = ("viewer", "staff", MANAGERS, OPERATORS)


def sees_everything(user: "AbstractBaseUser | AnonymousUser") -> bool:
    """Whether the person reads and writes every location."""
    if known := known_rights(user):
        return known.everything
    return _is_among(user, MANAGERS)


def operates(user: "AbstractBaseUser | AnonymousUser") -> bool:
    """Whether the person watches the system itself."""
    return _is_among(user, OPERATORS)


def _is_among(user: "AbstractBaseUser | AnonymousUser", group: str) -> bool:
    """A superuser is among all; one query at most for all the groups, then remembered."""
    if not user.is_authenticated or not user.is_active:
        return False
    person: User = user  # type: ignore[assignment]  # AUTH_USER_MODEL is auth.User
    if person.is_superuser:
        return True
    known: frozenset[str] | None = getattr(person, "_group_names", None)
    if known is None:
        known = frozenset(person.groups.values_list("name", flat=True))
        person._group_names = known  # type: ignore[attr-defined]  # remembered for this request
    return group in known


@dataclass(frozen=True, slots=True)
class KnownRights:
    """What one statement said of a person's rights; primary keys of locations."""

    everything: bool
    readable: tuple[int, ...]
    writable: tuple[int, ...]
    groups: frozenset[str]


def remember_rights(user: Any, rights: KnownRights) -> None:
    """From here on this request goes by these rights, and by no others: what is kept for all who
    have them must not hold a row of a right that came or went meanwhile."""
    user._known_rights = rights
    user._group_names = rights.groups


def known_rights(user: Any) -> KnownRights | None:
    found: KnownRights | None = getattr(user, "_known_rights", None)
    return found


class LocationQuerySet(models.QuerySet["Location"]):
    """The one door for rights: every other filter is built on these two."""

    def readable_by(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        known = known_rights(user)
        if known and not known.everything:
            return self.filter(pk__in=known.readable)
        return self._granted(user, may_read=True)

    def writable_by(self, user: "AbstractBaseUser | AnonymousUser") -> Self:
        known = known_rights(user)
        if known and not known.everything:
            return self.filter(pk__in=known.writable)
        return self._granted(user, may_write=True)

    def _granted(self, user: "AbstractBaseUser | AnonymousUser", **right: bool) -> Self:
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if sees_everything(user):
            return self.all()
        granted = LocationAccess.objects.filter(user=user.pk, **right)
        return self.filter(pk__in=granted.values("location"))


class LocationKind(models.TextChoices):
    WAREHOUSE = "warehouse", "Warehouse"
    SHOP = "shop", "Shop"
    BAKERY = "bakery", "Bakery"
    TRANSIT = "transit", "In transit"


class Location(Versioned):
    code = models.CharField(max_length=64, unique=True, validators=[code_validator])
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=LocationKind, default=LocationKind.WAREHOUSE)
    may_go_negative = models.BooleanField(
        default=False, help_text="Let stock here fall below zero, where goods move before paper."
    )
    active = models.BooleanField(
        default=True, help_text="Archive a location instead of deleting it: its history stays."
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            # The target of the foreign key that lets a level's CHECK know its location's rule.
            models.UniqueConstraint(fields=["id", "may_go_negative"], name="location_negative_rule")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("location", args=[self.code])


class LocationAccess(Versioned):
    """What one person may do in one location; managers and superusers need none."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="location_access"
    )
    location = models.ForeignKey(Location, models.CASCADE, related_name="access")
    may_read = models.BooleanField(default=True)
    may_write = models.BooleanField(default=False)

    class Meta:
        verbose_name = "access to a location"
        verbose_name_plural = "access to locations"
        constraints = [
            models.UniqueConstraint(fields=["user", "location"], name="access_once_per_location"),
            models.CheckConstraint(
                condition=models.Q(may_read=True) | models.Q(may_write=False),
                name="access_write_needs_read",
                violation_error_message="Who may change a location must also be able to see it.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} at {self.location}"


class RightsStamp(Versioned):
    """Moves whenever what a person may see changes, also when a row of rights is deleted.

    Triggers on access, group membership and the user's own flags write it; the feed finds it
    as it finds every other change.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="rights_stamp"
    )
    rights = models.BigIntegerField(default=1, db_default=1, editable=False)
    """Pages compare it; `version` also moves when one of the person's sessions ends."""

    def __str__(self) -> str:
        return f"rights of {self.user_id}, change {self.version}"
