"""The demo logins; their password is public, so `demo` refuses to make them in production."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, User

from inventory.demo.places import SHOPS, WAREHOUSE
from inventory.models import GROUPS, Location, LocationAccess

PASSWORD = "demo"  # noqa: S105  # its publicity is the point


@dataclass(frozen=True, slots=True)
class Login:
    name: str
    may: str
    group: str | None = None
    writes: str | None = None
    reads: str | None = None


LOGINS = (
    Login("admin", "everything, and the admin"),
    Login("manager", "every place", "manager"),
    Login("staff", f"books at {SHOPS[0]}, looks at {WAREHOUSE}", "staff", SHOPS[0], WAREHOUSE),
    Login("viewer", f"looks at {SHOPS[0]}", "viewer", reads=SHOPS[0]),
    Login("operator", "/monitoring/, no stock", "operator"),
)


def make_logins() -> User:
    """Make the logins that are missing, leave the others as they are; returns the manager."""
    for name in GROUPS:
        Group.objects.get_or_create(name=name)
    for login in LOGINS:
        if not User.objects.filter(username=login.name).exists():
            _make(login)
    return User.objects.get(username="manager")


def _make(login: Login) -> None:
    if login.group is None:
        User.objects.create_superuser(login.name, password=PASSWORD)
        return
    person = User.objects.create_user(login.name, password=PASSWORD)
    person.groups.add(Group.objects.get(name=login.group))
    for code, may_write in ((login.writes, True), (login.reads, False)):
        if code:
            LocationAccess.objects.create(
                user=person, location=Location.objects.get(code=code), may_write=may_write
            )
